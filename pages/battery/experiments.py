"""The experiments of a battery on its page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, empty, short_time, table
from components.status import status_pill
from db.queries.experiments.rows import ExperimentRow
from db.queries.lists import Page
from pages.context import Viewer

PAGE_ROWS = 25
HEADS = (
    Head("ID", "in-id num wide-only"),
    Head("Name", "in-name"),
    Head("Status", "in-status"),
    Head("Station", "in-station wide-only"),
    Head("Profile", "in-profile wide-only"),
    Head("Started", "in-started num"),
    Head("Wall time", "in-duration num wide-only"),
)


@dataclass(frozen=True)
class Listed:
    """A page of the experiments of a battery; `number` begins at 1."""

    battery_id: int
    page: Page[ExperimentRow]
    number: int


def experiments_card(listed: Listed, who: Viewer, time: datetime) -> Component:
    """Return the table, newest first, with the way to the others."""
    page = listed.page
    if not page.count:
        words = "No experiment has been made with this battery."
        return card("Experiments", empty("clipboard-data", words))
    rows = [_experiment_row(row, who, time) for row in page.rows]
    everything = dcc.Link("Show in Experiments", href=f"/experiments?battery={listed.battery_id}")
    return card(
        "Experiments",
        [table(HEADS, rows, "in-card bem-battery-experiments"), *_pager(listed)],
        note=formatting.at_least(page.count, is_more=page.count_is_more),
        end=everything,
    )


def _status(row: ExperimentRow) -> list[Component]:
    why = row.why
    said = [html.Div(why, className="t3 small cut bem-ended-why", title=why)] if why else []
    return [status_pill(row.state, why, plain=True), *said]


def _experiment_row(row: ExperimentRow, who: Viewer, time: datetime) -> html.Tr:
    return html.Tr(
        [
            html.Td(row.id, className="num t3 wide-only"),
            html.Td(
                dcc.Link(
                    row.name or "Without a name",
                    href=f"/experiments/{row.id}",
                    className="name",
                    title=row.name,
                )
            ),
            html.Td(_status(row)),
            html.Td(row.station or "–", className="wide-only", title=row.station),
            html.Td(row.profile or "–", className="wide-only wraps", title=row.profile),
            short_time(row.begun_at, who.zone, time),
            html.Td(formatting.lasted(row.duration_s(time)) or "–", className="num wide-only"),
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
        f"of {formatting.at_least(page.count, is_more=page.count_is_more)}"
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
