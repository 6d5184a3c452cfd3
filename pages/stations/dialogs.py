"""The question before a station is changed or a synchroniser repaired, and the deed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import labelled, note
from components.controls import small_button
from components.sent import Sent
from cycling.errors import ConflictError, InputError
from cycling.terms import StationCommand
from db.commands.audit import By
from db.commands.experiments.force_end import end_by_force
from db.commands.stations.changes import delete_station, retire_station, station_kept_because
from db.commands.stations.control import request
from db.commands.stations.out_of_service import return_to_service, take_out_of_service
from db.queries.stations.details import find_station
from db.queries.stations.queue import names
from db.queries.stations.run import UnreachableRun, find_unreachable_run
from pages.ask import Done, Question, ask_dialog
from pages.context import Viewer, database, viewer
from pages.sent import sent_id
from pages.stations.ids import CHANGE
from pages.stations.synchroniser import ask_repair, begin_repair

NOTHING_SWITCHES_OFF = (
    "This switches nothing off. Current may still be flowing: go to the station, and take the "
    "battery off first."
)
RETIRES_WATTREX = (
    "Its cycler program on the unit notices it when it next looks for work, and ends by itself; it "
    "would end everything that runs or is queued there as ERROR, and nothing is."
)


@dataclass(frozen=True)
class Deed:
    """What a button of the page asks for: its question, and what is done after it.

    Both take the id of the unit, station or experiment; `refusal` is for who is no admin.
    """

    ask: Callable[[int], Question]
    do: Callable[[By, int, str], Done]
    wants_reason: bool = False
    refusal: str = ""


def change_dialog() -> list[Component]:
    """Return the dialog, closed, with its stores; for operators."""
    reason = dbc.Input(id=CHANGE.reason, maxlength=249, autocomplete="off")
    field = labelled("Reason", reason, help_text="It is shown with your name.")
    return [dcc.Store(id=CHANGE.detect), *ask_dialog(CHANGE, html.Div(field, id=CHANGE.box))]


def ask_change(chosen: Sent) -> Question:
    """Say what must be said before. Raises NotFoundError, InputError for another's deed."""
    deed = _deed(chosen)
    question = deed.ask(sent_id(chosen, "of"))
    return question if deed.wants_reason else replace(question, hides=frozenset({"reason"}))


def change(by: By, chosen: Sent, reason: Sent) -> Done:
    """Do what was asked. Raises InputError where it is refused."""
    return _deed(chosen).do(by, sent_id(chosen, "of"), str(reason or ""))


def _deed(chosen: Sent) -> Deed:
    """Return what a button asked for; PreventUpdate for what no button sends."""
    deed = DEEDS.get(str(chosen.get("do"))) if isinstance(chosen, dict) else None
    if deed is None:
        raise PreventUpdate
    if deed.refusal and not viewer().administers:
        raise InputError(deed.refusal)
    return deed


def _ask_retire(station_id: int) -> Question:
    sheet = find_station(database(), station_id)
    title = f"Retire {sheet.name}?"
    if sheet.deprecated:
        return Question(title, [html.P(f"{sheet.name} is not in use any more.")])
    if reason := sheet.use.keeps or sheet.use.waits:
        link = dcc.Link("Open it on the Monitor", href=f"/monitor/{sheet.id}")
        refused = f"{sheet.name} cannot be retired now. {reason} "
        return Question(title, [note("paused", [refused, link])])
    words = [
        html.P(
            "It leaves the Monitor and Add experiment for good. Its devices are free for another "
            "station; its experiments and their measures are kept."
        )
    ]
    if sheet.now.confirmed is not None:
        battery = sheet.now.confirmed
        words.append(
            html.P(
                f"{battery.name} (SN {battery.serial_number}) is confirmed there. It is still "
                "connected until somebody takes it off."
            )
        )
    if not sheet.is_ours:
        words.append(html.P(RETIRES_WATTREX))
    return Question(title, words, go=f"Retire {sheet.name}", danger=True)


def _retire(by: By, station_id: int, _reason: str) -> Done:
    sheet = find_station(database(), station_id)
    retire_station(database(), sheet.id, by=by)
    return Done(f"{sheet.name} is retired. Its experiments are kept.")


def _ask_delete(station_id: int) -> Question:
    sheet = find_station(database(), station_id)
    named = html.B(sheet.name)
    if kept_because := station_kept_because(database(), sheet.id):
        title = f"{sheet.name} cannot be deleted now"
        return Question(title, [html.P([named, f" is kept. {kept_because}"])])
    words = " is deleted with its set-up. No experiment has run there. Its devices are free."
    kept = "The audit trail keeps a copy of the set-up."
    go = f"Delete {sheet.name}"
    return Question(f"{go}?", [html.P([named, words]), html.P(kept)], go=go, danger=True)


def _delete(by: By, station_id: int, _reason: str) -> Done:
    name = delete_station(database(), find_station(database(), station_id).id, by=by)
    return Done(f"The station {name} is deleted.", href="/stations")


