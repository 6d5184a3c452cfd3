"""The graph of a life: a line for each rate, experiments divided by thin lines."""

from components.figures.comparison_graph import (
    CellLine,
    ComparisonFigure,
    Edge,
    Panel,
    comparison_figure,
)
from components.figures.measure_axes import scale
from cycling.analysis.campaign.cells import BY_NAME
from cycling.analysis.campaign.courses import OF_CHARGE
from pages.battery.life.address import Along
from pages.battery.life.reading import Joined, RateLine
from pages.experiments.compare.drawing import SCALED

X_TITLES = {
    Along.CYCLE: "Cycle of the battery",
    Along.EFC: "Equivalent full cycles",
    Along.THROUGHPUT: "Throughput / Ah",
    Along.DAYS: "Test time / d",
    Along.CALENDAR: "Days since its first experiment",
}


def figure_of(joined: Joined, *, dark: bool, narrow: bool) -> ComparisonFigure:
    """Return the graph, one panel a metric."""
    axis = joined.view.x
    return comparison_figure(
        [_panel(joined, metric) for metric in joined.view.metrics],
        X_TITLES[axis],
        dark=dark,
        narrow=narrow,
        is_counted=axis is Along.CYCLE,
        edges=_edges(joined),
    )


def unit_of(joined: Joined, metric: str, lines: list[RateLine]) -> tuple[float, str]:
    """Return the factor and unit in which the values of lines read well."""
    unit = joined.unit(metric)
    peak = max((float(abs(one.course.y).max()) for one in lines), default=0.0)
    if unit in SCALED:
        return scale(unit, peak)
    return (1000.0, "mΩ") if unit == "Ω" and 0 < peak < 1 else (1.0, unit)


def _panel(joined: Joined, metric: str) -> Panel:
    lines = joined.lines(metric)
    factor, unit = unit_of(joined, metric, lines)
    label = BY_NAME[metric].label
    words = "% of nominal" if unit == "%" and metric in OF_CHARGE else unit
    looks = {rate: look for look, rate in enumerate(("", *joined.rates))}
    main = joined.life.cell.facts.main if joined.life else ""
    return Panel(
        f"{label} / {words}" if words else label,
        words,
        [
            CellLine(
                one.rate or "All cycles",
                max(0, looks.get(one.rate, 0) - 1),
                one.course.x,
                one.course.y * factor,
                is_marked=one.rate not in ("", main) or metric == "resistance_ohm",
            )
            for one in lines
        ],
    )


def _edges(joined: Joined) -> list[Edge]:
    """Return where each experiment begins; on the axis of cycles between two of them."""
    if joined.life is None or len(joined.with_cycles) < 2:
        return []
    axis = joined.view.x
    begins = joined.life.begins.get(axis.axis.column)
    if begins is None:
        return []
    between = 0.5 if axis is Along.CYCLE else 0.0
    return [
        Edge(float(x) + between, str(one.id), f"{one.id} {one.name}")
        for x, one in zip(begins, joined.with_cycles, strict=True)
    ]
