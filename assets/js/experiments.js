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
      if (location.pathname === "/" + page) history.replaceState(history.state, "", address(view));
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

  window.dash_clientside.experiments = bem.rowTable("experiments");
  window.dash_clientside.batteries = bem.rowTable("batteries");
})();
