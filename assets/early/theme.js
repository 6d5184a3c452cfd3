/* Runs before the first paint, on every page: colour theme, time zone, narrow or wide screen.
   They go into cookies, so that the server draws graphs, tables and times to suit.
   What somebody has typed in this tab is forgotten when somebody else signs in. */
(function () {
  "use strict";
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const year = 60 * 60 * 24 * 365;
  const keep = (name, value) => {
    document.cookie = name + "=" + encodeURIComponent(value) + ";path=/;max-age=" + year + ";samesite=lax";
  };
  const chosen = () => {
    try { return localStorage.getItem("bem-theme") || "system"; } catch { return "system"; }
  };
  const apply = () => {
    const choice = chosen();
    const theme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
    root.dataset.bsTheme = theme;
    root.dataset.bemThemeChoice = choice;
    keep("bem_theme", theme);
    document.dispatchEvent(new CustomEvent("bem:theme", { detail: theme }));
  };
  window.bem = window.bem || {};
  window.bem.chooseTheme = (choice) => {
    try { localStorage.setItem("bem-theme", choice); } catch { /* private window: not kept */ }
    apply();
  };
  system.addEventListener("change", apply);
  apply();
  const narrow = window.matchMedia("(max-width: 767.98px)");
  const measure = () => keep("bem_narrow", narrow.matches ? "1" : "0");
  narrow.addEventListener("change", measure);
  measure();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  keep("bem_zone", zone);
  root.style.setProperty("--bem-zone", JSON.stringify(zone)); // said in the user's menu
  const who = (/(?:^|; )bem_who=([^;]*)/.exec(document.cookie) || [])[1];
  try {
    if (who && sessionStorage.getItem("bem-who") !== who) {
      sessionStorage.clear();
      sessionStorage.setItem("bem-who", who);
    }
  } catch { /* private window: nothing is kept */ }
})();
