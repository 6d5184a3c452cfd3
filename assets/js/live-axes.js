/* The y axes of a graph that grows: the same even grid that the server draws
   (components/figures/measure_axes.py). */
(function () {
  "use strict";
  const bem = (window.bem = window.bem || {});
  const INTERVALS = 5, NICE = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10];

  function plain(values) {
    if (Array.isArray(values)) return values;
    if (values && values.bdata !== undefined) {
      const bytes = Uint8Array.from(atob(values.bdata), (one) => one.charCodeAt(0));
      return Array.from(new Float64Array(bytes.buffer));
    }
    return Array.from(values || []);
  }
  function grid(low, high) {
    if (high - low < 1e-12 * Math.max(Math.abs(low), Math.abs(high), 1e-9)) {
      const margin = Math.abs(high) * 0.01 || 1;
      low -= margin;
      high += margin;
    }
    const magnitude = Math.pow(10, Math.floor(Math.log10((high - low) / INTERVALS)));
    for (const power of [magnitude, 10 * magnitude]) {
      for (const nice of NICE) {
        const step = nice * power, start = Math.floor(low / step + 1e-9) * step;
        if (start + INTERVALS * step >= high - 1e-9 * step) return [start, step];
      }
    }
    return [low, (high - low) / INTERVALS];
  }
  function widened(low, high, [share, width]) {
    const missing = Math.max(share * Math.max(Math.abs(low), Math.abs(high)), width) - (high - low);
    return missing > 0 ? [low - missing / 2, high + missing / 2] : [low, high];
  }
  function scale(graph, from) {
    const ends = {}, least = (graph.layout.meta && graph.layout.meta.least) || {};
    for (const trace of graph.data) {
      const axis = trace.yaxis || "y", known = (ends[axis] = ends[axis] || [Infinity, -Infinity]);
      for (let place = trace.x.length - 1; place >= 0 && trace.x[place] >= from; place -= 1) {
        const value = trace.y[place];
        if (value === null || value === undefined) continue;
        if (value < known[0]) known[0] = value;
        if (value > known[1]) known[1] = value;
      }
    }
    for (const [axis, [low, high]] of Object.entries(ends)) {
      const layout = graph.layout["yaxis" + axis.slice(1)];
      if (low > high || !layout) continue;
      const [start, step] = grid(...widened(low, high, least[axis] || [0, 0]));
      Object.assign(layout, { range: [start, start + INTERVALS * step], tick0: start, dtick: step });
    }
  }

  bem.axes = { plain: plain, scale: scale };
})();
