"""One battery with everything that its page says about it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.errors import NotFoundError
from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import Battery, ConfirmedBattery, CyclerStation, Experiment, Plan
from db.models.battery_rows import description_of, descriptions
from db.queries.references import battery_planned, with_experiments
from db.terms import PlanState

MAX_ID = 2**32 - 1
UNDER_WAY = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED, ExperimentStatus.QUEUED)


@dataclass(frozen=True)
class ConfirmedOn:
    """A station on which somebody has confirmed the battery."""

    station_id: int
    station: str
    user_name: str
    at: datetime


@dataclass(frozen=True)
class UnderWay:
    """An experiment that runs, is paused or waits; `id` None: it waits for a person."""

    id: int | None
    name: str
    status: str


@dataclass(frozen=True)
class BatteryFacts:
    """A battery; `kept_because` says what keeps it from being deleted, "" for nothing."""

    id: int
    battery: NewBattery
    confirmed: tuple[ConfirmedOn, ...]
    under_way: tuple[UnderWay, ...]
    kept_because: str


def battery_details(database: Database, battery_id: int) -> BatteryFacts:
    """Return a battery; raises NotFoundError."""
    with database.read() as session:
        battery = session.get(Battery, battery_id) if 0 < battery_id <= MAX_ID else None
        if battery is None:
            raise NotFoundError(f"There is no battery {battery_id}.")
        return BatteryFacts(
            id=battery.id,
            battery=description_of(session, battery),
            confirmed=_confirmed(session, battery_id),
            under_way=experiments_under_way(session, battery_id),
            kept_because=what_refers_to(session, battery_id),
        )


def battery_descriptions(database: Database, ids: Collection[int]) -> dict[int, NewBattery]:
    """Return what batteries are, by their ids; one that does not exist is left out."""
    with database.read() as session:
        return descriptions(session, ids)


def experiments_under_way(session: Session, battery_id: int) -> tuple[UnderWay, ...]:
    """Return the experiments of a battery that run, are paused, queued or held."""
    rows = session.execute(
        select(Experiment.id, Experiment.name, Experiment.status)
        .where(Experiment.battery_id == battery_id, Experiment.status.in_(UNDER_WAY))
        .order_by(Experiment.id)
    )
    held = session.scalars(
        select(Plan.name)
        .where(Plan.battery_id == battery_id, Plan.state == PlanState.HELD)
        .order_by(Plan.id)
    )
    return (
        *(UnderWay(id_, name, str(status).lower()) for id_, name, status in rows),
        *(UnderWay(None, name, str(PlanState.HELD)) for name in held),
    )


def busy_words(busy: Sequence[UnderWay]) -> str:
    """Say which experiments need the battery as it is, and what to do."""
    first = busy[0]
    named = f"experiment {first.id} ({first.name})" if first.id else f"experiment {first.name}"
    others = f" and {len(busy) - 1} more" if len(busy) > 1 else ""
    are = "are" if others else "is"
    word = "not finished" if others else first.status
    return f"{named}{others} {are} {word}. Change them when nothing runs or waits on this battery."


def what_refers_to(session: Session, battery_id: int) -> str:
    """Say what keeps a battery from being deleted; blank if nothing does."""
    if words := with_experiments(session, Experiment.battery_id, [battery_id]):
        return f"{words} Only a battery without experiments can be deleted."
    if words := battery_planned(session, battery_id):
        return words
    if confirmed := _confirmed(session, battery_id):
        return f"It is confirmed on {confirmed[0].station}. Confirm another battery there first."
    return ""


def _confirmed(session: Session, battery_id: int) -> tuple[ConfirmedOn, ...]:
    rows = session.execute(
        select(
            CyclerStation.id,
            CyclerStation.name,
            ConfirmedBattery.user_name,
            ConfirmedBattery.confirmed_at,
        )
        .join(ConfirmedBattery, ConfirmedBattery.station_id == CyclerStation.id)
        .where(ConfirmedBattery.battery_id == battery_id)
        .order_by(CyclerStation.name)
    )
    return tuple(ConfirmedOn(*row) for row in rows)
