"""Taking a station out of service, and back: what waits there is held, nothing starts by itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, NotFoundError
from cycling.terms import ExperimentStatus
from db.commands import audit
from db.commands.audit import By
from db.commands.queue import rows
from db.engine import Database
from db.models import ConfirmedBattery, CyclerStation, Experiment, OutOfService
from db.models.stations import VIRTUAL_STATION
from db.repeating import repeated


@dataclass(frozen=True)
class TakenOut:
    """What became of the queue: held again, or taken by the station a moment before."""

    held: tuple[str, ...]
    begun: tuple[str, ...]


@repeated
def take_out_of_service(database: Database, station_id: int, *, reason: str, by: By) -> TakenOut:
    """Let a station take no further experiments, with a reason; what is queued there is held.

    What runs goes on. Raises InputError without a reason, ConflictError if it is out already.
    """
    sentence = rows.reason_sentence(reason, rows.LONGEST_REASON, "why it is out of service.")
    with database.write() as session:
        station = _taken(session, station_id)
        row = session.get(OutOfService, station_id)
        if row is not None:
            raise ConflictError(
                f"{row.user_name} has taken {station.name} out of service already: {row.reason}"
            )
        session.add(
            OutOfService(
                station_id=station_id, reason=sentence, user_name=by.user_name[:60], since=by.now
            )
        )
        done = _hold_queue(session, station, sentence, by)
        audit.record(
            session,
            by,
            "take out of service",
            f"station {station_id}",
            {"reason": sentence, "held": list(done.held), "begun": list(done.begun)},
        )
        return done


@repeated
def return_to_service(database: Database, station_id: int, *, by: By) -> None:
    """Let a station take experiments again. Raises ConflictError if it is in service already."""
    with database.write() as session:
        station = _taken(session, station_id)
        row = session.get(OutOfService, station_id)
        if row is None:
            raise ConflictError(f"{station.name} is in service already.")
        audit.record(
            session,
            by,
            "return to service",
            f"station {station_id}",
            {"reason": row.reason, "by": row.user_name},
        )
        session.delete(row)


def hold_queues_out_of_service(session: Session, now: datetime) -> None:
    """Hold what is queued on stations that are out of service, however it came there.

    Some cyclers run what is queued by themselves.
    """
    queues = session.execute(
        select(CyclerStation, OutOfService.reason)
        .join(OutOfService, OutOfService.station_id == CyclerStation.id)
        .where(
            exists().where(
                Experiment.station_id == CyclerStation.id,
                Experiment.status == ExperimentStatus.QUEUED,
            )
        )
    ).all()
    for station, reason in queues:
        by = rows.by_master_node(now)
        done = _hold_queue(session, station, reason, by)
        if done.held:
            audit.record(
                session,
                by,
                "hold queue",
                f"station {station.id}",
                {"reason": reason, "held": list(done.held)},
            )


def _taken(session: Session, station_id: int) -> CyclerStation:
    station = rows.take_stations(session, [station_id]).get(station_id)
    if station is None or station_id == VIRTUAL_STATION:
        raise NotFoundError("There is no such station.")
    if station.deprecated:
        raise ConflictError(f"{station.name} was replaced or retired meanwhile.")
    return station


def _hold_queue(session: Session, station: CyclerStation, reason: str, by: By) -> TakenOut:
    """Take back what waits. Somebody works at the station: its battery is confirmed again."""
    why = f"The station was taken out of service: {reason}"
    held, begun = rows.take_back_queue(session, station.id, why, by)
    if held:
        session.execute(delete(ConfirmedBattery).where(ConfirmedBattery.station_id == station.id))
    return TakenOut(tuple(plan.name for plan in held), tuple(begun))
