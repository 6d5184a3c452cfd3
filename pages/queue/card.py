"""The queue of a station as a card: what waits there, in which order and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, labelled
from components.controls import bare_button
from components.sent import PatternId
from db.engine import Database
from db.queries.profiles.compiled import CompiledProfile, compiled_profiles
from db.queries.stations.overview import station_now
from db.queries.stations.queue import QueueEntry, station_queue
from db.queries.stations.state import StationNow
from db.terms import OverviewState, PlanState
from pages.ask import AskIds, ask_dialog
from pages.context import Viewer, limits, now
from pages.station.progress import Remaining, progress

MAX_REASON = 200  # characters
CHANGE = AskIds("queue-change")  # cancels an experiment, discards a draft; for operators


class Ids:
    """Ids of the queues; those of `queue-change` are for operators."""

    PAGE = "queue-page"
    DRAFTS = "queue-drafts"
    COUNT = "queue-count"

    body = PatternId("queue-body", "station")  # the list of a station
    tick = PatternId("queue-tick", "station")  # what brings a list up to date
    seen = PatternId("queue-seen", "station")  # the store with what a list shows
    # A button that moves an experiment; `way` is -1 up, 1 down:
    move = PatternId("queue-change-move", "station", "plan", "way")
    # A button that cancels ("plan", by its row) or discards ("draft", by its number):
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
            html.Div(entry_list(database, entries, station_id, who), id=Ids.body(station_id)),
        ],
        className="bem-card bem-queue",
        **{"aria-label": f"Queue {name}".strip()},
    )


def queue_dialog(who: Viewer) -> list[Component]:
    """Return the question before an experiment is cancelled; for operators."""
    if not who.operates:
        return []
    reason = dbc.Textarea(id=CHANGE.reason, maxlength=MAX_REASON, rows=2)
    box = html.Div(labelled("Reason", reason, optional=True), id=CHANGE.reason_box)
    return ask_dialog(CHANGE, box)


def entry_list(
    database: Database, entries: Sequence[QueueEntry], station_id: int, who: Viewer
) -> Component:
    """Return what waits, the first one first, with the buttons for operators."""
    if not entries:
        return html.Div("Nothing waits here.", className="body t3")
    last = len(entries) - 1
    begins: Mapping[int, Remaining] = {}
    if any(one.plan.state is PlanState.QUEUED for one in entries):
        profile_ids = {one.plan.profile_id for one in entries if one.plan.profile_id}
        station = station_now(database, station_id)
        begins = begins_in(station, entries, compiled_profiles(database, profile_ids))
    return html.Ol(
        [
            _entry(
                one,
                station_id,
                who,
                begins.get(one.plan.id),
                is_first=place == 0,
                is_last=place == last,
            )
            for place, one in enumerate(entries)
        ],
        className="bem-queued",
    )


def begins_in(
    station: StationNow,
    entries: Sequence[QueueEntry],
    profiles: Mapping[int, CompiledProfile],
) -> dict[int, Remaining]:
    """Return how long it takes until queued plans begin, by their ids.

    Only while the station runs and nothing waits for a person there; held plans are passed over.
    """
    at = progress(station)
    if at is None or at.left is None or station.state is not OverviewState.RUNNING:
        return {}
    begins, before_s, is_exact = dict[int, Remaining](), 0.0, at.left.is_exact
    for one in entries:
        if one.plan.state is not PlanState.QUEUED or one.starting:
            continue
        after_s = at.left.after_s + before_s
        begins[one.plan.id] = replace(at.left, after_s=after_s, is_exact=is_exact)
        profile = profiles.get(one.plan.profile_id or 0)
        if profile is None or profile.expected_s is None or not profile.rows:
            break
        before_s += profile.expected_s / station.speed
        is_exact = is_exact and profile.is_exact_from(0)
    return begins


def seen(entries: Sequence[QueueEntry]) -> list[Any]:
    """Return what tells whether a list has changed."""
    return [
        [
            one.plan.id,
            one.plan.state,
            one.plan.held_because,
            one.starting,
            one.present_instruction,
            one.waits_for,
        ]
        for one in entries
    ]


def _entry(
    entry: QueueEntry,
    station_id: int,
    who: Viewer,
    begins: Remaining | None,
    *,
    is_first: bool,
    is_last: bool,
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
                    html.Span(str(plan.experiment_id), className="t3 number"),
                    dcc.Link(
                        plan.name,
                        href=f"/experiments/{plan.experiment_id}",
                        className="name cut",
                        title=plan.name,
                    ),
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
            html.Div(_begins(begins) if begins else entry.waits_for, className="t2 small"),
            html.Div(actions, className="acts") if who.operates else None,
        ]
    )


def _begins(left: Remaining) -> list[Any]:
    words = left.later(now()).until_next()
    counts = {**left.attributes(), "data-bem-next": "1"}
    return ["Begins ", html.Span(words, **counts), "."]


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
