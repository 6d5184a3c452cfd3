"""The live view of a station: what it does now, second by second."""

from typing import Any

from dash import ALL, Input, Output, State, callback, no_update
from dash.development.base_component import Component

from components.sent import Sent
from cycling.errors import NotFoundError
from cycling.terms import StationCommand
from db.commands.audit import By
from db.commands.stations import control
from db.queries.experiments.pauses import run_pauses, turns
from db.queries.stations.capabilities import can
from db.queries.stations.change_tokens import station_version
from db.queries.stations.newest_measures import new_points, station_channels
from db.queries.stations.overview import station_now
from db.queries.stations.state import StationNow
from db.terms import Role
from pages import ask
from pages.ask import Done, ask_then_do
from pages.context import database, register_page, run_script, viewer
from pages.live.commands import asked_kind, question
from pages.live.content import latest_experiment, live_view, view_digest, view_of
from pages.live.ids import COMMAND, Ids
from pages.live.layout import page, text_of
from pages.live.update import Key, Question, points_update, present_update
from pages.not_found_404 import not_found
from pages.queue.card import Ids as QueueIds
from pages.sent import sent_id
from pages.station.labels import short_hash

register_page(__name__, "/monitor/<station_id>", "{station_id}", Role.VIEWER, called="station")


TEXTS = ("head", "notes", "panel", "queue")  # of one moment, as they speak of each other
UNCHANGED = dict.fromkeys((*TEXTS, "experiment"), no_update)


def layout(station_id: str = "") -> Component:
    """Return the view of one station, or say that there is none."""
    try:
        view = live_view(database(), int(station_id))
    except (NotFoundError, ValueError):
        return not_found("There is no such station.", "/", "All stations")
    able = can(database(), view.station.id, StationCommand.PAUSE)
    return page(view, station_channels(database(), view.station.id), viewer(), able=able)


run_script("live.every", Output(Ids.TICK, "interval"), Input(Ids.EVERY, "value"))
run_script("live.ask", Output(Ids.ASK, "data"), Input(Ids.TICK, "n_intervals"), at_start=False)
run_script("live.update", Output(Ids.SINK, "data"), Input(Ids.UPDATE, "data"))
run_script("live.queued", Input(QueueIds.seen(ALL), "data"), at_start=False)


@callback(
    output={
        "update": Output(Ids.UPDATE, "data"),
        "head": Output(Ids.HEAD, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "panel": Output(Ids.PANEL, "children"),
        "queue": Output(Ids.QUEUE, "children"),
        "experiment": Output(Ids.EXPERIMENT, "data"),
    },
    inputs={"ask": Input(Ids.ASK, "data")},
    state={"station_id": State(Ids.STATION, "data")},
    prevent_initial_call=True,
)
def refresh(ask: Sent, station_id: Sent) -> dict[str, Any]:
    """Return new measures, and the text of the page only when it has changed."""
    question = Question.read(ask)
    rows = station_version(database(), sent_id(station_id))
    update: dict[str, Any] = {Key.WAITS: 1} if rows.waits else {}
    update |= _points(question) | present_update(rows.present)
    version = short_hash(rows.text) if rows.text else ""
    answer = {"update": update, **UNCHANGED}
    if version and version == question.version:
        return answer
    try:
        station = station_now(database(), station_id)
    except NotFoundError as error:  # deleted while somebody looks at it
        gone = dict.fromkeys(TEXTS) | {"head": not_found(str(error), "/", "All stations")}
        return {**answer, **gone, "experiment": None}
    update[Key.VERSION] = "" if station.times is None else version  # they come with measures
    update[Key.PAUSES] = _turns(station)
    return answer | _text(station, question, update)


def _turns(station: StationNow) -> int:
    experiment = latest_experiment(station)
    return turns(run_pauses(database(), experiment.id)) if experiment else 0


def _text(station: StationNow, question: Question, update: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of the page whose text has changed, and say so in the update."""
    experiment = latest_experiment(station)
    is_same = (experiment.id if experiment else None) == question.experiment_id
    digest = view_digest(station)
    if digest == question.digest and is_same:
        return {}
    update[Key.DIGEST] = digest
    able = can(database(), station.id, StationCommand.PAUSE)
    parts: dict[str, Any] = {**text_of(view_of(database(), station), viewer(), able=able)}
    if is_same:
        return parts
    update[Key.NEXT] = experiment.name if experiment else ""
    return {**parts, "experiment": experiment.id if experiment else None}


def ask_command(chosen: Sent, station_id: Sent) -> ask.Question:
    """Ask before a station is told something."""
    return question(live_view(database(), sent_id(station_id)), asked_kind(chosen))


def command(by: By, chosen: Sent, station_id: Sent, reason: Sent) -> Done:
    """Leave the request to the master node."""
    kind, view = asked_kind(chosen), live_view(database(), sent_id(station_id))
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


ask_then_do(
    COMMAND,
    ask_command,
    command,
    state={"station_id": State(Ids.STATION, "data")},
    fields={"reason": (COMMAND.reason, COMMAND.box)},
)
run_script("live.sent", Input(COMMAND.done, "data"))


def _points(question: Question) -> dict[str, Any]:
    """Return what was measured since, of the experiment that the page shows."""
    if question.experiment_id is None:
        return {}
    points = new_points(database(), question.experiment_id, question.after, question.keys)
    return points_update(points, question)
