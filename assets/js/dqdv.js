/* The tab of dQ/dV in the browser: the two fields of the slider of cycles have names, and what is
   typed into them counts with Enter too. Dash's slider has neither. */
(function () {
  "use strict";
  const FIELDS = ".bem-dqdv-cycles .dash-range-slider-input";
  let asked = false;

  function name() {
    asked = false;
    for (const field of document.querySelectorAll(FIELDS)) {
      const first = field.classList.contains("dash-range-slider-min-input");
      field.setAttribute("aria-label", first ? "First cycle" : "Last cycle");
    }
  }

  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(name);
  }).observe(document.documentElement, { childList: true, subtree: true });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(FIELDS)) return;
    event.target.blur(); // it is read when it is left
    event.target.focus();
  });
})();
