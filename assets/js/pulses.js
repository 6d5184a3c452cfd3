/* The tab of pulses in the browser: a box of its table says whether a pulse counts. */
(function () {
  "use strict";
  let asked = 0;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("button[data-bem-pulse]");
    if (!box || box.disabled) return;
    const right = box.getAttribute("aria-checked") !== "true";
    box.setAttribute("aria-checked", String(right));
    window.dash_clientside.set_props("pulses-tick-wanted", {
      data: { measure: Number(box.dataset.bemPulse), right: right, asked: ++asked },
    });
  });
})();
