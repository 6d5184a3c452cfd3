/* Forms of a battery: what was typed goes to the check a moment later; errors stand under a field
   once it was left, all of them after a try to save. */
(function () {
  "use strict";
  const DEBOUNCE_MS = 250;
  const timers = {}, drawn = {}, everything = new Set();
  const answers = {}, behind = new Set(); // behind: something was typed after the last check
  window.dash_clientside = window.dash_clientside || {};
  const no = () => window.dash_clientside.no_update;
  const box = (prefix) => document.getElementById(prefix + "--box");
  const prefixOf = (boxId) => boxId.slice(0, -"--box".length);

  function setProps(id, props) {
    try { window.dash_clientside.set_props(id, props); } catch { /* not drawn (any more) */ }
  }
  function fieldOf(control) {
    const form = control.closest("[data-bem-form]");
    const prefix = form && form.dataset.bemForm;
    if (!prefix || !control.id.startsWith(prefix + "-")) return null;
    return { prefix: prefix, name: control.id.slice(prefix.length + 1).replaceAll("-", "_") };
  }
  const left = {};
  document.addEventListener("focusout", (event) => {
    const field = event.target.matches("input, select, textarea") && fieldOf(event.target);
    if (!field) return;
    const known = (left[field.prefix] = left[field.prefix] || new Set());
    if (known.has(field.name)) return;
    known.add(field.name);
    setProps(field.prefix + "--left", { data: [...known] });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-bem-form] input")) return;
    const field = fieldOf(event.target);
    const save = field && document.getElementById(field.prefix + "--save");
    if (save) { event.preventDefault(); save.click(); }
  });

  function forget(prefix, known) {
    everything.delete(prefix);
    left[prefix] = new Set();
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith("_dash_persistence." + prefix + "-")) sessionStorage.removeItem(key);
    }
    if (known && known.length) setProps(prefix + "--left", { data: [] }); // that calls show again
  }
  function goOn(prefix, address) {
    if (address) setProps(prefix + "--go", { href: address });
  }
  function tell(prefix, problems) {
    for (const control of box(prefix).querySelectorAll("input, select, textarea")) {
      const field = fieldOf(control);
      if (!field) continue;
      control.setAttribute("aria-invalid", String(Boolean(problems[field.name])));
      control.setAttribute("aria-describedby", control.id + "-error");
    }
  }
  function isFilled(prefix, name) {
    const control = document.getElementById(prefix + "-" + name.replaceAll("_", "-"));
    return Boolean(control && control.value);
  }
  function goTo(prefix, name) {
    const control = document.getElementById(prefix + "-" + name.replaceAll("_", "-"));
    if (!control) return;
    const target = control.matches("input, select, textarea") ? control : control.querySelector("input");
    if (target) target.focus();
  }
  function words(problems) {
    const count = Object.keys(problems).length;
    if (!count) return "";
    return count === 1 ? "1 field to fix" : count + " fields to fix";
  }

  function valueOf(output, prefix, shown) {
    if (output.id === prefix + "--state") return everything.has(prefix) ? words(shown) : "";
    const name = output.id.slice(prefix.length + 1).replace(/-error$/, "").replaceAll("-", "_");
    return output.property === "children" ? shown[name] || "" : Boolean(shown[name]);
  }

  window.dash_clientside.battery = {
    typed: function (...given) {
      const prefix = prefixOf(given.pop());
      clearTimeout(timers[prefix]);
      behind.add(prefix);
      timers[prefix] = setTimeout(() => {
        if (box(prefix)) setProps(prefix + "--typed", { data: given }); // a closed dialog is not there
      }, DEBOUNCE_MS);
      return no();
    },
    technology: function (technology, kind) {
      return "bem-battery-form " + (technology || "") + " " + (kind || "").replaceAll(" ", "-");
    },
    /* Draw what the last check or try to save has found. Both may come at once: each has a store. */
    show: function (tried, checked, known, boxId) {
      const prefix = prefixOf(boxId), last = answers[prefix] || {};
      let found = last.found;
      if (checked !== last.checked) { found = checked; behind.delete(prefix); }
      const isAnswer = tried !== last.tried;
      if (isAnswer) { found = tried; behind.delete(prefix); }
      if (!tried) everything.delete(prefix);
      if (isAnswer && tried && tried.saved) { forget(prefix, known); goOn(prefix, tried.go); known = []; }
      if (found && found.all) everything.add(prefix);
      answers[prefix] = { tried: tried, checked: checked, found: found };
      left[prefix] = new Set(known || []);
      const all = (found && found.problems) || {};
      const shown = {};
      for (const name of Object.keys(all)) {
        const isLeft = left[prefix].has(name) && (!behind.has(prefix) || !isFilled(prefix, name));
        if (everything.has(prefix) || isLeft) shown[name] = all[name];
      }
      const outputs = window.dash_clientside.callback_context.outputs_list;
      if (box(prefix)) {
        tell(prefix, shown);
        if (isAnswer && tried && tried.focus) setTimeout(() => goTo(prefix, found.focus), 0);
      }
      const before = found ? drawn[prefix] || {} : {};
      drawn[prefix] = {};
      return outputs.map((output) => {
        const value = valueOf(output, prefix, shown), key = output.id + "." + output.property;
        drawn[prefix][key] = value;
        return key in before && before[key] === value ? no() : value; // each one is drawn anew
      });
    },
  };
})();
