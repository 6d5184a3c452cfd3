"""The live view of a station: what it does now, second by second."""

from typing import Any

from dash import (
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.sent import Sent
from cycling.errors import NotFoundError
from cycling.terms import StationCommand
from db.commands.audit import By
from db.commands.stations import control
from db.queries.stations.capabilities import can
from db.queries.stations.change_tokens import station_version
from db.queries.stations.newest_measures import new_points, station_channels
from db.queries.stations.overview import station_now
from db.queries.stations.state import StationNow
from db.terms import Role
from pages import ask
from pages.ask import Done, ask_then_do
from pages.context import database, viewer
from pages.live.commands import asked_kind, question
from pages.live.graph_card import page_id
from pages.live.ids import COMMAND, Ids
from pages.live.parts import page, text_of
from pages.live.update import Key, Question, points_update, present_update
from pages.live.view import latest_experiment, live_view, view_digest, view_of
from pages.not_found_404 import not_found
from pages.station.labels import short_hash

register_page(
    __name__,
    path_template="/monitor/<station_id>",
    title=lambda station_id="": f"Station {station_id} - Battery Experiments Manager",
    role=Role.VIEWER,
)


UNCHANGED = dict.fromkeys(("head", "notes", "panel", "experiment"), no_update)


def layout(station_id: str = "") -> Component:
    """Return the view of one station, or say that there is none."""
    try:
        view = live_view(database(), int(station_id))
    except (NotFoundError, ValueError):
        return not_found("There is no such station.", "/", "All stations")
    able = can(database(), view.station.id, StationCommand.PAUSE)
    return page(view, station_channels(database(), view.station.id), viewer(), able=able)


clientside_callback(
    ClientsideFunction("live", "every"),
    Output(Ids.TICK, "interval"),
    Input(Ids.EVERY, "value"),
)
clientside_callback(
    ClientsideFunction("live", "ask"),
    Output(Ids.ASK, "data"),
    Input(Ids.TICK, "n_intervals"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("live", "update"), Output(Ids.SINK, "data"), Input(Ids.UPDATE, "data")
)


@callback(
    output={
        "update": Output(Ids.UPDATE, "data"),
        "head": Output(Ids.HEAD, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "panel": Output(Ids.PANEL, "children"),
        "experiment": Output(Ids.EXPERIMENT, "data"),
    },
    inputs={"ask": Input(Ids.ASK, "data")},
    state={"station_id": State(Ids.STATION, "data")},
    prevent_initial_call=True,
)
def refresh(ask: Sent, station_id: Sent) -> dict[str, Any]:
    """Return new measures, and the text of the page only when it has changed."""
    question = Question.read(ask)
    rows = station_version(database(), page_id(station_id))
    update: dict[str, Any] = {Key.WAITS: 1} if rows.waits else {}
    update |= _points(question) | present_update(rows.present)
    version = short_hash(rows.text) if rows.text else ""
    answer = {"update": update, **UNCHANGED}
    if version and version == question.version:
        return answer
    try:
        station = station_now(database(), station_id)
    except NotFoundError as error:  # deleted while somebody looks at it
        gone = {"head": not_found(str(error), "/", "All stations"), "notes": None, "panel": None}
        return {**answer, **gone, "experiment": None}
    update[Key.VERSION] = version
    return answer | _text(station, question, update)


def _text(station: StationNow, question: Question, update: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of the page whose text has changed, and say so in the update."""
    experiment = latest_experiment(station)
    is_same = (experiment.id if experiment else None) == question.experiment_id
    digest = view_digest(station)
    if digest == question.digest and is_same:
        return {}
    update[Key.DIGEST] = digest
    able = can(database(), station.id, StationCommand.PAUSE)
    text = text_of(view_of(database(), station), viewer(), able=able)
    parts = {"head": text.head, "notes": text.notes, "panel": text.panel}
    if is_same:
        return parts
    update[Key.NEXT] = experiment.name if experiment else ""
    return {**parts, "experiment": experiment.id if experiment else None}


def ask_command(chosen: Sent, station_id: Sent) -> ask.Question:
    """Ask before a station is told something."""
    return question(live_view(database(), page_id(station_id)), _kind(chosen))


def command(by: By, chosen: Sent, station_id: Sent, reason: Sent) -> Done:
    """Leave the request to the master node."""
    kind, view = _kind(chosen), live_view(database(), page_id(station_id))
    control.request(
        database(),
        kind,
        unit_id=view.station.unit_id,
        station_id=view.station.id,
        experiment_id=chosen.get("experiment"),
        reason=str(reason or ""),
        by=by,
    )
    return Done()


def _kind(chosen: Sent) -> StationCommand:
    kind = asked_kind(chosen)
    if kind is None:
        raise PreventUpdate  # nothing that our page has sent
    return kind


ask_then_do(
    COMMAND,
    ask_command,
    command,
    state={"station_id": State(Ids.STATION, "data")},
    fields={"reason": (COMMAND.reason, COMMAND.box)},
)
clientside_callback(ClientsideFunction("live", "sent"), Input(COMMAND.done, "data"))


def _points(question: Question) -> dict[str, Any]:
    """Return what was measured since, of the experiment that the page shows."""
    if question.experiment_id is None:
        return {}
    points = new_points(database(), question.experiment_id, question.after, question.keys)
    return points_update(points, question)
