"""Why what is queued on a station has not begun: what keeps it from its next experiment.

The master node offers by the same conditions (`db/commands/master_node/offers.py`).
"""

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cycling.terms import StationState
from db.engine import database_now
from db.models import Battery, ConfirmedBattery, CyclerStation, StationAlarm, StationLive, Unit
from db.queries.stations.state import lost_since
from db.terms import NO_HINDRANCE


def hinders() -> ColumnElement[bool]:
    """Whether an alarm keeps its station from the next experiment until it is acknowledged."""
    return StationAlarm.acknowledged_at.is_(None) & StationAlarm.code.not_in(NO_HINDRANCE)


def waits_for(session: Session, station_id: int, battery: Battery | None) -> str:
    """Say what the first experiment in the queue of a station waits for."""
    alarms = select(func.count()).where(StationAlarm.station_id == CyclerStation.id, hinders())
    row = session.execute(
        select(
            CyclerStation.name,
            StationLive,
            Unit.online,
            ConfirmedBattery.battery_id,
            alarms.correlate(CyclerStation).scalar_subquery().label("alarms"),
        )
        .outerjoin(StationLive, StationLive.station_id == CyclerStation.id)
        .outerjoin(Unit, Unit.unit_id == CyclerStation.unit_id)
        .outerjoin(ConfirmedBattery, ConfirmedBattery.station_id == CyclerStation.id)
        .where(CyclerStation.id == station_id)
    ).one()
    live = row.StationLive
    if row.online is False or lost_since(live, database_now(session)) is not None:
        return f"Waits until {row.name} is heard again."
    is_wattrex = row.online is None
    look = f"until somebody has acknowledged the alarm of {row.name}"
    is_alarmed = bool(row.alarms) and not is_wattrex  # whose cyclers know of no alarms
    state = live.state if live is not None else StationState.IDLE
    if state is StationState.PAUSED:
        first = "Waits: the experiment before it is paused"
        return f"{first}, and its alarm waits for somebody." if is_alarmed else f"{first}."
    if state is StationState.ERROR:
        return f"Waits until {row.name} has ended the experiment that tripped."
    if state is StationState.RUNNING:
        return f"Waits for the experiment that runs{f', and {look}' if is_alarmed else ''}."
    if is_alarmed:
        return f"Waits {look}."
    if battery is not None and row.battery_id != battery.id:
        return f"Waits until {battery.name} is confirmed on {row.name}."
    if is_wattrex:
        return f"The cycler of {row.name} takes it by itself."
    return f"{row.name} takes it in a moment."
