/* Add experiment: what is typed goes to the check a moment later and is kept in this tab until it
   is queued; errors stand under a field once it was left, all of them after a try to send. */
(function () {
  "use strict";
  const KEEP = "bem-add-experiment:", DEBOUNCE_MS = 250, SETTLE_MS = 300;
  const PREFIX = "addexp-", EDITOR = "addexp-profile", NAMES = [
    "name", "description", "technology", "battery", "station", "connected", "source", "version",
    "acknowledge"];
  let timer = null, latest = null, restoring = false, everything = false, left = new Set();
  let sent = false; // and not answered yet: an answer that is lost is made up for by the next check
  window.dash_clientside = window.dash_clientside || {};
  const no = () => window.dash_clientside.no_update;

  function setProps(id, props) {
    try { window.dash_clientside.set_props(id, props); } catch { /* not drawn (any more) */ }
  }
  function text() {
    const field = document.getElementById(EDITOR + "-text");
    return field ? field.value : "";
  }
  function read(values, begin) {
    const given = {};
    NAMES.forEach((name, place) => { given[name] = values[place]; });
    const amounts = {};
    const sides = ["pos", "neg"], parts = ["volume", "soc", "min-flow", "max-flow"];
    sides.flatMap((side) => parts.map((part) => PREFIX + side + "-" + part))
      .forEach((name, place) => { amounts[name] = values[NAMES.length + place] || ""; });
    return {
      token: begin.typed.token,
      name: given.name || "",
      description: given.description || "",
      technology: given.technology || "",
      pairs: (given.battery || []).map((battery, row) =>
        [battery ?? null, given.station[row] ?? null, Boolean(given.connected[row])]),
      source: given.source,
      version: given.version ?? null,
      text: text(),
      electrolytes: amounts,
      acknowledged: Boolean(given.acknowledge),
    };
  }
  function keep(name, typed) {
    try { sessionStorage.setItem(KEEP + name, JSON.stringify(typed)); } catch { /* full */ }
  }
  function kept(name) {
    try { return JSON.parse(sessionStorage.getItem(KEEP + name)); } catch { return null; }
  }
  function flush() {
    clearTimeout(timer);
    if (!latest) return null;
    const typed = { ...latest.typed, text: text() };
    keep(latest.kept, typed);
    return typed;
  }

  /* ---- rows of pairs ---- */
  /* A row with the number of its place; what is chosen and said in it goes with it. */
  function placed(row, place, several) {
    const copy = JSON.parse(JSON.stringify(row), (key, value) => (key === "row" ? place : value));
    const [battery, station, remove] = copy.props.children[0].props.children;
    for (const [choice, word] of [[battery, "Battery"], [station, "Station"]]) {
      choice.props.children[0].props.children = place ? word + " " + (place + 1) : word;
    }
    const words = "Remove pair " + (place + 1);
    Object.assign(remove.props, { "aria-label": words, hidden: !several });
    remove.props.children[1].props.children = words;
    return copy;
  }

  function rowCount() { return document.querySelectorAll(".bem-add-experiment .bem-pair").length; }

  /* ---- what is wrong, under its field ---- */
  function fieldOf(element) {
    const control = element.closest("[id]");
    if (!control || !control.closest(".bem-add-experiment")) return null;
    if (control.id.startsWith("{")) return "pair-" + JSON.parse(control.id).row;
    if (control.id === EDITOR + "-text") return EDITOR;
    return control.id;
  }
  document.addEventListener("focusout", (event) => {
    const field = event.target.closest && fieldOf(event.target);
    if (!field || left.has(field)) return;
    left.add(field);
    setTimeout(draw, SETTLE_MS); // a line that appears between press and release would lose the click
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === EDITOR + "-text" && latest && !restoring) {
      keep(latest.kept, { ...latest.typed, text: event.target.value });
    }
  });
  let answered = null; // the last answer to a try to send
  let found = { problems: {} }, behind = false; // behind: something was typed after the check
  function draw() {
    if (behind && !everything) return;
    const problems = found.problems || {};
    for (const place of document.querySelectorAll(".bem-add-experiment .bem-field-error[id]")) {
      const field = place.id.replace(/-error$/, "");
      const shown = (everything || left.has(field)) && problems[field];
      place.textContent = shown && field !== EDITOR ? shown : everything && problems[field] || "";
      const control = document.getElementById(field);
      if (!control || !control.matches("input, textarea")) continue;
      control.classList.toggle("is-invalid", Boolean(shown));
      control.setAttribute("aria-invalid", String(Boolean(shown)));
      control.setAttribute("aria-describedby", place.id);
    }
    document.querySelectorAll(".bem-add-experiment .bem-pair").forEach((pair, row) => {
      const words = everything && problems["pair-" + row] || "";
      const said = pair.querySelector(".said");
      const place = pair.querySelector(".bem-pair-error");
      if (place) place.textContent = said && said.textContent.includes(words) ? "" : words;
    });
  }
  function goTo(field) {
    const row = /^pair-(\d+)$/.exec(field);
    let target = document.getElementById(field === EDITOR ? EDITOR + "-text" : field);
    if (row) {
      const pair = document.querySelectorAll(".bem-add-experiment .bem-pair")[Number(row[1])];
      const empty = pair && [...pair.querySelectorAll(".dash-dropdown")]
        .find((one) => one.querySelector(".dash-dropdown-placeholder"));
      target = empty || (pair && pair.querySelector(".dash-dropdown"));
    }
    if (target && target.offsetParent === null && field === EDITOR) {
      target = document.getElementById(PREFIX + "version");
    }
    if (target) { target.focus(); target.scrollIntoView({ block: "center" }); }
  }

  window.dash_clientside.addExperiment = {
    typed: function (...values) {
      const begin = values.pop();
      values.splice(-3); // form and rows themselves, and the editor's text, read from its field
      const by = window.dash_clientside.callback_context.triggered || [];
      if (by.some((one) => one.prop_id === PREFIX + "form.children")) restoring = false;
      const typed = read(values, begin); // of the form as it was drawn last
      latest = { kept: begin.kept, typed: typed };
      behind = true;
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (restoring || !document.getElementById(PREFIX + "name")) return; // or the page was left
        const now = { ...typed, text: text() };
        keep(begin.kept, now);
        setProps("addexp-typed", { data: now });
      }, DEBOUNCE_MS);
      return no();
    },
    /* Pairs come and go without the server: what is chosen while it is asked would be lost. */
    pairs: function (add, remove, rows, empty) {
      const [by] = window.dash_clientside.callback_context.triggered;
      if (!by || !by.value) return no(); // buttons that were drawn
      const of = window.dash_clientside.callback_context.triggered_id;
      const pairs = of === PREFIX + "add-row" ? [...rows, JSON.parse(empty.row)] : rows.filter((_one, place) => place !== of.row);
      if (!pairs.length || pairs.length > empty.most) return no();
      setProps(PREFIX + "add-row", { disabled: pairs.length === empty.most });
      return pairs.map((row, place) => placed(row, place, pairs.length > 1));
    },
    /* What a check says of each pair. The rows are no outputs of the check, as Dash lets a late
       answer to an older one overwrite them and all else. */
    say: function (checked) {
      if (!checked || !checked.rows) return no();
      JSON.parse(checked.rows).slice(0, rowCount()).forEach((row, place) => {
        setProps({ row: place, type: PREFIX + "note" }, { children: row.notes });
        setProps({ row: place, type: PREFIX + "connected" },
          { label: row.connected, style: row.connected ? {} : { display: "none" } });
      });
      return no();
    },
    /* What each pair can choose from now. One in which something else was chosen meanwhile keeps
       its lists: they would empty it. */
    offer: function (offers, batteries, stations) {
      if (!offers) return no();
      const lists = JSON.parse(offers);
      for (const [what, chosen] of [["battery", batteries], ["station", stations]]) {
        const known = new Map(lists[what]);
        chosen.forEach((value, place) => {
          const options = known.get(value ?? null);
          if (options) setProps({ row: place, type: PREFIX + what }, { options: options });
        });
      }
      return no();
    },
    send: function (save, draft) {
      const trigger = window.dash_clientside.callback_context.triggered_id;
      if (!save && !draft) return no();
      const typed = flush();
      if (!typed) return no();
      sent = trigger !== PREFIX + "draft";
      return { what: trigger === PREFIX + "draft" ? "draft" : "queue", typed: typed, at: Date.now() };
    },
    /* With the frame's pulse: whether a station has become free meanwhile. Not under an open list. */
    again: function (pulse) {
      const isOpen = document.querySelector(".bem-add-experiment [aria-haspopup=listbox][aria-expanded=true]");
      return isOpen || restoring || !latest ? no() : pulse;
    },
    restore: function (begin) {
      everything = sent = false; left = new Set(); found = { problems: {} };
      latest = null;
      const known = kept(begin.kept);
      restoring = Boolean(known);
      if (!known) return no();
      const token = begin.kept.startsWith("draft-") ? begin.typed.token : known.token;
      begin.typed.token = token;
      return { ...known, token: token };
    },
    show: function (checked, answer) {
      const isNew = Boolean(answer) && answer !== answered; // that of a check may come with it
      answered = answer;
      found = (isNew ? answer : checked) || { problems: {} };
      behind = false;
      if (isNew || sent) everything = true;
      if (isNew) sent = false;
      if (found.saved && latest) {
        clearTimeout(timer);
        try { sessionStorage.removeItem(KEEP + latest.kept); } catch { /* none */ }
        latest = null;
      }
      if (isNew && found.go) setProps(PREFIX + "go", { href: found.go });
      setTimeout(() => { draw(); if (isNew && answer.focus) goTo(answer.focus); }, 0);
      return no();
    },
  };
})();
