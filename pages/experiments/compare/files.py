"""A comparison as files: the values of every experiment, the means of every group."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np

from cycling.analysis.campaign.cells import Axis
from cycling.formats.columns.labels import neutralised
from cycling.formats.write import csv_rows
from pages.experiments.compare.address import View
from pages.experiments.compare.curves import Curves
from pages.experiments.compare.drawing import looks_of, mean_of
from pages.experiments.compare.reading import Compared, Comparison

PATH = "/compare"
X_NAMES = {
    Axis.CYCLE: "cycle",
    Axis.EFC: "equivalent_full_cycles",
    Axis.THROUGHPUT: "throughput_ah",
    Axis.DAYS: "days",
}


@dataclass(frozen=True)
class Kind:
    """A file: what it is called, and what is in it."""

    label: str
    words: str


FILES: Mapping[str, Kind] = {
    "values": Kind("CSV of values", "a row for each cycle of each experiment and metric"),
    "means": Kind("CSV of means", "n, mean, deviation of each group"),
}


CURVES = "curves"  # the file of what is drawn of one cycle


REPORT = f"{PATH}/report.html"


def address_of(view: View, path: str = PATH) -> str:
    """Return the address of a comparison, or of a file of it."""
    return f"{path}?{urlencode(view.query, doseq=True)}"


def csv_path(kind: str) -> str:
    """Return where a file is, without what it is of."""
    return f"{PATH}/{kind}.csv"


def value_pieces(comparison: Comparison) -> Iterator[bytes]:
    """Yield lines: what is shown of each experiment in each metric, in the unit of the metric."""
    x = X_NAMES[comparison.view.x]
    heads = ("experiment", "name", "battery", "group", "metric", "unit")
    yield _line(*heads, *(("cycle",) if x == "cycle" else ("cycle", x)), "value")
    group_of = {place: name for name, places in comparison.groups.items() for place in places}
    for compared in comparison.metrics:
        for place, one in enumerate(comparison.with_cycles):
            course = compared.courses[place]
            if not comparison.is_visible[place] or not len(course):
                continue
            texts = (one.id, one.name, one.battery.name, group_of.get(place, ""))
            cycles = [course.number] if x == "cycle" else [course.number, course.x]
            yield _block((*texts, compared.metric, compared.unit), [*cycles, course.y], len(course))


def mean_pieces(comparison: Comparison) -> Iterator[bytes]:
    """Yield lines: mean, sample standard deviation, standard error and extremes at each place."""
    x = X_NAMES[comparison.view.x]
    yield _line("group", "metric", "unit", x, "n", "mean", "std", "sem", "min", "max")
    for compared in comparison.metrics:
        for name, places in _groups(comparison).items():
            mean = mean_of(comparison, compared, places)
            columns = [mean.x, mean.count, mean.mean, mean.deviation, mean.error]
            columns += [mean.lowest, mean.highest]
            if len(mean.x):
                yield _block((name, compared.metric, compared.unit), columns, len(mean.x))


def curve_pieces(curves: Curves) -> Iterator[bytes]:
    """Yield lines: the curves of one cycle of each experiment, as they are drawn."""
    comparison = curves.comparison
    x, y = ("voltage_v", "dqdv") if curves.is_dqdv else ("charge", "voltage_v")
    yield _line("experiment", "name", "battery", "group", "half", "unit", "cycle", x, y)
    _looks, groups = looks_of(comparison)
    unit = f"{curves.unit}/V" if curves.is_dqdv else curves.unit
    for one in curves.lines:
        of = comparison.with_cycles[one.place]
        texts = (of.id, of.name, of.battery.name, groups[one.place], one.half, unit)
        count = len(one.x)
        yield _block(texts, [np.full(count, one.cycle), one.x, one.y], count)


def _groups(comparison: Comparison) -> Mapping[str, list[int]]:
    """Return the groups; without a grouping all are one."""
    return comparison.groups or {"All": list(range(len(comparison.with_cycles)))}


def _block(texts: tuple[object, ...], columns: list[np.ndarray], count: int) -> bytes:
    """Return lines that begin with the same texts; none of them is a formula to a spreadsheet."""
    begin = _line(*texts).rstrip(b"\n") + b","
    lines = csv_rows([one.astype(float) for one in columns], count)
    return b"".join(begin + line for line in lines.splitlines(keepends=True))


def _line(*cells: object) -> bytes:
    text = io.StringIO()
    plain = [neutralised(one) if isinstance(one, str) else one for one in cells]
    csv.writer(text, lineterminator="\n").writerow(plain)
    return text.getvalue().encode()


PIECES = {"values": value_pieces, "means": mean_pieces}


def pieces(kind: str, comparison: Comparison) -> Iterator[bytes]:
    """Yield the lines of a file; `kind` is one of FILES."""
    return PIECES[kind](comparison)


def file_name(kind: str, view: View, compared: list[Compared]) -> str:
    """Return a name that says what is in the file."""
    what = "-".join(one.metric for one in compared) or "nothing"
    if kind == CURVES:
        what = f"{view.curve}-cycle-{view.cycle.text.replace('%', 'pct')}"
    return f"comparison-{len(view.members)}-{what}-{kind}.csv"
