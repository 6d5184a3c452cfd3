"""The queue of a station as a card: what waits there, in which order and why."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon
from components.controls import bare_button
from components.sent import PatternId
from db.engine import Database
from db.queries.stations.queue import QueueEntry, station_queue
from db.terms import PlanState
from pages.ask import AskIds, ask_dialog
from pages.context import Viewer, limits

CHANGE = AskIds("queue-change")  # cancels an experiment, discards a draft; for operators


class Ids:
    """Ids of the queues; those of `queue-change` are for operators."""

    PAGE = "queue-page"
    COUNT = "queue-count"
    DRAFTS = "queue-drafts"

    body = PatternId("queue-body", "station")  # the list of a station
    tick = PatternId("queue-tick", "station")  # what brings a list up to date
    seen = PatternId("queue-seen", "station")  # the store with what a list shows
    # A button that moves an experiment; `way` is -1 up, 1 down:
    move = PatternId("queue-change-move", "station", "plan", "way")
    # A button that cancels ("plan") or discards ("draft"):
    drop = PatternId("queue-change-drop", "kind", "plan")


def queue_card(database: Database, station_id: int, name: str, who: Viewer) -> Component:
    """Return the card of a station's queue; it keeps itself up to date."""
    entries = station_queue(database, station_id)
    title = html.H2(["Queue", html.Span(f", {name}", className="t3") if name else ""])
    address = f"/add-experiment?station={station_id}"
    add = dcc.Link([icon("plus-lg"), "Add"], href=address, className="btn btn-link btn-sm")
    return html.Section(
        [
            html.Div(
                [title, html.Span(add, className="end") if who.operates else None], className="head"
            ),
            dcc.Interval(id=Ids.tick(station_id), interval=1000 * limits().refresh_s),
            dcc.Store(id=Ids.seen(station_id), data=seen(entries)),
            html.Div(entry_list(entries, station_id, who), id=Ids.body(station_id)),
        ],
        className="bem-card bem-queue",
        **{"aria-label": f"Queue {name}".strip()},
    )


def queue_dialog(who: Viewer) -> list[Component]:
    """Return the question before an experiment is cancelled; for operators."""
    return ask_dialog(CHANGE) if who.operates else []


def entry_list(entries: Sequence[QueueEntry], station_id: int, who: Viewer) -> Component:
    """Return what waits, the first one first, with the buttons for operators."""
    if not entries:
        return html.Div("Nothing waits here.", className="body t3")
    last = len(entries) - 1
    return html.Ol(
        [
            _entry(one, station_id, who, is_first=place == 0, is_last=place == last)
            for place, one in enumerate(entries)
        ],
        className="bem-queued",
    )


def seen(entries: Sequence[QueueEntry]) -> list[Any]:
    """Return what tells whether a list has changed."""
    return [[one.plan.id, one.plan.state, one.plan.held_because, one.starting] for one in entries]


def _entry(
    entry: QueueEntry, station_id: int, who: Viewer, *, is_first: bool, is_last: bool
) -> html.Li:
    plan = entry.plan
    held = plan.state is PlanState.HELD
    said = "Held" if held else "Starting" if entry.starting else "Queued"
    battery = f"{entry.battery_name} (SN {entry.battery_serial_number})"
    actions = _actions(entry, station_id, is_first=is_first, is_last=is_last)
    return html.Li(
        [
            html.Div(
                [
                    html.Span(plan.name, className="name cut", title=plan.name),
                    html.Span(
                        [icon("plug" if held else "clock"), said],
                        className=f"bem-status plain {'held' if held else 'queued'}",
                    ),
                ],
                className="first",
            ),
            html.Div(
                f"{battery}, {entry.profile_name}, by {plan.user_name}, "
                f"{formatting.when(plan.created_at, who.zone, plan.created_at)}",
                className="t3 small about",
            ),
            html.Div(plan.held_because, className="t2 small") if plan.held_because else None,
            html.Div(actions, className="acts") if who.operates else None,
        ]
    )


def _actions(
    entry: QueueEntry, station_id: int, *, is_first: bool, is_last: bool
) -> list[Component]:
    if entry.starting:
        return []
    plan = entry.plan
    moves = [
        bare_button(
            f"arrow-{way}",
            f"Move {plan.name} {way}",
            id=Ids.move(station_id, plan.id, step),
            disabled=is_last_place,
        )
        for way, step, is_last_place in (("up", -1, is_first), ("down", 1, is_last))
    ]
    return [
        *_confirm(entry, station_id),
        *moves,
        bare_button("x-lg", f"Cancel {plan.name}", id=Ids.drop("plan", plan.id)),
    ]


def _confirm(entry: QueueEntry, station_id: int) -> list[Component]:
    """Return the way to the Monitor's question, whose dialog stands on every page of queues."""
    plan = entry.plan
    if plan.state is not PlanState.HELD or plan.battery_id is None:
        return []
    words = f"Confirm that {entry.battery_name} is connected"
    pair = {"data-bem-confirm": f"{station_id},{plan.battery_id}"}
    return [bare_button("plug", words, **pair)]


def draft_words(name: str) -> str:
    """Return the name of a draft, also of one without."""
    return name or "Without a name"


def moved(order: Sequence[int], plan_id: int, way: int) -> list[int]:
    """Return an order with one plan a place further up (-1) or down (1), as far as it goes."""
    changed = list(order)
    if plan_id not in changed:
        return changed
    place = changed.index(plan_id)
    other = min(max(place + way, 0), len(changed) - 1)
    changed[place], changed[other] = changed[other], changed[place]
    return changed
