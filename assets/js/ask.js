/* Ask, then do: the dialog of a question closes at once, and what it has shown goes with it. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.ask = {
    close: (clicks) => (clicks ? [false, []] : [window.dash_clientside.no_update, window.dash_clientside.no_update]),
  };
})();
