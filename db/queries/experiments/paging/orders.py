"""A page of experiments in the order of a column that an index carries.

Queries have the columns `id` and `sorted_by`; a third one, `place`, is what the index has where
that differs from what is compared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.models import CycleSummary, Experiment, Plan
from db.queries.experiments.filters import CycleFigure, Kept, number_of
from db.queries.experiments.paging.scopes import Scope
from db.queries.lists import alphabetic


@dataclass(frozen=True)
class Cut:
    """Which rows of an order a page has."""

    offset: int
    limit: int
    descending: bool = False

    @property
    def end(self) -> int:
        """How many rows of the order are read for it."""
        return self.offset + self.limit

    def after(self, count: int, found: int = 0) -> "Cut":
        """Return the rest of the page in an order that follows `count` others; some are found."""
        return Cut(max(0, self.offset - count), self.limit - found, self.descending)


def ids_of(scope: Scope, of: Kept, sorted_by: SQLColumnExpression[Any]) -> Select[Any]:
    """Return the query of the ids of a scope with what they are sorted by."""
    columns: Sequence[Any] = (number_of(of).label("id"), sorted_by.label("sorted_by"))
    return scope.of(select(*columns).select_from(of), of)


def _ids_beside(
    scope: Scope, id_: InstrumentedAttribute[int], sorted_by: SQLColumnExpression[Any]
) -> Select[Any]:
    """Return the same by the columns of another table, whose index has both."""
    columns: Sequence[Any] = (id_.label("id"), sorted_by.label("sorted_by"))
    return scope.of(select(*columns).join(Experiment, Experiment.id == id_), Experiment)


def merged(
    session: Session, parts: Iterable[Select[Any]], cut: Cut, *, is_text: bool = False
) -> Sequence[int]:
    """Return the ids of a page of queries of `id` and `sorted_by`, in that order.

    Each is cut by itself: an index may carry its order.
    """
    queries = list(parts)
    if len(queries) == 1:
        query = _ordered(queries[0], cut).offset(cut.offset).limit(cut.limit)
        return session.scalars(query.with_only_columns(query.selected_columns.id)).all()
    some = [_ordered(one, cut).limit(cut.end).subquery() for one in queries]
    both = union_all(*(select(one.c.id, one.c.sorted_by) for one in some)).subquery()
    key = alphabetic(session, both.c.sorted_by) if is_text else both.c.sorted_by
    order = (key.desc(), both.c.id.desc()) if cut.descending else (key, both.c.id)
    query = select(both.c.id).order_by(*order).offset(cut.offset).limit(cut.limit)
    return session.scalars(query).all()


def _ordered(query: Select[Any], cut: Cut) -> Select[Any]:
    columns = query.selected_columns
    key, id_ = columns.get("place", columns.sorted_by), columns.id
    return query.order_by(*((key.desc(), id_.desc()) if cut.descending else (key, id_)))


def ids_by_creation(session: Session, scope: Scope, cut: Cut) -> Sequence[int]:
    """Return a page by when experiments were made: that of a plan is in its own row.

    What has a plan was never made after its row in Experiment, so of those without one none is read
    that comes after the page.
    """
    planned = _ids_beside(scope, Plan.experiment_id, Plan.created_at)
    alone = ids_of(scope, Experiment, Experiment.created_at).where(
        ~select(Plan.id).where(Plan.experiment_id == Experiment.id).correlate(Experiment).exists()
    )
    last = session.scalar(
        _ordered(planned, cut)
        .with_only_columns(planned.selected_columns.sorted_by)
        .offset(max(0, cut.end - 1))
        .limit(1)
    )
    if last is not None:
        at = Experiment.created_at
        alone = alone.where(at >= last if cut.descending else at <= last)
    parts = [planned, alone]
    if Plan in scope.kinds:
        parts.append(ids_of(scope, Plan, Plan.created_at))
    return merged(session, parts, cut)


def ids_by_figure(session: Session, scope: Scope, figure: CycleFigure, cut: Cut) -> Sequence[int]:
    """Return a page by a number of the cycles; those without it come last, whichever way."""
    column = figure.column
    known = _ids_beside(scope, CycleSummary.experiment_id, column).where(column.is_not(None))
    ids = merged(session, [known], cut)
    if len(ids) == cut.limit:
        return ids
    count = cut.offset + len(ids)
    if not ids and cut.offset:
        count = session.scalar(select(func.count()).select_from(known.subquery())) or 0
    has_one = select(CycleSummary.experiment_id).where(
        CycleSummary.experiment_id == Experiment.id, column.is_not(None)
    )
    others = [ids_of(scope, Experiment, Experiment.id).where(~has_one.exists())]
    if Plan in scope.kinds:
        others.append(ids_of(scope, Plan, Plan.experiment_id))
    return [*ids, *merged(session, others, cut.after(count, len(ids)))]
