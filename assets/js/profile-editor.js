/* The editor of profile texts: draws numbers, words and marks behind a textarea whose own letters
   are transparent, so that the browser keeps doing what it does best: caret, selection, undo, touch.
   Only the lines in sight are drawn. What is wrong stands in the list of problems below. */
(function () {
  "use strict";
  window.dash_clientside = window.dash_clientside || {};
  const BOX = "[data-bem-editor]", FIELD = ".bem-editor-text", INDENT = "  ";
  const PAUSE_MS = 250, MAX_FILE = 4000000, MAX_TYPED = 50;
  const KEYWORD = /^\s*(SAFETY|RECORD|WAIT|CC|CV|CP|REPEAT|END\s+TEST|END)(?![\w.])/i;
  const ENDS = /^\s+END\s*$/i;
  const OPENS = /^\s*REPEAT(?![\w.])/i;
  const known = new WeakMap();  /* field -> {text, lines, sent, timer} */
  let leaving = false;

  const boxOf = (element) => element.closest(BOX);
  const fieldOf = (box) => box.querySelector(FIELD);
  const prefixOf = (box) => box.dataset.bemEditor;
  const problemsOf = (box) => document.getElementById(prefixOf(box) + "-problems");
  const lineHeight = (field) => parseFloat(getComputedStyle(field).lineHeight) || 20;

  function stateOf(field) {
    if (!known.has(field)) known.set(field, { text: null, lines: [], sent: null, timer: 0 });
    const state = known.get(field);
    if (state.text !== field.value) {
      state.text = field.value;
      state.lines = field.value.split("\n");
    }
    return state;
  }

  /* Columns count characters; a text counts some of them twice. */
  const place = (line, column) => {
    if (line.length < column || !/[\ud800-\udbff]/.test(line)) return column - 1;
    return [...line].slice(0, column - 1).join("").length;
  };

  function marksOf(box) {
    const marks = new Map(), list = problemsOf(box);
    for (const one of list ? list.querySelectorAll("[data-bem-line]") : []) {
      const isError = one.dataset.bemSeverity === "error";
      for (const spot of one.dataset.bemPlaces.split(" ")) {
        const [line, column, length] = spot.split(":").map(Number);
        if (!marks.has(line)) marks.set(line, []);
        marks.get(line).push({ column, length, isError });
      }
    }
    return marks;
  }

  function piece(parent, tag, text) {
    if (!text) return;
    if (tag) parent.appendChild(document.createElement(tag)).textContent = text;
    else parent.appendChild(document.createTextNode(text));
  }

  /* A line in pieces that are each a keyword, a comment or plain, and marked or not. */
  function drawLine(line, marks) {
    const row = document.createElement("div");
    const worst = marks && (marks.find((one) => one.isError) || marks[0]);
    row.className = "ln" + (worst ? (worst.isError ? " err" : " warn") : "");
    const comment = line.search(/[#;]/), found = KEYWORD.exec(comment < 0 ? line : line.slice(0, comment));
    const word = found ? [found[0].length - found[1].length, found[0].length] : [0, 0];
    const rest = comment < 0 ? line.length : comment;
    const from = worst ? place(line, worst.column) : 0;
    const to = worst ? Math.max(place(line, worst.column + worst.length), from + 1) : 0;
    const cuts = [...new Set([0, ...word, rest, from, to, line.length])]
      .filter((cut) => cut <= line.length).sort((a, b) => a - b);
    for (let n = 0; n + 1 < cuts.length; n++) {
      const [start, end] = [cuts[n], cuts[n + 1]];
      const parent = worst && start >= from && end <= to
        ? row.appendChild(document.createElement("u")) : row;
      const tag = start >= rest ? "i" : start >= word[0] && end <= word[1] ? "b" : "";
      piece(parent, tag, line.slice(start, end));
    }
    if (!line) row.appendChild(document.createTextNode("\u200b"));
    return row;
  }

  function draw(box) {
    const field = fieldOf(box), numbers = box.querySelector(".bem-editor-numbers");
    const drawn = box.querySelector(".bem-editor-drawn");
    if (!field || !numbers || !drawn) return;
    const { lines } = stateOf(field), height = lineHeight(field), marks = marksOf(box);
    const first = Math.max(0, Math.floor(field.scrollTop / height) - 1);
    const last = Math.min(lines.length, first + Math.ceil(field.clientHeight / height) + 3);
    const rows = document.createDocumentFragment(), counts = document.createDocumentFragment();
    for (let n = first; n < last; n++) {
      const row = rows.appendChild(drawLine(lines[n], marks.get(n + 1)));
      const count = counts.appendChild(document.createElement("div"));
      count.className = row.className;
      count.textContent = n + 1;
    }
    drawn.replaceChildren(rows);
    numbers.replaceChildren(counts);
    const top = first * height - field.scrollTop;
    drawn.style.transform = "translate(" + -field.scrollLeft + "px," + top + "px)";
    numbers.style.transform = "translateY(" + top + "px)";
    drawn.style.minWidth = field.scrollWidth + "px";
    box.style.setProperty("--digits", Math.max(2, String(lines.length).length));
  }

  function send(box) {
    const field = fieldOf(box), state = field && stateOf(field);
    if (!state || state.sent === state.text || !field.isConnected) return;
    state.sent = state.text;
    window.dash_clientside.set_props(prefixOf(box) + "-typed", { data: state.text });
  }

  function changed(box, wait) {
    draw(box);
    const state = known.get(fieldOf(box));
    clearTimeout(state.timer);
    state.timer = setTimeout(() => send(box), wait);
  }

  /* Through the browser's own editing, so that undo goes on working; it is slow for many lines. */
  function type(field, text) {
    field.focus();
    const isLong = text.split("\n").length > MAX_TYPED;
    if (isLong || !document.execCommand("insertText", false, text)) {
      field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function indent(field, back) {
    const { selectionStart: start, selectionEnd: end, value } = field;
    const from = value.lastIndexOf("\n", start - 1) + 1;
    const lines = value.slice(from, end).split("\n");
    if (!back && lines.length === 1) return type(field, INDENT);
    const moved = lines.map((line) => back ? line.replace(/^( {1,2}|\t)/, "") : INDENT + line).join("\n");
    if (moved === lines.join("\n")) return;
    field.setSelectionRange(from, end);
    type(field, moved);
    if (lines.length > 1) field.setSelectionRange(from, from + moved.length);
  }

  /* The next line begins where this one does, after REPEAT further in; END stands further out. */
  function breakLine(field) {
    const before = field.value.slice(0, field.selectionStart), from = before.lastIndexOf("\n") + 1;
    const line = before.slice(from);
    const above = before.slice(0, Math.max(0, from - 1)).split("\n").pop();
    if (ENDS.test(line) && line.startsWith(INDENT) && /^ */.exec(above)[0] === /^ */.exec(line)[0]) {
      field.setSelectionRange(from, field.selectionEnd);
      type(field, line.slice(INDENT.length) + "\n" + /^[ \t]*/.exec(line.slice(INDENT.length))[0]);
      return true;
    }
    const blanks = /^[ \t]*/.exec(line)[0] + (OPENS.test(line) ? INDENT : "");
    if (!blanks) return false;
    type(field, "\n" + blanks);
    return true;
  }

  function goTo(problem) {
    const list = problem.closest(".bem-editor-problems");
    const box = list && document.querySelector('[data-bem-editor="' + list.id.replace(/-problems$/, "") + '"]');
    if (!box) return;
    const field = fieldOf(box), { lines } = stateOf(field);
    const number = Math.min(Number(problem.dataset.bemLine), lines.length), line = lines[number - 1];
    const column = Number(problem.dataset.bemColumn), length = Number(problem.dataset.bemLength);
    const begin = lines.slice(0, number - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const from = begin + Math.min(place(line, column), line.length);
    const to = begin + Math.min(place(line, column + length), line.length);
    field.focus({ preventScroll: true });
    field.setSelectionRange(from, to);
    field.scrollTop = Math.max(0, (number - 0.5) * lineHeight(field) - field.clientHeight / 2);
    field.scrollLeft = 0;
    box.scrollIntoView({ block: "nearest" });
    draw(box);
  }

  function decoded(buffer) {
    const bytes = new Uint8Array(buffer);
    const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le"
      : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "";
    if (wide) return new TextDecoder(wide).decode(buffer);
    if (bytes.includes(0)) return null;
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(buffer);
    } catch {
      return new TextDecoder("windows-1252").decode(buffer);
    }
  }

  async function read(prefix, file) {
    if (file.size > MAX_FILE) {
      return window.bem.toast("error", file.name + " is larger than any profile: 1,000,000 characters.");
    }
    const text = decoded(await file.arrayBuffer());
    if (text === null) {
      return window.bem.toast("error", file.name + " is no text. Choose a plain text file.");
    }
    window.dash_clientside.set_props(prefix + "-file", { data: { name: file.name, text: text, at: Date.now() } });
  }

  function choose(prefix) {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".txt,.text,.profile,.csv,.json,.py,text/plain,application/json";
    input.addEventListener("change", () => { if (input.files.length) read(prefix, input.files[0]); });
    input.click();
  }

  document.addEventListener("input", (event) => {
    const box = event.target.matches(FIELD) && boxOf(event.target);
    if (box) changed(box, PAUSE_MS);
  });
  document.addEventListener("scroll", (event) => {
    const box = event.target instanceof Element && event.target.matches(FIELD) && boxOf(event.target);
    if (box) draw(box);
  }, true);
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches(FIELD) || event.isComposing) return;
    if (event.key === "Tab" && !leaving && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      indent(event.target, event.shiftKey);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && breakLine(event.target)) {
      event.preventDefault();
    }
    leaving = event.key === "Escape";  /* then Tab leaves the editor, as everywhere else */
  });
  document.addEventListener("click", (event) => {
    const problem = event.target.closest("[data-bem-line]");
    if (problem) goTo(problem);
    const button = event.target.closest("[data-bem-profile-file]");
    if (button) choose(button.dataset.bemProfileFile);
  });
  document.addEventListener("dragover", (event) => {
    const box = event.target.closest && event.target.closest(BOX);
    if (box && event.dataTransfer && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const box = event.target.closest && event.target.closest(BOX);
    if (!box || !event.dataTransfer || !event.dataTransfer.files.length) return;
    event.preventDefault();
    read(prefixOf(box), event.dataTransfer.files[0]);
  });

  /* New editors are drawn when they appear, marks when the list of problems changes. */
  const sizes = new ResizeObserver((entries) => { for (const one of entries) draw(one.target); });
  const watched = new WeakSet();
  let asked = false;
  function look() {
    asked = false;
    for (const box of document.querySelectorAll(BOX)) {
      if (!fieldOf(box)) continue;
      if (!watched.has(fieldOf(box))) {
        watched.add(fieldOf(box));
        sizes.observe(box);
        changed(box, 0);
      }
      const list = problemsOf(box);
      if (list && !watched.has(list)) {
        watched.add(list);
        new MutationObserver(() => draw(box)).observe(list, { childList: true, subtree: true, attributes: true });
      }
    }
  }
  new MutationObserver(() => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(look);
  }).observe(document.documentElement, { childList: true, subtree: true });

  window.dash_clientside.profileEditor = {
    source: function (source) { return [source !== "choose", source !== "write"]; },
    changed: function (_value) {
      setTimeout(() => { for (const box of document.querySelectorAll(BOX)) if (fieldOf(box)) changed(box, PAUSE_MS); }, 0);
    },
  };
})();
