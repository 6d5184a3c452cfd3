/* Words that go on with the time: "4 min ago", a running instruction, what is said only from a
   moment on. By the server's clock: a browser's own may be minutes off. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  const OFF_MS = 2000, LATE_S = 20;
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
  /* As `exactly` in components/formatting.py writes it: 24 Aug 2026, 08:10:02. */
  bem.exactly = function (ms) {
    const at = new Date(ms), month = at.toLocaleString("en-US", { month: "short" });
    return at.getDate() + " " + month + " " + at.getFullYear() + ", " + at.toLocaleTimeString("en-GB");
  };
  function stopwatch(seconds) {
    const whole = Math.max(0, Math.round(seconds)), two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(whole / 3600), minutes = Math.floor(whole / 60) % 60;
    return (hours ? hours + ":" + two(minutes) : String(minutes)) + ":" + two(whole % 60);
  }
  /* As `duration_words` in cycling/units.py writes it. */
  function duration(seconds) {
    const whole = Math.max(0, Math.round(seconds));
    for (const [unit, length, smaller, of, next] of [["min", 60, "s", 1, 3600], ["h", 3600, "min", 60, 86400], ["d", 86400, "h", 3600, Infinity]]) {
      const rounded = Math.round(whole / of) * of;
      if (whole >= 60 && rounded < next) return Math.floor(rounded / length) + " " + unit + " " + (rounded % length) / of + " " + smaller;
    }
    return whole + " s";
  }
  bem.duration = duration;
  /* What a run still takes, from an estimate: when it was made (ms), seconds done, of the present
     instruction, of all after it, how fast time goes on, and 1 if times alone end all of it, 2 if the
     present instruction, LATE_S as there. As `Remaining` in pages/station/progress.py. */
  bem.left = function (numbers) {
    const [from, done, step, after, rate, exact] = numbers;
    const passed = rate * Math.max(0, bem.now() - from) / 1000;
    const own = exact ? Math.max(0, step - passed) : step - passed;
    const seconds = Math.max(0, own) + after;
    const late = own < -LATE_S * Math.max(rate, 1), endless = late && after < 1;
    const span = (late ? "at least " : exact === 1 ? "" : "about ") + duration(seconds);
    const words = endless ? "longer than expected" : span + " left";
    const next = endless ? "once the present instruction has ended" : "in " + span;
    const percent = Math.min(99, Math.floor((100 * (done + passed)) / Math.max(done + passed + seconds, 1e-9)));
    return { seconds: seconds, percent: percent, next: next, words: rate ? words : "stands still, " + words };
  };
  bem.fill = function (bar, percent) {
    bar.style.width = percent + "%";
    bar.parentElement.setAttribute("aria-valuenow", percent);
  };
  /* Writes into the text that is there: a new one would have the browser look through its styles. */
  bem.write = function (node, text) {
    const words = node.firstChild;
    if (node.textContent === text) return;
    if (words && words === node.lastChild && words.nodeType === Node.TEXT_NODE) words.data = text;
    else node.textContent = text;
  };
  const write = bem.write;

  bem.tick = function () {
    if (document.hidden) return;
    for (const node of document.querySelectorAll("[data-bem-ago]")) write(node, bem.ago(Number(node.dataset.bemAgo)));
    for (const node of document.querySelectorAll("[data-bem-runs]")) {
      const [from, seconds, speed, most = Infinity] = node.dataset.bemRuns.split(",").map(Number);
      const passed = (speed * Math.max(0, bem.now() - from)) / 1000;
      write(node, stopwatch(Math.max(seconds, Math.min(seconds + passed, most))));
    }
    for (const node of document.querySelectorAll("[data-bem-lasts]")) {
      const [from, seconds, speed] = node.dataset.bemLasts.split(",").map(Number);
      write(node, duration(seconds + (speed * Math.max(0, bem.now() - from)) / 1000));
    }
    for (const node of document.querySelectorAll("[data-bem-left]")) {
      const left = bem.left(node.dataset.bemLeft.split(",").map(Number));
      if (node.classList.contains("progress-bar")) bem.fill(node, left.percent);
      else write(node, node.dataset.bemNext ? left.next : left.words);
    }
    for (const node of document.querySelectorAll("[data-bem-from]")) node.hidden = bem.now() < Number(node.dataset.bemFrom);
    for (const node of document.querySelectorAll("[data-bem-until]")) node.hidden = bem.now() >= Number(node.dataset.bemUntil);
  };
  setInterval(bem.tick, 1000);
  document.addEventListener("visibilitychange", bem.tick);
})();
