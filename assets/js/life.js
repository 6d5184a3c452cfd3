/* The life of a battery in the browser: what its controls show, its address. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const USUAL = { y: "discharge_ah", x: "cycle", per: "total" };

  function query(view) {
    const found = new URLSearchParams();
    for (const [name, value] of Object.entries(view)) {
      const text = [].concat(value).join(",");
      if (!text || USUAL[name] === text) continue;
      for (const one of [].concat(value)) found.append(name, one);
    }
    return found.toString();
  }

  window.dash_clientside.life = {
    view: function (y, x, per, rate, known) {
      const view = { y: (y || []).slice(0, 4), x: x, per: per, rate: rate === "each" ? "" : rate || "" };
      if (!view.y.length) view.y = ["discharge_ah"];
      return JSON.stringify(view) === JSON.stringify(known) ? keep() : view;
    },
    remember: function (view) {
      const asked = new URLSearchParams(location.search);
      if (!view || asked.get("tab") !== "life") return;
      const text = query(view);
      history.replaceState(history.state, "", location.pathname + "?tab=life" + (text ? "&" + text : ""));
      for (const link of document.querySelectorAll(".bem-life-file")) {
        link.setAttribute("href", link.getAttribute("href").split("?")[0] + "?" + text);
      }
    },
  };
})();
