"""Somebody says which battery is connected to a station: what waited for it is released."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from cycling.errors import ConflictError
from db.commands import audit
from db.commands.audit import By
from db.commands.queue import rows
from db.engine import Database
from db.models import Battery, ConfirmedBattery, CyclerStation, Plan
from db.queries.stations.queue import other_run, waiting
from db.repeating import repeated
from db.terms import PlanState


@dataclass(frozen=True)
class Confirmation:
    """What a confirmation did: experiments released and held, the station that lost the battery."""

    released: tuple[int, ...]
    held: tuple[int, ...]
    moved_from: str | None


@repeated
def confirm_battery(
    database: Database, station_id: int, battery_id: int, *, by: By
) -> Confirmation:
    """Note that a battery is connected to a station, and queue what waited for that.

    Experiments queued there for another battery are held again; a battery that was confirmed
    elsewhere moves. Raises ConflictError while an experiment says otherwise.
    """
    with database.write() as session:
        return confirm_within(session, station_id, battery_id, by=by)


def confirm_within(session: Session, station_id: int, battery_id: int, *, by: By) -> Confirmation:
    """Do what `confirm_battery` does, in the caller's transaction."""
    battery = rows.take_battery(session, battery_id)
    stations = rows.take_stations(session, {station_id, *rows.confirmed_on(session, [battery_id])})
    station = rows.check_station(session, stations.pop(station_id, None))
    if because := other_run(session, station, battery):
        raise ConflictError(because)
    held = _forget_elsewhere(session, battery, station, stations, by)
    _write(session, station, battery, by.user_name, by.now)
    held += _hold_others(session, station, battery, by)
    released = _release(session, station, battery, by)
    done = Confirmation(
        tuple(released), tuple(held), next((one.name for one in stations.values()), None)
    )
    audit.record(
        session,
        by,
        "confirm battery",
        f"station {station_id}",
        {
            "battery": battery_id,
            "name": battery.name,
            "serial_number": battery.serial_number,
            "released": released,
            "held": held,
            "moved_from": done.moved_from,
        },
    )
    return done


def _forget_elsewhere(
    session: Session,
    battery: Battery,
    station: CyclerStation,
    others: dict[int, CyclerStation],
    by: By,
) -> list[int]:
    """Remove the battery from the stations that had it; their plans for it are held."""
    session.execute(
        delete(ConfirmedBattery).where(
            ConfirmedBattery.battery_id == battery.id, ConfirmedBattery.station_id != station.id
        )
    )
    reason = f"{battery.name} was confirmed on {station.name}."
    queued = waiting().where(
        Plan.station_id.in_(list(others)),
        Plan.battery_id == battery.id,
        Plan.state == PlanState.QUEUED,
    )
    return [_hold(session, plan, reason, by) for plan in session.scalars(queued).all()]


def _write(
    session: Session, station: CyclerStation, battery: Battery, user_name: str, now: datetime
) -> None:
    session.merge(
        ConfirmedBattery(
            station_id=station.id,
            battery_id=battery.id,
            user_name=user_name[:60],
            confirmed_at=now,
        )
    )
    session.flush()


def _hold_others(session: Session, station: CyclerStation, battery: Battery, by: By) -> list[int]:
    """Put what is queued here for another battery back: it is not the one that is connected."""
    reason = f"{battery.name} was confirmed on {station.name}."
    queued = waiting().where(
        Plan.station_id == station.id,
        Plan.battery_id != battery.id,
        Plan.state == PlanState.QUEUED,
    )
    return [_hold(session, plan, reason, by) for plan in session.scalars(queued).all()]


def _hold(session: Session, plan: Plan, reason: str, by: By) -> int:
    if not rows.take_back(session, plan.experiment_id):
        raise ConflictError(f"A station is just taking {plan.name}. Look again in a moment.")
    rows.hold(session, plan, by.beside(), reason)
    return plan.experiment_id


def _release(session: Session, station: CyclerStation, battery: Battery, by: By) -> list[int]:
    held = session.scalars(
        waiting().where(
            Plan.station_id == station.id,
            Plan.battery_id == battery.id,
            Plan.state == PlanState.HELD,
        )
    ).all()
    reason = f"{battery.name} was confirmed on {station.name}."
    for plan in held:
        rows.publish(session, plan, by.beside(), reason)
    rows.put_in_order(session, station.id)
    return [plan.experiment_id for plan in held]
