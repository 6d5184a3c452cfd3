"""The experiments table: sorting and paging.

The ids of a page are found first, over as few tables as the filter needs; only then are the rows
of that page joined to what they show. (100,000 experiments: 1.4 ms instead of 302 ms.) How a page
of a million is found without reading them all is in `paging`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Float,
    Select,
    SQLColumnExpression,
    case,
    cast,
    func,
    null,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from cycling.terms import NOT_ENDED, UNDER_WAY, ExperimentStatus
from db.engine import Database
from db.models import Battery, CyclerStation, Experiment, Plan, Profile
from db.queries.experiments.filters import (
    CycleFigure,
    Filter,
    Kept,
    looked_up,
    name_to_merge,
    number_of,
    without_index,
)
from db.queries.experiments.paging.groups import Grouping, ids_by_group
from db.queries.experiments.paging.orders import (
    Cut,
    ids_by_creation,
    ids_by_figure,
    ids_of,
    merged,
)
from db.queries.experiments.paging.scopes import Scope, scope_of
from db.queries.experiments.rows import ExperimentRow, rows_of
from db.queries.lists import Page, Sort, alphabetic, check_page
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
SHARED = (
    SortKey.STATUS,
    SortKey.BATTERY,
    SortKey.TECHNOLOGY,
    SortKey.STATION,
    SortKey.PROFILE,
)
ABOVE_NUMBERS = 2**32  # of experiments


def list_experiments(
    database: Database,
    filters: Filter,
    sort: Sort[SortKey] | None = None,
    *,
    offset: int,
    limit: int,
) -> Page[ExperimentRow]:
    """Return `limit` rows from `offset` on; both counts end at MAX_COUNT, and say so.

    Without a sort first what runs or is paused, then what waits, then the rest; in each the newest
    number first. Raises InputError for a negative offset or limit.
    """
    check_page(offset, limit)
    with database.read() as session:
        scope = scope_of(session, looked_up(session, filters))
        everything = scope if filters.is_empty else scope_of(session, Filter())
        ids: Sequence[int] = ()
        if limit and scope.count:
            cut = Cut(offset, limit, descending=sort is not None and sort.descending)
            ids = _ids(session, scope, sort.key if sort else None, cut)
        return Page(
            rows_of(session, ids) if ids else (),
            scope.count,
            everything.count,
            count_is_more=scope.is_more,
            total_is_more=everything.is_more,
        )


def _ids(session: Session, scope: Scope, key: SortKey | None, cut: Cut) -> Sequence[int]:
    if key is None:
        return _ids_by_default(session, scope, cut)
    if key in SHARED:
        return ids_by_group(session, scope, _grouping(session, key), cut)
    if key in FIGURES:
        return ids_by_figure(session, scope, CycleFigure(key.value), cut)
    if key is SortKey.CREATED:
        return ids_by_creation(session, scope, cut)
    if key is SortKey.ID and scope.numbers is not None:
        numbers = sorted(chain(*scope.numbers.values()), reverse=cut.descending)
        return numbers[cut.offset : cut.end]
    parts = [ids_of(scope, of, _sort_column(session, key, of)) for of in scope.kinds]
    if key is SortKey.NAME and len(parts) > 1:
        parts = [_to_merge(session, scope, of) for of in scope.kinds]
    return merged(session, parts, cut, is_text=key is SortKey.NAME)


def _ids_by_default(session: Session, scope: Scope, cut: Cut) -> Sequence[int]:
    """First what is not over (little, found by its state), then the rest, the newest first."""
    cut = Cut(cut.offset, cut.limit, descending=True)
    if scope.numbers is not None:  # few enough to be put in order here
        first = merged(session, _open_ones(replace(scope, numbers=None)), Cut(0, scope.count, True))
        others = {*chain(*scope.numbers.values())}.difference(first)
        return [*first, *sorted(others, reverse=True)][cut.offset : cut.end]
    open_ones = _open_ones(scope)
    ids = merged(session, open_ones, cut)
    if len(ids) == cut.limit:
        return ids
    count_open = cut.offset + len(ids)
    if not ids and cut.offset:
        sizes = (select(func.count()).select_from(one.subquery()) for one in open_ones)
        count_open = sum(session.scalar(size) or 0 for size in sizes)
    rest = [ids_of(scope, of, number_of(of)).where(~_is_open(of)) for of in scope.kinds]
    return [*ids, *merged(session, rest, cut.after(count_open, len(ids)))]


def _open_ones(scope: Scope) -> list[Select[Any]]:
    return [ids_of(scope, of, _open_rank(of)).where(_is_open(of)) for of in scope.kinds]


def _open_rank(of: Kept) -> SQLColumnExpression[int]:
    """Rank what is not over by its number, what is under way above what waits."""
    number = number_of(of)
    if of is Plan:
        return number
    return case((Experiment.status.in_(UNDER_WAY), number + ABOVE_NUMBERS), else_=number)


def _is_open(of: Kept) -> ColumnElement[bool]:
    if of is Plan:
        return Plan.state.in_([PlanState.DRAFT, PlanState.HELD])
    return Experiment.status.in_(NOT_ENDED)


def _sort_column(session: Session, key: SortKey, of: Kept) -> SQLColumnExpression[Any]:
    if key is SortKey.ID:
        return number_of(of)
    if key is SortKey.NAME:
        return alphabetic(session, of.name)
    if of is Plan:
        return null()
    if key is SortKey.DURATION:
        return _duration(session)
    return Experiment.begun_at if key is SortKey.STARTED else Experiment.finished_at


def _to_merge(session: Session, scope: Scope, of: Kept) -> Select[Any]:
    """Return the ids with their names as both tables compare them, in the order of an index."""
    place: SQLColumnExpression[Any] = alphabetic(session, of.name).label("place")
    return ids_of(scope, of, name_to_merge(session, of)).add_columns(place)


def _grouping(session: Session, key: SortKey) -> Grouping:
    """Return what experiments are put in the order of, by the few that they share it with."""
    if key is SortKey.STATUS:
        return _by_state()
    batteries, stations, profiles = _columns("battery_id", "station_id", "profile_id")
    if key is SortKey.TECHNOLOGY:
        # the batteries of a technology are many: no index has their experiments by number
        ranks = _ranks(session, Battery.id, Battery.technology)
        return Grouping(batteries, ranks, Experiment.battery_id + 0)
    if key is SortKey.BATTERY:
        return Grouping(batteries, _ranks(session, Battery.id, Battery.name))
    if key is SortKey.PROFILE:
        return Grouping(profiles, _ranks(session, Profile.id, Profile.name))
    ranks = _ranks(session, CyclerStation.id, CyclerStation.name)
    return Grouping(stations, ranks, Experiment.station_id + 0)


def _columns(*names: str) -> Iterator[Mapping[Kept, SQLColumnExpression[Any]]]:
    for name in names:
        yield {of: getattr(of, name) for of in (Experiment, Plan)}


def _ranks(
    session: Session, id_: InstrumentedAttribute[int], label: InstrumentedAttribute[Any]
) -> Mapping[Kept, Mapping[int, int]]:
    key = label if label is Battery.technology else alphabetic(session, label)
    rank = func.dense_rank().over(order_by=key)
    ranks = dict(session.execute(select(id_, rank)).all())
    return {Experiment: ranks, Plan: ranks}


def _by_state() -> Grouping:
    """Put states in the order of their words: two tables spell them differently."""
    words = sorted({str(one).lower() for one in (*PlanState, *ExperimentStatus)})
    ranks: dict[Kept, Mapping[Any, int]] = {
        Experiment: {one: words.index(one.value.lower()) for one in ExperimentStatus},
        Plan: {one: words.index(one.value.lower()) for one in PlanState},
    }
    columns: Mapping[Kept, SQLColumnExpression[Any]] = {
        Experiment: Experiment.status,
        Plan: Plan.state,
    }
    return Grouping(columns, ranks, without_index(Experiment.status))


def _duration(session: Session) -> SQLColumnExpression[Any]:
    """Seconds between start and finish, or until now; each engine has its own arithmetic."""
    end = func.coalesce(Experiment.finished_at, func.current_timestamp())
    if session.get_bind().dialect.name == "sqlite":
        days = cast(func.julianday(end) - func.julianday(Experiment.begun_at), Float)
        return func.round(days * 86_400, 3)  # days as a double have no equals
    return func.timestampdiff(text("MICROSECOND"), Experiment.begun_at, end)
