"""The experiments of a life below its graph: what each has added, and where it has come to."""

from datetime import tzinfo
from math import isfinite

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component
from numpy.typing import NDArray

from components import formatting
from components.blocks import Head, table
from components.readings import UNKNOWN, signed
from cycling.analysis.campaign.cells import RESISTANCE
from cycling.analysis.campaign.life import Life, last_of
from pages.battery.life.reading import Joined, life_in_ah
from pages.battery.life.words import title_of

Floats = NDArray[np.float64]

HEADS = (
    Head("Experiment", "in-name"),
    Head("Began", "num"),
    Head("Cycles", "num"),
    Head("Counted as", "num"),
    Head("Rate"),
    Head("Last capacity / Ah", "num"),
    Head("Retention / %", "num"),
    Head("Mean CE / %", "num"),
    Head("EFC", "num"),
    Head("R 10 s / Ω", "num"),
    Head("Test time / d", "num"),
)
WORDS = (
    "Capacity and retention of the last complete cycle of the experiment's main rate after "
    "formation, mean CE of all such cycles, means are of the cycles with a value; EFC and test "
    "time of the experiment by itself; R of its last pulses."
)


def experiments_table(joined: Joined, zone: tzinfo) -> Component:
    """Return the table, in the order in which they are joined; the sums last."""
    life = life_in_ah(joined)
    if life is None:
        return html.Div()
    rows = [_row(joined, life, place, zone) for place in range(len(joined.with_cycles))]
    small = html.Div(WORDS, className="bem-small-print t3 small")
    return html.Div([html.Div(table(HEADS, rows), className="bem-compared"), small])


def _row(joined: Joined, life: Life, place: int, zone: tzinfo) -> Component:
    one, cell = joined.with_cycles[place], joined.cells[place]
    rows = joined.rows_of(place)
    main = cell.facts.main
    ageing = cell.of_rate(main) & cell.has_capacity
    ce = cell.columns["ce_pct"][cell.of_rate(main) & ~cell.is_uneven]
    ce = ce[np.isfinite(ce)]
    retention = life.cell.columns["retention_pct"][rows][ageing]
    name = title_of(one)
    link = dcc.Link(
        name, href=f"/experiments/{one.id}?tab=cycles", className="name cut", title=name
    )
    numbers = life.cell.number[rows]
    began = formatting.exactly(one.begun_at, zone).partition(",")[0]
    mean = float(ce.mean()) if len(ce) else None
    cells = [
        html.Td(html.Span(link), className="name"),
        html.Td(began or UNKNOWN, className="num", title=formatting.utc(one.begun_at)),
        html.Td(f"{int(cell.is_complete.sum()):,}", className="num"),
        html.Td(f"{numbers[0]:,} to {numbers[-1]:,}", className="num"),
        html.Td(main or UNKNOWN),
        _number(last_of(cell.columns["discharge_ah"][ageing]), 5),
        _fixed(last_of(retention), 2),
        _fixed(mean, 3, title=f"Of {formatting.counted(len(ce), 'cycle')}" if len(ce) else ""),
        _fixed(last_of(cell.columns["equivalent_full_cycles"][-1:]), 1),
        _number(last_of(cell.columns[RESISTANCE.name]), 4),
        _fixed(float(cell.columns["days"][-1]), 1),
    ]
    return html.Tr(cells)


def _fixed(value: float | None, places: int, *, title: str = "") -> html.Td:
    is_known = value is not None and isfinite(value)
    words = signed(value, places) if value is not None and is_known else UNKNOWN
    return html.Td(words, className="num", title=title or None)


def _number(value: float | None, digits: int) -> html.Td:
    return html.Td(UNKNOWN if value is None else f"{value:.{digits}g}", className="num")
