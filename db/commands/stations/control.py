"""What people ask stations to do: pause, resume, stop, detect devices, launch a cycler.

A request is a row; the master node carries it to the station and writes the answer into it. Times
are those of the database's clock: the page, the master node and the station may differ.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import StationCommand, StationState
from db.clock import database_now
from db.commands import audit
from db.commands.audit import By
from db.commands.units.control import UNIT_COMMANDS, check_unit_command
from db.commands.wattrex.units import known_units
from db.engine import Database
from db.models import (
    Command,
    CyclerStation,
    DeviceAbilities,
    StationLive,
    Unit,
    UsedDevice,
)
from db.repeating import repeated
from db.terms import CommandState

EXPIRES_AFTER = timedelta(seconds=10)
CONFIRMED_WITHIN = timedelta(seconds=10)
SWITCHES_OFF = (StationCommand.STOP, StationCommand.PAUSE)


@dataclass(frozen=True)
class CommandStatus:
    """How far a command is.

    `confirmed_late`: a stop or pause that was not answered within 10 s; the cell may still carry
    current. `answer` is the station's own reason, "" without one.
    """

    id: int
    kind: StationCommand
    state: CommandState
    unit_id: int
    station_id: int | None
    experiment_id: int | None
    reason: str
    user_name: str
    created_at: datetime
    sent_at: datetime | None
    tries: int
    answered_at: datetime | None
    answer: str
    output_off: bool | None
    confirmed_late: bool


@repeated
def request(
    database: Database,
    kind: StationCommand,
    *,
    unit_id: int,
    station_id: int | None,
    experiment_id: int | None,
    reason: str,
    by: By,
) -> int:
    """Ask a station or a unit to do something and return the command's id.

    Without `experiment_id` it is the one that the station has now. A stop is always accepted.
    Raises ConflictError where the others make no sense now.
    """
    with database.write() as session:
        live = session.get(StationLive, station_id) if station_id else None
        if experiment_id is None and live is not None:
            experiment_id = live.experiment_id
        if kind in UNIT_COMMANDS:
            check_unit_command(session, kind, unit_id, station_id)
        elif known_units(session, [unit_id]):
            raise ConflictError(
                f"WattRex cyclers take no {kind.value} from here: do it at the station."
            )
        elif kind is not StationCommand.STOP:
            _check(session, kind, unit_id, station_id, experiment_id, live)
        created_at = database_now(session)
        command = Command(
            kind=kind,
            state=CommandState.PENDING,
            unit_id=unit_id,
            station_id=station_id,
            experiment_id=experiment_id,
            reason=reason.strip()[:250],
            user_name=by.user_name[:60],
            created_at=created_at,
            expires_at=None if kind is StationCommand.STOP else created_at + EXPIRES_AFTER,
        )
        session.add(command)
        session.flush()
        audit.record(
            session,
            by,
            kind.value,
            f"station {station_id}" if station_id else f"unit {unit_id}",
            {"command": command.id, "experiment": experiment_id, "reason": command.reason},
        )
        return command.id


def command_status(database: Database, command_id: int) -> CommandStatus:
    """Return how far a command is. Raises NotFoundError."""
    with database.read() as session:
        command = session.get(Command, command_id)
        if command is None:
            raise NotFoundError("There is no such command.")
        return _status(command, database_now(session))


def latest_command(database: Database, station_id: int) -> CommandStatus | None:
    """Return what was last asked of a station, None if nothing ever was."""
    newest = (
        select(Command)
        .where(Command.station_id == station_id, Command.kind.not_in(UNIT_COMMANDS))
        .order_by(Command.created_at.desc(), Command.id.desc())
        .limit(1)
    )
    with database.read() as session:
        command = session.scalars(newest).first()
        return _status(command, database_now(session)) if command else None


def _status(command: Command, now: datetime) -> CommandStatus:
    late = command.answered_at is None and now - command.created_at > CONFIRMED_WITHIN
    return CommandStatus(
        id=command.id,
        kind=command.kind,
        state=command.state,
        unit_id=command.unit_id,
        station_id=command.station_id,
        experiment_id=command.experiment_id,
        reason=command.reason,
        user_name=command.user_name,
        created_at=command.created_at,
        sent_at=command.sent_at,
        tries=command.tries,
        answered_at=command.answered_at,
        answer=command.answer or "",
        output_off=command.output_off,
        confirmed_late=late and command.kind in SWITCHES_OFF,
    )


def _check(
    session: Session,
    kind: StationCommand,
    unit_id: int,
    station_id: int | None,
    experiment_id: int | None,
    live: StationLive | None,
) -> None:
    unit = session.get(Unit, unit_id)
    if unit is None or not unit.online or (live is not None and live.contact_lost_at is not None):
        raise ConflictError(
            "The station's computational unit is offline and would not hear this. "
            "If the cell must be switched off, do it at the station."
        )
    station = session.get(CyclerStation, station_id) if station_id else None
    if station is None or live is None or live.experiment_id is None:
        raise ConflictError(f"Nothing runs on {station.name if station else 'this station'} now.")
    if live.experiment_id != experiment_id:
        raise ConflictError(f"Experiment {experiment_id} does not run on {station.name} any more.")
    if kind is StationCommand.PAUSE:
        _check_pause(session, station, live)
    elif live.state is not StationState.PAUSED:
        raise ConflictError(f"{station.name} is not paused: there is nothing to resume.")


def _check_pause(session: Session, station: CyclerStation, live: StationLive) -> None:
    if live.state is not StationState.RUNNING:
        already = "is paused already" if live.state is StationState.PAUSED else "does not run"
        raise ConflictError(f"{station.name} {already}: there is nothing to pause.")
    abilities = session.scalars(
        select(DeviceAbilities.abilities)
        .join(UsedDevice, UsedDevice.device_id == DeviceAbilities.device_id)
        .where(UsedDevice.station_id == station.id)
    )
    if not any(one.get("pause") for one in abilities):
        raise ConflictError(
            f"The device of {station.name} cannot pause. The experiment can be stopped instead."
        )
