"""A page of experiments in the order of what many share: a battery, a station, a state.

The few labels are put in order, and the experiments of each are read by number: to sort a million
rows by the name of their station would be to read them all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from db.models import Experiment, Plan
from db.queries.experiments.filters import Kept, number_of
from db.queries.experiments.paging.orders import Cut, ids_of, merged
from db.queries.experiments.paging.scopes import Scope

ALONE = 4  # groups that are counted each by itself, not to their end: they may be large
GROWTH = 8
MANY = 3_000  # of a group: reading in the order of all numbers comes to a page of them soon


@dataclass(frozen=True)
class Grouping:
    """Where experiments have the value that they share, and the rank of each value.

    Values of one rank are one group; what has none comes before all. `unordered` is the same column
    for a group of very many where no index has their numbers in order: none is used then.
    """

    columns: Mapping[Kept, SQLColumnExpression[Any]]
    ranks: Mapping[Kept, Mapping[Any, int]]
    unordered: SQLColumnExpression[Any] | None = None


@dataclass(frozen=True)
class _Group:
    """Experiments of one rank; `plans` are the numbers of those that have only a plan."""

    rank: int
    values: tuple[Any, ...]
    plans: tuple[int, ...]


@dataclass(frozen=True)
class _Part:
    """What of a group of `size` stands on a page."""

    group: _Group
    size: int
    cut: Cut


def ids_by_group(session: Session, scope: Scope, by: Grouping, cut: Cut) -> Sequence[int]:
    """Return a page in the order of groups, by number within each."""
    every = _groups(session, scope, by, descending=cut.descending)
    if scope.numbers is not None:  # few enough to be put in order here
        numbers = _in_order(session, scope.of(_pairs(by)), by, every, cut)
        return numbers[cut.offset : cut.end]
    ids: list[int] = []
    begin = 0
    for groups in _chunks(every):
        sizes = _sizes(session, scope, by, groups, max(cut.end, MANY) + 1)
        parts = []
        for group in groups:
            size = sizes[group.rank]
            first = max(0, cut.offset - begin)
            count = min(size - first, cut.end - max(begin, cut.offset))
            if count > 0:
                parts.append(_Part(group, size, Cut(first, count, cut.descending)))
            begin += size
        ids += _read(session, scope, by, parts)
        if begin >= cut.end:
            break
    return ids


def _groups(session: Session, scope: Scope, by: Grouping, *, descending: bool) -> list[_Group]:
    values: dict[int, list[Any]] = defaultdict(list)
    for value, rank in by.ranks[Experiment].items():
        values[rank].append(value)
    plans: dict[int, list[int]] = defaultdict(list)
    if Plan in scope.kinds:
        query = select(number_of(Plan), by.columns[Plan])
        for number, value in session.execute(scope.of(query, Plan)):
            plans[by.ranks[Plan].get(value, -1)].append(number)
    ranks = sorted({*values, *plans}, reverse=descending)
    return [_Group(one, tuple(values[one]), tuple(plans[one])) for one in ranks]


def _chunks(groups: Sequence[_Group]) -> Iterator[Sequence[_Group]]:
    """Yield the first ones each by itself, then more and more together."""
    begin, size = 0, 1
    while begin < len(groups):
        yield groups[begin : begin + size]
        begin += size
        if begin >= ALONE:
            size *= GROWTH


def _sizes(
    session: Session, scope: Scope, by: Grouping, groups: Sequence[_Group], most: int
) -> Counter[int]:
    """Count groups by rank; one that is alone up to `most`."""
    sizes = Counter({group.rank: len(group.plans) for group in groups})
    values = [value for group in groups for value in group.values]
    column = by.columns[Experiment]
    if not values:
        return sizes
    if len(groups) == 1:
        some = scope.of(select(Experiment.id)).where(column.in_(values)).limit(most)
        count = session.scalar(select(func.count()).select_from(some.subquery())) or 0
        sizes[groups[0].rank] += count
        return sizes
    query = select(column, func.count()).select_from(Experiment).where(column.in_(values))
    for value, count in session.execute(scope.of(query.group_by(column))):
        sizes[by.ranks[Experiment][value]] += count
    return sizes


def _read(session: Session, scope: Scope, by: Grouping, parts: Sequence[_Part]) -> list[int]:
    """Return the numbers of parts of groups: but for the first and the last they are whole."""
    ids = [*_alone(session, scope, by, parts[0])] if parts else []
    if len(parts) > 2:
        ids += _together(session, scope, by, [one.group for one in parts[1:-1]], parts[0].cut)
    if len(parts) > 1:
        ids += _alone(session, scope, by, parts[-1])
    return ids


def _alone(session: Session, scope: Scope, by: Grouping, part: _Part) -> Sequence[int]:
    group, queries = part.group, []
    if group.values:
        column = by.columns[Experiment]
        if by.unordered is not None and part.size > MANY:
            column = by.unordered
        queries.append(ids_of(scope, Experiment, Experiment.id).where(column.in_(group.values)))
    if group.plans:
        among: ColumnElement[bool] = Plan.experiment_id.in_(group.plans)
        queries.append(ids_of(scope, Plan, Plan.experiment_id).where(among))
    return merged(session, queries, part.cut)


def _together(
    session: Session, scope: Scope, by: Grouping, groups: Sequence[_Group], cut: Cut
) -> list[int]:
    values = [value for group in groups for value in group.values]
    query = scope.of(_pairs(by).where(by.columns[Experiment].in_(values)))
    return _in_order(session, query, by, groups, cut)


def _pairs(by: Grouping) -> Select[Any, int]:
    return select(by.columns[Experiment], Experiment.id)


def _in_order(
    session: Session, pairs: Select[Any, int], by: Grouping, groups: Sequence[_Group], cut: Cut
) -> list[int]:
    ranks = by.ranks[Experiment]
    found = [(ranks[value], number) for value, number in session.execute(pairs)]
    found += [(group.rank, number) for group in groups for number in group.plans]
    return [number for _rank, number in sorted(found, reverse=cut.descending)]
