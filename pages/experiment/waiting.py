"""An experiment before it begins, and one that never did: what it is, who, why, what follows."""

from collections.abc import Sequence
from typing import Any

from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import card, columns, exact_time, fact_card, icon, note, page_header
from components.controls import action_link
from components.sent import Sent
from components.shell import Ids as Shell
from components.status import status_pill
from cycling.terms import ExperimentState
from db.queries.batteries.detail import battery_descriptions
from db.queries.experiments.detail import Neighbours, experiment_notes
from db.queries.experiments.planned import PlannedExperiment, find_planned
from db.queries.experiments.timeline import timeline
from db.queries.stations.queue import station_queue
from pages.context import Viewer, database, viewer
from pages.experiment.changes import delete_button, delete_dialog, rename_button, rename_dialog
from pages.experiment.cycles.rules import first_rules
from pages.experiment.facts import battery_facts
from pages.experiment.happenings.events import timeline_card
from pages.experiment.happenings.notes import notes_card
from pages.experiment.ids import Ids
from pages.experiment.neighbours import neighbour_links
from pages.experiment.tabs import Tab
from pages.monitor.frame import dialogs
from pages.monitor.ids import CONFIRM
from pages.queue.card import CHANGE, queue_dialog
from pages.queue.card import Ids as QueueIds
from pages.sent import sent_id

SENTENCES = {
    ExperimentState.DRAFT: "It is a draft: nothing is queued yet.",
    ExperimentState.HELD: "It is held: no station has it.",
    ExperimentState.QUEUED: "It is in the queue of {station}.",
    ExperimentState.CANCELLED: "It was cancelled before it began. Nothing was measured.",
}


def waiting_page(
    planned: PlannedExperiment, around: Neighbours, who: Viewer, tab: Tab = Tab.OVERVIEW
) -> Component:
    """Return the page of an experiment that cyclers know nothing of.

    Who walks from one to the next stays on the same `tab` of those that have some.
    """
    title = [
        dcc.Link("Experiments /", href="/experiments", className="t3 bem-crumb"),
        html.Span(name_words(planned), className="cut", title=planned.name),
    ]
    notes = experiment_notes(database(), planned.number)
    is_over = planned.state is ExperimentState.CANCELLED
    is_held = planned.state is ExperimentState.HELD
    can_rename = is_over or is_held
    return html.Div(
        [
            dcc.Store(id=Ids.EXPERIMENT, data=planned.number),
            dcc.Store(id=Ids.NOTED, data=0),
            dcc.Location(id=Ids.WAITING_RELOAD, refresh=True),
            page_header(
                title,
                count=[str(planned.number), status_pill(planned.state)],
                actions=[
                    *neighbour_links(planned.battery, around, tab),
                    *(delete_button(who) if is_over else []),
                    *(rename_button(who) if can_rename else []),
                    *_again(planned, who),
                ],
            ),
            *(rename_dialog(who) if can_rename else []),
            *(delete_dialog(who) if is_over else []),
            columns(
                [
                    *waiting_card(planned, who),
                    *(first_rules(planned.number, who) if is_held else []),
                    *timeline_card(timeline(database(), planned.number), None, who),
                    html.Div(id=Ids.PROFILE, className="bem-late"),
                ],
                [fact_card("Facts", _facts(planned, who)), notes_card(notes, None, who)],
                "bem-cols",
            ),
        ],
        className="bem-page",
    )


def waiting_card(planned: PlannedExperiment, who: Viewer) -> list[Component]:
    """Return the card that says why an experiment has not begun, with its buttons' dialogs."""
    actions = _actions(planned) if who.operates and not planned.starting else []
    body = [
        html.Div(state_lines(planned, who), id=Ids.WAITS, className="bem-stack"),
        *([html.Div(actions, className="bem-buttons flex-wrap")] if actions else []),
    ]
    content = [card("State", html.Div(body, className="body bem-stack"))]
    if not who.operates:
        return content
    return [*content, *queue_dialog(who), *dialogs()]


def state_lines(planned: PlannedExperiment, who: Viewer) -> list[Component]:
    """Say what an experiment waits for, or why it never began; who and when."""
    words, why = SENTENCES[planned.state].format(station=planned.station), planned.reason
    if planned.state is ExperimentState.QUEUED:
        words = f"{planned.station} is just taking it." if planned.starting else words
        queue = station_queue(database(), planned.station_id or 0)
        why = next((one.waits_for for one in queue if one.plan.id == planned.plan_id), "")
    lines = [html.Div(words)]
    if why:
        lines.append(html.Div(why, className="t2"))
    return [*lines, html.Div(_who(planned, who), className="t3 small")]


