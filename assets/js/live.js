/* The live view: asks for what has come since, adds it to the graph, and moves on with the time as
   long as nobody has zoomed. What is known of a figure stands in the figure itself, with a token:
   figure and facts cannot come apart, and points are added only to the figure that they were asked
   for. A watch draws again what has not come. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const PATIENCE_MS = 20000, FIGURE_MS = 10000, LATE_MS = 3000, RETRY_MS = 2000, PILE = 2000, MARKERS_BELOW = 300, MOST_ONCE = 200;
  /* The fields of the messages; `Key` in pages/live/update.py says what each is. */
  const KEY = { AFTER: "after", DIGEST: "d", VERSION: "g", FIGURE: "t", EXPERIMENT: "e", VISIBLE: "shown", READ: "read", COUNT: "n",
    WAITS: "c", NEXT: "new", PAUSES: "p", REDRAW: "again", TIMES: "x", VALUES: "y", LAST: "l", PRESENT: "now" };
  let state = fresh(null), count = 0, again = 0, dragging = false;

  // `after` null: a figure is awaited. `due`: the token of the newest one that the server has drawn.
  function fresh(root) {
    return { root: root, experiment: null, after: null, digest: "", version: "", token: null, tip: false, zoom: null, range: 3600,
      ends: null, first: true, added: 0, pauses: null, drawnPauses: null, held: false, pending: false, asked: 0, due: null, tries: 0,
      since: Date.now(), again: false, read: {} };
  }
  const page = () => document.querySelector(".bem-live");
  const drawnIn = (id) => document.querySelector("#" + id + " .js-plotly-plot");

  /* ---- asking ---- */
  function question() {
    const graph = drawnIn("live-graph");
    const shown = ((graph && graph.data) || []).map((trace) => trace.meta && trace.meta.key).filter(Boolean);
    const cards = [...page().querySelectorAll(".bem-strip [data-bem-live]")]
      .map((node) => node.dataset.bemLive.split(",")).filter((parts) => parts.length === 3).map((parts) => parts[0]);
    state.asked = Date.now();
    return { [KEY.EXPERIMENT]: state.experiment, [KEY.AFTER]: state.after, [KEY.VISIBLE]: shown, [KEY.READ]: cards,
      [KEY.FIGURE]: state.token, [KEY.DIGEST]: state.digest, [KEY.VERSION]: state.version, [KEY.COUNT]: ++count };
  }
  const waits = () => state.after === null || (state.asked && Date.now() - state.asked < PATIENCE_MS);
  bem.askLive = function () {
    if (!page() || page() !== state.root || document.hidden) return;
    state.again = waits(); // what is under way may not know yet what somebody just did
    if (!state.again) setProps("live-ask", { data: question() });
  };
  function drawAgain() {
    state.asked = state.since = Date.now(); // more questions would only ask for the same again
    setProps("live-again", { data: ++again });
  }

  /* ---- what is drawn ---- */
  function adopt() {
    const graph = drawnIn("live-graph");
    const meta = graph && graph.layout && graph.layout.meta;
    if (!meta || meta.drawn === undefined) return false;
    if (meta.drawn !== state.token) {
      page().classList.remove("bem-awaits");
      page().classList.toggle("bem-nothing", meta.experiment === null); // no tools for a graph of nothing
      Object.assign(state, {
        token: meta.drawn, experiment: meta.experiment, after: meta.after, tip: meta.tip, zoom: meta.zoom,
        range: meta.range, ends: meta.ends && [...meta.ends], first: true, added: 0, asked: 0,
        drawnPauses: meta.pauses,
      });
      if (meta.last && meta.ends) read(meta.last, meta.ends[1]);
      else if (!meta[KEY.PRESENT]) blank();
      if (meta[KEY.PRESENT]) readNow(meta[KEY.PRESENT]); // no moment of what it carried before it stopped
      if (meta.retry) setTimeout(drawAgain, RETRY_MS);
      else setTimeout(bem.askLive, 0); // the readings, and what came while it was drawn
    }
    const follow = document.getElementById("live-follow");
    if (follow && !dragging) follow.hidden = !state.zoom;
    return state.due === null || state.due === state.token;
  }
  function watch() {
    if (!page() || page() !== state.root || document.hidden) return;
    const isThere = adopt() && state.after !== null;
    const patience = (state.due === state.token ? FIGURE_MS : LATE_MS) * 2 ** state.tries;
    if (isThere) Object.assign(state, { since: Date.now(), tries: 0 });
    else if (!dragging && Date.now() - state.since > patience) {
      state.tries = Math.min(state.tries + 1, 3); // a server may be slow: its answer must be able to come
      drawAgain();
    }
  }
  setInterval(watch, 1000);
  for (const kind of ["pointerdown", "pointerup", "pointercancel"]) {
    window.addEventListener(kind, (event) => {
      const inGraph = event.target.closest && event.target.closest("#live-graph, #live-overview");
      dragging = kind === "pointerdown" && Boolean(inGraph); // nothing moves under the hand
    }, true);
  }
  setInterval(() => { if (state.pending) bem.askLive(); }, 1000); // until a command is answered
  document.addEventListener("visibilitychange", bem.askLive);

  /* ---- readings ---- */
  function read(values, at) {
    for (const node of page().querySelectorAll(".bem-strip [data-bem-live]")) {
      const [key, factor, places] = node.dataset.bemLive.split(",");
      if (places === undefined) continue;
      const value = values[key];
      if (value === null || value === undefined) continue;
      const text = (value * Number(factor)).toFixed(Number(places));
      node.textContent = (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "\u2212");
      node.classList.remove("none");
      state.read[key] = at;
    }
    const age = page().querySelector('.bem-strip [data-bem-live="age"]');
    if (age) age.dataset.bemAgo = at;
    bem.tick();
  }
  /* A station that does not run still says what is at its terminals: that is shown, never the last
     sample as if it were the present. Channels that it does not speak of have no value now, and say so.
     In a pause it may record them all the same: then what it has recorded since is shown, if anything. */
  function readNow(now) {
    const nodes = [...page().querySelectorAll(".bem-strip [data-bem-live]")]
      .map((node) => [node, node.dataset.bemLive.split(",")]).filter((one) => one[1].length === 3);
    const heat = nodes.find((one) => one[1][2] === "1"); // degrees have one decimal
    const values = Object.assign({}, now.values);
    if (heat) values[heat[1][0]] = now.degc;
    for (const [node, parts] of nodes) {
      const value = values[parts[0]];
      if (value !== null && value !== undefined) continue;
      if (now.since && state.read[parts[0]] >= now.since) continue;
      node.textContent = now.since ? "\u2013" : "\u2013 not reported now";
      node.classList.add("none");
    }
    read(values, now.at);
  }
  function blank() {
    state.read = {};
    for (const node of page().querySelectorAll(".bem-strip [data-bem-live]")) {
      if (node.dataset.bemLive !== "age") node.textContent = "\u2013";
      else {
        delete node.dataset.bemAgo;
        node.removeAttribute("title");
        node.textContent = "none yet";
      }
    }
  }
  const lastOf = (column) => {
    for (let place = column.length - 1; place >= 0; place -= 1) if (column[place] !== null) return column[place];
    return null;
  };

  /* ---- adding points ---- */
  const plain = (values) => bem.axes.plain(values), scale = (graph, from) => bem.axes.scale(graph, from);
  function outgrown(graph, y) {
    return graph.data.some((trace) => trace.meta && trace.meta.factor > 1 && (y[trace.meta.key] || [])
      .some((value) => value !== null && Math.abs(value) * trace.meta.factor >= 150));
  }
  const measured = (graph) => graph.data.filter((trace) => trace.meta.key !== "expected");
  function take(update) {
    if (update[KEY.REDRAW]) return drawAgain();
    const times = update[KEY.TIMES], values = update[KEY.VALUES];
    if (!times || state.after === null || dragging || !adopt() || update[KEY.FIGURE] !== state.token) return undefined;
    const last = Object.assign({}, update[KEY.LAST]);
    for (const [key, column] of Object.entries(values)) last[key] = lastOf(column);
    state.after = update[KEY.AFTER];
    read(last, times[times.length - 1]);
    try {
      return add(times, values);
    } catch (error) {
      drawAgain(); // what is half added must neither stay nor stand still
      throw error;
    }
  }
  /* A pause begins or ends: the server names and shades it. It knows at once; one try is enough. */
  function shade(pauses) {
    if (pauses === undefined || pauses === state.pauses) return;
    state.pauses = pauses;
    if (state.after !== null && state.ends && state.drawnPauses !== pauses) drawAgain();
  }
  function add(x, y) {
    if (!state.ends) return drawAgain(); // the first ones
    const graph = drawnIn("live-graph");
    if (!graph.data.length) return undefined;
    if (outgrown(graph, y)) return drawAgain();
    for (const trace of graph.data) {
      trace.x = plain(trace.x);
      trace.y = plain(trace.y);
    }
    const known = Math.max(...measured(graph).map((trace) => (trace.x.length ? trace.x[trace.x.length - 1] : -Infinity)));
    const start = state.first ? x.findIndex((at) => at > known) : 0;
    if (start < 0) return undefined;
    state.first = false;
    state.ends[1] = x[x.length - 1];
    if (!state.tip) return mark(); // zoomed to what is over
    const from = begin();
    for (const trace of graph.data) drop(trace, from);
    graph.layout.shapes = (graph.layout.shapes || []).map(prolonged);
    if (!state.zoom) {
      graph.layout.xaxis.range = [from, Math.max(state.ends[1], from + 1000)];
      graph.layout.xaxis.autorange = false;
    }
    const update = { x: [], y: [] }, places = [];
    graph.data.forEach((trace, place) => {
      const key = trace.meta.key, factor = trace.meta.factor, column = y[key];
      if (!column) return;
      places.push(place);
      update.x.push(x.slice(start));
      update.y.push(column.slice(start).map((value) => (value === null ? null : value * factor)));
      if (trace.x.length > MARKERS_BELOW) trace.mode = "lines";
    });
    state.added += x.length - start;
    if (!state.zoom) scaleWith(graph, update, places, from);
    window.Plotly.extendTraces(graph, update, places);
    lengthen(x, y.voltage);
    mark();
    return state.added > PILE ? drawAgain() : undefined;
  }
  const begin = () => (state.range ? Math.max(state.ends[0], state.ends[1] - state.range * 1000) : state.ends[0]);
  function scaleWith(graph, update, places, from) {
    const all = graph.data.map((trace) => ({ yaxis: trace.yaxis, x: trace.x, y: trace.y }));
    places.forEach((place, index) => {
      all.push({ yaxis: graph.data[place].yaxis, x: update.x[index], y: update.y[index] });
    });
    scale({ data: all, layout: graph.layout }, from);
  }
  function drop(trace, from) {
    const first = trace.x.findIndex((at) => at >= from - state.range * 500); // half a range more stays
    if (state.zoom || !state.range || first < MOST_ONCE) return;
    trace.x = trace.x.slice(first);
    trace.y = trace.y.slice(first);
  }
  /* ---- the strip: its mark and its end go on ---- */
  function lengthen(x, volts) {
    const strip = drawnIn("live-overview"), line = strip && strip.data && strip.data[0];
    if (!line || !volts) return;
    line.x = plain(line.x);
    line.y = plain(line.y);
    const start = x.findIndex((at) => at > line.x[line.x.length - 1]);
    if (start >= 0) window.Plotly.extendTraces(strip, { x: [x.slice(start)], y: [volts.slice(start)] }, [0]);
  }
  /* A pause that lasts is shaded for an hour on, and then for another. */
  const prolonged = (shape) => (shape.name === "lasts" && shape.x1 < state.ends[1]
    ? Object.assign({}, shape, { x1: state.ends[1] + 3600000 }) : shape);
  function mark() {
    const strip = drawnIn("live-overview");
    if (!strip || !strip.data || !strip.data.length || !state.ends || !window.Plotly) return;
    const shown = state.zoom || [begin(), state.ends[1]];
    const shapes = (strip.layout.shapes || []).map((shape, place) => (place > 2 ? prolonged(shape) : Object.assign({}, shape,
      { x0: shown[place === 2 ? 1 : 0], x1: shown[place === 1 ? 0 : 1] })));
    window.Plotly.relayout(strip, { shapes: shapes, "xaxis.range": state.ends });
  }

  /* ---- places on the time axis, as in the graph of an experiment ---- */
  function unixMs(place) {
    if (typeof place === "number") return place;
    const iso = String(place).replace(" ", "T");
    return new Date(iso.length > 10 ? iso : iso + "T00:00").getTime();
  }
  function zoomed(change) {
    if (change["xaxis.autorange"]) return null;
    const range = change["xaxis.range"] || [change["xaxis.range[0]"], change["xaxis.range[1]"]];
    return range[0] === undefined || range[1] === undefined ? undefined : ends(range);
  }
  function ends(range) {
    const ms = range.map(unixMs);
    return ms.some(Number.isNaN) ? undefined : ms;
  }

  /* ---- buttons ---- */
  function hold(button) {
    state.held = !state.held;
    const words = state.held ? "Go on refreshing" : "Pause refreshing";
    button.title = words;
    button.setAttribute("aria-label", words);
    button.setAttribute("aria-pressed", state.held);
    button.firstElementChild.className = "bi bi-" + (state.held ? "play-fill" : "pause-fill");
    if (!state.held) bem.askLive();
  }
  function csv(link, event) {
    if (!state.experiment) return event.preventDefault();
    const query = new URLSearchParams();
    const graph = drawnIn("live-graph");
    if (link.dataset.bemCsv === "shown" && graph && graph.data.length) {
      const [from, to] = graph.layout.xaxis.range.map(unixMs);
      query.set("columns", measured(graph).map((trace) => trace.meta.key).join(","));
      query.set("from", (from / 1000).toFixed(3));
      query.set("to", (to / 1000).toFixed(3));
    }
    const text = query.toString().replace(/%2C/g, ",");
    link.href = "/experiments/" + state.experiment + "/measures.csv" + (text ? "?" + text : "");
    return undefined;
  }
  document.addEventListener("click", (event) => {
    if (!page()) return;
    const command = event.target.closest("[data-bem-command]");
    if (command && !command.disabled) {
      const about = Number(command.dataset.bemAbout) || null;
      setProps("live-command-chosen", { data: { kind: command.dataset.bemCommand, experiment: about, asked: ++count } });
    }
    const button = event.target.closest("[data-bem-hold]");
    if (button) hold(button);
    const link = event.target.closest("[data-bem-csv]");
    if (link) csv(link, event);
  });

  window.dash_clientside.live = {
    every: (seconds) => 1000 * (Number(seconds) || 5),
    ask: function () {
      if (document.hidden || state.held || waits()) return keep();
      return question();
    },
    update: function (update) {
      if (page() !== state.root) state = fresh(page());
      state.asked = 0;
      state.pending = Boolean(update[KEY.WAITS]);
      if (update[KEY.DIGEST]) state.digest = update[KEY.DIGEST];
      if (update[KEY.VERSION] !== undefined) state.version = update[KEY.VERSION];
      const next = update[KEY.NEXT];
      if (next !== undefined) {
        state.after = null; // nothing is asked until the new experiment is drawn
        state.since = Date.now();
        blank(); // what was read last belongs to the one before, as the graph does
        page().classList.add("bem-awaits");
        if (next) bem.toast("info", "The next experiment has begun: " + next + ".");
      } else {
        if (update[KEY.FIGURE] === state.token) take(update);
        shade(update[KEY.PAUSES]);
      }
      if (update[KEY.PRESENT]) readNow(update[KEY.PRESENT]);
      bem.tick();
      if (state.again) setTimeout(bem.askLive, 0);
      return keep();
    },
    drawn: function (drawn) {
      if (!drawn) return keep();
      if (page() !== state.root) state = fresh(page());
      state.due = drawn.drawn;
      state.since = Date.now();
      for (const wait of [0, 50, 200, 600]) setTimeout(watch, wait); // Plotly draws it in a moment
      return keep();
    },
    window: function (relayout, selected, _follow, _range, _experiment, before) {
      const source = (window.dash_clientside.callback_context.triggered.map((one) => one.prop_id)[0]) || "";
      let zoom = null; // the button, another range, another experiment: back to the newest
      if (source.includes("relayoutData")) zoom = zoomed(relayout || {});
      else if (source.includes("selectedData")) zoom = selected && selected.range ? ends(selected.range.x) : undefined;
      if (zoom === undefined) return keep();
      state.zoom = zoom; // at once: what comes before it is drawn must not move the axis back
      if (zoom !== null || before) return zoom;
      if (source.includes("relayoutData")) drawAgain(); // a double click has moved the axis
      return keep();
    },
    queued: function () { bem.askLive(); }, // what changes a queue mostly changes its station
    sent: function (chosen) {
      if (!chosen) return;
      state.pending = true;
      bem.askLive();
    },
  };
})();
