"""What a page is taken of: all experiments, few that are known by number, or many that match.

Nobody waits for the count of a million: what a filter lets through is read up to MAX_COUNT numbers.
Where there are no more, count, order and choices are of these; else a page is read in its order,
and soon full.
"""

from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.models import Experiment, Plan
from db.queries.experiments.filters import Filter, Kept, narrowed, number_of
from db.queries.lists import MAX_COUNT, among

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True)
class Scope:
    """Experiments that a filter lets through; `count` of them are known, `is_more`: there are more.

    `numbers` are those that have a row in Experiment and those that have only a plan, None where
    they are not read one by one.
    """

    filters: Filter
    count: int
    is_more: bool
    kinds: tuple[Kept, ...]
    numbers: dict[Kept, list[int]] | None = None

    def of(self, query: Select[*Columns], of: Kept = Experiment) -> Select[*Columns]:
        """Return a query of experiments for those of this scope."""
        if self.numbers is None:
            return narrowed(query, self.filters, of, in_order=True)
        return query.where(among(number_of(of), self.numbers[of]))


def scope_of(session: Session, filters: Filter) -> Scope:
    """Find what a filter lets through; `filters` are looked up."""
    if filters.is_empty:
        sizes = {of: _count(session, of) for of in (Experiment, Plan)}
        count = sum(sizes.values())
        return Scope(filters, min(count, MAX_COUNT), count > MAX_COUNT, _there(sizes))
    numbers = {of: _numbers(session, filters, of) for of in (Experiment, Plan)}
    sizes = {of: len(found) for of, found in numbers.items()}
    count = sum(sizes.values())
    if count > MAX_COUNT:
        return Scope(filters, MAX_COUNT, is_more=True, kinds=_there(sizes))
    return Scope(filters, count, is_more=False, kinds=_there(sizes), numbers=numbers)


def _there(sizes: dict[Kept, int]) -> tuple[Kept, ...]:
    return (Experiment, Plan) if sizes[Plan] else (Experiment,)


def _count(session: Session, of: Kept) -> int:
    some = narrowed(select(number_of(of)), Filter(), of).limit(MAX_COUNT + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _numbers(session: Session, filters: Filter, of: Kept) -> list[int]:
    query = narrowed(select(number_of(of)), filters, of).limit(MAX_COUNT + 1)
    return list(session.scalars(query))
