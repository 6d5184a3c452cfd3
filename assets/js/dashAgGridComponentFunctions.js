/* Cell renderers of the tables. The server has written every text already. */
(function () {
  "use strict";
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...args) => window.React.createElement(...args);
  const icon = (name) => h("i", { className: "bi bi-" + name, "aria-hidden": true });

  /* The card of preview.js says it where there is one; a title would be drawn over it. */
  const hovers = window.matchMedia("(hover: hover) and (pointer: fine)");
  const words = (text) => hovers.matches ? { "data-bem-words": text } : { title: text };

  /* A row's tick. It is drawn again when something else ticks rows. */
  cells.Choice = function (props) {
    const [, again] = window.React.useReducer((count) => count + 1, 0);
    window.React.useEffect(() => window.bem.chosen.watch(again), []);
    if (!props.data) return null;
    const id = props.data.id;
    return h("input", {
      type: "checkbox", className: "form-check-input", checked: window.bem.chosen.has(id), "data-bem-choice": id,
      "aria-label": "Choose " + props.data.name,
      onChange: (event) => window.bem.chosen.toggle(id, event.nativeEvent.shiftKey),
    });
  };
  /* Texts in pieces, of which those that a search looks for are marked. */
  const marks = (pieces) => pieces.map(([text, marked], place) => marked ? h("mark", { key: place }, text) : text);
  const plain = (part) => part.field + ": " + part.pieces.map(([text]) => text).join("");
  function found(row) {
    if (!row.found || !row.found.length) return null;
    return h("span", { className: "bem-found t3 small cut", title: row.found.map(plain).join("\n") },
      row.found.map((part, place) => h("span", { key: place }, (place ? " \u00b7 " : "") + part.field + " ", marks(part.pieces))));
  }
  const nameOf = (row) => row.marks && row.marks.length ? marks(row.marks) : row.name;
  cells.ExperimentName = function (props) {
    if (!props.data) return h("span", { className: "bem-skeleton" });
    const address = "/experiments/" + props.data.id;
    return h("span", { className: "bem-name-cell" },
      h("a", { className: "name cut", href: address + (props.data.tab || ""), "data-bem-link": true, ...words(props.data.title) }, nameOf(props.data)),
      found(props.data),
      h("span", { className: "acts" },
        h("a", {
          className: "btn btn-link icon", href: address + "/measures.csv", download: true,
          "aria-label": "CSV of " + props.value, title: "CSV",
        }, icon("download"))));
  };
  const status = (value) => h("span", { className: "bem-status plain " + value.kind, title: value.why || undefined },
    icon(value.icon), value.word);
  cells.ExperimentStatus = function (props) {
    if (!props.data) return null;
    const why = props.value.why;
    return h("span", { className: "bem-status-cell", title: why || undefined }, status(props.value),
      why ? h("span", { className: "t3 small cut" }, why.replace(/^Stopped /, "")) : null);
  };
  cells.Titled = function (props) {
    if (!props.data) return null;
    const hover = props.data[props.colDef.field + "_title"];
    return h("span", { title: hover || undefined }, props.value);
  };
  cells.ExperimentLines = function (props) {
    if (!props.data) return null;
    const row = props.data;
    return h("a", { className: "bem-lines", href: "/experiments/" + row.id + (row.tab || ""), "data-bem-link": true },
      h("span", { className: "n cut" }, nameOf(row)),
      status(row.status),
      found(row) || h("span", { className: "t3 small cut" }, "ID " + row.id + ", " + row.battery + ", " + row.station + (row.status.why ? ". " + row.status.why : "")),
      h("span", { className: "t3 small num" }, row.duration || "not started"));
  };

  cells.CycleNumber = function (props) {
    if (!props.data) return h("span", { className: "bem-skeleton" });
    return h("a", { href: props.data.href, "data-bem-link": true, title: "Its time in the graph" }, props.value);
  };
  cells.Cut = function (props) {
    return props.data ? h("span", { className: "cut", title: props.value }, props.value) : null;
  };
  cells.Tags = function (props) {
    if (!props.data || !props.value) return null;
    return h("span", { className: "bem-tags cut", title: props.value.map((one) => one.name).join(", ") },
      props.value.map((one) => h("span", { className: "bem-label " + one.colour, key: one.name }, one.name)));
  };
  cells.BatteryState = function (props) {
    if (!props.data) return null;
    const last = props.data.last;
    if (!last || !["running", "paused"].includes(props.value.kind)) return status(props.value);
    return h("a", { className: "bem-last", href: "/experiments/" + last.id, "data-bem-link": true, title: last.title }, status(props.value));
  };
  cells.BatteryName = function (props) {
    if (!props.data) return h("span", { className: "bem-skeleton" });
    return h("span", { className: "bem-name-cell" },
      h("a", { className: "name cut", href: "/batteries/" + props.data.key, "data-bem-link": true, title: props.data.title }, props.value));
  };
  cells.LastExperiment = function (props) {
    const last = props.data && props.data.last;
    if (!last) return props.data ? h("span", { className: "t3" }, "–") : null;
    return h("a", { className: "bem-last", href: "/experiments/" + last.id, "data-bem-link": true, title: last.title },
      status(last.status), h("span", { className: "t3" }, last.when));
  };
  cells.BatteryLines = function (props) {
    if (!props.data) return null;
    const row = props.data;
    return h("a", { className: "bem-lines", href: "/batteries/" + row.key, "data-bem-link": true },
      h("span", { className: "n cut" }, row.name),
      status(row.state),
      h("span", { className: "t3 small cut" }, "SN " + row.serial + ", " + row.technology + (row.station === "–" ? "" : ", " + row.station)),
      h("span", { className: "t3 small num" }, row.retention === "–" ? row.size : row.retention + " % retention"));
  };
})();
