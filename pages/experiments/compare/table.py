"""The table of a comparison: end values of every experiment, statistics of every group."""

from collections.abc import Iterator, Sequence
from math import isfinite

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component
from numpy.typing import NDArray

from components.blocks import Head, icon, table
from components.controls import small_button, unseen
from components.figures.comparison_graph import colour_of
from components.readings import signed
from cycling.analysis.campaign.cells import BY_NAME
from cycling.analysis.campaign.ends import Statistic, statistic
from pages.experiments.compare.drawing import X_TITLES, looks_of, title_of, unit_of
from pages.experiments.compare.reading import Compared, Comparison

Floats = NDArray[np.float64]

BLANK = "\N{EN DASH}"
DIGITS = 5
FAR = (
    "3.5 times 1.4826 times the median of such distances (Iglewicz and Hoaglin 1993), of five "
    "cells or more"
)
RULE = f"Outlier: farther from the median of its group than {FAR}, at the common place."


def end_table(comparison: Comparison, *, dark: bool) -> Component:
    """Return the table: groups with their statistics, their experiments below them."""
    looks, _names = looks_of(comparison)
    rows: list[Component] = []
    for name, places in (comparison.groups or {"": list(range(len(looks)))}).items():
        if name or len(places) > 1:
            rows.append(_group_row(comparison, name or "All", places))
        rows += [_row(comparison, place, colour_of(looks[place], dark=dark)) for place in places]
    return html.Div(table(_heads(comparison), rows), className="bem-compared")


def table_words(comparison: Comparison) -> str:
    """Say where the common place is, and what an outlier is."""
    if not comparison.metrics:
        return ""
    axis = X_TITLES[comparison.view.x]
    said = []
    for one in comparison.metrics:
        shown = sum(map(bool, _shown(comparison, one)))
        if one.ends.count:
            label = BY_NAME[one.metric].label
            have = "all" if one.ends.count == shown else f"{one.ends.count} of {shown}"
            said.append(f"{label} at {_number(one.ends.at)}, which {have} have")
    where = f"Common place on the axis {axis}: {'; '.join(said)}. " if said else ""
    return f"{where}{RULE}"


def outliers_of(comparison: Comparison) -> list[int]:
    """Return the experiments that are an outlier in a metric."""
    return [
        one.id
        for place, one in enumerate(comparison.with_cycles)
        if any(compared.is_outlier[place] for compared in comparison.metrics)
    ]


def hide_button(comparison: Comparison) -> list[Component]:
    """Return the button that hides all outliers; nothing where there is none."""
    ids = outliers_of(comparison)
    if not ids:
        return []
    words = "Hide the outlier" if len(ids) == 1 else f"Hide {len(ids)} outliers"
    return [small_button(words, **{"data-bem-hides": ",".join(map(str, ids))})]


def _shown(comparison: Comparison, compared: Compared) -> list[bool]:
    return [
        is_visible and len(course) > 0
        for is_visible, course in zip(comparison.is_visible, compared.courses, strict=True)
    ]


def _heads(comparison: Comparison) -> list[Head]:
    heads = [
        Head(unseen("Shown"), "eye"),
        Head("Experiment", "in-name"),
        Head("Battery", "battery"),
    ]
    heads += [Head("Cycles", "num"), Head(f"Last, {X_TITLES[comparison.view.x].lower()}", "num")]
    heads += [Head(words, "num") for one in comparison.metrics for words in value_heads(one)]
    return heads


def _group_row(comparison: Comparison, name: str, places: Sequence[int]) -> Component:
    count = sum(comparison.is_visible[place] for place in places)
    head = html.Th(
        [html.Span(name, className="cut", title=name), html.Span(f"n = {count}", className="t3")],
        colSpan=5,
        scope="rowgroup",
    )
    cells = []
    for compared in comparison.metrics:
        shown = [place for place in places if comparison.is_visible[place]]
        most = digits_of(compared, unit_of(compared)[0])
        cells += [statistic_cell(one, count, most) for one in end_statistics(compared, shown)]
    return html.Tr([head, *cells], className="of-group")


def statistic_cell(of: Statistic, count: int, most: int) -> Component:
    """Return a cell with mean and deviation, and n where that is not the `count` of the row."""
    n = [html.Span(f" n = {of.count}", className="t3")] if 0 < of.count != count else []
    return html.Td([statistic_words(of, most), *n], className="num")


