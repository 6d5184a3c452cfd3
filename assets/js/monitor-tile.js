/* The tile of a station: drawn from the fields that the server sends, and fresh measures written into
   it. Only the head of a tile that is far out of view is drawn. Nothing sent is ever read as HTML. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  /* The fields of a station; `Key` in pages/monitor/update.py says what each is. */
  const KEY = { STATE: "s", STATES: "u", BENEATH: "f", NAME: "n", SEARCHED: "q", CLASS: "c", SIMULATED: "i", EXPERIMENT: "e",
    READINGS: "g", NOTES: "o", REMARK: "k", RUN: "w", ACTS: "b", NEXT: "x", HEARD: "y", CYCLES: "j", LINE_DIGEST: "dl", LINE: "t",
    VALUES_DIGEST: "dv", VOLTS: "v", AMPERES: "a", DEGREES: "h", SAMPLED_MS: "m", TEST_S: "z", PERCENT: "p", LEFT: "r" };
  const TEXTS = [KEY.STATE, KEY.BENEATH, KEY.NAME, KEY.CLASS, KEY.SIMULATED, KEY.EXPERIMENT, KEY.READINGS, KEY.NOTES,
    KEY.REMARK, KEY.RUN, KEY.ACTS, KEY.NEXT, KEY.HEARD, KEY.CYCLES];
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 240, HEIGHT = 36;
  let look = {}; // of each state: its class, icon and word

  /* ---- elements ---- */
  function el(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined) continue;
      if (key === "class") node.className = value;
      else node.setAttribute(key, value);
    }
    node.append(...children.filter((one) => one !== null));
    return node;
  }
  const icon = (name) => el("i", { class: "bi bi-" + name, "aria-hidden": "true" });
  const link = (text, href, kind, title) => el("a", { href: href, class: kind, title: title, "data-bem-link": "" }, text);
  const button = (text, attributes) => el("button", { type: "button", class: "btn btn-secondary btn-sm", ...attributes }, text);
  const ago = (ms, title, live) => el("span", { "data-bem-ago": ms, "data-bem-live": live, title: title }, bem.ago(ms));
  /* What stands for words that are more than a text; as pages/monitor/tile.py says. */
  const DRAW = { b: (text) => el("b", null, text), a: (text, href) => link(text, href), ago: ago };
  const words = (parts) => parts.map((one) => (Array.isArray(one) ? DRAW[one[0]](...one.slice(1)) : one));

  /* ---- the parts of a tile ---- */
  function pill(one) {
    const [kind, name, word] = look[one[KEY.STATE]];
    const beneath = one[KEY.BENEATH] ? ", " + look[one[KEY.BENEATH]][2].toLowerCase() : "";
    return el("span", { class: "bem-status " + kind }, icon(name), word + beneath);
  }
  function head(id, one) {
    const who = el("span", { class: "who" }, link(one[KEY.NAME], "/monitor/" + id, "st cut"));
    if (one[KEY.SIMULATED]) {
      const [text, title] = one[KEY.SIMULATED];
      who.append(el("span", { class: "bem-tag", title: title }, text));
    }
    return el("header", null, who, pill(one));
  }
  function about(one) {
    const what = el("div", { class: "what" });
    if (one[KEY.EXPERIMENT]) {
      const [name, id, text] = one[KEY.EXPERIMENT];
      what.append(link(name, "/experiments/" + id, "cut", name), el("span", { class: "cut t3 small", title: text }, text));
    }
    return what;
  }
  function reading(value, unit, live) {
    return el("div", { class: "bem-reading" },
      el("span", { class: "v", "data-bem-live": live }, value), el("span", { class: "u" }, unit));
  }
  function readings(one) {
    if (!one[KEY.READINGS]) return [];
    const [unit, isWarm, hasLine] = one[KEY.READINGS];
    const values = el("div", { class: "vals" }, reading(one[KEY.VOLTS], "V", "v"), reading(one[KEY.AMPERES], unit, "a"));
    if (isWarm) values.append(reading(one[KEY.DEGREES], "°C", "t"));
    return hasLine ? [values, el("div", { class: "spark", "data-bem-live": "line" })] : [values];
  }
  function note([kind, name, parts]) {
    return el("div", { class: "bem-note " + kind }, icon(name), el("div", null, ...words(parts)));
  }
  function remark(one) {
    if (!one[KEY.REMARK].length) return null;
    const small = one[KEY.STATE] === "held" ? "small t3" : null;
    return el("div", { class: "fill" }, el("span", { class: small }, ...words(one[KEY.REMARK])));
  }
  function progress(one) {
    if (!one[KEY.RUN]) return null;
    const [first, place] = one[KEY.RUN];
    const bar = el("div", { class: "progress-bar", "data-bem-live": "bar" });
    const frame = { class: "progress", role: "progressbar", "aria-label": "Progress", "aria-valuenow": "0",
      "aria-valuemin": "0", "aria-valuemax": "100" };
    return el("div", { class: "prog" },
      el("div", { class: "row2" }, el("span", { class: "cut", "data-bem-live": "took" }, ...words(first)),
        el("span", { "data-bem-live": "left" }, "time left unknown")),
      el("div", frame, bar),
      el("div", { class: "row2" }, el("span", { class: "cut", title: "Instruction " + place }, place)));
  }
  function cycles(one) {
    if (!one[KEY.CYCLES]) return null;
    const [text, address, line] = one[KEY.CYCLES];
    const node = el("div", { class: "cycles" }, link(text, address, "cut small", text));
    if (line) node.append(el("span", { class: "spark" }, sparkline([line, "", false])));
    return node;
  }
  function foot(id, one) {
    const [alarm, battery, leadsOn] = one[KEY.ACTS], left = [];
    if (alarm !== null) left.push(button("Acknowledge", { "data-bem-alarm": alarm }));
    if (battery !== null) left.push(button("Confirm battery", { "data-bem-confirm": id + "," + battery }));
    if (leadsOn) left.push(link("Open", "/monitor/" + id, left.length ? "btn btn-link btn-sm" : "btn btn-secondary btn-sm"));
    if (!left.length) left.push(el("span", { class: "cut next" }, one[KEY.NEXT]));
    const sampled = one[KEY.SAMPLED_MS];
    const heard = sampled === null ? null : el("span", { class: "bem-age" }, ago(sampled, "", "age"));
    const unheard = one[KEY.HEARD] ? el("span", { class: "t3" }, one[KEY.HEARD]) : null;
    return el("footer", null, el("span", { class: "cut acts" }, ...left), heard || unheard);
  }

  /* ---- the small line ---- */
  function path(line, attributes) {
    const node = document.createElementNS(SVG, "path");
    for (const [key, value] of Object.entries({ d: line, ...attributes })) node.setAttribute(key, value);
    return node;
  }
  function area(line) {
    return line.split("M").slice(1).map((piece) => {
      const points = piece.split("L"), x = (point) => point.split(" ")[0];
      return "M" + x(points[0]) + " " + HEIGHT + "L" + piece + "L" + x(points[points.length - 1]) + " " + HEIGHT + "z";
    }).join("");
  }
  function sparkline([line, gaps, isDashed]) {
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", "0 0 " + WIDTH + " " + HEIGHT);
    picture.setAttribute("preserveAspectRatio", "none");
    picture.setAttribute("aria-hidden", "true");
    const stroke = { fill: "none", stroke: "currentColor", "stroke-width": "1.5", "stroke-linejoin": "round",
      "vector-effect": "non-scaling-stroke" };
    if (isDashed) stroke["stroke-dasharray"] = "3 3";
    picture.append(path(area(line), { opacity: ".09" }), path(line, stroke));
    if (gaps) picture.append(path(gaps, { opacity: ".28" }));
    return picture;
  }

  /* ---- fresh measures ---- */
  function took(one) {
    const begun = one[KEY.RUN][2];
    if (begun === null || one[KEY.TEST_S] === null) return "";
    return "Test time " + bem.duration(one[KEY.TEST_S]) + ", wall time " + bem.duration((bem.now() - begun) / 1000);
  }
  function write(tile, one) {
    const part = (name) => tile.querySelector('[data-bem-live="' + name + '"]');
    const show = (name, text) => {
      const node = part(name);
      if (node) bem.write(node, text);
    };
    const line = part("line");
    if (line && tile.bemLine !== one[KEY.LINE_DIGEST]) {
      line.replaceChildren(...(one[KEY.LINE][0] ? [sparkline(one[KEY.LINE])] : []));
      tile.bemLine = one[KEY.LINE_DIGEST];
    }
    if (one[KEY.SAMPLED_MS] === null || tile.bemValues === one[KEY.VALUES_DIGEST]) return;
    tile.bemValues = one[KEY.VALUES_DIGEST];
    show("v", one[KEY.VOLTS]);
    show("a", one[KEY.AMPERES]);
    show("t", one[KEY.DEGREES]);
    const age = part("age");
    if (age) {
      age.dataset.bemAgo = one[KEY.SAMPLED_MS];
      age.title = bem.exactly(one[KEY.SAMPLED_MS]);
      bem.write(age, bem.ago(one[KEY.SAMPLED_MS]));
    }
    if (one[KEY.RUN]) writeRun(one, part("left"), part("bar"), part("took"));
  }
  function writeRun(one, span, bar, first) {
    first.title = took(one);
    const left = one[KEY.LEFT];
    if (!left) {
      delete span.dataset.bemLeft;
      delete bar.dataset.bemLeft;
      bem.write(span, "time left unknown");
      return bem.fill(bar, one[KEY.PERCENT] || 0);
    }
    span.dataset.bemLeft = bar.dataset.bemLeft = [one[KEY.SAMPLED_MS], ...left].join(",");
    const now = bem.left([one[KEY.SAMPLED_MS], ...left]);
    bem.write(span, now.words);
    return bem.fill(bar, now.percent);
  }

  /* The focus stays on what has it, though it is drawn anew. */
  const nameOf = (node) => [node.getAttribute("href"), node.dataset.bemAlarm, node.dataset.bemConfirm, node.textContent].join();
  function keepFocus(tile, draw) {
    const focused = tile.contains(document.activeElement) ? nameOf(document.activeElement) : null;
    draw();
    if (focused === null) return;
    const same = [...tile.querySelectorAll("a, button")].find((node) => nameOf(node) === focused);
    if (same) same.focus({ preventScroll: true });
  }

  bem.tile = {
    KEY: KEY,
    TEXTS: TEXTS,
    setLook: (states) => { look = states; },
    /* Draw a tile: all of it, or far out of view its head. */
    draw: function (tile, id, one, isNear) {
      tile.className = "bem-card bem-tile " + one[KEY.CLASS] + (isNear ? "" : " far");
      tile.setAttribute("aria-label", one[KEY.NAME]);
      keepFocus(tile, () => {
        tile.replaceChildren(head(id, one));
        if (!isNear) return;
        tile.append(...[about(one), ...readings(one), ...one[KEY.NOTES].map(note), remark(one), cycles(one), progress(one), foot(id, one)]
          .filter((part) => part !== null));
        tile.bemLine = tile.bemValues = undefined;
        write(tile, one);
      });
    },
    /* Take away what is far out of view, but for what has the focus. */
    clear: function (tile) {
      const first = tile.firstElementChild;
      if (!first || (tile.contains(document.activeElement) && !first.contains(document.activeElement))) return false;
      while (tile.lastElementChild !== first) tile.lastElementChild.remove();
      tile.classList.add("far");
      return true;
    },
    write: write,
  };
})();
