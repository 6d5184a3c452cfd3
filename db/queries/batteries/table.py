"""The batteries table: search, technologies, sorting, paging.

As with the experiments: the ids of a page first, then what its rows show, in a constant number of
queries. (10,000 batteries with 100,000 experiments: the first page in some milliseconds.)
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import (
    Select,
    SQLColumnExpression,
    case,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.description import KINDS
from cycling.terms import ENDED, UNDER_WAY, ExperimentState, Technology, state_of
from db.engine import Database
from db.facts import facts, grouped
from db.models import (
    Battery,
    BatteryDetails,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    LeadAcid,
    Lithium,
    Plan,
    RedoxStack,
    Run,
)
from db.models.battery_rows import CAPACITY_MAH, chemistry_of, size_cm2, with_capacity
from db.queries.experiments.filters import NOT_BEGUN
from db.queries.lists import Page, Sort, alphabetic, check_page, mentions
from db.queries.stations.queue import reason_of
from db.terms import PlanState

Columns = TypeVarTuple("Columns")

SEARCHED = (
    Battery.name,
    Battery.serial_number,
    Battery.manufacturer,
    Battery.model,
    Battery.description,
)


class BatterySortKey(StrEnum):
    """Columns of the table that can order it."""

    NAME = "name"
    SERIAL = "serial"
    TECHNOLOGY = "technology"
    MANUFACTURER = "manufacturer"
    MODEL = "model"
    CAPACITY = "capacity"
    EXPERIMENTS = "experiments"
    LAST = "last"


TEXTS = (
    BatterySortKey.NAME,
    BatterySortKey.SERIAL,
    BatterySortKey.MANUFACTURER,
    BatterySortKey.MODEL,
)


@dataclass(frozen=True)
class BatteryFilter:
    """What the table is narrowed to; nothing does not narrow."""

    technologies: tuple[Technology, ...] = ()
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return not self.technologies and not self.text.strip()


@dataclass(frozen=True)
class LastExperiment:
    """What a battery is in, else the experiment that was added last; `why` as in their table."""

    id: int
    state: ExperimentState
    at: datetime
    why: str = ""


@dataclass(frozen=True)
class BatteryRow:
    """One line of the table; V, A, Ah, cm2. `station` is where it is confirmed, "" for nowhere."""

    id: int
    name: str
    description: str
    technology: Technology
    cell_kind: CellKind
    chemistry: str
    manufacturer: str
    model: str
    serial_number: str
    capacity_ah: float | None
    electrode_size_cm2: float | None
    voltage_v: tuple[float, float]
    experiments: int
    last: LastExperiment | None
    station: str


def list_batteries(
    database: Database,
    wanted: BatteryFilter,
    sort: Sort[BatterySortKey] | None = None,
    *,
    offset: int,
    limit: int,
) -> Page[BatteryRow]:
    """Return `limit` rows from `offset` on; without a sort those that were added last come first.

    Raises InputError for a negative offset or limit.
    """
    check_page(offset, limit)
    with database.read() as session:
        ids = _ids(session, wanted, sort, offset, limit)
        total = session.scalar(select(func.count(Battery.id))) or 0
        count = total
        if not wanted.is_empty:
            count = session.scalar(_narrowed(select(func.count(Battery.id)), wanted)) or 0
        return Page(_rows(session, ids), count, total)


def count_by_technology(database: Database, text: str = "") -> Mapping[Technology, int]:
    """Return how many batteries there are of each technology among those with this text."""
    query = select(Battery.technology, func.count()).group_by(Battery.technology)
    with database.read() as session:
        return dict(session.execute(_narrowed(query, BatteryFilter(text=text))).all())


def _ids(
    session: Session,
    wanted: BatteryFilter,
    sort: Sort[BatterySortKey] | None,
    offset: int,
    limit: int,
) -> Sequence[int]:
    query = _narrowed(select(Battery.id), wanted)
    order: tuple[Any, ...] = (Battery.id.desc(),)
    if sort is not None:
        query, column = _sorted(session, query, sort.key)
        order = (column.desc(), Battery.id.desc()) if sort.descending else (column, Battery.id)
    return session.scalars(query.order_by(*order).offset(offset).limit(limit)).all()


def _sorted(
    session: Session, query: Select[int], key: BatterySortKey
) -> tuple[Select[int], SQLColumnExpression[Any]]:
    if key is BatterySortKey.CAPACITY:
        return with_capacity(query, Battery.id), CAPACITY_MAH
    if key in (BatterySortKey.EXPERIMENTS, BatterySortKey.LAST):
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
        used = (
            select(
                both.c.battery,
                func.count().label("experiments"),
                func.coalesce(func.max(both.c.runs), func.max(both.c.last)).label("last"),
            )
            .group_by(both.c.battery)
            .subquery()
        )
        return query.outerjoin(used, used.c.battery == Battery.id), func.coalesce(
            used.c[str(key)], 0
        )
    columns: Mapping[BatterySortKey, SQLColumnExpression[Any]] = {
        BatterySortKey.NAME: Battery.name,
        BatterySortKey.SERIAL: Battery.serial_number,
        BatterySortKey.TECHNOLOGY: Battery.technology,
        BatterySortKey.MANUFACTURER: Battery.manufacturer,
        BatterySortKey.MODEL: Battery.model,
    }
    return query, alphabetic(session, columns[key]) if key in TEXTS else columns[key]


def _narrowed(query: Select[*Columns], wanted: BatteryFilter) -> Select[*Columns]:
    if wanted.technologies:
        query = query.where(Battery.technology.in_(wanted.technologies))
    searched = wanted.text.strip()
    return query.where(mentions(SEARCHED, searched)) if searched else query


def _rows(session: Session, ids: Sequence[int]) -> tuple[BatteryRow, ...]:
    if not ids:
        return ()
    query: Any = (
        select(
            Battery.id,
            Battery.name,
            Battery.description,
            Battery.technology,
            Battery.manufacturer,
            Battery.model,
            Battery.serial_number,
            Battery.voltage_min_mv,
            Battery.voltage_max_mv,
            CAPACITY_MAH.label("capacity_mah"),
            RedoxStack.electrode_size_cm2_x100.label("electrode"),
            BatteryDetails.electrode_size_cm2.label("exact"),
            BatteryDetails.kind,
            BatteryDetails.chemistry.label("ours"),
            Lithium.chemistry.label("lithium"),
            LeadAcid.chemistry.label("lead_acid"),
            RedoxStack.electrolyte_type.label("stack"),
        )
        .outerjoin(RedoxStack, RedoxStack.battery_id == Battery.id)
        .where(Battery.id.in_(ids))
    )
    found = session.execute(with_capacity(query, Battery.id))
    plans, stations = _plans(session, ids), _stations(session, ids)
    counts, last = _use(session, ids, plans)
    rows = {
        one.id: facts(
            BatteryRow,
            one,
            description=one.description or "",
            cell_kind=CellKind(one.kind) if one.kind else KINDS[one.technology][0],
            chemistry=chemistry_of(one.lithium or one.lead_acid or one.stack, one.ours),
            capacity_ah=None if one.capacity_mah is None else one.capacity_mah / 1000,
            electrode_size_cm2=size_cm2(one.electrode, one.exact),
            voltage_v=(one.voltage_min_mv / 1000, one.voltage_max_mv / 1000),
            experiments=counts.get(one.id, 0),
            last=last.get(one.id),
            station=", ".join(stations.get(one.id, ())),
        )
        for one in found
    }
    return tuple(rows[id_] for id_ in ids if id_ in rows)


def _plans(session: Session, ids: Sequence[int]) -> Sequence[Plan]:
    """Return the drafts, and what is held or cancelled."""
    query = select(Plan).where(NOT_BEGUN, Plan.battery_id.in_(ids))
    return session.scalars(query.order_by(Plan.experiment_id)).all()


def _use(
    session: Session, ids: Sequence[int], plans: Sequence[Plan]
) -> tuple[Mapping[int, int], Mapping[int, LastExperiment]]:
    """Return how many experiments there are, and the one that a row shows, by the battery.

    That is what runs or is paused; else what has the highest number, if it may come or came.
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
    found = session.execute(
        select(
            Experiment.battery_id,
            used.c.experiments,
            Experiment.id,
            Experiment.status,
            func.coalesce(Experiment.begun_at, Experiment.created_at),
            func.coalesce(Run.end_reason, ""),
        )
        .join(used, used.c.last == Experiment.id)
        .outerjoin(Run, Run.experiment_id == Experiment.id)
    )
    counts: Counter[Any] = Counter(plan.battery_id for plan in plans)
    last: dict[Any, LastExperiment] = {}
    for battery, experiments, id_, status, at, reason in found:
        why = reason.strip() if status in ENDED else ""
        counts[battery] += experiments
        last[battery] = LastExperiment(id_, state_of(status, why), at, why)
    for plan in (one for one in plans if one.state is PlanState.HELD):
        other = last.get(plan.battery_id)
        runs = other is not None and other.state.value.upper() in UNDER_WAY
        if other is None or (not runs and other.id < plan.experiment_id):
            last[plan.battery_id] = LastExperiment(
                plan.experiment_id, ExperimentState.HELD, plan.created_at, reason_of(plan)
            )
    return counts, last


def _stations(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    rows = session.execute(
        select(ConfirmedBattery.battery_id, CyclerStation.name)
        .join(CyclerStation, CyclerStation.id == ConfirmedBattery.station_id)
        .where(ConfirmedBattery.battery_id.in_(ids))
        .order_by(CyclerStation.name)
    )
    return grouped((battery, station) for battery, station in rows)
