/* The page Compare in the browser: what its controls show, what is hidden, its address. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const MAX_TITLE = 60; // letters
  const USUAL = { y: "discharge_ah", x: "cycle", per: "total", show: "mean", band: "std", curve: "none", half: "discharge", cycle: "last" };

  /* ---- experiments as a text, "1-3, 7" ---- */
  function numbers(text) {
    const found = [];
    for (const part of String(text || "").replace(/–/g, "-").split(/[\s,]+/)) {
      const ends = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
      if (!ends) continue;
      for (let one = Number(ends[1]); one <= Number(ends[2] || ends[1]); one++) found.push(one);
    }
    return found;
  }

  function query(view) {
    const found = new URLSearchParams();
    for (const [name, value] of Object.entries(view)) {
      const text = [].concat(value).join(",");
      if (!text || USUAL[name] === text) continue;
      if (name === "experiments" || name === "hidden") found.set(name, text.replace(/\s+/g, ""));
      else for (const one of [].concat(value)) found.append(name, one);
    }
    return found.toString().replace(/%2C/g, ",");
  }

  /* An eye in the table hides its experiment, or shows it again; a button hides several. */
  let hidden = "";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bem-hides]");
    if (!button) return;
    const chosen = numbers(button.dataset.bemHides), all = new Set(numbers(hidden));
    const shows = chosen.length === 1 && all.has(chosen[0]);
    for (const one of chosen) if (shows) all.delete(one); else all.add(one);
    hidden = [...all].sort((a, b) => a - b).join(", ");
    window.dash_clientside.set_props("compare-hidden", { data: hidden });
  });

  /* Pictures say below which experiments they are of; of many how many. */
  function title(text) {
    const count = numbers(text).length;
    if (!count) return "Comparison";
    return "Comparison of " + (count === 1 ? "experiment " + text : text.length > MAX_TITLE ? count + " experiments" : "experiments " + text);
  }

  window.dash_clientside.compare = {
    view: function (experiments, y, x, per, rate, group, show, band, at, curve, half, cycle, hides, known) {
      const view = {
        experiments: experiments || "", y: (y || []).slice(0, 4), x: x, per: per, rate: rate === "main" ? "" : rate || "",
        group: group === "none" ? "" : group || "", show: show, band: band, hidden: hides || "", at: at || "",
        curve: curve, half: half, cycle: cycle || "last",
      };
      if (!view.y.length) view.y = ["discharge_ah"];
      return JSON.stringify(view) === JSON.stringify(known) ? keep() : view;
    },
    remember: function (view) {
      if (!view || location.pathname !== "/compare") return;
      hidden = view.hidden;
      const text = query(view);
      history.replaceState(history.state, "", location.pathname + (text ? "?" + text : ""));
      for (const link of document.querySelectorAll(".bem-compare-file")) {
        link.setAttribute("href", link.getAttribute("href").split("?")[0] + "?" + text);
      }
      for (const picture of document.querySelectorAll(".bem-compare [data-bem-picture]")) picture.dataset.bemTitle = title(view.experiments);
    },
  };
})();
