/* The profile pages in the browser: what is shown stands in the address. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.profiles = {
    remember: function (view) {
      if (!view || location.pathname !== view.path) return window.dash_clientside.no_update;
      const query = new URLSearchParams();
      for (const [key, value] of Object.entries(view.query)) {
        if (value !== null && value !== "") query.set(key, value);
      }
      const text = query.toString();
      history.replaceState(history.state, "", location.pathname + (text ? "?" + text : ""));
      return window.dash_clientside.no_update;
    },
  };
})();
