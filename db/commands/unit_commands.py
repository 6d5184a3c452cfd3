"""What a computational unit can be asked: to look for devices, to launch a station's cycler."""

from datetime import timedelta

from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import Availability, StationCommand
from db.clock import database_now
from db.commands.stations import VIRTUAL_UNIT
from db.models import ComputationalUnit, CyclerStation, OutOfService, Unit
from db.queries.queue import busy_with

UNIT_COMMANDS = (StationCommand.DETECT, StationCommand.LAUNCH)
SILENT = timedelta(seconds=30)


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
    said = unit.online if unit else fixed.available is Availability.ON
    if not said or (unit is None and database_now(session) - seen_at > SILENT):
        raise ConflictError(
            f"{name} cannot be reached: its last contact was at {seen_at:%Y-%m-%d %H:%M:%S} UTC. "
            "Nothing was asked. See that its computer is on and reaches the broker."
        )
    if kind is StationCommand.LAUNCH:
        _check_launch(session, unit, unit_id, station_id)


def _check_launch(
    session: Session, unit: Unit | None, unit_id: int, station_id: int | None
) -> None:
    station = session.get(CyclerStation, station_id) if station_id else None
    if station is None or station.unit_id != unit_id or station.deprecated:
        raise ConflictError("This station is not in use any more. Look at it again.")
    if unit is not None:
        raise ConflictError(
            f"{station.name} belongs to a unit that speaks bem/v1: its program always runs."
        )
    out = session.get(OutOfService, station.id)
    if out is not None:
        raise ConflictError(f"{station.name} is out of service: {out.reason}")
    busy = busy_with(session, station.id)
    if busy is not None:
        raise ConflictError(
            f"{station.name} has {busy.name} under way: its cycler runs, and launching it again "
            "would end that."
        )
