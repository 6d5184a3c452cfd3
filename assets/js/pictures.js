/* Pictures of graphs: as they stand on the screen, or as papers want them: white, so many cm wide,
   8 pt letters, so many dots an inch, and below in words what is drawn of which experiment. */
(function () {
  "use strict";
  const PX_A_CM = 96 / 2.54, PT = 96 / 72;
  const LETTERS = 8 * PT, SMALL = 6 * PT, LINE = 8 * PT, AXIS_PX = 44, DOT = 0.65;
  const MORE = 0.5; // of the height of one panel, for each further one

  document.addEventListener("click", (event) => {
    const picked = event.target.closest("[data-bem-picture]");
    if (!picked) return;
    const graph = graphOf(picked);
    if (graph) (picked.dataset.bemCm ? onPaper : asShown)(graph, picked);
  });
  function graphOf(picked) {
    const id = picked.dataset.bemGraph;
    const place = id ? document.getElementById(id) : picked.closest("section");
    return place && place.querySelector(".js-plotly-plot");
  }
  function nameOf(picked) {
    return picked.dataset.bemName + (picked.dataset.bemGraph === "experiment-graph" ? window.bem.shownRange() : "");
  }
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

  function asShown(graph, picked) {
    const above = 70, height = graph.layout.height + above - graph.layout.margin.t;
    const inside = height - above - graph.layout.margin.b;
    const layout = Object.assign({}, graph.layout, {
      height: height, width: graph.clientWidth, autosize: false, showlegend: true,
      margin: Object.assign({}, graph.layout.margin, { t: above }),
      legend: { orientation: "h", x: 0, y: 1 + 22 / inside, yanchor: "bottom" },
      title: { text: plain(picked.dataset.bemTitle), x: 0, xref: "paper", y: 1, yref: "container", yanchor: "top", pad: { t: 12 } },
    });
    window.Plotly.downloadImage({ data: graph.data, layout: layout }, {
      format: picked.dataset.bemPicture, width: layout.width, height: height,
      scale: picked.dataset.bemPicture === "png" ? 2 : 1, filename: nameOf(picked),
    });
  }

  /* ---- for papers ---- */
  function onPaper(graph, picked) {
    const cm = Number(picked.dataset.bemCm), dpi = Number(picked.dataset.bemDpi || 96);
    const figure = lightened({ data: graph.data, layout: graph.layout }, picked);
    figure.data = figure.data.filter((one) => one.name !== "chosen"); // rings of the page's choice
    for (const { marker } of figure.data) if (marker && marker.size > 0) marker.size *= DOT;
    const layout = figure.layout, width = Math.round(cm * PX_A_CM);
    letters(layout);
    const lines = wrapped(said(picked, graph), (width - 8) / (SMALL * 0.5));
    const rows = legendRows(figure.data, width - 2 * AXIS_PX);
    const axes = Object.entries(layout).filter(([key]) => key.startsWith("yaxis")).map(([, axis]) => axis);
    const panels = axes.filter((one) => !one.overlaying && one.visible !== false).length;
    const onRight = axes.some((one) => one.side === "right");
    const margin = { l: AXIS_PX, r: onRight ? AXIS_PX : 12, t: 8 + rows * 1.6 * LETTERS, b: AXIS_PX + lines.length * LINE + 4 };
    const inside = Math.round(width * (cm > 10 ? 0.42 : 0.62) * (1 + MORE * Math.max(0, panels - 1)));
    Object.assign(layout, {
      width: width, height: inside + margin.t + margin.b, autosize: false, showlegend: rows > 0,
      paper_bgcolor: "#ffffff", plot_bgcolor: "#ffffff", margin: margin, title: { text: "" },
      legend: Object.assign({}, layout.legend, { orientation: "h", x: 0, y: 1.01, xanchor: "left", yanchor: "bottom", font: { size: LETTERS } }),
      annotations: (layout.annotations || []).concat([{
        xref: "paper", yref: "paper", x: 0, y: 0, xshift: 4 - AXIS_PX, yshift: -AXIS_PX, xanchor: "left", yanchor: "top",
        showarrow: false, align: "left", text: lines.map(plain).join("<br>"), font: { size: SMALL, color: "#000000" },
      }]),
    });
    const kind = picked.dataset.bemPicture, scale = kind === "png" ? dpi / 96 : 1;
    const name = nameOf(picked) + "-" + cm + "cm" + (kind === "png" ? "-" + dpi + "dpi" : "") + "." + kind;
    window.Plotly.toImage(figure, { format: kind, width: width, height: Math.round(layout.height), scale: scale })
      .then((address) => save(kind === "png" ? withDots(bytesOf(address), dpi) : textOf(address), kind, name));
  }
  /* The colours of the light theme in the place of the dark one's. */
  function lightened(figure, picked) {
    let text = JSON.stringify(figure, (key, value) =>
      key === "_inputArray" ? undefined : ArrayBuffer.isView(value) ? Array.from(value) : value);
    const menu = picked.closest("[data-bem-light]");
    if (document.documentElement.dataset.bsTheme === "dark" && menu)
      for (const [dark, light] of JSON.parse(menu.dataset.bemLight)) text = text.split('"' + dark + '"').join('"' + light + '"');
    return JSON.parse(text);
  }
  function letters(node) {
    if (!node || typeof node !== "object") return;
    for (const [key, value] of Object.entries(node)) {
      if (key.endsWith("font") && value && typeof value === "object") value.size = LETTERS;
      else letters(value);
    }
  }
  function said(picked, graph) {
    const beside = (picked.dataset.bemSaid || "").split(" ").filter(Boolean).map((id) => document.getElementById(id));
    const part = graph.closest("section");
    const within = part ? part.querySelectorAll(".bem-small-print") : [];
    const texts = [...beside, ...within].map((one) => (one ? one.textContent.trim() : ""));
    return [picked.dataset.bemTitle + ".", ...new Set(texts)].filter(Boolean).join(" ");
  }
  function wrapped(text, most) {
    const lines = [""];
    for (const word of text.split(/\s+/)) {
      const last = lines.length - 1;
      if ((lines[last] + " " + word).length > most && lines[last]) lines.push(word);
      else lines[last] = lines[last] ? lines[last] + " " + word : word;
    }
    return lines;
  }
  function legendRows(traces, width) {
    const named = traces.filter((one) => one.showlegend !== false && one.name && one.type !== "heatmap");
    if (named.length < 2) return 0;
    return Math.ceil(named.reduce((sum, one) => sum + 40 + one.name.length * LETTERS * 0.55, 0) / width);
  }

  /* ---- a file; a PNG says how many dots it has a metre ---- */
  function bytesOf(address) {
    return Uint8Array.from(atob(address.split(",")[1]), (one) => one.charCodeAt(0));
  }
  function textOf(address) {
    return decodeURIComponent(address.slice(address.indexOf(",") + 1));
  }
  function withDots(png, dpi) {
    const HEAD_END = 33, chunk = new Uint8Array(21), view = new DataView(chunk.buffer); // after IHDR
    view.setUint32(0, 9);
    chunk.set([0x70, 0x48, 0x59, 0x73], 4); // pHYs
    view.setUint32(8, Math.round(dpi / 0.0254));
    view.setUint32(12, Math.round(dpi / 0.0254));
    chunk[16] = 1; // a metre
    view.setUint32(17, crc(chunk.subarray(4, 17)));
    const whole = new Uint8Array(png.length + chunk.length);
    whole.set(png.subarray(0, HEAD_END));
    whole.set(chunk, HEAD_END);
    whole.set(png.subarray(HEAD_END), HEAD_END + chunk.length);
    return whole;
  }
  function crc(bytes) {
    let value = 0xffffffff;
    for (const one of bytes) {
      value ^= one;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    }
    return (value ^ 0xffffffff) >>> 0;
  }
  function save(content, kind, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind === "png" ? "image/png" : "image/svg+xml" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
})();
