"""The tables of the tab of pulses."""

from collections.abc import Sequence

import numpy as np
from dash import html
from dash.development.base_component import Component

from components.blocks import Head, table
from components.readings import signed
from pages.experiment.pulses.columns import Column
from pages.experiment.pulses.reading import Reading

MAX_ROWS = 500
POWERS_OF_TEN = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plain_table(columns: Sequence[Column]) -> list[Component]:
    """Return columns as a table, its first rows where there are very many."""
    count = len(columns[0].values) if columns else 0
    rows = [html.Tr(_cells(columns, row)) for row in range(min(count, MAX_ROWS))]
    return _framed([Head(one.head, "num") for one in columns], rows, count)


def pulse_table(reading: Reading, columns: Sequence[Column], *, may_tick: bool) -> list[Component]:
    """Return the pulses, each with a box that says whether it counts."""
    rows = [
        html.Tr(
            [html.Td(_box(reading, row, may_tick=may_tick)), *_cells(columns, row)],
            className=None if reading.is_right[row] else "t3",
        )
        for row in range(min(len(reading), MAX_ROWS))
    ]
    heads = [Head("Counts", width="64px"), *(Head(one.head, "num") for one in columns)]
    return _framed(heads, rows, len(reading))


def _framed(heads: Sequence[Head], rows: Sequence[Component], count: int) -> list[Component]:
    more = f"The first {MAX_ROWS} of {count:,}; the file has all." if count > MAX_ROWS else ""
    words = [html.Div(more, className="bem-small-print t3 small")] * bool(more)
    about = {"role": "group", "aria-label": "Table", "tabIndex": 0}  # moved sideways by keys
    return [
        html.Div(table(heads, rows), className="bem-rows bem-wide-rows bem-pulse-rows", **about),
        *words,
    ]


def _cells(columns: Sequence[Column], row: int) -> list[Component]:
    return [html.Td(text_of(one, row), className="num") for one in columns]


def text_of(column: Column, row: int) -> str:
    """Return a number as the page says it, blank where there is none; without decimals by tens."""
    value = float(column.values[row]) * column.factor
    if not np.isfinite(value):
        return ""
    if column.name == "is_short":
        return "yes" if value else "no"
    if column.places < 0:
        mantissa, _e, power = f"{value:.2e}".partition("e")
        return f"{mantissa} · 10{str(int(power)).translate(POWERS_OF_TEN)}".replace("-", "−")
    return signed(value, column.places)


def _box(reading: Reading, row: int, *, may_tick: bool) -> Component:
    is_right = bool(reading.is_right[row])
    start = signed(float(reading.begin.test_time_s[row]), 1)
    about = {
        "aria-checked": str(is_right).lower(),
        "aria-label": f"The pulse at {start} s counts",
        "data-bem-pulse": str(int(reading.begin.id[row])),
    }
    look = "bi bi-check-square-fill" if is_right else "bi bi-square"
    mark = html.I(className=look, **{"aria-hidden": "true"})
    title = "Untick what is no pulse" if is_right else "Tick what is a pulse"
    return html.Button(
        mark,
        type="button",
        role="checkbox",
        className="bem-bare bem-tick",
        title=title if may_tick else "Operators may untick what is no pulse",
        disabled=not may_tick,
        **about,
    )
