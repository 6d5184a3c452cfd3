"""What the tables say of WattRex stations, whose cyclers and synchroniser write into them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cycling.terms import NOT_ENDED, ExperimentStatus
from db.models import (
    ComputationalUnit,
    CyclerStation,
    Experiment,
    GenericMeasure,
    InstructionDetail,
    Plan,
)
from db.models.wattrex import is_wattrex
from db.terms import PlanState

ERRORS_FOR = timedelta(days=1)


@dataclass(frozen=True)
class WattrexStation:
    """A station in use whose unit speaks the WattRex protocol; `heard_at` is its last heartbeat."""

    id: int
    name: str
    unit_id: int
    host: str
    heard_at: datetime


@dataclass(frozen=True)
class LastRow:
    """The newest measure of an experiment: V, A. `test_time_s` counts from its first one."""

    measure_id: int
    at: datetime
    test_time_s: float
    instruction_id: int
    voltage_v: float | None
    current_a: float | None


def stations(session: Session) -> list[WattrexStation]:
    """Return the stations in use of WattRex units."""
    rows = session.execute(
        select(
            CyclerStation.id,
            CyclerStation.name,
            ComputationalUnit.id,
            ComputationalUnit.host_name,
            ComputationalUnit.last_connection,
        )
        .join(ComputationalUnit, ComputationalUnit.id == CyclerStation.unit_id)
        .where(CyclerStation.deprecated.is_(False), is_wattrex())
        .order_by(CyclerStation.id)
    )
    return [WattrexStation(*row) for row in rows]


def open_runs(session: Session, station_ids: Collection[int]) -> Sequence[Experiment]:
    """Return what runs or waits on stations, the oldest first."""
    return _runs(session, station_ids, NOT_ENDED)


def failed_runs(
    session: Session, station_ids: Collection[int], now: datetime
) -> Sequence[Experiment]:
    """Return the experiments that have ended in error since yesterday."""
    ended = func.coalesce(Experiment.finished_at, Experiment.created_at)
    return _runs(session, station_ids, (ExperimentStatus.ERROR,), ended > now - ERRORS_FOR)


def withdrawn_plan(session: Session, run: Experiment) -> Plan | None:
    """Return the plan of a run that was taken back here; None if it was not."""
    taken_back = Plan.state.in_([PlanState.HELD, PlanState.CANCELLED])
    return session.scalars(select(Plan).where(Plan.experiment_id == run.id, taken_back)).first()


def last_row(session: Session, experiment_id: int) -> LastRow | None:
    """Return the newest measure, None before the first one; two looks into the key."""
    measure = GenericMeasure
    rows = select(
        measure.id,
        measure.at,
        measure.instruction_id,
        measure.voltage_mv,
        measure.current_ma,
    ).where(measure.experiment_id == experiment_id)
    last = session.execute(rows.order_by(measure.id.desc()).limit(1)).first()
    if last is None:
        return None
    first = session.execute(rows.order_by(measure.id).limit(1)).one()
    return LastRow(
        measure_id=last.id,
        at=last.at,
        test_time_s=max(0.0, (last.at - first.at).total_seconds()),
        instruction_id=last.instruction_id,
        voltage_v=None if last.voltage_mv is None else last.voltage_mv / 1000,
        current_a=None if last.current_ma is None else last.current_ma / 1000,
    )


def instruction_began_s(session: Session, experiment_id: int, last: LastRow) -> float:
    """Return the test time at which the present instruction began."""
    measure = GenericMeasure
    before = session.scalar(
        select(measure.at)
        .where(
            measure.experiment_id == experiment_id,
            measure.id < last.measure_id,
            measure.instruction_id != last.instruction_id,
        )
        .order_by(measure.id.desc())
        .limit(1)
    )
    lasts_s = None if before is None else (last.at - before).total_seconds()
    return 0.0 if lasts_s is None else max(0.0, last.test_time_s - lasts_s)


def step_and_cycle(
    session: Session, profile_id: int, instruction_id: int
) -> tuple[int | None, int | None]:
    """Return where an instruction stands in its profile's text, as far as that is known."""
    detail = session.get(InstructionDetail, (profile_id, instruction_id))
    return (detail.step, detail.cycle) if detail else (None, None)


def _runs(
    session: Session,
    station_ids: Collection[int],
    statuses: Collection[ExperimentStatus],
    *more: ColumnElement[bool],
) -> Sequence[Experiment]:
    return session.scalars(
        select(Experiment)
        .where(Experiment.station_id.in_(station_ids), Experiment.status.in_(statuses), *more)
        .order_by(Experiment.created_at, Experiment.id)
    ).all()
