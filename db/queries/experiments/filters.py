"""What the experiments table is narrowed to, over as few tables as it needs.

What may run, runs or has run has a row in Experiment; drafts, and what is held or cancelled, only a
plan. Everything is asked of both, and there are few of the latter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    false,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from cycling.terms import ExperimentState, ExperimentStatus, Technology
from db.models import (
    Battery,
    CycleSummary,
    Experiment,
    Plan,
    Run,
)
from db.queries.experiments.search import Word, find_words, is_found
from db.queries.experiments.tags import has_tag, is_owned_by, owned_numbers
from db.queries.lists import among
from db.queries.stations.queue import HAS_ROW
from db.terms import PlanState

Columns = TypeVarTuple("Columns")
Kept = type[Experiment] | type[Plan]  # where an experiment has its row
ENDED_EARLY = func.trim(func.coalesce(Run.end_reason, "")) != ""
NOT_QUEUED = [one for one in PlanState if one is not PlanState.QUEUED]  # an index knows them
NOT_BEGUN = and_(Plan.state.in_(NOT_QUEUED), ~HAS_ROW)


class CycleFigure(StrEnum):
    """A number of an experiment's cycles by which the table is sorted and narrowed."""

    CYCLES = "cycles"
    CAPACITY = "capacity"
    RETENTION = "retention"
    EFFICIENCY = "ce"

    @property
    def column(self) -> InstrumentedAttribute[Any]:
        """Where it is kept: Ah, %."""
        return {
            CycleFigure.CYCLES: CycleSummary.cycles,
            CycleFigure.CAPACITY: CycleSummary.last_capacity_ah,
            CycleFigure.RETENTION: CycleSummary.retention_pct,
            CycleFigure.EFFICIENCY: CycleSummary.mean_ce_pct,
        }[self]


@dataclass(frozen=True)
class Between:
    """The numbers that a figure may have, both ends with them; None: no end."""

    figure: CycleFigure
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Filter:
    """What the table is narrowed to; an empty tuple does not narrow.

    A text is looked for in numbers from `since` on. `words` are those of the text, `owned` are the
    experiments of the owners unless they are very many: both are `looked_up`.
    """

    technologies: tuple[Technology, ...] = ()
    batteries: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()
    profiles: tuple[int, ...] = ()
    states: tuple[ExperimentState, ...] = ()
    created_from: datetime | None = None
    created_to: datetime | None = None
    text: str = ""
    tags: tuple[int, ...] = ()
    owners: tuple[str, ...] = ()
    between: tuple[Between, ...] = ()
    since: int = 0
    words: tuple[Word, ...] | None = None
    owned: tuple[int, ...] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == Filter()


def looked_up(session: Session, filters: Filter) -> Filter:
    """Return a filter with what its text and its owners mean; `narrowed` needs it."""
    if filters.text.strip():
        filters = replace(filters, words=find_words(session, filters.text))
    if filters.owners:
        filters = replace(filters, owned=owned_numbers(session, filters.owners))
    return filters


def narrowed(
    query: Select[*Columns], filters: Filter, of: Kept = Experiment, *, in_order: bool = False
) -> Select[*Columns]:
    """Return a query of experiments for those that the filters let through.

    Of plans only those that have no row in Experiment. `in_order`: many are let through and the
    query is cut: reading in its order is faster than going from an index to each that matches.
    """
    if of is Plan:
        query = query.where(NOT_BEGUN)
    if filters.states:
        in_states = _in_plan(filters) if of is Plan else _in_experiment(filters, in_order=in_order)
        query = query.where(in_states)
    for column, values in (
        (of.battery_id, filters.batteries),
        (of.station_id, filters.stations),
        (of.profile_id, filters.profiles),
        (of.battery_id, _batteries_of(filters.technologies)),
    ):
        if values != ():
            query = query.where((column + 0 if in_order else column).in_(values))
    if filters.created_from is not None:
        query = query.where(created(of) >= filters.created_from)
        # never before it was made, but for a part of a second; this goes by an index
        query = query.where(of.created_at >= filters.created_from - timedelta(seconds=1))
    if filters.created_to is not None:
        query = query.where(created(of) < filters.created_to)
    query = query.where(*_labelled(filters, of))
    if filters.between:
        query = query.where(_has_cycles(filters.between, of))
    return query.where(*_searched(filters, of))