def statistic_words(of: Statistic, most: int) -> str:
    """Return a mean ± its deviation, with so many decimals at most.

    There are as many as show two digits of the deviation.
    """
    if of.mean is None:
        return BLANK
    places = min(most, places_of(of.deviation)) if of.deviation else most
    words = signed(of.mean, places)
    return words if of.deviation is None else f"{words} ± {of.deviation:.{places}f}"


def places_of(deviation: float) -> int:
    """Return the decimals that show two digits of a deviation."""
    size = abs(deviation)
    return max(0, min(6, 1 - int(np.floor(np.log10(size))))) if size > 0 else 3


def digits_of(compared: Compared, factor: float) -> int:
    """Return the decimals that show five digits of the greatest value."""
    return places_of(max(compared.peak * factor, 1e-12) * 10.0 ** (2 - DIGITS))


def _row(comparison: Comparison, place: int, colour: str) -> Component:
    one, cell = comparison.with_cycles[place], comparison.cycles[place]
    is_visible = comparison.is_visible[place]
    name = title_of(one)
    link = dcc.Link(
        name, href=f"/experiments/{one.id}?tab=cycles", className="name cut", title=name
    )
    swatch = html.Span(className="swatch", style={"background": colour if is_visible else "none"})
    cells = [
        html.Td(_eye(one.id, name, is_visible=is_visible), className="eye"),
        html.Td(html.Span([swatch, link]), className="name"),
        html.Td(one.battery.name, className="battery", title=one.battery.name),
        html.Td(f"{int(cell.is_complete.sum()):,}", className="num"),
        html.Td(end_place(comparison, place), className="num"),
        *(td for compared in comparison.metrics for td in _values(compared, place)),
    ]
    return html.Tr(cells, className=None if is_visible else "is-hidden")


def _eye(id_: int, name: str, *, is_visible: bool) -> html.Button:
    """Return the button that hides an experiment, or shows it again."""
    return html.Button(
        [icon("eye" if is_visible else "eye-slash"), unseen(f"Show {name}")],
        type="button",
        className="bem-bare",
        title="Hide" if is_visible else "Show",
        **{"data-bem-hides": str(id_), "aria-pressed": "true" if is_visible else "false"},
    )


def _values(compared: Compared, place: int) -> Iterator[Component]:
    common, last = value_words(compared, place)
    mark = outlier_mark(RULE) if compared.is_outlier[place] else []
    yield html.Td([*mark, common], className="num")
    yield html.Td(last, className="num")


def value_words(compared: Compared, place: int) -> tuple[str, str]:
    """Return the value of an experiment at the common place, and its last one."""
    factor, _unit = unit_of(compared)
    course, digits = compared.courses[place], digits_of(compared, factor)
    last = float(course.y[-1]) * factor if len(course) else np.nan
    return _text(compared.ends.common[place] * factor, digits), _text(last, digits)


def end_place(comparison: Comparison, place: int) -> str:
    """Return the last place of an experiment on the axis."""
    first = comparison.metrics[0].courses[place]
    return _number(float(first.x[-1])) if len(first) else BLANK


def value_heads(compared: Compared) -> tuple[str, str]:
    """Return the heads of both values of a metric."""
    label, unit = BY_NAME[compared.metric].label, unit_of(compared)[1]
    of = f"{label} / {unit}" if unit else label
    at = _number(compared.ends.at) if compared.ends.count else BLANK
    return f"{of}, at {at}", f"{of}, last"


def end_statistics(compared: Compared, places: Sequence[int]) -> tuple[Statistic, Statistic]:
    """Return the statistics of the experiments at these places, of both values, as written."""
    factor, _unit = unit_of(compared)
    both = (compared.ends.common, compared.ends.last)
    common, last = (statistic(one[list(places)] * factor) for one in both)
    return common, last


def outlier_mark(rule: str) -> list[Component | str]:
    """Return what stands before a value that is an outlier by a rule."""
    return [html.Span("outlier", className="bem-outlier", title=rule), " "]


def _text(value: float, places: int) -> str:
    return signed(value, places) if isfinite(value) else BLANK


def _number(value: float) -> str:
    return f"{value:,.6g}"
