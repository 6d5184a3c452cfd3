"""Taking a station out of service, and back: what waits there is held, nothing starts by itself."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from db.commands import audit
from db.commands.queue import hold_queue, rows
from db.engine import Database
from db.models import CyclerStation, OutOfService

LONGEST_REASON = 250


def take_out_of_service(
    database: Database,
    station_id: int,
    *,
    reason: str,
    user_name: str,
    address: str,
    now: datetime,
) -> None:
    """Let a station take no experiments, and hold its queue; what runs there goes on.

    Raises NotFoundError, InputError without a reason, ConflictError if it is out already.
    """
    why = reason.strip()
    if not why or len(why) > LONGEST_REASON:
        raise InputError(f"Say in 1 to {LONGEST_REASON} characters why it is out of service.")
    with database.write() as session:
        station = _station(session, station_id)
        known = session.get(OutOfService, station_id)
        if known is not None:
            raise ConflictError(f"{station.name} is out of service already: {known.reason}")
        session.add(OutOfService(station_id=station_id, reason=why, user_name=user_name, since=now))
        hold_queue(session, station_id, _words(why), now=now)
        _record(session, "take out of service", station_id, user_name, address, now, reason=why)


def return_to_service(
    database: Database, station_id: int, *, user_name: str, address: str, now: datetime
) -> None:
    """Let a station take experiments again; what was held waits until its battery is confirmed.

    Raises NotFoundError, ConflictError if it is in service.
    """
    with database.write() as session:
        station = _station(session, station_id)
        known = session.get(OutOfService, station_id)
        if known is None:
            raise ConflictError(f"{station.name} is in service.")
        session.delete(known)
        _record(session, "return to service", station_id, user_name, address, now)


def hold_queues_out_of_service(session: Session, now: datetime) -> None:
    """Hold what is queued on stations that are out of service, however it came there.

    Some cyclers run what is queued by themselves.
    """
    for out in session.scalars(select(OutOfService)).all():
        hold_queue(session, out.station_id, _words(out.reason), now=now)


def _words(reason: str) -> str:
    return f"The station was taken out of service: {reason}"


def _station(session: Session, station_id: int) -> CyclerStation:
    station = rows.take_stations(session, [station_id]).get(station_id)
    if station is None:
        raise NotFoundError(f"There is no station {station_id}.")
    return station


def _record(
    session: Session,
    action: str,
    station_id: int,
    user_name: str,
    address: str,
    now: datetime,
    **detail: str,
) -> None:
    audit.record(
        session,
        at=now,
        user_name=user_name,
        address=address,
        action=action,
        target=f"station {station_id}",
        detail=detail,
    )
