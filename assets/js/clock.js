/* Words that go on with the time: "4 min ago", a running instruction, what is said only from a
   moment on. By the server's clock: a browser's own may be minutes off. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  const OFF_MS = 2000;
  let ahead = 0;

  bem.heard = function (date) {
    const server = date ? Date.parse(date) + 500 : NaN;
    if (Number.isNaN(server)) return;
    const found = server - Date.now();
    ahead = Math.abs(found) > OFF_MS ? found : 0;
  };
  bem.now = () => Date.now() + ahead;

  bem.ago = function (ms) {
    const seconds = Math.max(0, Math.floor((bem.now() - ms) / 1000));
    for (const [unit, length] of [["d", 86400], ["h", 3600], ["min", 60]]) {
      if (seconds >= length) return Math.floor(seconds / length) + " " + unit + " ago";
    }
    return seconds + " s ago";
  };
  function stopwatch(seconds) {
    const whole = Math.max(0, Math.floor(seconds)), two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return (hours ? hours + ":" + two(minutes) : String(minutes)) + ":" + two(whole % 60);
  }
  const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };

  bem.tick = function () {
    if (document.hidden) return;
    for (const node of document.querySelectorAll("[data-bem-ago]")) write(node, bem.ago(Number(node.dataset.bemAgo)));
    for (const node of document.querySelectorAll("[data-bem-runs]")) {
      const [from, seconds, speed] = node.dataset.bemRuns.split(",").map(Number);
      write(node, stopwatch(seconds + (speed * Math.max(0, bem.now() - from)) / 1000));
    }
    for (const node of document.querySelectorAll("[data-bem-from]")) node.hidden = bem.now() < Number(node.dataset.bemFrom);
    for (const node of document.querySelectorAll("[data-bem-until]")) node.hidden = bem.now() >= Number(node.dataset.bemUntil);
  };
  setInterval(bem.tick, 1000);
  document.addEventListener("visibilitychange", bem.tick);
})();
