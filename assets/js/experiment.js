/* The experiment page in the browser: which part of the time the reader wants to see, the time
   that a note marks. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const drawn = (id) => document.querySelector("#" + id + " .js-plotly-plot");
  let shown = null; // the window in Unix ms; null: the whole experiment

  /* A place on the time axis. Elapsed: test time as a number, and the layout's meta has pairs of
     such places and Unix ms, with straight lines between. Clock: text in the browser's zone, "2026-10-30 06:10:12.1234", or Unix ms. */
  function unixMs(place, graph) {
    const meta = (graph && graph.layout && graph.layout.meta) || {};
    if (meta.unit_ms) return elapsedMs(Number(place), meta);
    if (typeof place === "number") return place;
    const iso = String(place).replace(" ", "T");
    return new Date(iso.length > 10 ? iso : iso + "T00:00").getTime();
  }
  function elapsedMs(place, meta) {
    const knots = meta.knots, last = knots[knots.length - 1];
    if (place < knots[0][0]) return knots[0][1] + (place - knots[0][0]) * meta.unit_ms;
    const after = knots.findIndex((knot) => knot[0] > place);
    if (after < 0) return last[1] + (place - last[0]) * meta.unit_ms;
    const [from, ms] = knots[after - 1], [to, end] = knots[after];
    return ms + ((place - from) / (to - from)) * (end - ms);
  }
  function ends(range, id) {
    const ms = range.map((place) => unixMs(place, drawn(id)));
    return ms.some(Number.isNaN) ? undefined : ms;
  }

  function zoomed(change) {
    if (change["xaxis.autorange"]) return null;
    const range = change["xaxis.range"] || [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    return range[0] === undefined || range[1] === undefined ? undefined : ends(range, "experiment-graph");
  }

  /* ---- links that zoom to a moment, and the bin of a note ---- */
  let asked = 0;
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-bem-window]");
    if (link && drawn("experiment-graph")) {
      setProps("experiment-window", { data: link.dataset.bemWindow.split(",").map(Number) });
      drawn("experiment-graph").closest("section").scrollIntoView({ block: "nearest" });
    }
    const bin = event.target.closest("[data-bem-note]");
    if (bin) setProps("experiment-note-delete-chosen", { data: { note: Number(bin.dataset.bemNote), asked: ++asked } });
    const opens = event.target.closest("[data-bem-opens]");
    if (opens) document.getElementById(opens.dataset.bemOpens).click();
  });

  /* ---- the time of a note: from a click in the graph, or typed ---- */
  function localText(ms) {
    const local = new Date(ms - new Date(ms).getTimezoneOffset() * 60000);
    return local.toISOString().slice(0, 23);
  }
  function typedMs(text) {
    return text ? new Date(text).getTime() : null;
  }

  /* ---- the window in the name of a picture ---- */
  function stamp(ms) {
    return localText(ms).slice(0, 19).replace("T", "-").replace(/[^\d-]|-(?=\d\d-|\d\dT)/g, "");
  }
  window.bem = window.bem || {};
  window.bem.shownRange = () => "-" + (shown ? shown.map(stamp).join("-") : "whole"); // in a picture's name

  let noteForm = null; // whose text is kept
  function bringNote(kept) {
    if (!kept) return;
    const [text, time] = JSON.parse(kept);
    setProps("experiment-note-form", { hidden: false });
    setProps("experiment-note-text", { value: text });
    setProps("experiment-note-time", { value: time });
  }

  window.dash_clientside.experiment = {
    window: function (relayout, selected) {
      const source = window.dash_clientside.callback_context.triggered.map((one) => one.prop_id)[0] || "";
      let wanted;
      if (source.includes("relayoutData")) wanted = zoomed(relayout || {});
      else if (source.includes("selectedData")) wanted = selected && selected.range ? ends(selected.range.x, "experiment-overview") : undefined;
      else wanted = null; // the button: the whole experiment
      return wanted === undefined ? keep() : wanted;
    },

    /* The address names the window, so that it can be sent to a colleague. */
    remember: function (wanted) {
      shown = wanted || null;
      if (!/^\/experiments\/\d+$/.test(location.pathname)) return;
      const query = new URLSearchParams(location.search);
      query.delete("from");
      query.delete("to");
      query.delete("cycle"); // it was the window to begin with
      if (shown) {
        query.set("from", (shown[0] / 1000).toFixed(3));
        query.set("to", (shown[1] / 1000).toFixed(3));
      }
      const text = query.toString();
      history.replaceState(history.state, "", location.pathname + (text ? "?" + text : ""));
    },

    markTime: function (clicked) {
      const form = document.getElementById("experiment-note-form");
      const point = clicked && clicked.points && clicked.points[0];
      if (!form || form.hidden || !point) return;
      const ms = Math.round(unixMs(point.x, drawn("experiment-graph")));
      if (Number.isNaN(ms)) return;
      setProps("experiment-note-at", { data: ms });
      setProps("experiment-note-time", { value: localText(ms) });
    },

    openForm: function (hidden) {
      if (hidden) return;
      const form = document.getElementById("experiment-note-form");
      // the graph stands above the form and is to be clicked into
      const above = form.closest("section").getBoundingClientRect().top;
      form.scrollIntoView({ block: above < 0 ? "end" : "nearest" });
      document.getElementById("experiment-note-text").focus({ preventScroll: true });
    },

    /* A note that is not added yet outlives a reload of the page, in this tab. */
    keepNote: function (text, time, experiment) {
      const name = "bem-note-" + experiment, form = document.getElementById("experiment-note-form");
      const isNew = form !== noteForm;
      noteForm = form;
      try {
        if (text || time) sessionStorage.setItem(name, JSON.stringify([text, time]));
        else if (isNew) bringNote(sessionStorage.getItem(name));
        else sessionStorage.removeItem(name);
      } catch { /* private window: not kept */ }
      return keep();
    },

    countNoted: (done, count) => (done ? (count || 0) + 1 : keep()),

    readTime: function (text, known) {
      if (known !== null && known !== undefined && text === localText(known)) return keep();
      return typedMs(text);
    },
  };
})();
