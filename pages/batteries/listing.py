"""Parts of the batteries page: controls, columns, cells."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import empty, icon, labelled
from components.controls import action_link, filter_chip, search_box, small_button
from components.row_grid import column, in_order, right
from components.sent import PatternId, PrefixIds
from components.status import battery_look, battery_word, status_look
from cycling.battery.description import KINDS
from cycling.terms import LithiumChemistry, Technology
from db.queries.batteries.table import BatteryRow, BatterySortKey, KeptLife
from db.queries.batteries.use import BatteryState, BatteryUse
from db.queries.lists import Sort
from pages.batteries.filters import FIGURES, LABELS, PARTS, BatteryView
from pages.context import Viewer
from pages.experiments.row_table import columns_menu

NARROW_COLUMNS = [column("name", "Name", cellRenderer="BatteryLines", flex=1)]


class Ids:
    """Ids of this page."""

    GRID = "batteries-grid"
    VIEW = "batteries-view"
    COUNT = "batteries-count"
    NONE = "batteries-none"
    TECHNOLOGY = "batteries-technology"
    SEARCH = "batteries-search"
    SETS = "batteries-sets"
    CHIPS = "batteries-chips"
    COLUMNS = "batteries-columns"
    OPEN = "batteries-open"
    PANEL = "batteries-panel"
    PANEL_TITLE = "batteries-panel-title"

    @staticmethod
    def part(name: str) -> str:
        """Id of the control of a part of the filter."""
        return f"batteries-part-{name}"

    remove = PatternId("batteries-remove", "part")  # the button that removes a filter


EXAMPLES = {"last_capacity": "4.5-5", "retention": "<80", "efc": ">100", "resistance": "<0.05"}
MEANINGS = {
    "last_capacity": "Discharge of the last complete cycle at the main rate, over all experiments",
    "retention": "Of the first complete cycle after formation at that rate, over all experiments",
    "efc": "Equivalent full cycles of all experiments",
    "resistance": "After 10 s of the last pulses",
}
SHOWN = ("serial", "technology", "station", "capacity", *FIGURES)
OPTIONAL = {
    "serial": "Serial number",
    "technology": "Technology",
    "manufacturer": "Manufacturer",
    "model": "Model",
    "station": "Where",
    "capacity": "Nominal / Ah",
    **{name: LABELS[name] for name in FIGURES},
    "range": "Range / V",
    "experiments": "Experiments",
    "last": "Last experiment",
}
EVERYTHING = ""
FILE = "/batteries.csv"
COUNTED_AGAIN = "What runs is counted every half minute"
TABLE = PrefixIds("batteries")


def header_actions(view: BatteryView, who: Viewer) -> list[Component]:
    """Return search, choice of columns and file, and the way to add a battery for who may."""
    search = search_box(Ids.SEARCH, view.text, "Search name, number, maker")
    words = [icon("download"), html.Span("CSV", className="wide-only")]
    look = "btn btn-secondary bem-action bem-list-file"
    csv = html.A(words, href=FILE, download=True, className=look, title="CSV of the list as shown")
    actions: list[Component] = [search, columns_menu(Ids.COLUMNS, OPTIONAL, SHOWN), csv]
    if not who.operates:
        return actions
    return [*actions, action_link("plus-lg", "Add battery", "/add-battery", "btn-primary")]


def technology_choice(view: BatteryView) -> Component:
    """Return the technologies to narrow the table to; none of them is all."""
    return dbc.Checklist(
        id=Ids.TECHNOLOGY,
        options=technology_options({}),
        value=list(view.technologies),
        class_name="bem-chips-choice",
        input_class_name="btn-check",
        label_class_name="bem-chip",
        label_checked_class_name="active",
    )


def technology_options(counts: Mapping[Technology, int]) -> list[dict[str, Any]]:
    """Return the technologies with the number of batteries of each."""
    return [
        {
            "label": [
                one.word,
                html.Span(
                    f" {formatting.number(counts.get(one, 0))}" if counts else "", className="n"
                ),
            ],
            "value": str(one),
        }
        for one in Technology
    ]


def wide_columns(sort: Sort[BatterySortKey] | None) -> list[dict[str, Any]]:
    """Return the column definitions, one of them sorted; `optional` ones can be hidden."""
    columns = [
        column("name", "Name", cellRenderer="BatteryName", flex=3, minWidth=130),
        column("serial", "Serial number", cellRenderer="Cut", flex=2, minWidth=126),
        column("technology", "Technology", cellRenderer="Cut", flex=2, minWidth=116),
        column("manufacturer", "Manufacturer", cellRenderer="Cut", flex=3, minWidth=100),
        column("model", "Model", cellRenderer="Cut", flex=2, minWidth=96),
        column("state", "State", cellRenderer="BatteryState", width=96),
        column("station", "Where", cellRenderer="Titled", flex=1, minWidth=100),
        right("capacity", "Nominal / Ah", width=108),
        _of_life("last_capacity", "Last capacity / Ah", 136),
        _of_life("retention", "Retention / %", 108),
        _of_life("efc", "EFC", 70),
        _of_life("resistance", "R 10 s / Ω", 96),
        right("range", "Range / V", width=100, sortable=False),
        right("experiments", "Experiments", width=94),
        column("last", "Last experiment", cellRenderer="LastExperiment", width=146),
    ]
    for one in columns:
        one["optional"] = one["field"] in OPTIONAL
    return in_order(columns, sort.key if sort else "", descending=bool(sort and sort.descending))


def _of_life(name: str, title: str, width: int) -> dict[str, Any]:
    return right(name, title, cellRenderer="Titled", width=width, headerTooltip=MEANINGS[name])


def row_cells(row: BatteryRow, who: Viewer, time: datetime) -> dict[str, Any]:
    """Write one row as the grid draws it."""
    technology = formatting.technology_word(row.technology, row.chemistry)
    words = [technology, row.chemistry]
    if row.cell_kind is not KINDS[row.technology][0]:
        kind = row.cell_kind[:1].upper() + row.cell_kind[1:]
        words = [kind, technology if row.chemistry == LithiumChemistry.OTHER else row.chemistry]
    last = row.use.last and {
        "id": row.use.last.id,
        "status": status_look(row.use.last.state, row.use.last.why),
        "when": formatting.when(row.use.last.at, who.zone, time).partition(",")[0],
        "title": formatting.exactly(row.use.last.at, who.zone),
    }
    return {
        "key": str(row.id),
        "name": row.name,
        "title": f"{row.name}: {row.description}" if row.description else row.name,
        "serial": row.serial_number,
        "technology": ", ".join(filter(None, words)),
        "manufacturer": row.manufacturer,
        "model": row.model,
        "capacity": formatting.quantity(row.capacity_ah, "") if row.capacity_ah else "–",
        "size": formatting.battery_size(row.capacity_ah, row.electrode_size_cm2),
        "range": formatting.span(*row.voltage_v, ""),
        "experiments": formatting.number(row.use.experiments) if row.use.experiments else "–",
        "last": last,
        "state": battery_look(row.use.state),
        "station": row.use.station or "–",
        "station_title": _where(row.use),
        **life_cells(row.life, is_under_way=bool(row.use.runs_on)),
    }


def life_cells(life: KeptLife, *, is_under_way: bool) -> dict[str, str]:
    """Write the numbers of a battery's life, and in their titles what they are of."""
    words = {
        "last_capacity": (life.last_capacity_ah, _digits(4)),
        "retention": (life.retention_pct, "{:.1f}".format),
        "efc": (life.equivalent_full_cycles, "{:,.1f}".format),
        "resistance": (life.resistance_ohm, _digits(3)),
    }
    title = _life_title(life, is_under_way=is_under_way)
    cells = {name: _figure(value, written) for name, (value, written) in words.items()}
    return cells | {f"{name}_title": title for name in words}