def _ask_out(station_id: int) -> Question:
    sheet = find_station(database(), station_id)
    words = [html.P("It takes no further experiments until it is back.")]
    if sheet.now.experiment is not None:
        words.append(html.P(f"{sheet.now.experiment.name} runs there and goes on to its end."))
    if sheet.now.queue:
        again = "held until somebody confirms the battery again"
        queued = names(sheet.now.queue)
        verb = "is queued and will be" if len(sheet.now.queue) == 1 else "are queued and will be"
        words.append(html.P(f"{queued} {verb} {again}."))
        if not sheet.is_ours:
            words.append(html.P("Its cycler takes what is queued by itself: one may have begun."))
    go = f"Take {sheet.name} out of service"
    return Question(f"{go}?", words, go=go)


def _out(by: By, station_id: int, reason: str) -> Done:
    sheet = find_station(database(), station_id)
    done = take_out_of_service(database(), sheet.id, reason=reason, by=by)
    words = f"{sheet.name} is out of service."
    if done.begun:
        begun = f"{names(done.begun)} may have begun already and goes on."
        return Done(f"{words} {begun}", kind="info")
    held = f" {names(done.held)}: held." if done.held else ""
    return Done(f"{words}{held}")


def _ask_back(station_id: int) -> Question:
    sheet = find_station(database(), station_id)
    title = f"Put {sheet.name} back into service?"
    out = sheet.now.out
    if out is None:
        return Question(title, [html.P(f"{sheet.name} is in service already.")])
    since = formatting.exactly(out.since, viewer().zone)
    words = [html.P([html.B("Out of service: "), f"{out.reason} By {out.user_name}, {since}."])]
    if sheet.now.held:
        waits = names([one.name for one in sheet.now.held])
        words.append(html.P(f"Held there until the battery is confirmed: {waits}."))
    return Question(title, words, go="Back into service")


def _back(by: By, station_id: int, _reason: str) -> Done:
    sheet = find_station(database(), station_id)
    return_to_service(database(), sheet.id, by=by)
    return Done(f"{sheet.name} is back in service.")


def _ask_launch(station_id: int) -> Question:
    sheet = find_station(database(), station_id)
    title = f"Launch the cycler of {sheet.name}?"
    words = [
        html.P(
            f"{sheet.unit} starts the cycler program of this station. WattRex does not report "
            "whether that worked: it shows when an experiment begins."
        )
    ]
    if sheet.now.queue:
        battery = sheet.now.confirmed
        into = f" into {battery.name} (SN {battery.serial_number})" if battery else ""
        first = sheet.now.queue[0]
        words.append(note("paused", f"{first} is queued and begins at once: current flows{into}."))
    return Question(title, words, go=f"Launch on {sheet.unit}")


def _launch(by: By, station_id: int, _reason: str) -> Done:
    sheet = find_station(database(), station_id)
    unit_id = sheet.now.unit_id
    request(database(), StationCommand.LAUNCH, unit_id=unit_id, station_id=sheet.id, by=by)
    return Done()


def unreachable_notes(run: UnreachableRun | None, who: Viewer) -> list[Component]:
    """Say that an experiment can be given up, once its unit has been silent for long enough."""
    if run is None or run.refusal:
        return []
    words: list[Any] = [
        html.B(f"{run.name} is under way on {run.station}, and nobody hears of it. "),
        "If its unit comes back it goes on by itself here. If it is gone for good, ",
    ]
    if not who.operates:
        return [note("lost", [*words, "an operator can give the experiment up."])]
    button = small_button(
        "Give up",
        title=f"Give {run.name} up",
        **{"data-bem-do": "give up", "data-bem-of": str(run.experiment_id)},
    )
    return [note("lost", [*words, "give the experiment up. ", button])]


def unreachable_token(run: UnreachableRun | None) -> object:
    """Return what changes with the text of these notes."""
    return (run.experiment_id, run.name) if run is not None and not run.refusal else None


def ask_give_up(experiment_id: int) -> Question:
    """Say what follows from giving an experiment up. Raises ConflictError."""
    run = find_unreachable_run(database(), experiment_id)
    if run is None:
        raise ConflictError(f"Experiment {experiment_id} is not under way any more.")
    if run.refusal:
        raise ConflictError(f"{run.name} cannot be given up now. {run.refusal}")
    since = formatting.exactly(run.heard_at, viewer().zone)
    words = [
        note("error", NOTHING_SWITCHES_OFF),
        html.P(
            f"{run.station} was last heard {since}. The experiment ends as an error at its last "
            "measure, with your reason. What is queued there is held."
        ),
        html.P(
            "Should the unit come back, its measures are stored and an alarm says so"
            + ("; a status that it writes is believed." if run.is_wattrex else ".")
        ),
    ]
    go = f"Give {run.name} up"
    return Question(f"{go}?", words, go=go, danger=True)


def give_up_now(by: By, experiment_id: int, reason: str) -> Done:
    """Give an experiment up. Raises InputError."""
    run = end_by_force(database(), experiment_id, reason=reason, by=by)
    words = f"{run.name} is given up. Current may still be flowing at {run.station}."
    return Done(words, kind="info")


DEEDS = {
    "launch": Deed(_ask_launch, _launch),
    "out": Deed(_ask_out, _out, wants_reason=True),
    "back": Deed(_ask_back, _back),
    "retire": Deed(_ask_retire, _retire),
    "delete": Deed(_ask_delete, _delete, refusal="An admin deletes stations: ask one."),
    "repair": Deed(ask_repair, begin_repair, refusal="An admin repairs synchronisers: ask one."),
    "give up": Deed(ask_give_up, give_up_now, wants_reason=True),
}
