/* The tab of cycles in the browser: what its controls show, which cycles are chosen, its address. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  let made = null;
  const table = () => (made = made || window.bem.rowTable("cycles")); // its script is read later
  let sort = null, sorted = false;

  /* ---- chosen cycles as a text, "1, 5, 10-20" ---- */
  function numbers(typed) {
    const found = new Set();
    for (const part of String(typed || "").replace(/–/g, "-").split(/[\s,]+/)) {
      const ends = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
      if (!ends) continue;
      const [low, high] = [Number(ends[1]), Number(ends[2] || ends[1])].sort((a, b) => a - b);
      for (let one = low; one <= Math.min(high, low + 20000); one++) found.add(one);
    }
    return found;
  }
  function text(found) {
    const all = [...found].sort((a, b) => a - b), parts = [];
    for (const one of all) {
      const last = parts[parts.length - 1];
      if (last && last[1] === one - 1) last[1] = one;
      else parts.push([one, one]);
    }
    return parts.map(([low, high]) => (low === high ? String(low) : low + "-" + high)).join(", ");
  }
  function ofPoints(data) {
    return ((data && data.points) || []).map((one) => one.customdata).filter(Number.isInteger);
  }

  /* ---- the address ---- */
  function remember(view) {
    if (!/^\/experiments\/\d+$/.test(location.pathname) || !view) return;
    const query = new URLSearchParams({ tab: "cycles" });
    const usual = { x: "cycle", per: "total", columns: view.usual };
    for (const [name, value] of Object.entries(view)) {
      if (name === "experiment" || name === "usual" || usual[name] === value) continue;
      for (const one of [].concat(value)) if (one !== null && one !== "") query.append(name, one);
    }
    if (sort) query.set("sort", sort);
    history.replaceState(history.state, "", location.pathname + "?" + query);
  }

  window.dash_clientside.cycles = {
    freshen: () => table().freshen(),
    columns: (shown, sets) => table().columns(shown, sets),
    view: function (x, per, rate, kind, cycles, shown, fade, known) {
      const view = {
        experiment: known.experiment, usual: known.usual, x: x, per: per, rate: rate || [],
        kind: kind || [], cycles: cycles || "", columns: [...(shown || [])].sort().join(","),
        fade: fade ? "1" : "",
      };
      return JSON.stringify(view) === JSON.stringify(known) ? keep() : view;
    },
    choose: function (clicked, selected, chosen) {
      const source = window.dash_clientside.callback_context.triggered.map((one) => one.prop_id)[0] || "";
      if (source.includes("selectedData")) {
        const found = ofPoints(selected);
        if (!found.length) return keep(); // a graph that is drawn anew says so of itself, too
        const low = found.reduce((a, b) => Math.min(a, b)), high = found.reduce((a, b) => Math.max(a, b));
        return low === high ? String(low) : low + "-" + high;
      }
      const [one] = ofPoints(clicked);
      if (one === undefined) return keep();
      const found = numbers(chosen);
      if (!found.delete(one)) found.add(one);
      return text(found);
    },
    refetch: function (view) {
      remember(view);
      return table().refetch(view);
    },
    rememberSort: function (request, view) {
      if (!request) return keep();
      const model = request.sortModel && request.sortModel[0];
      const wanted = model ? (model.sort === "desc" ? "-" : "") + model.colId : null;
      if (sorted || wanted) sort = wanted;
      sorted = true;
      remember(view);
      return keep();
    },
  };
})();
