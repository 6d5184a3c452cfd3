/* The overview: asks what has changed while somebody looks, writes fresh measures into the tiles, and
   narrows and orders them. The questions about alarms and batteries are shared with the live view. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const ORDER = ["alarm", "lost", "held", "paused", "running", "idle", "out"];
  const PATIENCE_MS = 20000, DRAWN_MS = 60;
  /* The fields of a station; `Key` in pages/monitor/update.py says what each is. */
  const KEY = { TEXT_DIGEST: "dt", LINE_DIGEST: "dl", VALUES_DIGEST: "dv", STATE: "s", STATES: "u", NAME: "n", SEARCHED: "q",
    CLASS: "c", LINE: "t", VOLTS: "v", AMPERES: "a", DEGREES: "h", SAMPLED_MS: "m", PERCENT: "p", LEFT: "r" };
  const DIGESTS = [KEY.TEXT_DIGEST, KEY.LINE_DIGEST, KEY.VALUES_DIGEST];
  const stations = new Map(); // id -> its fields as the server has sent them
  let filters = { states: new Set(), text: "", sort: "urgent", shape: "tiles" };
  let asked = 0, updated = 0, count = 0, mounted = null;

  const page = () => document.querySelector(".bem-monitor");
  const tileOf = (id) => document.querySelector('[data-bem-station="' + id + '"]');
  const show = (tile, name, text) => {
    const node = tile.querySelector('[data-bem-live="' + name + '"]');
    if (node && node.textContent !== text) node.textContent = text;
  };

  function question() {
    const digests = {};
    for (const [id, one] of stations) digests[id] = Object.fromEntries(DIGESTS.map((key) => [key, one[key]]));
    asked = Date.now();
    return { digests: digests, count: ++count };
  }
  function askNow() {
    if (page() && !document.hidden) setProps("monitor-ask", { data: question() });
  }

  /* ---- fresh measures ---- */
  function write(id, one) {
    const tile = tileOf(id);
    if (!tile) return;
    if (tile.className !== one[KEY.CLASS]) tile.className = one[KEY.CLASS];
    const line = tile.querySelector('[data-bem-live="line"]');
    if (line) {
      const picture = one[KEY.LINE];
      if (line.style.maskImage !== picture) line.style.maskImage = picture || "none";
      line.style.visibility = picture ? "visible" : "hidden";
    }
    if (one[KEY.SAMPLED_MS] === null) return;
    show(tile, "v", one[KEY.VOLTS]);
    show(tile, "a", one[KEY.AMPERES]);
    show(tile, "t", one[KEY.DEGREES]);
    const left = one[KEY.LEFT];
    const counts = left ? tile.querySelectorAll('[data-bem-live="left"], [data-bem-live="bar"]') : [];
    for (const node of counts) node.dataset.bemLeft = [one[KEY.SAMPLED_MS], ...left].join(",");
    const age = tile.querySelector('[data-bem-live="age"]');
    if (age) age.dataset.bemAgo = one[KEY.SAMPLED_MS];
    const bar = tile.querySelector('[data-bem-live="bar"]');
    const percent = one[KEY.PERCENT];
    if (bar && percent !== null) bem.fill(bar, percent);
  }
  function writeAll() {
    for (const [id, one] of stations) write(id, one);
    const at = document.querySelector(".bem-updated");
    if (at && updated) at.dataset.bemAgo = updated;
    bem.tick();
  }

  /* ---- filter, search, order, shape ---- */
  const isIn = (one, states) => one[KEY.STATES].some((state) => states.has(state));
  const fits = (one) => (!filters.states.size || isIn(one, filters.states)) && (!filters.text || one[KEY.SEARCHED].includes(filters.text));
  const leftOf = (one) => (one[KEY.LEFT] ? bem.left([one[KEY.SAMPLED_MS], ...one[KEY.LEFT]]).seconds : Infinity);
  const byName = (one, other) => one[KEY.NAME].localeCompare(other[KEY.NAME], undefined, { numeric: true });
  const byLeft = (one, other) => leftOf(one) - leftOf(other) || 0;
  const byState = (one, other) => ORDER.indexOf(one[KEY.STATE]) - ORDER.indexOf(other[KEY.STATE]);
  function arrange() {
    const root = page();
    if (!root) return;
    const sorts = { name: byName, left: byLeft, urgent: byState };
    const first = sorts[filters.sort] || byState;
    const ordered = [...stations.entries()].sort((a, b) => first(a[1], b[1]) || byName(a[1], b[1]));
    let shown = 0;
    ordered.forEach(([id, one], place) => {
      const tile = tileOf(id);
      if (!tile) return;
      tile.style.order = place;
      tile.hidden = !fits(one);
      if (!tile.hidden) shown += 1;
    });
    root.classList.toggle("as-table", filters.shape === "table");
    root.querySelector(".bem-none-found").hidden = shown > 0 || !stations.size;
    for (const chip of root.querySelectorAll("[data-bem-state]")) {
      const state = chip.dataset.bemState;
      const number = [...stations.values()].filter((one) => !state || isIn(one, new Set([state]))).length;
      const on = state ? filters.states.has(state) : !filters.states.size;
      chip.classList.toggle("active", on);
      chip.classList.toggle("none", !number && !on && state !== "");
      chip.setAttribute("aria-pressed", on);
      chip.querySelector("b").textContent = number;
    }
  }
  function remember() {
    if (location.pathname !== "/") return;
    const query = new URLSearchParams(location.search);
    const set = (name, value) => (value ? query.set(name, value) : query.delete(name));
    set("state", [...filters.states].join(","));
    set("q", filters.text);
    const text = query.toString().replace(/%2C/g, ",");
    history.replaceState(history.state, "", "/" + (text ? "?" + text : ""));
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest(".bem-monitor [data-bem-state]");
    if (chip) {
      const state = chip.dataset.bemState;
      if (!state) filters.states.clear();
      else if (!filters.states.delete(state)) filters.states.add(state);
      arrange();
      remember();
    }
    const alarm = event.target.closest("[data-bem-alarm]");
    if (alarm) setProps("monitor-alarm-chosen", { data: { alarm: Number(alarm.dataset.bemAlarm), asked: ++count } });
    const battery = event.target.closest("[data-bem-confirm]");
    if (battery) {
      const [station, id] = battery.dataset.bemConfirm.split(",").map(Number);
      setProps("monitor-confirm-chosen", { data: { station: station, battery: id, asked: ++count } });
    }
  });
  document.addEventListener("visibilitychange", askNow);
  bem.askQueues = function () {
    for (const list of document.querySelectorAll('[id*="queue-body"]')) {
      const station = JSON.parse(list.id).station;
      setProps({ station: station, type: "queue-tick" }, { n_intervals: Date.now() });
    }
  };

  window.dash_clientside.monitor = {
    ask: function () {
      if (document.hidden || (asked && Date.now() - asked < PATIENCE_MS)) return keep();
      return question();
    },
    update: function (update) {
      asked = 0;
      updated = bem.now();
      if (update.all) stations.clear();
      for (const [id, fields] of Object.entries(update)) {
        if (id !== "all") stations.set(id, Object.assign({}, stations.get(id), fields));
      }
      arrange();
      writeAll();
      setTimeout(() => { arrange(); writeAll(); }, DRAWN_MS); // once the words of the same answer are drawn
      return keep();
    },
    narrow: function (text, sort, shape) {
      if (mounted !== page()) {
        mounted = page();
        const states = (new URLSearchParams(location.search).get("state") || "").split(",");
        filters.states = new Set(states.filter((one) => ORDER.includes(one)));
      }
      filters = { states: filters.states, text: (text || "").trim().toLowerCase(), sort: sort, shape: shape };
      arrange();
      remember();
      return keep();
    },
    /* What was asked is answered: at once the tile asks no more, then everything is asked anew. */
    again: function (done) {
      if (!done) return;
      const alarm = done.alarm && document.querySelector('.bem-tile [data-bem-alarm="' + done.alarm + '"]');
      const tile = alarm ? alarm.closest(".bem-tile") : done.station && tileOf(done.station);
      if (tile) tile.classList.add("answered"); // until its words come: `write` sets the classes
      askNow();
      if (bem.askLive) bem.askLive();
      bem.askQueues();
      setProps("shell-pulse", { data: Date.now() }); // the number of open alarms at the navigation
    },
  };
})();
