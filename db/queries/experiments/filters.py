"""What the experiments table is narrowed to, over as few tables as it needs.

What may run, runs or has run has a row in Experiment; drafts, and what is held or cancelled, only a
plan. Everything is asked of both, and there are few of the latter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from db.queries.experiments.search import is_found
from db.queries.experiments.tags import has_tag, is_owned_by
from db.queries.stations.queue import HAS_ROW
from db.terms import PlanState

Columns = TypeVarTuple("Columns")
Kept = type[Experiment] | type[Plan]  # where an experiment has its row
ENDED_EARLY = func.trim(func.coalesce(Run.end_reason, "")) != ""
NOT_BEGUN = and_(Plan.state != PlanState.QUEUED, ~HAS_ROW)


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
    """What the table is narrowed to; an empty tuple does not narrow."""

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

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == Filter()


def narrowed(query: Select[*Columns], filters: Filter, of: Kept = Experiment) -> Select[*Columns]:
    """Return a query of experiments for those that the filters let through.

    Of plans only those that have no row in Experiment.
    """
    if of is Plan:
        query = query.where(NOT_BEGUN)
    if filters.states:
        query = query.where(_in_plan(filters) if of is Plan else _in_experiment(filters))
    for column, values in (
        (of.battery_id, filters.batteries),
        (of.station_id, filters.stations),
        (of.profile_id, filters.profiles),
    ):
        if values:
            query = query.where(column.in_(values))
    if filters.technologies:  # by the few batteries, not by a join of every experiment
        kinds = select(Battery.id).where(Battery.technology.in_(filters.technologies))
        # + 0 hides the column's index: going from it to the row of every match is slower than
        # reading the rows in the order that is asked for
        query = query.where((of.battery_id + 0).in_(kinds))
    if filters.created_from is not None:
        query = query.where(created(of) >= filters.created_from)
        # never before it was made, but for a part of a second; this goes by an index
        query = query.where(of.created_at >= filters.created_from - timedelta(seconds=1))
    if filters.created_to is not None:
        query = query.where(created(of) < filters.created_to)
    query = query.where(*_labelled(filters, of))
    if filters.between:
        query = query.where(_has_cycles(filters.between, of))
    if searched := filters.text.strip():
        query = query.where(is_found(of, searched))
    return query


def _labelled(filters: Filter, of: Kept) -> Iterator[ColumnElement[bool]]:
    number = number_of(of)
    if filters.tags:
        yield has_tag(number, filters.tags)
    if filters.owners:
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


def _in_experiment(filters: Filter) -> ColumnElement[bool]:
    states = set(filters.states)
    simple = [
        one
        for one in ExperimentStatus
        if one is not ExperimentStatus.FINISHED and ExperimentState(one.value.lower()) in states
    ]
    either: list[ColumnElement[bool]] = [Experiment.status.in_(simple)] if simple else []
    over = states & {ExperimentState.FINISHED, ExperimentState.STOPPED}
    if over:
        is_over = Experiment.status == ExperimentStatus.FINISHED
        early = select(Run.experiment_id).where(Run.experiment_id == Experiment.id, ENDED_EARLY)
        stopped = early.correlate(Experiment).exists()
        alone = stopped if ExperimentState.STOPPED in over else ~stopped
        either.append(is_over if len(over) > 1 else and_(is_over, alone))
    return or_(*either) if either else false()
