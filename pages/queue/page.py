"""Queues: what waits on every station, in which order; drafts. Also the callbacks of the card."""

from typing import Any

from dash import ALL, MATCH, Input, Output, State, callback, ctx, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import card, empty, page_header
from components.controls import bare_button
from components.sent import Sent
from components.shell import Ids as Shell
from db.commands.audit import By
from db.commands.queue import cancel, discard_draft, reorder
from db.queries.experiments.form_choices import OfferedStation, offered_stations
from db.queries.experiments.template import Draft, find_draft, list_drafts
from db.queries.stations.queue import find_plan, station_queue
from db.terms import PlanState, Role
from pages.ask import Done, Question, ask_then_do
from pages.context import Viewer, actor, database, now, register_page, viewer
from pages.monitor.frame import dialogs
from pages.queue.card import (
    CHANGE,
    Ids,
    draft_words,
    entry_list,
    moved,
    queue_card,
    queue_dialog,
    seen,
)
from pages.sent import sent_id

register_page(__name__, "/queue", "Queues", Role.VIEWER)

OUT_OF_REACH = "Cancel requested; the station may already have started it."


def layout() -> Component:
    """Return the queues of the stations where something waits, and the drafts."""
    who, stations = viewer(), offered_stations(database())
    busy = [one for one in stations if one.waiting]
    count = html.Span(_count(sum(one.waiting for one in busy)), id=Ids.COUNT)
    add = dcc.Link("Add experiment", href="/add-experiment", className="btn btn-primary")
    return html.Div(
        [
            page_header("Queues", count=count, actions=add if who.operates else None),
            html.Div(_queues(busy, stations, who), id=Ids.PAGE, className="bem-queues"),
            *queue_dialog(who),
            *(dialogs() if who.operates else []),
        ],
        className="bem-page",
    )


def _queues(
    busy: list[OfferedStation], stations: tuple[OfferedStation, ...], who: Viewer
) -> list[Component]:
    cards = [queue_card(database(), one.id, one.name, who) for one in busy]
    drafts = [html.Div(_drafts(who), id=Ids.DRAFTS)] if who.operates else []
    return [*cards, *_idle(busy, stations), *drafts]


def _count(waiting: int) -> str:
    return formatting.counted(waiting, "experiment") + " waiting"


def _idle(busy: list[OfferedStation], stations: tuple[OfferedStation, ...]) -> list[Component]:
    if not busy:
        return [empty("list-ol", "No experiment waits on any station.")]
    others = [one.name for one in stations if not one.waiting]
    return [html.P(f"Nothing waits on {', '.join(others)}.", className="t3")] if others else []


def _drafts(who: Viewer) -> list[Component]:
    drafts = list_drafts(database())
    if not drafts:
        return []
    return [card("Drafts", html.Ul([_draft(one, who) for one in drafts], className="bem-queued"))]


def _draft(draft: Draft, who: Viewer) -> html.Li:
    name = draft_words(draft.name)
    discard = bare_button("trash3", f"Discard {name}", id=Ids.drop("draft", draft.number))
    saved = formatting.when(draft.saved_at, who.zone, now())
    return html.Li(
        [
            html.Div(
                [
                    html.Span(str(draft.number), className="t3 number"),
                    dcc.Link(
                        name, href=f"/add-experiment?draft={draft.number}", className="name cut"
                    ),
                ],
                className="first",
            ),
            html.Div(f"by {draft.user_name}, saved {saved}", className="t3 small about"),
            html.Div(discard, className="acts"),
        ]
    )


@callback(Output(Ids.COUNT, "children"), Input(Ids.seen(ALL), "data"), prevent_initial_call=True)
def show_count(lists: list[Any]) -> str:
    """Say in the title how many wait in the lists below it."""
    return _count(sum(len(one) for one in lists if isinstance(one, list)))


@callback(
    Output(Ids.PAGE, "children"),
    Input(Shell.PULSE, "data"),
    State(Ids.seen(ALL), "id"),
    prevent_initial_call=True,
)
def show_others(_pulse: Sent, ids: list[dict[str, Any]]) -> list[Component]:
    """Show the queue of a station where something waits now and nothing did before."""
    stations = offered_stations(database())
    busy = [one for one in stations if one.waiting]
    if {one.id for one in busy} <= {one["station"] for one in ids}:
        raise PreventUpdate
    return _queues(busy, stations, viewer())


