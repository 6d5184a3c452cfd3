"""What a computational unit can be asked: to look for devices, to launch a station's cycler."""

from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import Availability, StationCommand
from db.clock import database_now
from db.models import ComputationalUnit, CyclerStation, OutOfService, Unit
from db.models.units import VIRTUAL_UNIT
from db.models.wattrex import FRESH
from db.queries.stations.queue import busy_with

UNIT_COMMANDS = (StationCommand.DETECT, StationCommand.LAUNCH)


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
