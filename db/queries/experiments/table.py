"""The experiments table: sorting and paging.

The ids of a page are found first, over as few tables as the filter needs; only then are the rows
of that page joined to what they show. (100,000 experiments: 1.4 ms instead of 302 ms.)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    SQLColumnExpression,
    String,
    case,
    cast,
    func,
    literal,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Session

from cycling.terms import ENDED, NOT_ENDED, ExperimentState, ExperimentStatus, Technology, state_of
from db.engine import Database
from db.facts import facts
from db.models import Battery, CyclerStation, CycleSummary, Experiment, Plan, Profile, Run
from db.queries.experiments.filters import NOT_BEGUN, CycleFigure, Filter, Kept, narrowed
from db.queries.lists import Page, Sort, alphabetic, check_page
from db.queries.stations.queue import reason_of
from db.terms import PlanState


class SortKey(StrEnum):
    """Columns of the table that can order it."""

    ID = "id"
    NAME = "name"
    STATUS = "status"
    BATTERY = "battery"
    TECHNOLOGY = "technology"
    STATION = "station"
    PROFILE = "profile"
    CREATED = "created"
    STARTED = "started"
    FINISHED = "finished"
    DURATION = "duration"
    CYCLES = "cycles"
    CAPACITY = "capacity"
    RETENTION = "retention"
    EFFICIENCY = "ce"


FIGURES = tuple(SortKey(one.value) for one in CycleFigure)
TEXTS = (SortKey.NAME, SortKey.BATTERY, SortKey.STATION, SortKey.PROFILE)


@dataclass(frozen=True)
class ExperimentTimes:
    """What an experiment is called, and since when it is how far."""

    id: int
    name: str
    description: str
    created_at: datetime
    begun_at: datetime | None
    finished_at: datetime | None

    def duration_s(self, now: datetime) -> float | None:
        """Seconds from start to finish, or until now; None before the start."""
        if self.begun_at is None:
            return None
        return ((self.finished_at or now) - self.begun_at).total_seconds()


@dataclass(frozen=True)
class ExperimentRow(ExperimentTimes):
    """One line of the table; a draft may have neither battery nor station, and has no profile yet.

    `why` says why it waits, was cancelled or ended before its profile did, and by whom; or is "".
    `cycles` are complete ones, None where they are not counted yet; the last of their capacities
    (Ah), retention and mean CE (%).
    """

    state: ExperimentState
    battery_id: int | None
    battery: str
    technology: Technology | None
    station_id: int | None
    station: str
    profile: str
    why: str = ""
    cycles: int | None = None
    capacity_ah: float | None = None
    retention_pct: float | None = None
    ce_pct: float | None = None


def list_experiments(
    database: Database,
    filters: Filter,
    sort: Sort[SortKey] | None = None,
    *,
    offset: int,
    limit: int,
) -> Page[ExperimentRow]:
    """Return `limit` rows from `offset` on; without a sort the active ones first, then the newest.

    Raises InputError for a negative offset or limit.
    """
    check_page(offset, limit)
    with database.read() as session:
        plans = _count(session, filters, Plan)
        kinds: tuple[Kept, ...] = (Experiment, Plan) if plans else (Experiment,)
        if sort is None:
            ids = _ids_by_default(session, filters, kinds, offset, limit)
        else:
            ids = _ids_sorted(session, filters, sort, kinds, offset, limit)
        count = _counted_by_page(offset, limit, len(ids))
        if count is None:
            count = _count(session, filters, Experiment) + plans
        total = count
        if not filters.is_empty:
            total = sum(_count(session, Filter(), of) for of in (Experiment, Plan))
        return Page(_rows(session, ids), count, total)


def _counted_by_page(offset: int, limit: int, rows: int) -> int | None:
    """Return how many rows there are if a page shows it: it is the last and not full."""
    return offset + rows if rows < limit and (rows or offset == 0) else None


def _ids_by_default(
    session: Session, filters: Filter, kinds: Sequence[Kept], offset: int, limit: int
) -> Sequence[int]:
    """First what is not over (little, found by its state), then the rest, the newest first."""
    parts = {of: _ids(filters, of, of.created_at) for of in kinds}
    first = {of: query.where(_is_open(of)) for of, query in parts.items()}
    ids = _merged(session, first.values(), offset, limit, descending=True)
    if len(ids) == limit:
        return ids
    count_open = _counted_by_page(offset, limit, len(ids))
    if count_open is None:
        count_open = sum(
            session.scalar(_counted(filters, of).where(_is_open(of))) or 0 for of in kinds
        )
    rest = [query.where(~_is_open(of)) for of, query in parts.items()]
    after = max(0, offset - count_open)
    return [*ids, *_merged(session, rest, after, limit - len(ids), descending=True)]


def _is_open(of: Kept) -> ColumnElement[bool]:
    if of is Plan:
        return Plan.state.in_([PlanState.DRAFT, PlanState.HELD])
    return Experiment.status.in_(NOT_ENDED)


def _ids_sorted(
    session: Session,
    filters: Filter,
    sort: Sort[SortKey],
    kinds: Sequence[Kept],
    offset: int,
    limit: int,
) -> Sequence[int]:
    parts = []
    for of in kinds:
        query = _ids(filters, of, _sort_column(session, sort.key, of, merges=len(kinds) > 1))
        if sort.key in (SortKey.BATTERY, SortKey.TECHNOLOGY):
            query = query.outerjoin(Battery, Battery.id == of.battery_id)
        if sort.key is SortKey.STATION:
            query = query.outerjoin(CyclerStation, CyclerStation.id == of.station_id)
        if sort.key is SortKey.PROFILE:
            query = query.outerjoin(Profile, Profile.id == of.profile_id)
        if of is Experiment and sort.key in FIGURES:
            query = query.outerjoin(CycleSummary, CycleSummary.experiment_id == Experiment.id)
        parts.append(query)
    is_text = sort.key in TEXTS
    return _merged(session, parts, offset, limit, descending=sort.descending, is_text=is_text)


def _merged(
    session: Session,
    parts: Iterable[Select[Any]],
    offset: int,
    limit: int,
    *,
    descending: bool,
    is_text: bool = False,
) -> Sequence[int]:
    """Return the ids of a page of queries of `id` and `sorted_by`, in that order.

    Each is cut by itself: an index may carry its order.
    """
    queries = list(parts)
    if len(queries) == 1:
        whole = queries[0].selected_columns
        query = queries[0].with_only_columns(whole.id)
        return session.scalars(_page(query, whole, offset, limit, descending=descending)).all()
    cut = [
        _page(one, one.selected_columns, 0, offset + limit, descending=descending).subquery()
        for one in queries
    ]
    both = union_all(*(select(one) for one in cut)).subquery()
    key = alphabetic(session, both.c.sorted_by) if is_text else both.c.sorted_by
    order = (key.desc(), both.c.id.desc()) if descending else (key, both.c.id)
    return session.scalars(select(both.c.id).order_by(*order).offset(offset).limit(limit)).all()


def _page(
    query: Select[Any],
    columns: Any,  # noqa: ANN401
    offset: int,
    limit: int,
    *,
    descending: bool,
) -> Select[Any]:
    key, id_ = columns.sorted_by, columns.id
    order = (key.desc(), id_.desc()) if descending else (key, id_)
    return query.order_by(*order).offset(offset).limit(limit)


def _sort_column(
    session: Session, key: SortKey, of: Kept, *, merges: bool
) -> SQLColumnExpression[Any]:
    columns: Mapping[SortKey, SQLColumnExpression[Any]] = {
        SortKey.ID: _id_of(of),
        SortKey.NAME: of.name,
        SortKey.STATUS: Plan.state if of is Plan else Experiment.status,
        SortKey.BATTERY: Battery.name,
        SortKey.TECHNOLOGY: Battery.technology,
        SortKey.STATION: CyclerStation.name,
        SortKey.PROFILE: Profile.name,
        SortKey.CREATED: of.created_at,
        SortKey.STARTED: null() if of is Plan else Experiment.begun_at,
        SortKey.FINISHED: null() if of is Plan else Experiment.finished_at,
    }
    if key is SortKey.DURATION:
        return null() if of is Plan else _duration(session)
    if key in FIGURES:
        return null() if of is Plan else CycleFigure(key.value).column
    if merges and key is SortKey.STATUS:
        return _rank(of)
    if merges and key is SortKey.TECHNOLOGY:
        return cast(Battery.technology, String(40))
    if merges and key is SortKey.NAME and session.get_bind().dialect.name != "sqlite":
        # the tables may have come to different collations; an explicit one lets them be merged
        return func.convert(of.name.op("USING")(text("utf8mb4"))).collate("utf8mb4_general_ci")
    return alphabetic(session, columns[key]) if key in TEXTS else columns[key]


def _rank(of: Kept) -> SQLColumnExpression[Any]:
    """Number the states by their words: two tables spell them differently."""
    column: Any = Plan.state if of is Plan else Experiment.status
    values: Sequence[Any] = tuple(PlanState) if of is Plan else tuple(ExperimentStatus)
    words = sorted({str(one).lower() for one in (*PlanState, *ExperimentStatus)})
    return case(*((column == one, literal(words.index(str(one).lower()))) for one in values))


def _duration(session: Session) -> SQLColumnExpression[Any]:
    """Seconds between start and finish, or until now; each engine has its own arithmetic."""
    end = func.coalesce(Experiment.finished_at, func.current_timestamp())
    if session.get_bind().dialect.name == "sqlite":
        days = cast(func.julianday(end) - func.julianday(Experiment.begun_at), Float)
        return func.round(days * 86_400, 3)  # days as a double have no equals
    return func.timestampdiff(text("MICROSECOND"), Experiment.begun_at, end)


def _id_of(of: Kept) -> SQLColumnExpression[int]:
    return Plan.experiment_id if of is Plan else Experiment.id


def _ids(filters: Filter, of: Kept, sorted_by: SQLColumnExpression[Any]) -> Select[Any]:
    columns: Sequence[Any] = (_id_of(of).label("id"), sorted_by.label("sorted_by"))
    return narrowed(select(*columns).select_from(of), filters, of)


def _counted(filters: Filter, of: Kept) -> Select[int]:
    return narrowed(select(func.count()).select_from(of), filters, of)


def _count(session: Session, filters: Filter, of: Kept) -> int:
    return session.scalar(_counted(filters, of)) or 0


def _rows(session: Session, ids: Sequence[int]) -> tuple[ExperimentRow, ...]:
    """Return what the table shows of some experiments, in their order; no more columns are read."""
    rows = session.execute(
        select(
            Experiment.id.label("id"),
            Experiment.name.label("name"),
            Experiment.description.label("description"),
            Experiment.created_at.label("published_at"),
            Plan.created_at.label("defined_at"),
            Experiment.begun_at.label("begun_at"),
            Experiment.finished_at.label("finished_at"),
            Experiment.battery_id.label("battery_id"),
            Battery.name.label("battery"),
            Battery.technology.label("technology"),
            Experiment.station_id.label("station_id"),
            CyclerStation.name.label("station"),
            Profile.name.label("profile"),
            Experiment.status.label("status"),
            func.coalesce(Run.end_reason, "").label("reason"),
            CycleSummary.cycles.label("cycles"),
            CycleSummary.last_capacity_ah.label("capacity_ah"),
            CycleSummary.retention_pct.label("retention_pct"),
            CycleSummary.mean_ce_pct.label("ce_pct"),
        )
        .join(Battery, Battery.id == Experiment.battery_id)
        .join(CyclerStation, CyclerStation.id == Experiment.station_id)
        .join(Profile, Profile.id == Experiment.profile_id)
        .outerjoin(Run, Run.experiment_id == Experiment.id)
        .outerjoin(Plan, Plan.experiment_id == Experiment.id)
        .outerjoin(CycleSummary, CycleSummary.experiment_id == Experiment.id)
        .where(Experiment.id.in_(ids))
    )
    by_id: dict[int, ExperimentRow] = {}
    for row in rows:
        why = row.reason.strip() if row.status in ENDED else ""
        created_at = row.defined_at or row.published_at
        state = state_of(row.status, why)
        by_id[row.id] = facts(ExperimentRow, row, created_at=created_at, state=state, why=why)
    if missing := [one for one in ids if one not in by_id]:
        by_id |= {row.id: row for row in _rows_of_plans(session, missing)}
    return tuple(by_id[id_] for id_ in ids if id_ in by_id)


def _rows_of_plans(session: Session, ids: Sequence[int]) -> Iterator[ExperimentRow]:
    rows = session.execute(
        select(Plan, Battery.name, Battery.technology, CyclerStation.name, Profile.name)
        .outerjoin(Battery, Battery.id == Plan.battery_id)
        .outerjoin(CyclerStation, CyclerStation.id == Plan.station_id)
        .outerjoin(Profile, Profile.id == Plan.profile_id)
        .where(Plan.experiment_id.in_(ids), NOT_BEGUN)
    )
    for plan, battery, technology, station, profile in rows:
        yield ExperimentRow(
            id=plan.experiment_id,
            name=plan.name,
            description=plan.description,
            created_at=plan.created_at,
            begun_at=None,
            finished_at=None,
            state=ExperimentState(plan.state.value),
            battery_id=plan.battery_id,
            battery=battery or "",
            technology=technology,
            station_id=plan.station_id,
            station=station or "",
            profile=profile or "",
            why=state_words(plan),
        )


def state_words(plan: Plan) -> str:
    """Say who brought a plan into its state, and why."""
    why = reason_of(plan)
    if plan.state is PlanState.CANCELLED:
        by = f"Cancelled by {plan.state_by}" if plan.state_by else "Cancelled"
        return f"{by}: {why}" if why else by
    if plan.state is PlanState.DRAFT:
        return f"Draft of {plan.user_name}"
    return why
