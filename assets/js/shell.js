/* What the frame does in the browser: theme buttons, toasts, narrow screens, lost sessions. */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  const ICONS = { error: "bi-x-circle-fill", done: "bi-check-circle", info: "bi-info-circle" };

  function setProps(id, props) {
    try { window.dash_clientside.set_props(id, props); } catch { /* not drawn yet */ }
  }

  /* ---- toasts: drawn here so that they work while the server does not answer ---- */
  bem.toast = function (kind, text, href, linkText, request) {
    const box = document.getElementById("shell-toasts");
    if (!box || [...box.children].some((one) => one.dataset.text === text)) return;
    const toast = document.createElement("div");
    toast.className = "toast show bem-toast " + kind;
    toast.dataset.text = text;
    toast.setAttribute("role", kind === "error" ? "alert" : "status");
    const icon = document.createElement("i");
    icon.className = "bi " + (ICONS[kind] || ICONS.info);
    icon.setAttribute("aria-hidden", "true");
    const words = document.createElement("div");
    words.textContent = text;
    if (href) {
      const link = document.createElement("a");
      link.href = href;
      link.dataset.bemLink = "";
      link.textContent = linkText;
      words.append(" ", link);
    }
    if (request && !text.includes(request)) {
      const number = document.createElement("div");
      number.className = "t3 small";
      number.textContent = "Number of this request: " + request;
      words.append(number);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "bem-toast-close";
    close.setAttribute("aria-label", "Close");
    close.innerHTML = '<i class="bi bi-x" aria-hidden="true"></i>';
    close.addEventListener("click", () => toast.remove());
    toast.append(icon, words, close);
    box.append(toast);
    setTimeout(() => toast.remove(), kind === "error" ? 12000 : 7000);
  };

  /* ---- theme ---- */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-bem-theme]");
    if (button) bem.chooseTheme(button.dataset.bemTheme);
  });
  document.addEventListener("bem:theme", (event) => setProps("shell-theme", { data: event.detail }));

  /* ---- a field whose text has a greatest length counts, once little more fits: it cuts what is more ---- */
  document.addEventListener("input", (event) => {
    const field = event.target, most = field.maxLength;
    if (!(most > 0) || !field.id) return;
    const place = field.closest(".bem-unit") || field, next = place.nextElementSibling;
    const known = next && next.classList.contains("bem-limit") ? next : null;
    const length = field.value.length;
    if (length < 0.8 * most) return known && known.remove();
    const words = known || document.createElement("div");
    words.className = "form-text bem-limit";
    words.setAttribute("role", "status");
    words.textContent = length + " of " + most + " characters" + (length < most ? "" : ": no more fit");
    if (!known) place.after(words);
    return undefined;
  });

  /* ---- an open list has the focus on its value: what is typed there goes into its search, which
     keeps the focus until an arrow, Tab or the pointer moves on. (The list gives the focus to its
     value a moment after it has drawn itself, also in the middle of a word.) ---- */
  let typedInto = null;
  document.addEventListener("keydown", (event) => {
    if (/^(Arrow|Page|Home|End|Tab|Escape)/.test(event.key)) typedInto = null;
    if (event.key.length !== 1 || event.key === " ") return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const list = event.target.closest(".dash-dropdown-content");
    typedInto = list && list.querySelector(".dash-dropdown-search");
    if (typedInto) typedInto.focus();
  });
  document.addEventListener("pointerdown", () => { typedInto = null; }, true);
  document.addEventListener("focusin", (event) => {
    const list = event.target.closest(".dash-dropdown-content");
    if (list && typedInto && event.target !== typedInto && list.contains(typedInto)) typedInto.focus();
  });

  /* ---- links drawn by scripts change the page without loading it anew, as dcc.Link does ---- */
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-bem-link]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.pushState({}, "", link.getAttribute("href"));
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });

  /* ---- graphs: their library is read while nobody waits, so that the first one opens at once ---- */
  function readGraphLibrary() {
    const url = window._dashPlotlyJSURL;
    const saves = navigator.connection && navigator.connection.saveData;
    if (!url || saves || window.Plotly || document.querySelector('script[src="' + url + '"]')) return;
    const script = document.createElement("script");
    script.src = url;
    script.async = true;
    document.head.append(script);
  }
  window.addEventListener("load", () => {
    if (window.requestIdleCallback) requestIdleCallback(readGraphLibrary, { timeout: 5000 });
    else setTimeout(readGraphLibrary, 2000);
  });

  /* ---- narrow screens ---- */
  const narrow = window.matchMedia("(max-width: 767.98px)");
  narrow.addEventListener("change", () => {
    setProps("shell-narrow", { data: narrow.matches });
    // the table is another one on a phone; everything it shows is in its address
    if (document.querySelector("[data-bem-reload-narrow]")) location.reload();
  });

  /* ---- answers that no callback sees: an expired login, a database that is away ---- */
  bem.toLogin = function () {
    if (bem.leaving) return;
    bem.leaving = true;
    const here = location.pathname + location.search;
    location.assign("/login?expired=1&next=" + encodeURIComponent(here));
  };
  bem.refused = async function (status, text, request) {
    if (status === 401) return bem.toLogin();
    if (status < 400) return undefined;
    if (isOut()) return undefined; // it is said already
    let sentence = "The server did not answer. Nothing is lost; try again in a moment.";
    try { sentence = JSON.parse(text).error || sentence; } catch { /* not ours */ }
    return bem.toast("error", sentence, null, null, request);
  };

  /* ---- an outage: said as long as it lasts, and what is shown is marked as old ---- */
  const OUTAGE_AFTER_MS = 4000, PROBE_MS = 3000, PATIENCE_MS = 5000;
  let failing = 0, reload = false; // since when, and whether a page was asked for meanwhile
  const isOut = () => document.body.classList.contains("bem-outage");
  bem.failed = function (isPage) {
    failing = failing || Date.now();
    reload = reload || isPage;
    probeSoon();
  };
  bem.answered = function () {
    failing = 0;
    if (!isOut()) return;
    document.body.classList.remove("bem-outage");
    document.getElementById("bem-outage").remove();
    if (reload) location.reload();
  };
  let probing = false; // one question at a time, however many callbacks fail
  function probeSoon() {
    if (probing) return;
    probing = true;
    setTimeout(probe, PROBE_MS);
  }
  async function probe() {
    const answer = failing && !bem.leaving ? await askHealth() : null;
    probing = false;
    if (!failing || bem.leaving) return;
    if (answer && answer.status < 500) return void bem.answered();
    if (Date.now() - failing >= OUTAGE_AFTER_MS) tellOutage(Boolean(answer));
    probeSoon();
  }
  const askHealth = () => plainFetch("/health", { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  function tellOutage(serverAnswers) {
    const bar = document.getElementById("bem-outage") || document.createElement("div");
    bar.id = "bem-outage";
    bar.setAttribute("role", "alert");
    const what = serverAnswers ? "The database does not answer since " : "No connection to the server since ";
    const sentence = what + new Date(failing).toLocaleTimeString("en-GB")
      + ". What you see is from before; stations go on. This page goes on by itself.";
    if (bar.textContent !== sentence) bar.textContent = sentence; // said again only if it changes
    if (isOut()) return;
    document.body.classList.add("bem-outage");
    document.body.prepend(bar);
    document.querySelectorAll("#shell-toasts .error").forEach((one) => one.remove());
  }
  const plainFetch = window.fetch.bind(window);
  bem.asking = 0; // callbacks whose answer is awaited
  const asksForPage = (options) => String((options && options.body) || "").includes('"_pages_content');
  window.fetch = async function (resource, options) {
    const address = typeof resource === "string" ? resource : resource.url;
    const isCallback = address.includes("_dash-update-component");
    if (isCallback) bem.asking += 1;
    const waits = isCallback && setTimeout(() => bem.failed(false), PATIENCE_MS); // a server that hangs says nothing
    try {
      const answer = await plainFetch(resource, options);
      if (bem.heard) bem.heard(answer.headers.get("Date"));
      if (isCallback && answer.status >= 502) bem.failed(asksForPage(options));
      else if (isCallback) bem.answered();
      if (!isCallback || answer.ok) return answer;
      bem.refused(answer.status, await answer.text(), answer.headers.get("X-Request-Id"));
      if (answer.status === 401) return new Promise(() => {}); // the page is being left
    } catch (error) {
      if (!isCallback || error.name === "AbortError" || bem.leaving) throw error;
      bem.failed(asksForPage(options));
      bem.refused(503, "");
    } finally {
      clearTimeout(waits);
      if (isCallback) bem.asking -= 1;
    }
    return new Response(null, { status: 204 }); // to Dash: nothing changes
  };
  window.addEventListener("beforeunload", () => { bem.leaving = true; });

  /* ---- keyboard: / goes to the page's search ---- */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]")) return;
    const search = document.querySelector(".bem-search input");
    if (search) { event.preventDefault(); search.focus(); }
  });

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.shell = {
    pulse: function (count) {
      return document.hidden ? window.dash_clientside.no_update : count;
    },
    showToast: function (toast) {
      if (toast && toast.text) bem.toast(toast.kind, toast.text, toast.href, toast.link, toast.id);
      return window.dash_clientside.no_update;
    },
    readScreen: function () {
      return [document.documentElement.dataset.bsTheme, narrow.matches];
    },
  };
})();