def _life_title(life: KeptLife, *, is_under_way: bool) -> str:
    parts = []
    if life.experiments:
        parts.append(f"Of {formatting.counted(life.experiments, 'experiment')}")
    if life.pending:
        pending = formatting.counted(life.pending, "experiment")
        parts.append(f"Without {pending} still to be added up")
    if is_under_way:
        parts.append(COUNTED_AGAIN)
    return ". ".join(parts)


def _where(use: BatteryUse) -> str:
    """Say what a battery does where it is."""
    if use.runs_on:
        return f"{battery_word(use.state)} on {use.runs_on}"
    return f"Confirmed on {use.station}" if use.confirmed_on else ""


def _digits(count: int) -> Callable[[float], str]:
    return lambda value: f"{value:.{count}g}"


def _figure(value: float | None, words: Callable[[float], str]) -> str:
    return "–" if value is None else words(value)


def filter_panel(view: BatteryView, stations: Mapping[int, str]) -> dbc.Offcanvas:
    """Return the filters, closed; `stations` are their names by their ids."""
    state = _choice("state", {str(one): battery_word(one) for one in BatteryState}, view.states)
    where = _choice("station", {str(id_): name for id_, name in stations.items()}, view.stations)
    figures = [
        labelled(
            LABELS[name],
            dbc.Input(
                id=Ids.part(name),
                value=view.figures.get(name, ""),
                debounce=True,
                placeholder=EXAMPLES[name],
                maxlength=40,
                autocomplete="off",
            ),
        )
        for name in FIGURES
    ]
    fields = [labelled(LABELS["state"], state), labelled(LABELS["station"], where)]
    pairs = [html.Div(figures[:2], className="bem-two"), html.Div(figures[2:], className="bem-two")]
    return dbc.Offcanvas(
        html.Div([*fields, *pairs], className="bem-filters"),
        id=Ids.PANEL,
        title=html.Span("Filter", id=Ids.PANEL_TITLE),
        labelledby=Ids.PANEL_TITLE,
        placement="end",
        is_open=False,
    )


def _choice(name: str, words: Mapping[str, str], value: Iterable[str]) -> dcc.Dropdown:
    options = [{"label": text, "value": one} for one, text in words.items()]
    return dcc.Dropdown(
        id=Ids.part(name), options=options, value=list(value), multi=True, placeholder="All"
    )


def filter_chips(view: BatteryView, stations: Mapping[int, str]) -> list[Component]:
    """Return the filters of the panel that are set, each removable."""
    values = {
        "state": ", ".join(battery_word(BatteryState(one)) for one in view.states),
        "station": ", ".join(stations.get(int(one), one) for one in view.stations),
        **view.figures,
    }
    chips: list[Component] = [
        filter_chip(Ids.remove(name), LABELS[name], values[name])
        for name in PARTS
        if values.get(name)
    ]
    if len(chips) > 1:
        chips.append(small_button("Clear all", "btn-link", id=Ids.remove(EVERYTHING)))
    return chips


def nothing_to_show(total: int, who: Viewer) -> Component:
    """Say why the table is empty, and what to do."""
    if total:
        return empty("funnel", "No battery matches this search.")
    add = dcc.Link("Add the first one", href="/add-battery")
    return empty("battery", "There are no batteries yet.", add if who.operates else None)
