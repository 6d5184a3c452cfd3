/* Draws the graphs of a report, and lets them fit the paper. */
(function () {
  function show(graph, figure) {
    var height = figure.layout.height;
    Plotly.newPlot(graph, figure.data, figure.layout, {
      displaylogo: false, displayModeBar: "hover", responsive: true,
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"]
    });
    function draw(width, high) {
      var change = { width: width, height: high, autosize: !width };
      Object.keys(figure.layout).filter(function (name) { return name.startsWith("yaxis"); })
        .forEach(function (name) { change[name + ".title.font.size"] = width ? 9 : null; });
      graph.style.height = high + "px";
      Plotly.relayout(graph, change);
    }
    // Plotly does not follow the paper by itself
    window.addEventListener("beforeprint", function () {
      draw(680, Math.max(Math.min(height, 390), Math.round(0.5 * height)));
    });
    window.addEventListener("afterprint", function () { draw(null, height); });
  }
  document.querySelectorAll("script[data-graph]").forEach(function (one) {
    show(document.getElementById(one.dataset.graph), JSON.parse(one.textContent));
  });
})();