def name_words(planned: PlannedExperiment) -> str:
    """Return the name, also of a draft without one."""
    return planned.name or "Without a name"


def _who(planned: PlannedExperiment, who: Viewer) -> list[Any]:
    did = {
        ExperimentState.DRAFT: "Saved",
        ExperimentState.HELD: "Held",
        ExperimentState.QUEUED: "Queued",
        ExperimentState.CANCELLED: "Cancelled",
    }[planned.state]
    by = f" by {planned.state_by}" if planned.state_by else ""
    return [f"{did}{by}, ", exact_time(planned.state_since, who.zone)]


def _actions(planned: PlannedExperiment) -> list[Component]:
    drop = {"type": "button", "className": "btn btn-link"}
    cancel = html.Button(
        [icon("x-lg"), "Cancel it"], id=QueueIds.drop("plan", planned.plan_id), **drop
    )
    queue = action_link("list-ol", "Show the queue", "/queue")
    if planned.state is ExperimentState.DRAFT:
        discard = html.Button(
            [icon("trash3"), "Discard it"], id=QueueIds.drop("draft", planned.number), **drop
        )
        opens = action_link(
            "pencil", "Open the draft", f"/add-experiment?draft={planned.number}", "btn-primary"
        )
        return [opens, discard]
    if planned.state is ExperimentState.HELD:
        return [*_confirm(planned), queue, cancel]
    return [queue, cancel] if planned.state is ExperimentState.QUEUED else []


def _confirm(planned: PlannedExperiment) -> list[Component]:
    if planned.battery_id is None or planned.station_id is None:
        return []
    pair = {"data-bem-confirm": f"{planned.station_id},{planned.battery_id}"}
    words = [icon("plug"), f"Confirm that {planned.battery} is connected"]
    return [html.Button(words, type="button", className="btn btn-primary", **pair)]


def _again(planned: PlannedExperiment, who: Viewer) -> Sequence[Component]:
    if not who.operates or planned.state is ExperimentState.DRAFT:
        return []
    address = f"/add-experiment?like={planned.number}"
    return [action_link("arrow-repeat", "Run again", address, hidden="bem-wide-words")]


def _facts(planned: PlannedExperiment, who: Viewer) -> list[list[tuple[str, Any]]]:
    battery_id = planned.battery_id or 0
    battery = battery_descriptions(database(), [battery_id]).get(battery_id)
    station = (
        dcc.Link(planned.station, href=f"/monitor/{planned.station_id}") if planned.station else ""
    )
    return [
        battery_facts(battery_id, battery) if battery else [("Battery", "")],
        [("Station", station), ("Profile", planned.profile)],
        [("Defined by", planned.user_name), ("Created", exact_time(planned.created_at, who.zone))],
        [("Description", planned.description)],
    ]


def former_note(former: int, number: int) -> Component:
    """Say that an address of before leads to an experiment with another number."""
    return note("queued", f"Experiment {former} has the number {number} now.")


@callback(
    output=Output(Ids.WAITING_RELOAD, "href"),
    inputs={
        "changed": [Input(CHANGE.done, "data"), Input(CONFIRM.done, "data")],
    },
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    prevent_initial_call=True,
)
def show_changed(changed: Sent, experiment_id: Sent) -> str:
    """Show the experiment again after it was cancelled or confirmed; the list if it is gone."""
    if not any(changed):
        raise PreventUpdate
    number = sent_id(experiment_id)
    if find_planned(database(), number) is None:
        return "/experiments"
    return f"/experiments/{number}"


@callback(
    output=Output(Ids.WAITS, "children"),
    inputs={"_pulse": Input(Shell.PULSE, "data")},
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    prevent_initial_call=True,
)
def show_waits(_pulse: Sent, experiment_id: Sent) -> list[Component]:
    """Say what it waits for at this moment."""
    planned = find_planned(database(), sent_id(experiment_id))
    if planned is None or planned.state is not ExperimentState.QUEUED:
        raise PreventUpdate  # the page of another state comes with its buttons
    return state_lines(planned, viewer())
