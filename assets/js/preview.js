/* The preview of an experiment in the table: a card beside the row on which the pointer rests, or
   whose link has the focus. Its picture is asked for only then, and dropped when the pointer goes. */
(function () {
  "use strict";
  const ROW = "#experiments-grid .ag-row", REST_MS = 300, GAP = 6, STILL_PX = 3;
  const hovers = window.matchMedia("(hover: hover) and (pointer: fine)");
  let card = null, picture = null, words = null;
  let timer = 0, row = null, left = 0, byKey = false, at = null, done = null;

  function make() {
    card = document.createElement("div");
    card.id = "bem-preview";
    card.className = "bem-preview";
    card.setAttribute("role", "tooltip");
    card.hidden = true;
    words = card.appendChild(document.createElement("div"));
    words.className = "words";
    document.body.appendChild(card);
  }
  const link = () => row && row.isConnected && row.querySelector("a[data-bem-link]");

  function hide() {
    clearTimeout(timer);
    timer = 0;
    if (picture) {
      picture.onload = picture.onerror = null;
      picture.removeAttribute("src");  /* ends a request under way */
      picture.remove();
      picture = null;
    }
    if (card) card.hidden = true;
    const described = document.querySelector("[aria-describedby=bem-preview]");
    if (described) described.removeAttribute("aria-describedby");
    row = null;
  }

  function wait(next, begin, key) {
    hide();
    row = next;
    left = begin;
    byKey = key;
    timer = setTimeout(load, REST_MS);
  }

  function load() {
    timer = 0;
    const target = link();
    if (!target) return hide();
    if (!card) make();
    const experiment = target.getAttribute("href");
    picture = new Image(320, 150);
    picture.alt = "Voltage and current of the whole experiment";
    picture.onload = () => show(picture);
    picture.onerror = () => show("");  /* the words remain */
    picture.src = experiment + "/preview.svg?theme=" + document.documentElement.dataset.bsTheme;
  }

  function show(drawn) {
    const target = link();
    if (!target) return hide();
    words.textContent = target.dataset.bemWords || "";
    card.replaceChildren(words, drawn);
    (byKey ? document.activeElement : target).setAttribute("aria-describedby", card.id);
    card.hidden = false;
    place();
  }

  /* Below the row, or above it where there is no room; never on it, and never out of the window. */
  function place() {
    const rows = row.getBoundingClientRect(), size = card.getBoundingClientRect();
    const isBelow = rows.bottom + GAP + size.height <= window.innerHeight - GAP;
    const top = isBelow ? rows.bottom + GAP : Math.max(GAP, rows.top - GAP - size.height);
    const most = document.documentElement.clientWidth - size.width - GAP;
    card.style.top = Math.round(top) + "px";
    card.style.left = Math.round(Math.max(GAP, Math.min(left, most))) + "px";
  }

  /* A pointer that moves on within a row begins its rest anew; a card that is there stays. */
  function moved(event) {
    if (event.pointerType !== "mouse" || event.buttons || !hovers.matches) return;
    const over = event.target instanceof Element ? event.target.closest(ROW) : null;
    if (!over) {
      done = null;
      if (row && !byKey) hide();
      return;
    }
    const isStill = at && Math.hypot(event.clientX - at[0], event.clientY - at[1]) < STILL_PX;
    if (over === done || (over === row && (!timer || isStill))) return;
    if (byKey && row && isStill) return;  /* rows that scroll under a pointer that nobody moves */
    done = null;
    at = [event.clientX, event.clientY];
    wait(over, event.clientX + 12, false);
  }

  function focused(event) {
    const cell = event.target instanceof Element && event.target.closest(ROW + " .ag-cell[col-id=name]");
    if (!cell || !hovers.matches || !event.target.matches(":focus-visible")) {
      if (byKey) hide();
      return;
    }
    wait(cell.closest(ROW), cell.getBoundingClientRect().left + 12, true);
  }

  function scrolled() {
    if (!row) return;
    if (byKey && timer) return wait(row, left, true);  /* the grid brings the focus into view */
    hide();
    const below = !byKey && document.elementFromPoint(at[0], at[1]);
    const over = below && below.closest(ROW);
    if (over) wait(over, at[0] + 12, false);  /* once the scrolling has come to rest */
  }

  /* What was done to a row needs no preview of it until the pointer comes again. */
  function acted() {
    done = byKey ? null : row;
    hide();
  }

  document.addEventListener("pointerover", moved);
  document.addEventListener("pointermove", moved);
  document.addEventListener("focusin", focused);
  document.addEventListener("focusout", () => { if (byKey) hide(); });
  document.addEventListener("scroll", scrolled, true);
  document.addEventListener("pointerdown", acted, true);
  document.addEventListener("keydown", (event) => {
    if (!["Shift", "Control", "Alt", "Meta"].includes(event.key)) acted();
  }, true);
  document.addEventListener("bem:theme", hide);
  document.documentElement.addEventListener("pointerleave", () => { if (!byKey) hide(); });
  window.addEventListener("blur", hide);
  window.addEventListener("resize", hide);
  window.addEventListener("popstate", hide);
})();
