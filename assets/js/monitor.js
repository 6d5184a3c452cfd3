/* The overview: asks what has changed while somebody looks, has the tiles drawn (monitor-tile.js), and
   narrows and orders them. The questions about alarms and batteries are shared with the live view. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  window.dash_clientside = window.dash_clientside || {};
  const keep = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const ORDER = ["alarm", "lost", "held", "paused", "running", "idle", "out"];
  const PATIENCE_MS = 20000, SOON_MS = 150, MOUNT_MS = 20, MOUNT_TRIES = 500;
  const NEAR = "50% 0px"; // tiles so far out of view are drawn, and brought up to date
  const { KEY, TEXTS } = bem.tile;
  const stations = new Map(); // id -> its fields as the server has sent them
  const blocks = new Map(); // block -> [digest, ids]
  const tiles = new Map(); // id -> its element
  const drawn = new Set(); // ids of the tiles that are drawn whole
  let fresh = new Set(); // ids of those whose measures were asked for last
  let filters = { states: new Set(), text: "", sort: "urgent", shape: "tiles" };
  let asked = 0, updated = 0, count = 0, mounted = null, box = null, soon = 0;

  const page = () => document.querySelector(".bem-monitor");

  function question() {
    const digests = {}, has = {};
    for (const [name, [digest]] of blocks) digests[name] = digest;
    for (const id of drawn) {
      const one = stations.get(id);
      has[id] = { [KEY.VALUES_DIGEST]: one[KEY.VALUES_DIGEST], [KEY.LINE_DIGEST]: one[KEY.LINE_DIGEST] };
    }
    fresh = new Set(drawn);
    asked = Date.now();
    return { blocks: digests, drawn: has, count: ++count };
  }
  function askNow() {
    if (page() && !document.hidden) setProps("monitor-ask", { data: question() });
  }
  function askSoon() {
    clearTimeout(soon);
    soon = setTimeout(askNow, SOON_MS);
  }

  /* ---- tiles: one for each station, drawn whole where they are in view ---- */
  const watching = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const tile = entry.target, id = tile.dataset.bemStation;
      if (tiles.get(id) !== tile) continue;
      if (!entry.isIntersecting) {
        if (bem.tile.clear(tile)) drawn.delete(id);
      } else if (!drawn.has(id)) {
        drawn.add(id);
        bem.tile.draw(tile, id, stations.get(id), true);
        if (!fresh.has(id)) askSoon();
      }
    }
  }, { rootMargin: NEAR });
  function forget(id) {
    const tile = tiles.get(id);
    if (tile) {
      watching.unobserve(tile);
      tile.remove();
    }
    stations.delete(id);
    tiles.delete(id);
    drawn.delete(id);
  }
  function add(id) {
    const tile = document.createElement("article");
    tile.dataset.bemStation = id;
    tiles.set(id, tile);
    watching.observe(tile);
    return tile;
  }
  /* Take over what has come; return whether something is said otherwise, and where. */
  function take(update) {
    if (update.all) {
      for (const id of stations.keys()) forget(id);
      blocks.clear();
      fresh = new Set();
    }
    if (update.look) bem.tile.setLook(update.look);
    for (const [name, block] of Object.entries(update.blocks || {})) {
      const stay = new Set(block[1].map(String));
      for (const id of (blocks.get(name) || ["", []])[1]) if (!stay.has(String(id))) forget(String(id));
      if (stay.size) blocks.set(name, block);
      else blocks.delete(name);
    }
    const reworded = new Set();
    for (const [id, fields] of Object.entries(update.stations || {})) {
      const before = stations.get(id);
      const one = Object.assign({}, before, fields);
      if (!before || TEXTS.some((key) => JSON.stringify(one[key]) !== JSON.stringify(before[key]))) reworded.add(id);
      stations.set(id, one);
      if (update.all && one[KEY.LINE]) fresh.add(id);
    }
    return reworded;
  }
  function draw(reworded) {
    for (const tile of document.querySelectorAll(".bem-tile.answered")) tile.classList.remove("answered");
    for (const id of reworded) bem.tile.draw(tiles.get(id) || add(id), id, stations.get(id), drawn.has(id));
    for (const id of drawn) if (!reworded.has(id)) bem.tile.write(tiles.get(id), stations.get(id));
    const at = document.querySelector(".bem-updated");
    if (at && updated) at.dataset.bemAgo = updated;
    bem.tick();
  }
  /* The element for the tiles, once it is there: the tiles of a page that was left are gone. */
  function mount() {
    const found = document.getElementById("monitor-overview");
    if (!found || found === box) return Boolean(found);
    box = found;
    watching.disconnect();
    tiles.clear();
    drawn.clear();
    return true;
  }
  function drawOnceThere(tries) {
    if (mount()) {
      draw(new Set(stations.keys()));
      arrange();
      setTimeout(arrange, MOUNT_MS); // also where the page before had such an element, which goes
    } else if (tries) setTimeout(drawOnceThere, MOUNT_MS, tries - 1);
  }

  /* ---- filter, search, order, shape ---- */
  const isIn = (one, states) => one[KEY.STATES].some((state) => states.has(state));
  const fits = (one) => (!filters.states.size || isIn(one, filters.states)) && (!filters.text || one[KEY.SEARCHED].includes(filters.text));
  const leftOf = (one) => (one[KEY.LEFT] ? bem.left([one[KEY.SAMPLED_MS], ...one[KEY.LEFT]]).seconds : Infinity);
  const names = new Intl.Collator(undefined, { numeric: true });
  const byName = (one, other) => names.compare(one[KEY.NAME], other[KEY.NAME]);
  const byLeft = (one, other) => leftOf(one) - leftOf(other) || 0;
  const byState = (one, other) => ORDER.indexOf(one[KEY.STATE]) - ORDER.indexOf(other[KEY.STATE]);
  /* Put the tiles into their order, in the page too: so they are read aloud and reached by keys. */
  function order(ordered) {
    const focused = document.activeElement;
    let next = box.querySelector(".bem-tile");
    for (const id of ordered) {
      const tile = tiles.get(id);
      if (tile === next) next = next.nextElementSibling;
      else box.insertBefore(tile, next);
    }
    if (focused !== document.activeElement) focused.focus({ preventScroll: true });
  }
  function arrange() {
    const root = page();
    if (!root || !mount()) return;
    if (tiles.size < stations.size) draw(new Set(stations.keys()));
    const sorts = { name: byName, left: byLeft, urgent: byState };
    const first = sorts[filters.sort] || byState;
    const ordered = [...stations].sort((a, b) => first(a[1], b[1]) || byName(a[1], b[1])).map(([id]) => id);
    order(ordered);
    let shown = 0;
    for (const id of ordered) {
      const isOut = !fits(stations.get(id));
      if (tiles.get(id).hidden !== isOut) tiles.get(id).hidden = isOut;
      if (!isOut) shown += 1;
    }
    root.classList.toggle("as-table", filters.shape === "table");
    root.classList.toggle("no-stations", !stations.size);
    root.classList.toggle("none-fits", !shown);
    root.querySelector(".bem-none-found").hidden = shown > 0 || !stations.size;
    countStates(root);
  }
  function countStates(root) {
    const counts = {};
    for (const one of stations.values()) {
      for (const state of one[KEY.STATES]) counts[state] = (counts[state] || 0) + 1;
    }
    for (const chip of root.querySelectorAll("[data-bem-state]")) {
      const state = chip.dataset.bemState;
      const number = state ? counts[state] || 0 : stations.size;
      const on = state ? filters.states.has(state) : !filters.states.size;
      chip.classList.toggle("active", on);
      chip.classList.toggle("none", !number && !on && state !== "");
      chip.setAttribute("aria-pressed", on);
      chip.querySelector("b").textContent = number.toLocaleString("en-GB");
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
      const reworded = take(update || {});
      if (update.all) drawOnceThere(MOUNT_TRIES);
      else if (mount()) {
        draw(tiles.size ? reworded : new Set(stations.keys()));
        if (reworded.size || update.blocks || filters.sort === "left") arrange();
        if ([...drawn].some((id) => !fresh.has(id))) askSoon();
      }
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
      const tile = alarm ? alarm.closest(".bem-tile") : done.station && tiles.get(String(done.station));
      if (tile) tile.classList.add("answered"); // until its words come
      askNow();
      if (bem.askLive) bem.askLive();
      bem.askQueues();
      setProps("shell-pulse", { data: Date.now() }); // the number of open alarms at the navigation
    },
  };
})();