def _searched(filters: Filter, of: Kept) -> Iterator[ColumnElement[bool]]:
    if not filters.text.strip():
        return
    if filters.words is None:
        raise ValueError("The words of a search are looked up first.")
    if filters.since:
        yield number_of(of) >= filters.since
    yield is_found(of, filters.words)


def _batteries_of(technologies: Sequence[Technology]) -> Select[int] | tuple[()]:
    """Return the few batteries, so that not every experiment is joined to its own."""
    if not technologies:
        return ()
    return select(Battery.id).where(Battery.technology.in_(technologies))


def without_index(column: InstrumentedAttribute[Any]) -> SQLColumnExpression[Any]:
    """Return a text that is never "" so that no index of it is used."""
    return func.nullif(column, "", type_=column.type)


def _labelled(filters: Filter, of: Kept) -> Iterator[ColumnElement[bool]]:
    number = number_of(of)
    if filters.tags:
        yield has_tag(number, filters.tags)
    if filters.owners and filters.owned is not None:
        yield among(number, filters.owned)
    elif filters.owners:
        yield is_owned_by(number, filters.owners)


def number_of(of: Kept) -> SQLColumnExpression[int]:
    """Return the number of an experiment."""
    return Plan.experiment_id if of is Plan else Experiment.id


def name_to_merge(session: Session, of: Kept) -> SQLColumnExpression[str]:
    """Return the name of an experiment for a statement that merges both tables."""
    if session.get_bind().dialect.name == "sqlite":
        return of.name
    # the tables may have come to different collations; an explicit one lets them be merged
    return func.convert(of.name.op("USING")(text("utf8mb4"))).collate("utf8mb4_general_ci")


def created(of: Kept) -> SQLColumnExpression[datetime]:
    """Return when an experiment was made: its row in Experiment has its place in the queue."""
    if of is Plan:
        return Plan.created_at
    its = select(Plan.created_at).where(Plan.experiment_id == Experiment.id)
    return func.coalesce(its.correlate(Experiment).scalar_subquery(), Experiment.created_at)


def _has_cycles(between: Sequence[Between], of: Kept) -> ColumnElement[bool]:
    """Whether the numbers of the cycles of an experiment lie so; those of none do not."""
    if of is Plan:
        return false()
    fits = [one.figure.column >= one.low for one in between if one.low is not None]
    fits += [one.figure.column <= one.high for one in between if one.high is not None]
    its = select(CycleSummary.experiment_id).where(CycleSummary.cycles > 0, *fits)
    return Experiment.id.in_(its)


def _in_plan(filters: Filter) -> ColumnElement[bool]:
    return Plan.state.in_([one for one in PlanState if one.value in set(filters.states)])


def _in_experiment(filters: Filter, *, in_order: bool) -> ColumnElement[bool]:
    states = set(filters.states)
    status = without_index(Experiment.status) if in_order else Experiment.status
    simple = [
        one
        for one in ExperimentStatus
        if one is not ExperimentStatus.FINISHED and ExperimentState(one.value.lower()) in states
    ]
    either: list[ColumnElement[bool]] = [status.in_(simple)] if simple else []
    over = states & {ExperimentState.FINISHED, ExperimentState.STOPPED}
    if over:
        is_over = status == ExperimentStatus.FINISHED
        early = select(Run.experiment_id).where(Run.experiment_id == Experiment.id, ENDED_EARLY)
        stopped = early.correlate(Experiment).exists()
        alone = stopped if ExperimentState.STOPPED in over else ~stopped
        either.append(is_over if len(over) > 1 else and_(is_over, alone))
    return or_(*either) if either else false()
