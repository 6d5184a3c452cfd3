"""Model: all cells of one model, what each has come to, their mean and spread, outliers."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import numpy as np
from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from numpy.typing import NDArray

from components import formatting
from components.blocks import Head, card, empty, note, page_header, table
from components.controls import action_link
from components.readings import UNKNOWN, signed
from components.sent import Sent
from components.shell import Ids as Shell
from components.status import battery_pill
from cycling.analysis.campaign.ends import outliers, statistic
from db.queries.batteries.experiments import newest_experiments
from db.queries.batteries.filters import BatteryFilter, Model
from db.queries.batteries.table import BatteryRow, BatterySortKey, list_batteries
from db.queries.lists import Page, Sort
from db.terms import Role
from pages.batteries.filters import MODEL_PATH
from pages.context import database, register_page
from pages.experiments.chosen import MAX_CHOSEN, ranges
from pages.experiments.compare.table import FAR, outlier_mark, places_of, statistic_cell
from pages.sent import asked_values, searched_text

MAX_CELLS = 500
MAX_WORD = 20  # letters of a manufacturer or a model
RULE = f"Outlier: farther from the median of all cells than {FAR}."
WORDS = (
    f"{RULE} Each number is the one that the cell has come to by now, whatever its age and rate; "
    "Compare takes cells at the same cycle, EFC, throughput or day."
)

register_page(__name__, MODEL_PATH, "Model", Role.VIEWER)


class Ids:
    """Ids of this page."""

    MODEL = "batteries-model"
    CELLS = "batteries-model-cells"


@dataclass(frozen=True)
class Column:
    """A number of a cell: its head, where it is in a row's life, its decimals."""

    head: str
    name: str
    places: int


COLUMNS = (
    Column("Last capacity / Ah", "last_capacity_ah", 4),
    Column("Retention / %", "retention_pct", 2),
    Column("EFC", "equivalent_full_cycles", 1),
    Column("R 10 s / Ω", "resistance_ohm", 5),
)


def layout(manufacturer: str = "", model: str = "") -> Component:
    """Return the page of a model, or say that there is none."""
    asked = Model(_word(manufacturer), _word(model))
    page = _cells(asked)
    name = f"{asked.manufacturer} {asked.model}".strip()
    if not page.rows:
        link = dcc.Link("All batteries", href="/batteries")
        words = f"No battery is of the model “{name}”." if name else "No model is named."
        return html.Div([page_header("Model"), empty("battery", words, link)], className="bem-page")
    return html.Div(
        [
            dcc.Store(id=Ids.MODEL, data=[asked.manufacturer, asked.model]),
            page_header(
                html.Span(name, className="cut"),
                count=formatting.number(page.count),
                actions=_actions(page.rows),
            ),
            html.Div(_content(page), id=Ids.CELLS, className="bem-stack bem-compare"),
        ],
        className="bem-page",
    )


@callback(
    output=Output(Ids.CELLS, "children"),
    inputs={"_pulse": Input(Shell.PULSE, "data")},
    state={"model": State(Ids.MODEL, "data")},
    prevent_initial_call=True,
)
def show_present(_pulse: Sent, model: Sent) -> list[Component]:
    """Show the cells as they are now."""
    words = [_word(one) for one in model] if isinstance(model, list) else []
    if len(words) != 2:
        raise PreventUpdate
    return _content(_cells(Model(*words)))


def _word(given: Sent) -> str:
    return searched_text(" ".join(asked_values(given)[:1]))[:MAX_WORD]


def _cells(asked: Model) -> Page[BatteryRow]:
    order = Sort(BatterySortKey.NAME)
    return list_batteries(database(), BatteryFilter(model=asked), order, offset=0, limit=MAX_CELLS)


def _actions(rows: Sequence[BatteryRow]) -> list[Component]:
    """Return the way to the experiments of the cells beside each other."""
    ids = newest_experiments(database(), [one.id for one in rows], MAX_CHOSEN)
    if len(ids) < 2:
        return []
    query = {"experiments": ranges(sorted(ids)).replace(" ", ""), "group": "battery"}
    href = f"/compare?{urlencode(query, safe=',')}"
    return [action_link("bar-chart-steps", "Compare", href, "btn-primary")]


def _content(page: Page[BatteryRow]) -> list[Component]:
    parts: list[Component] = []
    if page.count > len(page.rows):
        parts.append(
            note("paused", f"The first {len(page.rows)} cells by name, of {page.count:,}.")
        )
    pending = sum(one.life.pending for one in page.rows)
    if pending:
        experiments = formatting.counted(pending, "experiment")
        parts.append(note("info", f"{experiments} still to be added up: not in these numbers."))
    small = html.Div(WORDS, className="bem-small-print t3 small")
    cells = [html.Div(_table(page.rows), className="bem-compared"), small]
    return [*parts, card("Cells", cells)]


def _table(rows: Sequence[BatteryRow]) -> Component:
    heads = [Head("Battery", "in-name"), Head("SN"), Head("State"), Head("Where")]
    heads += [Head("Experiments", "num"), Head("Cycles", "num")]
    heads += [Head(one.head, "num") for one in COLUMNS]
    values = [_values(rows, one.name) for one in COLUMNS]
    marks = [outliers(one) for one in values]
    all_cells = html.Tr(
        [
            html.Th(
                [html.Span("All"), html.Span(f"n = {len(rows)}", className="t3")],
                colSpan=6,
                scope="rowgroup",
            ),
            *(
                statistic_cell(statistic(of), len(rows), max(one.places, places_of(_peak(of))))
                for one, of in zip(COLUMNS, values, strict=True)
            ),
        ],
        className="of-group",
    )
    each = [_row(row, [bool(of[place]) for of in marks]) for place, row in enumerate(rows)]
    return table(heads, [all_cells, *each])


def _values(rows: Sequence[BatteryRow], name: str) -> NDArray[np.float64]:
    return np.array(
        [np.nan if (one := getattr(row.life, name)) is None else one for row in rows], float
    )


def _peak(values: NDArray[np.float64]) -> float:
    known = np.abs(values[np.isfinite(values)])
    return float(known.max()) / 1000 if len(known) else 1.0


def _row(row: BatteryRow, is_outlier: Sequence[bool]) -> Component:
    link = dcc.Link(
        row.name, href=f"/batteries/{row.id}?tab=life", className="name cut", title=row.name
    )
    life = row.life
    numbers = [
        _number(getattr(life, one.name), one.places, is_outlier=mark)
        for one, mark in zip(COLUMNS, is_outlier, strict=True)
    ]
    return html.Tr(
        [
            html.Td(html.Span(link), className="name"),
            html.Td(row.serial_number, className="battery", title=row.serial_number),
            html.Td(battery_pill(row.use.state)),
            html.Td(row.use.station or UNKNOWN, className="battery", title=row.use.station),
            html.Td(formatting.number(row.use.experiments), className="num"),
            html.Td(formatting.number(life.cycles), className="num"),
            *numbers,
        ]
    )


def _number(value: float | None, places: int, *, is_outlier: bool) -> html.Td:
    mark = outlier_mark(RULE) if is_outlier else []
    return html.Td([*mark, UNKNOWN if value is None else signed(value, places)], className="num")
