"""What batteries are in: their state, where they are, their experiments."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from cycling.terms import ENDED, NOT_ENDED, UNDER_WAY, ExperimentState, ExperimentStatus, state_of
from db.engine import Database
from db.models import Battery, ConfirmedBattery, CyclerStation, Experiment, Plan, Run
from db.queries.experiments.filters import NOT_BEGUN
from db.queries.stations.queue import is_held, reason_of
from db.terms import PlanState


class BatteryState(StrEnum):
    """What a battery is in: the first of these that is so of one of its experiments."""

    RUNNING = "running"
    PAUSED = "paused"
    QUEUED = "queued"
    HELD = "held"
    IDLE = "idle"


RANKS = {one: rank for rank, one in enumerate(BatteryState)}
OF_STATUS = {
    ExperimentStatus.RUNNING: BatteryState.RUNNING,
    ExperimentStatus.PAUSED: BatteryState.PAUSED,
    ExperimentStatus.QUEUED: BatteryState.QUEUED,
}


@dataclass(frozen=True)
class LastExperiment:
    """What a battery is in, else the experiment that was added last; `why` as in their table."""

    id: int
    state: ExperimentState
    at: datetime
    why: str = ""


@dataclass(frozen=True)
class BatteryUse:
    """What is done with a battery; `runs_on` is the station of what runs or is paused, "" for none.

    `confirmed_on` are the stations on which it is confirmed, by name.
    """

    state: BatteryState = BatteryState.IDLE
    runs_on: str = ""
    confirmed_on: tuple[str, ...] = ()
    experiments: int = 0
    last: LastExperiment | None = None

    @property
    def station(self) -> str:
        """Where it is: where it runs, else where it is confirmed; "" for nowhere."""
        return self.runs_on or ", ".join(self.confirmed_on)


@dataclass
class _Use:
    state: BatteryState = BatteryState.IDLE
    runs_on: str = ""
    confirmed_on: list[str] = field(default_factory=list)
    last: LastExperiment | None = None


def battery_uses(session: Session, ids: Sequence[int]) -> Mapping[int, BatteryUse]:
    """Return what is done with batteries, by their ids, in four statements."""
    uses: defaultdict[int, _Use] = defaultdict(_Use)
    plans = session.scalars(
        select(Plan).where(NOT_BEGUN, Plan.battery_id.in_(ids)).order_by(Plan.experiment_id)
    ).all()
    counts = _last_experiments(session, ids, uses)
    counts.update(plan.battery_id for plan in plans if plan.battery_id is not None)
    _held(plans, uses)
    for battery, rank in session.execute(_states(Battery.id.in_(ids))):
        uses[battery].state = list(BatteryState)[rank]
    for battery, station in session.execute(_confirmed(ids)):
        uses[battery].confirmed_on.append(station)
    return {
        id_: BatteryUse(
            use.state, use.runs_on, tuple(use.confirmed_on), counts.get(id_, 0), use.last
        )
        for id_ in {*uses, *counts}
        for use in (uses[id_],)
    }


def station_names(database: Database) -> dict[int, str]:
    """Return the names of all stations by their ids, in the order of names."""
    with database.read() as session:
        query = select(CyclerStation.id, CyclerStation.name).order_by(CyclerStation.name)
        return dict(session.execute(query).all())


def state_ranks() -> Subquery:
    """Return a query of `battery` and `rank` of those that are not idle; rank is of RANKS."""
    return _states(None).subquery()


def is_in(states: Sequence[BatteryState]) -> ColumnElement[bool]:
    """Whether a battery is in one of some states."""
    ranks = state_ranks()
    busy = select(ranks.c.battery)
    some = Battery.id.in_(busy.where(ranks.c.rank.in_([RANKS[one] for one in states])))
    return or_(some, Battery.id.not_in(busy)) if BatteryState.IDLE in states else some


def is_at(stations: Sequence[int]) -> ColumnElement[bool]:
    """Whether a battery is at one of some stations: where it runs, else where it is confirmed."""
    running = select(Experiment.battery_id).where(Experiment.status.in_(UNDER_WAY))
    confirmed = select(ConfirmedBattery.battery_id).where(ConfirmedBattery.station_id.in_(stations))
    return or_(
        Battery.id.in_(running.where(Experiment.station_id.in_(stations))),
        and_(Battery.id.in_(confirmed), Battery.id.not_in(running)),
    )


def places() -> Subquery:
    """Return a query of `battery` and `place`: where it runs, else where it is confirmed.

    Of several stations the first by name.
    """
    running = (
        select(
            Experiment.battery_id.label("battery"),
            CyclerStation.name.label("station"),
            literal(0).label("rank"),
        )
        .join(CyclerStation, CyclerStation.id == Experiment.station_id)
        .where(Experiment.status.in_(UNDER_WAY))
    )
    confirmed = select(ConfirmedBattery.battery_id, CyclerStation.name, literal(1)).join(
        CyclerStation, CyclerStation.id == ConfirmedBattery.station_id
    )
    both = union_all(running, confirmed).subquery()
    runs = func.min(case((both.c.rank == 0, both.c.station)))
    place = func.coalesce(runs, func.min(both.c.station)).label("place")
    return select(both.c.battery, place).group_by(both.c.battery).subquery()


def uses_to_sort() -> Subquery:
    """Return a query of `battery`, the number of its `experiments`, and the `last` one."""
    both = union_all(
        select(
            Experiment.battery_id.label("battery"),
            Experiment.id.label("last"),
            case((Experiment.status.in_(UNDER_WAY), Experiment.id)).label("runs"),
        ),
        select(
            Plan.battery_id,
            case((Plan.state == PlanState.HELD, Plan.experiment_id)),
            null(),
        ).where(NOT_BEGUN),
    ).subquery()
    return (
        select(
            both.c.battery,
            func.count().label("experiments"),
            func.coalesce(func.max(both.c.runs), func.max(both.c.last)).label("last"),
        )
        .group_by(both.c.battery)
        .subquery()
    )


def _states(which: ColumnElement[bool] | None) -> Select[int, int]:
    """Select batteries that are not idle, with the rank of their state."""
    rank: SQLColumnExpression[int] = case(
        *((Experiment.status == status, literal(RANKS[one])) for status, one in OF_STATUS.items())
    )
    begun: Any = select(Experiment.battery_id.label("battery"), rank.label("rank"))
    begun = begun.where(Experiment.status.in_(NOT_ENDED))
    held: Any = select(Plan.battery_id, literal(RANKS[BatteryState.HELD])).where(
        is_held(), Plan.battery_id.is_not(None)
    )
    if which is not None:
        begun = begun.join(Battery, Battery.id == Experiment.battery_id).where(which)
        held = held.join(Battery, Battery.id == Plan.battery_id).where(which)
    both = union_all(begun, held).subquery()
    first = func.min(both.c.rank).label("rank")
    return select(both.c.battery, first).group_by(both.c.battery)


def _last_experiments(
    session: Session, ids: Sequence[int], uses: Mapping[int, _Use]
) -> Counter[int]:
    """Note the experiment that a row shows and its station; return how many there are.

    It is what runs or is paused; else what has the highest number, if it may come or came.
    """
    under_way = case((Experiment.status.in_(UNDER_WAY), Experiment.id))
    used = (
        select(
            func.count().label("experiments"),
            func.coalesce(func.max(under_way), func.max(Experiment.id)).label("last"),
        )
        .where(Experiment.battery_id.in_(ids))
        .group_by(Experiment.battery_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Experiment.battery_id,
            used.c.experiments,
            Experiment.id,
            Experiment.status,
            func.coalesce(Experiment.begun_at, Experiment.created_at).label("at"),
            func.coalesce(Run.end_reason, "").label("reason"),
            CyclerStation.name.label("station"),
        )
        .join(used, used.c.last == Experiment.id)
        .join(CyclerStation, CyclerStation.id == Experiment.station_id)
        .outerjoin(Run, Run.experiment_id == Experiment.id)
    )
    counts: Counter[int] = Counter()
    for row in rows:
        why = row.reason.strip() if row.status in ENDED else ""
        counts[row.battery_id] += row.experiments
        use = uses[row.battery_id]
        use.last = LastExperiment(row.id, state_of(row.status, why), row.at, why)
        use.runs_on = row.station if row.status in UNDER_WAY else ""
    return counts


def _held(plans: Sequence[Plan], uses: Mapping[int, _Use]) -> None:
    """Note what is held where it comes after the last experiment and nothing runs."""
    for plan in plans:
        if plan.state is not PlanState.HELD or plan.battery_id is None:
            continue
        use = uses[plan.battery_id]
        if use.last is None or (not use.runs_on and use.last.id < plan.experiment_id):
            use.last = LastExperiment(
                plan.experiment_id, ExperimentState.HELD, plan.created_at, reason_of(plan)
            )


def _confirmed(ids: Sequence[int]) -> Select[int, str]:
    return (
        select(ConfirmedBattery.battery_id, CyclerStation.name)
        .join(CyclerStation, CyclerStation.id == ConfirmedBattery.station_id)
        .where(ConfirmedBattery.battery_id.in_(ids))
        .order_by(CyclerStation.name)
    )
