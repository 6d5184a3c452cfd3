"""Parts of the batteries page: its view in the address, columns, cells."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import empty
from components.controls import action_link, search_box
from components.row_grid import column, in_order, right
from components.sent import PrefixIds
from components.status import status_look
from cycling.battery.description import KINDS
from cycling.terms import LithiumChemistry, Technology
from db.queries.batteries.table import BatteryFilter, BatteryRow, BatterySortKey
from db.queries.lists import Sort
from pages.context import Viewer
from pages.sent import searched_text

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


TABLE = PrefixIds("batteries")


@dataclass(frozen=True)
class BatteryView:
    """The narrowing of the table as texts; unknown values of an address are dropped."""

    technologies: tuple[str, ...] = ()
    text: str = ""

    def to_store(self) -> dict[str, Any]:
        """Return what the page's store and address hold."""
        return {"technology": list(self.technologies), "q": self.text}

    def to_filter(self) -> BatteryFilter:
        """Return the filter for the database."""
        return BatteryFilter(tuple(map(Technology, self.technologies)), self.text)


def view_of(given: object) -> BatteryView:
    """Read a view from the store or from an address's query; nothing in it can fail."""
    store = given if isinstance(given, Mapping) else {}
    asked = store.get("technology")
    listed = asked if isinstance(asked, list | tuple) else [asked]
    text = searched_text(store.get("q"))
    return BatteryView(tuple(str(one) for one in Technology if one in listed), text)


def header_actions(view: BatteryView, who: Viewer) -> list[Component]:
    """Return the search field, and the way to add a battery for those who may."""
    search = search_box(Ids.SEARCH, view.text, "Search name, number, maker")
    if not who.operates:
        return [search]
    return [search, action_link("plus-lg", "Add battery", "/add-battery", "btn-primary")]


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
    """Return the column definitions, one of them sorted."""
    columns = [
        column("name", "Name", cellRenderer="BatteryName", flex=2, minWidth=100),
        column("serial", "Serial number", cellRenderer="Cut", flex=2, minWidth=136),
        column("technology", "Technology", cellRenderer="Cut", flex=2, minWidth=120),
        column("manufacturer", "Manufacturer", cellRenderer="Cut", flex=3, minWidth=100),
        column("model", "Model", cellRenderer="Cut", flex=2, minWidth=96),
        right("capacity", "Capacity / Ah", width=100),
        right("range", "Range / V", width=100, sortable=False),
        right("experiments", "Experiments", width=94),
        column("last", "Last experiment", cellRenderer="LastExperiment", width=146),
        column("station", "Confirmed on", cellRenderer="Cut", width=100, sortable=False),
    ]
    return in_order(columns, sort.key if sort else "", descending=bool(sort and sort.descending))


def row_cells(row: BatteryRow, who: Viewer, time: datetime) -> dict[str, Any]:
    """Write one row as the grid draws it."""
    technology = formatting.technology_word(row.technology, row.chemistry)
    words = [technology, row.chemistry]
    if row.cell_kind is not KINDS[row.technology][0]:
        kind = row.cell_kind[:1].upper() + row.cell_kind[1:]
        words = [kind, technology if row.chemistry == LithiumChemistry.OTHER else row.chemistry]
    last = row.last and {
        "id": row.last.id,
        "status": status_look(row.last.state, row.last.why),
        "when": formatting.when(row.last.at, who.zone, time).partition(",")[0],
        "title": formatting.exactly(row.last.at, who.zone),
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
        "experiments": formatting.number(row.experiments) if row.experiments else "–",
        "last": last,
        "station": row.station,
    }


def nothing_to_show(total: int, who: Viewer) -> Component:
    """Say why the table is empty, and what to do."""
    if total:
        return empty("funnel", "No battery matches this search.")
    add = dcc.Link("Add the first one", href="/add-battery")
    return empty("battery", "There are no batteries yet.", add if who.operates else None)
