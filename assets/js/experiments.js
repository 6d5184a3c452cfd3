/* Tables that ask for their rows, in the browser: address, widths, fetching again after a filter. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  window.dash_clientside = window.dash_clientside || {};
  const no = () => window.dash_clientside.no_update;

  /* Enter on a row that has the focus opens what it leads to. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.classList.contains("ag-cell")) return;
    const link = event.target.parentElement.querySelector("a[data-bem-link]");
    if (link) link.click();
  });

  /* ---- ticked rows ---- */
  const MOST = 100, CHOSEN = "experiments-chosen-store";
  const ids = new Set(), watchers = new Set();
  let last = null;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  function between(one, other) {
    const rows = [];
    const grid = window.dash_ag_grid.getApi("experiments-grid");
    grid.forEachNode((node) => { if (node.data) rows.push([node.rowIndex, node.data.id]); });
    const [from, to] = [one, other].map((id) => rows.findIndex((row) => row[1] === id));
    if (from < 0 || to < 0) return [other];
    return rows.slice(Math.min(from, to), Math.max(from, to) + 1).map((row) => row[1]);
  }
  bem.chosen = {
    has: (id) => ids.has(id),
    watch: function (again) {
      watchers.add(again);
      return () => watchers.delete(again);
    },
    /* Ticks a row or takes its tick away; with `range` all from the last one to it. */
    toggle: function (id, range) {
      const ticks = !ids.has(id);
      for (const one of range && last !== null ? between(last, id) : [id]) if (ticks) ids.add(one); else ids.delete(one);
      last = id;
      if (ids.size > MOST) {
        for (const one of [...ids].slice(MOST)) ids.delete(one);
        setProps("shell-toasts-store", { data: { kind: "info", text: "At most " + MOST + " experiments are chosen at once." } });
      }
      setProps(CHOSEN, { data: [...ids] });
    },
  };
  function ranges(numbers) {
    const parts = [];
    for (const one of numbers) {
      const end = parts[parts.length - 1];
      if (end && end[1] === one - 1) end[1] = one;
      else parts.push([one, one]);
    }
    return parts.map(([low, high]) => (low === high ? String(low) : low + "-" + high)).join(",");
  }
  /* Space on a row that has the focus ticks it, on the tick itself the browser does. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || !event.target.classList.contains("ag-cell")) return;
    const tick = event.target.parentElement.querySelector("input[data-bem-choice]");
    if (!tick) return;
    event.preventDefault();
    bem.chosen.toggle(Number(tick.dataset.bemChoice), event.shiftKey);
  });

  /* The functions of the table of a page; its ids begin with the page's name. */
  bem.rowTable = function (page) {
    const GRID = page + "-grid", WIDTHS = "bem-" + page + "-widths";
    let sort = null, watched = null;

    function widths() {
      try { return JSON.parse(localStorage.getItem(WIDTHS)) || {}; } catch { return {}; }
    }
    function rememberWidths() {
      window.dash_ag_grid.getApiAsync(GRID).then((grid) => {
        if (grid === watched) return;
        watched = grid;
        grid.addEventListener("columnResized", (event) => {
          if (!event.finished || !event.column || event.source !== "uiColumnResized") return;
          const known = Object.assign(widths(), { [event.column.getColId()]: event.column.getActualWidth() });
          try { localStorage.setItem(WIDTHS, JSON.stringify(known)); } catch { /* not kept */ }
        });
      });
    }
    function address(view) {
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries(view || {})) {
        for (const one of [].concat(value)) if (one !== null && one !== "") query.append(key, one);
      }
      if (sort) query.set("sort", sort);
      const text = query.toString();
      return location.pathname + (text ? "?" + text : "");
    }
    function remember(view) {
      if (location.pathname !== "/" + page) return;
      history.replaceState(history.state, "", address(view));
      for (const link of document.querySelectorAll(".bem-list-file")) {
        link.setAttribute("href", link.getAttribute("href").split("?")[0] + location.search);
      }
    }

    return {
      refetch: function (view) {
        remember(view);
        try { window.dash_ag_grid.getApi(GRID).purgeInfiniteCache(); } catch { /* first draw */ }
        return no();
      },
      /* What is drawn is asked for again, where it stands: states and times go on. */
      freshen: function () {
        if (!document.getElementById(GRID)) return;
        try { window.dash_ag_grid.getApi(GRID).refreshInfiniteCache(); } catch { /* not drawn yet */ }
      },
      rememberSort: function (request, view) {
        if (!request) return no();
        const model = request.sortModel && request.sortModel[0];
        sort = model ? (model.sort === "desc" ? "-" : "") + model.colId : null;
        remember(view);
        return no();
      },
      columns: function (shown, sets) {
        if (sets.narrow) return sets.columns;
        rememberWidths();
        const chosen = widths();
        return sets.columns.map((one) => {
          const column = Object.assign({}, one, { hide: one.optional && !(shown || []).includes(one.field) });
          if (chosen[one.field]) Object.assign(column, { width: chosen[one.field], flex: null });
          delete column.optional;
          return column;
        });
      },
    };
  };

  window.dash_clientside.experiments = Object.assign(bem.rowTable("experiments"), {
    chosen: function (stored) {
      ids.clear();
      for (const one of stored || []) ids.add(one);
      for (const again of watchers) again();
      const query = "?experiments=" + ranges([...ids].sort((a, b) => a - b));
      return [
        !ids.size, ids.size + " chosen", "/compare" + query,
        ...["measures.zip", "cycles.csv", "cycles.parquet"].map((file) => "/experiments/" + file + query),
      ];
    },
    /* Tags or owners were changed: the rows show it, and the filter has new ones. */
    relabelled: function () {
      this.freshen();
      return Date.now();
    },
    chooseNone: function () {
      setProps(CHOSEN, { data: [] });
    },
  });
  window.dash_clientside.batteries = bem.rowTable("batteries");
})();
