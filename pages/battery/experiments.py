"""The experiments of a battery on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, empty
from components.status import ended_reason, status_pill
from db.queries.experiments.table import ExperimentRow, Page
from pages.context import Viewer

PAGE_ROWS = 25


@dataclass(frozen=True)
class Listed:
    """A page of the experiments of a battery; `number` begins at 1."""

    battery_id: int
    page: Page
    number: int


def experiments_card(listed: Listed, who: Viewer, time: datetime) -> Component:
    """Return the table, newest first, with the way to the others."""
    page = listed.page
    if not page.count:
        words = "No experiment has been made with this battery."
        return card("Experiments", empty("clipboard-data", words))
    head = ("ID", "Name", "Status", "Station", "Profile", "Started", "Duration")
    numeric = {"ID", "Started", "Duration"}
    wide = {"ID", "Station", "Profile", "Duration"}
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(one, className=_cell(one, numeric, wide)) for one in head])
            ),
            html.Tbody([_experiment_row(row, who, time) for row in page.rows]),
        ],
        className="bem-table in-card bem-battery-experiments",
    )
    everything = dcc.Link("Show in Experiments", href=f"/experiments?battery={listed.battery_id}")
    return card(
        "Experiments",
        [table, *_pager(listed)],
        note=formatting.number(page.count),
        end=everything,
    )


def _cell(name: str, numeric: set[str], wide: set[str]) -> str:
    return " ".join(
        [f"in-{name.lower()}", *(["num"] * (name in numeric)), *(["wide-only"] * (name in wide))]
    )


def _status(row: ExperimentRow) -> list[Component]:
    why = ended_reason(row.status, row.end_reason)
    said = [html.Div(why, className="t3 small cut bem-ended-why", title=why)] if why else []
    return [status_pill(row.status, why, plain=True), *said]


def _experiment_row(row: ExperimentRow, who: Viewer, time: datetime) -> html.Tr:
    begun = row.begun_at
    return html.Tr(
        [
            html.Td(row.id, className="num t3 wide-only"),
            html.Td(
                dcc.Link(row.name, href=f"/experiments/{row.id}", className="name", title=row.name)
            ),
            html.Td(_status(row)),
            html.Td(row.station, className="wide-only", title=row.station),
            html.Td(row.profile, className="wide-only", title=row.profile),
            html.Td(
                formatting.when(begun, who.zone, time) or "–",
                className="num",
                title=formatting.utc(begun),
            ),
            html.Td(formatting.duration(row.duration_s(time)) or "–", className="num wide-only"),
        ]
    )


def _pager(listed: Listed) -> Sequence[Component]:
    page, number = listed.page, listed.number
    last = -(-page.count // PAGE_ROWS)
    if last < 2:
        return []
    first_row = (number - 1) * PAGE_ROWS + 1
    words = (
        f"{formatting.number(first_row)} to {formatting.number(first_row + len(page.rows) - 1)} "
        f"of {formatting.number(page.count)}"
    )

    def to(target: int, words: str) -> Component:
        if not 1 <= target <= last:
            return html.Span(words, className="t3")
        return dcc.Link(words, href=f"/batteries/{listed.battery_id}?page={target}")

    return [
        html.Div(
            [to(number - 1, "Newer"), html.Span(words, className="t3"), to(number + 1, "Older")],
            className="bem-pager",
        )
    ]
