/* The wall: asks what has changed while somebody looks, writes fresh measures into the tiles, and
   narrows and orders them. The questions about alarms and batteries are shared with the live view. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const ORDER = ["alarm", "lost", "held", "paused", "running", "idle", "out"];
  const PATIENCE_MS = 20000, DRAWN_MS = 60;
  const stations = new Map(); // id -> what the server has told of it
  let wanted = { states: new Set(), text: "", sort: "urgent", shape: "tiles" };
  let asked = 0, updated = 0, count = 0, mounted = null;

  const page = () => document.querySelector(".bem-monitor");
  const tileOf = (id) => document.querySelector('[data-bem-station="' + id + '"]');
  const show = (tile, name, text) => {
    const node = tile.querySelector('[data-bem-live="' + name + '"]');
    if (node && node.textContent !== text) node.textContent = text;
  };

  function question() {
    const known = {};
    for (const [id, one] of stations) known[id] = one.d;
    asked = Date.now();
    return { known: known, count: ++count };
  }
  function askNow() {
    if (page() && !document.hidden) setProps("monitor-ask", { data: question() });
  }

  /* ---- fresh measures ---- */
  function write(id, one) {
    const tile = tileOf(id);
    if (!tile) return;
    if (tile.className !== one.c) tile.className = one.c;
    const line = tile.querySelector('[data-bem-live="line"]');
    if (line) {
      if (line.style.maskImage !== one.t) line.style.maskImage = one.t || "none";
      line.style.visibility = one.t ? "visible" : "hidden";
    }
    const [volts, amperes, degrees, at, percent, left] = one.v;
    if (at === undefined) return;
    show(tile, "v", volts);
    show(tile, "a", amperes);
    show(tile, "t", degrees);
    show(tile, "left", left);
    const age = tile.querySelector('[data-bem-live="age"]');
    if (age) age.dataset.bemAgo = at;
    const bar = tile.querySelector('[data-bem-live="bar"]');
    if (bar && percent !== null) {
      bar.style.width = percent + "%";
      bar.parentElement.setAttribute("aria-valuenow", percent);
    }
  }
  function writeAll() {
    for (const [id, one] of stations) write(id, one);
    const at = document.querySelector(".bem-updated");
    if (at && updated) at.dataset.bemAgo = updated;
    bem.tick();
  }

  /* ---- filter, search, order, shape ---- */
  const fits = (one) => (!wanted.states.size || wanted.states.has(one.s) || wanted.states.has(one.u)) && (!wanted.text || one.q.includes(wanted.text));
  const byName = (one, other) => one.n.localeCompare(other.n, undefined, { numeric: true });
  const byLeft = (one, other) => (one.l === null ? Infinity : one.l) - (other.l === null ? Infinity : other.l) || 0;
  const byState = (one, other) => ORDER.indexOf(one.s) - ORDER.indexOf(other.s);
  function arrange() {
    const root = page();
    if (!root) return;
    const sorts = { name: byName, left: byLeft, urgent: byState };
    const first = sorts[wanted.sort] || byState;
    const ordered = [...stations.entries()].sort((a, b) => first(a[1], b[1]) || byName(a[1], b[1]));
    let shown = 0;
    ordered.forEach(([id, one], place) => {
      const tile = tileOf(id);
      if (!tile) return;
      tile.style.order = place;
      tile.hidden = !fits(one);
      if (!tile.hidden) shown += 1;
    });
    root.classList.toggle("as-table", wanted.shape === "table");
    root.querySelector(".bem-none-found").hidden = shown > 0 || !stations.size;
    for (const chip of root.querySelectorAll("[data-bem-state]")) {
      const state = chip.dataset.bemState;
      const number = [...stations.values()].filter((one) => !state || one.s === state || one.u === state).length;
      const on = state ? wanted.states.has(state) : !wanted.states.size;
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
    set("state", [...wanted.states].join(","));
    set("q", wanted.text);
    const text = query.toString().replace(/%2C/g, ",");
    history.replaceState(history.state, "", "/" + (text ? "?" + text : ""));
  }

  document.addEventListener("click", (event) => {
    const chip = event.target.closest(".bem-monitor [data-bem-state]");
    if (chip) {
      const state = chip.dataset.bemState;
      if (!state) wanted.states.clear();
      else if (!wanted.states.delete(state)) wanted.states.add(state);
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

  window.dash_clientside.monitor = {
    ask: function () {
      if (document.hidden || (asked && Date.now() - asked < PATIENCE_MS)) return keep();
      return question();
    },
    tell: function (news) {
      asked = 0;
      updated = bem.now();
      if (news.all) stations.clear();
      for (const [id, told] of Object.entries(news)) {
        if (id !== "all") stations.set(id, Object.assign({}, stations.get(id), told));
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
        wanted.states = new Set(states.filter((one) => ORDER.includes(one)));
      }
      wanted = { states: wanted.states, text: (text || "").trim().toLowerCase(), sort: sort, shape: shape };
      arrange();
      remember();
      return keep();
    },
    again: function (done) {
      if (!done) return;
      askNow();
      if (bem.askLive) bem.askLive();
    },
  };
})();
