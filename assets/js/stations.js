/* Stations: asks what has changed while somebody looks, writes the times of the units' last
   contact, and opens the question behind a button. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const page = () => document.querySelector(".bem-stations");
  let count = 0;

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bem-do]");
    if (!button || button.disabled) return;
    const detects = button.dataset.bemDo === "detect";  /* what is asked at once */
    setProps(detects ? "stations-change-detect" : "stations-change-chosen", {
      data: { do: button.dataset.bemDo, of: Number(button.dataset.bemOf), asked: ++count },
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.id !== "stations-change-reason") return;
    event.preventDefault();
    document.getElementById("stations-change-sure").click();
  });
  document.addEventListener("visibilitychange", () => {
    if (page() && !document.hidden) setProps("stations-ask", { data: ++count });
  });

  function focusFirst(found) {
    const target = found && found.focus && document.getElementById(found.focus);
    if (target) target.focus();
  }

  window.dash_clientside.stations = {
    ask: () => (document.hidden ? keep() : ++count),
    seen: function (seen) {
      for (const [unit, at] of Object.entries((seen && seen.heard) || {})) {
        for (const node of document.querySelectorAll('[data-bem-unit="' + unit + '"] [data-bem-ago]')) {
          node.dataset.bemAgo = at;
        }
      }
      bem.tick();
      return keep();
    },
    again: function (done) {
      if (done && page()) setProps("stations-ask", { data: ++count });
    },
    markErrors: function (found) {
      focusFirst(found);
      return keep();
    },
  };
})();
