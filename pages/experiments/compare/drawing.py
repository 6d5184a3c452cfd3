"""The graph of a comparison: lines of experiments, means of groups with their bands."""

from collections.abc import Sequence
from math import inf

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.comparison_graph import (
    CellLine,
    ComparisonFigure,
    MeanLine,
    Panel,
    comparison_figure,
)
from components.figures.measure_axes import scale
from cycling.analysis.campaign.cells import BY_NAME, Axis
from cycling.analysis.cycles.replicates import Replicates, replicates
from db.queries.experiments.compared import ComparedExperiment
from pages.experiments.compare.address import Show, Spread
from pages.experiments.compare.reading import Compared, Comparison

Floats = NDArray[np.float64]

X_TITLES = {
    Axis.CYCLE: "Cycle",
    Axis.EFC: "Equivalent full cycles",
    Axis.THROUGHPUT: "Throughput / Ah",
    Axis.DAYS: "Test time / d",
}
BANDS = {
    Spread.DEVIATION: "± standard deviation",
    Spread.ERROR: "± standard error of the mean",
    Spread.RANGE: "least to greatest",
    Spread.NONE: "",
}
SCALED = ("Ah", "Wh", "A")


def title_of(one: ComparedExperiment) -> str:
    """Return what an experiment is called in graph, table and file."""
    return f"{one.id} {one.name}".strip()


def unit_of(compared: Compared) -> tuple[float, str]:
    """Return the factor and unit in which the values of a metric read well."""
    if compared.unit in SCALED:
        return scale(compared.unit, compared.peak)
    if compared.unit == "s":
        unit, unit_s = formatting.time_unit(compared.peak, max_hours=inf)
        return 1 / unit_s, unit
    return 1.0, compared.unit


def figure_of(comparison: Comparison, *, dark: bool, narrow: bool) -> ComparisonFigure:
    """Return the graph, one panel a metric."""
    panels = [_panel(comparison, one) for one in comparison.metrics]
    axis = comparison.view.x
    return comparison_figure(
        panels, X_TITLES[axis], dark=dark, narrow=narrow, is_counted=axis is Axis.CYCLE
    )


def _panel(comparison: Comparison, compared: Compared) -> Panel:
    factor, unit = unit_of(compared)
    label = BY_NAME[compared.metric].label
    words = (
        "% of nominal" if unit == "%" and compared.metric in ("charge_ah", "discharge_ah") else unit
    )
    title = f"{label} / {words}" if words else label
    view = comparison.view
    with_lines = not view.group or view.show is not Show.MEAN
    with_means = bool(view.group) and view.show is not Show.LINES
    return Panel(
        title,
        words,
        _lines(comparison, compared, factor, is_faint=with_means) if with_lines else (),
        _means(comparison, compared, factor) if with_means else (),
    )


def _lines(
    comparison: Comparison, compared: Compared, factor: float, *, is_faint: bool
) -> list[CellLine]:
    looks, group_of = looks_of(comparison)
    return [
        CellLine(title_of(one), looks[place], line.x, line.y * factor, is_faint, group_of[place])
        for place, (one, line) in enumerate(
            zip(comparison.with_cycles, compared.courses, strict=True)
        )
        if comparison.is_visible[place] and len(line)
    ]


def looks_of(comparison: Comparison) -> tuple[list[int], list[str]]:
    """Return the look of each experiment with cycles, and its group: that of it, or its own."""
    looks = list(range(len(comparison.with_cycles)))
    names = [""] * len(looks)
    for number, (name, places) in enumerate(comparison.groups.items()):
        for place in places:
            looks[place], names[place] = number, name
    return looks, names


def mean_of(comparison: Comparison, compared: Compared, places: Sequence[int]) -> Replicates:
    """Return the mean of the shown experiments at these places, at every x that one of them has."""
    shown = [place for place in places if comparison.is_visible[place]]
    x, rows = compared.places.x, compared.places.values[shown]
    covered = np.isfinite(rows).any(axis=0) if len(shown) else np.zeros(len(x), np.bool_)
    return replicates([(x[covered], row[covered]) for row in rows])


def _means(comparison: Comparison, compared: Compared, factor: float) -> list[MeanLine]:
    found = []
    for look, (name, places) in enumerate(comparison.groups.items()):
        mean = mean_of(comparison, compared, places)
        if not len(mean.x):
            continue
        low, high = _bounds(mean, comparison.view.band)
        found.append(
            MeanLine(
                f"{name} (n = {int(mean.count.max())})",
                look,
                mean.x,
                mean.mean * factor,
                low * factor,
                high * factor,
                mean.deviation * factor,
                mean.count,
                BANDS[comparison.view.band],
            )
        )
    return found


def _bounds(mean: Replicates, band: Spread) -> tuple[Floats, Floats]:
    """Return the ends of a band; below two experiments there is none."""
    none = np.full(len(mean.x), np.nan)
    if band is Spread.RANGE:
        several = mean.count >= 2
        return np.where(several, mean.lowest, none), np.where(several, mean.highest, none)
    width = {Spread.DEVIATION: mean.deviation, Spread.ERROR: mean.error}.get(band, none)
    return mean.mean - width, mean.mean + width
