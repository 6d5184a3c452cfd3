"""The question before a station is changed or a synchroniser repaired, and the deed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import labelled, note
from components.shell import toast
from cycling.errors import InputError
from cycling.terms import StationCommand
from db.commands.audit import By
from db.commands.stations.changes import retire_station
from db.commands.stations.control import request
from db.commands.stations.deletion import delete_station, station_kept_because
from db.commands.stations.out_of_service import return_to_service, take_out_of_service
from db.engine import Database
from db.queries.stations.details import StationFacts, find_station
from db.queries.stations.use import names
from db.terms import Role
from pages.context import Viewer
from pages.stations.ids import Ids
from pages.stations.synchroniser import begin_repair, repair_text
from pages.stations.unreachable import give_up_now, give_up_text

DEEDS = ("detect", "launch", "out", "back", "retire", "delete", "repair", "give up")
FOR_ADMINS = {
    "repair": "An admin repairs synchronisers: ask one.",
    "delete": "An admin deletes stations: ask one.",
}
RETIRES_WATTREX = (
    "Its cycler program on the unit notices it when it next looks for work, and ends by itself; it "
    "would end everything that runs or is queued there as ERROR, and nothing is."
)


@dataclass(frozen=True)
class Asked:
    """What a button asked for: a deed, and the unit or station that it is about."""

    do: str
    of: int


@dataclass(frozen=True)
class Question:
    """What the dialog says; without `go` there is nothing to do but to close it."""

    title: str
    words: list[Any]
    go: str = ""
    danger: bool = False
    wants_reason: bool = False


def asked_of(given: object) -> Asked | None:
    """Read what a button asked for; None for anything else."""
    chosen = given if isinstance(given, Mapping) else {}
    do, of = chosen.get("do"), chosen.get("of")
    known = do in DEEDS and isinstance(of, int) and not isinstance(of, bool)
    return Asked(str(do), of) if known and isinstance(of, int) else None


def question(database: Database, asked: Asked, who: Viewer) -> Question:
    """Return what must be said before. Raises NotFoundError, InputError for another's deed."""
    _check_role(asked, who)
    if asked.do == "repair":
        title = f"Repair the synchroniser of experiment {asked.of}?"
        return Question(title, repair_text(database, asked.of), go=f"Repair experiment {asked.of}")
    if asked.do == "give up":
        name, words = give_up_text(database, asked.of, who.zone)
        return Question(
            f"Give {name} up?", words, go=f"Give {name} up", danger=True, wants_reason=True
        )
    sheet = find_station(database, asked.of)
    if asked.do == "retire":
        return _retire(sheet)
    if asked.do == "delete":
        return _delete(sheet, station_kept_because(database, sheet.id))
    if asked.do == "out":
        return _out(sheet)
    if asked.do == "back":
        return _back(sheet, who)
    return _launch(sheet)


def carry_out(
    database: Database, asked: Asked, reason: str, who: Viewer, *, by: By
) -> dict[str, Any] | None:
    """Do what was asked; return the toast that says so. Raises InputError where it is refused.

    None for what a unit is asked: the page itself says how far that is.
    """
    if asked.do == "detect":
        _request(database, StationCommand.DETECT, asked.of, None, by)
        return None
    _check_role(asked, who)
    if asked.do == "repair":
        return toast("info", begin_repair(database, asked.of, by=by))
    if asked.do == "give up":
        return toast("info", give_up_now(database, asked.of, reason, by=by))
    sheet = find_station(database, asked.of)
    if asked.do == "launch":
        _request(database, StationCommand.LAUNCH, sheet.now.unit_id, sheet.id, by)
        return None
    if asked.do == "retire":
        retire_station(database, sheet.id, by=by)
        return toast("done", f"{sheet.name} is retired. Its experiments are kept.")
    if asked.do == "delete":
        return toast("done", f"The station {delete_station(database, sheet.id, by=by)} is deleted.")
    if asked.do == "back":
        return_to_service(database, sheet.id, by=by)
        return toast("done", f"{sheet.name} is back in service.")
    done = take_out_of_service(database, sheet.id, reason=reason, by=by)
    if done.begun:
        words = f"{names(done.begun)} may have begun already and goes on."
        return toast("info", f"{sheet.name} is out of service. {words}")
    held = f" {names(done.held)}: held." if done.held else ""
    return toast("done", f"{sheet.name} is out of service.{held}")


def change_dialog() -> list[Component]:
    """Return the dialog, closed, with its stores; for operators."""
    reason = dbc.Input(id=Ids.REASON, maxlength=249, autocomplete="off")
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(id=Ids.TITLE), close_button=False),
            dbc.ModalBody(
                [
                    html.Div(id=Ids.QUESTION, className="bem-ask"),
                    html.Div(
                        labelled("Reason", reason, help_text="It is shown with your name."),
                        id=Ids.REASON_BOX,
                        hidden=True,
                    ),
                    html.Div(id=Ids.ERROR, className="bem-field-error", role="alert"),
                ]
            ),
            dbc.ModalFooter(
                [
                    dbc.Button("Cancel", id=Ids.KEEP, color="secondary"),
                    dbc.Button("Do it", id=Ids.SURE, color="primary"),
                ]
            ),
        ],
        id=Ids.DIALOG,
        is_open=False,
    )
    going = dcc.Location(id=Ids.GO, refresh="callback-nav")
    return [dcc.Store(id=Ids.CHOSEN), dcc.Store(id=Ids.DONE), going, dialog]


def _check_role(asked: Asked, who: Viewer) -> None:
    refusal = FOR_ADMINS.get(asked.do)
    if refusal and not who.role.includes(Role.ADMIN):
        raise InputError(refusal)


def _retire(sheet: StationFacts) -> Question:
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


def _delete(sheet: StationFacts, kept_because: str) -> Question:
    named = html.B(f"{sheet.name}, station {sheet.id}")
    if kept_because:
        title = f"{sheet.name} cannot be deleted now"
        return Question(title, [html.P([named, f", is kept. {kept_because}"])])
    words = ", is deleted with its set-up. No experiment has run there. Its devices are free."
    kept = "The audit trail keeps a copy of the set-up."
    go = f"Delete {sheet.name}"
    return Question(f"{go}?", [html.P([named, words]), html.P(kept)], go=go, danger=True)


def _out(sheet: StationFacts) -> Question:
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
    return Question(f"{go}?", words, go=go, wants_reason=True)


def _back(sheet: StationFacts, who: Viewer) -> Question:
    title = f"Put {sheet.name} back into service?"
    out = sheet.now.out
    if out is None:
        return Question(title, [html.P(f"{sheet.name} is in service already.")])
    since = formatting.exactly(out.since, who.zone)
    words = [html.P([html.B("Out of service: "), f"{out.reason} By {out.user_name}, {since}."])]
    if sheet.now.held:
        waits = names([one.name for one in sheet.now.held])
        words.append(html.P(f"Held there until the battery is confirmed: {waits}."))
    return Question(title, words, go="Back into service")


def _launch(sheet: StationFacts) -> Question:
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


def _request(
    database: Database, kind: StationCommand, unit_id: int, station_id: int | None, by: By
) -> None:
    request(
        database,
        kind,
        unit_id=unit_id,
        station_id=station_id,
        experiment_id=None,
        reason="",
        by=by,
    )