@callback(
    Output(Ids.body(MATCH), "children"),
    Output(Ids.seen(MATCH), "data"),
    Input(Ids.tick(MATCH), "n_intervals"),
    State(Ids.seen(MATCH), "data"),
    State(Ids.seen(MATCH), "id"),
    prevent_initial_call=True,
)
def refresh(_ticks: Sent, shown: Sent, id_: Sent) -> tuple[Any, ...]:
    """Bring a list up to date; nothing travels while it is."""
    return _list(sent_id(id_, "station"), shown)


@callback(
    Output(Ids.body(MATCH), "children", allow_duplicate=True),  # the clock brings it up to date
    Output(Ids.seen(MATCH), "data", allow_duplicate=True),
    Input(Ids.move(MATCH, ALL, ALL), "n_clicks"),
    State(Ids.seen(MATCH), "data"),
    State(Ids.seen(MATCH), "id"),
    prevent_initial_call=True,
)
def move(clicks: list[Any], shown: Sent, id_: Sent) -> tuple[Any, ...]:
    """Move an experiment up or down; a queue that has changed meanwhile is shown instead."""
    if not any(clicks or ()) or not isinstance(ctx.triggered_id, dict):
        raise PreventUpdate
    station_id, _who = sent_id(id_, "station"), viewer()
    order = [one.plan.id for one in station_queue(database(), station_id)]
    wanted = moved(order, ctx.triggered_id["plan"], ctx.triggered_id["way"])
    if wanted != order and [one[0] for one in shown or ()] == order:
        reorder(database(), station_id, wanted, by=actor())
    return _list(station_id, None)


def ask_change(chosen: Sent) -> Question:
    """Ask before an experiment is cancelled or a draft is discarded, naming it."""
    plan_id = sent_id(chosen, "plan")
    if chosen.get("kind") == "draft":
        name = draft_words(find_draft(database(), plan_id).name)
        words = f"Discard {name}? It cannot be got back."
        hides = frozenset({"reason"})
        return Question("Discard the draft", words, go="Discard", keep="Keep it", hides=hides)
    plan = find_plan(database(), plan_id)
    held = " It is held; no station has it." if plan.state is PlanState.HELD else ""
    words = (
        f"Cancel experiment {plan.experiment_id}, {plan.name}? It leaves the queue for good, and "
        f"keeps its number.{held}"
    )
    return Question("Cancel the experiment", words, go="Cancel experiment", keep="Keep it")


def change(by: By, chosen: Sent, reason: Sent) -> Done:
    """Cancel the experiment, or discard the draft."""
    plan_id = sent_id(chosen, "plan")
    if chosen.get("kind") == "draft":
        draft = find_draft(database(), plan_id)
        discard_draft(database(), draft.id, by=by)
        return Done("The draft is discarded.")
    was_queued = find_plan(database(), plan_id).state is PlanState.QUEUED
    plan = cancel(database(), plan_id, reason=str(reason or ""), by=by)
    by_themselves = {one.id for one in offered_stations(database()) if one.now.is_wattrex}
    if was_queued and plan.station_id in by_themselves:  # so we may be late
        return Done(OUT_OF_REACH, kind="info")
    return Done(f"{plan.name} is cancelled.")


ask_then_do(
    CHANGE,
    ask_change,
    change,
    opens=[Input(Ids.drop(ALL, ALL), "n_clicks")],
    fields={"reason": (CHANGE.reason, CHANGE.reason_box)},
)


@callback(
    Output(Ids.body(ALL), "children", allow_duplicate=True),  # the clock brings it up to date
    Output(Ids.seen(ALL), "data", allow_duplicate=True),
    Input(CHANGE.done, "data"),
    State(Ids.seen(ALL), "id"),
    prevent_initial_call=True,
)
def show_done(_done: Sent, ids: list[dict[str, Any]]) -> tuple[Any, ...]:
    """Show the queues again after something was cancelled."""
    lists = [_list(one["station"], None) for one in ids]
    return [one[0] for one in lists], [one[1] for one in lists]


@callback(Output(Ids.DRAFTS, "children"), Input(CHANGE.done, "data"), prevent_initial_call=True)
def show_drafts(_done: Sent) -> list[Component]:
    """Show the drafts again after one was discarded."""
    return _drafts(viewer())


def _list(station_id: object, shown: object) -> tuple[Any, Any]:
    number = sent_id(station_id)
    entries = station_queue(database(), number)
    fresh = seen(entries)
    if shown == fresh:
        raise PreventUpdate
    return entry_list(database(), entries, number, viewer()), fresh
