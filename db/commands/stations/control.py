"""What people ask of stations and units: pause, resume, stop, detect devices, launch a cycler.

A request is a row; the master node carries it to the station and writes the answer into it. Times
are those of the database's clock: the page, the master node and the station may differ.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import Availability, StationCommand, StationState
from db.commands import audit
from db.commands.audit import By
from db.commands.wattrex.units import wattrex_units
from db.engine import Database, database_now
from db.models import (
    Command,
    ComputationalUnit,
    CyclerStation,
    DeviceAbilities,
    OutOfService,
    StationLive,
    Unit,
    UsedDevice,
)
from db.models.units import VIRTUAL_UNIT
from db.models.wattrex import FRESH
from db.queries.stations.queue import busy_with
from db.repeating import repeated
from db.terms import CommandState

EXPIRES_AFTER = timedelta(seconds=10)
UNIT_COMMANDS = (StationCommand.DETECT, StationCommand.LAUNCH)


@repeated
def request(
    database: Database,
    kind: StationCommand,
    *,
    unit_id: int,
    station_id: int | None = None,
    experiment_id: int | None = None,
    reason: str = "",
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
        elif wattrex_units(session, [unit_id]):
            raise ConflictError(
                f"WattRex cyclers take no {kind.value} from here: do it at the station."
            )
        elif kind is not StationCommand.STOP:
            _check(session, kind, unit_id, station_id, experiment_id, live)
        return add_command(
            session,
            kind,
            unit_id=unit_id,
            station_id=station_id,
            experiment_id=experiment_id,
            reason=reason,
            by=by,
        )


def add_command(
    session: Session,
    kind: StationCommand,
    *,
    unit_id: int,
    station_id: int | None,
    experiment_id: int | None,
    reason: str,
    by: By,
) -> int:
    """Note in the caller's transaction what is asked, and return the command's id."""
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


def check_unit_command(
    session: Session, kind: StationCommand, unit_id: int, station_id: int | None
) -> None:
    """Raise ConflictError, in a sentence, where asking makes no sense now."""
    fixed = session.get(ComputationalUnit, unit_id)
    if fixed is None or unit_id == VIRTUAL_UNIT:
        raise NotFoundError("There is no such computational unit.")
    unit = session.get(Unit, unit_id)
    name = unit.hardware_id if unit else fixed.host_name
    seen_at = unit.seen_at if unit else fixed.last_connection
    online = unit.online if unit else fixed.available is Availability.ON
    if not online or (unit is None and database_now(session) - seen_at > FRESH):
        raise ConflictError(
            f"{name} is not heard and would not hear this. Its last contact was at "
            f"{seen_at:%Y-%m-%d %H:%M:%S} UTC. See that its computer is on and reaches the broker."
        )
    if kind is StationCommand.LAUNCH:
        _check_launch(session, unit, unit_id, station_id)


def _check_launch(
    session: Session, unit: Unit | None, unit_id: int, station_id: int | None
) -> None:
    if unit is not None:
        raise ConflictError(
            f"The stations of {unit.hardware_id} speak bem/v1 and are ready as they are: none is "
            "launched."
        )
    station = session.get(CyclerStation, station_id) if station_id else None
    if station is None or station.unit_id != unit_id or station.deprecated:
        raise ConflictError("This station is not in use any more. Look at it again.")
    out = session.get(OutOfService, station.id)
    if out is not None:
        raise ConflictError(f"{station.name} is out of service: {out.reason}")
    busy = busy_with(session, station.id)
    if busy is not None:
        raise ConflictError(
            f"{station.name} has {busy.name} under way: its cycler runs, and launching it again "
            "would end that."
        )
