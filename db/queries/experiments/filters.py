"""What the experiments table is narrowed to, over as few tables as it needs; what filters offer.

What may run, runs or has run has a row in Experiment; drafts, and what is held or cancelled, only a
plan. Everything is asked of both, and there are few of the latter.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
from db.engine import Database
from db.models import (
    Battery,
    CyclerStation,
    CycleSummary,
    Experiment,
    ExperimentTag,
    Plan,
    Profile,
    Run,
    Tag,
    User,
)
from db.queries.experiments.search import is_found
from db.queries.experiments.tags import has_tag, is_owned_by
from db.queries.stations.queue import HAS_ROW
from db.terms import PlanState

Columns = TypeVarTuple("Columns")
Kept = type[Experiment] | type[Plan]  # where an experiment has its row
FACETS = (Experiment.battery_id, Experiment.station_id, Experiment.profile_id, Experiment.status)
NAMES = ("battery_id", "station_id", "profile_id", "status")
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


@dataclass(frozen=True)
class Choice:
    """One value that a filter offers, and how many experiments it leaves; None: not counted."""

    value: str
    label: str
    count: int | None


@dataclass(frozen=True)
class Choices:
    """What each filter offers, given all the others."""

    technologies: tuple[Choice, ...] = ()
    batteries: tuple[Choice, ...] = ()
    stations: tuple[Choice, ...] = ()
    profiles: tuple[Choice, ...] = ()
    statuses: tuple[Choice, ...] = ()
    tags: tuple[Choice, ...] = ()
    owners: tuple[Choice, ...] = ()


def filter_choices(database: Database, filters: Filter) -> Choices:
    """Return what each filter offers: its values among the experiments that the others leave."""
    with database.read() as session:
        count = _FacetCounts(session, filters)
        batteries = count("battery_id", replace(filters, batteries=()))
        by_battery = batteries  # the same where neither narrows
        if filters.technologies or filters.batteries:
            by_battery = count("battery_id", replace(filters, technologies=()))
        stations = count("station_id", replace(filters, stations=()))
        profiles = count("profile_id", replace(filters, profiles=()))
        states = count.states(replace(filters, states=()))
        # what they are called, last: whatever was counted is there by now
        named = session.execute(select(Battery.id, Battery.name, Battery.technology)).all()
        kinds = {one.id: one.technology for one in named}
        technologies: Counter[Technology] = Counter()  # by the few batteries, not by a join of all
        for battery_id, number in by_battery.items():
            if battery_id in kinds:  # a draft may name one that is gone
                technologies[kinds[battery_id]] += number
        return Choices(
            technologies=_choices(technologies, {}),
            batteries=_choices(batteries, {one.id: one.name for one in named}),
            stations=_choices(stations, _names(session, CyclerStation)),
            profiles=_choices(profiles, _names(session, Profile)),
            statuses=_choices(states, {}),
            tags=_tags(session, replace(filters, tags=())),
            owners=_owners(session),
        )


def _tags(session: Session, others: Filter) -> tuple[Choice, ...]:
    """Count what the other filters leave by tag; those without any are left out."""
    names = dict(session.execute(select(Tag.id, Tag.name)).all())
    counts: Counter[int] = Counter()
    for of, number in ((Experiment, Experiment.id), (Plan, Plan.experiment_id)) if names else ():
        query = (
            select(ExperimentTag.tag_id, func.count())
            .select_from(of)
            .join(ExperimentTag, ExperimentTag.experiment_id == number)
            .group_by(ExperimentTag.tag_id)
        )
        counts.update(dict(session.execute(narrowed(query, others, of)).all()))
    return _choices(counts, names)


def _owners(session: Session) -> tuple[Choice, ...]:
    """Return all users: to count what each has would read every experiment."""
    return tuple(
        Choice(one, one, None)
        for one in session.scalars(select(User.name).order_by(func.lower(User.name)))
    )


@dataclass(frozen=True)
class _PlanFacets:
    """What filters choose by of an experiment that has no row in Experiment."""

    battery_id: int | None
    station_id: int | None
    profile_id: int | None
    state: PlanState
    technology: Technology | None

    def fits(self, filters: Filter) -> bool:
        """Whether a filter lets it through, as far as it chooses by these."""
        pairs: Sequence[tuple[object, Sequence[object]]] = (
            (self.battery_id, filters.batteries),
            (self.station_id, filters.stations),
            (self.profile_id, filters.profiles),
            (ExperimentState(self.state.value), filters.states),
            (self.technology, filters.technologies),
        )
        return all(not chosen or value in chosen for value, chosen in pairs)


class _FacetCounts:
    """Counts experiments by one column; those that the whole filter leaves are read once."""

    def __init__(self, session: Session, filters: Filter) -> None:
        self._session = session
        self._filters = filters
        self._rows: Sequence[tuple[Any, ...]] | None = None
        self._plans: list[_PlanFacets] | None = None

    def __call__(self, name: str, others: Filter) -> Counter[Any]:
        counts = self._begun(name, others)
        counts.update(getattr(plan, name) for plan in self._not_begun(others))
        counts.pop(None, None)
        return counts

    def states(self, others: Filter) -> Counter[ExperimentState]:
        """Count by state; what ended before its profile did is known by its run."""
        counts: Counter[ExperimentState] = Counter()
        for status, number in self._begun("status", others).items():
            counts[ExperimentState(status.value.lower())] = number
        if counts[ExperimentState.FINISHED]:
            early = (
                select(func.count())
                .select_from(Run)
                .join(Experiment, Experiment.id == Run.experiment_id)
                .where(ENDED_EARLY, Experiment.status == ExperimentStatus.FINISHED)
            )
            stopped = self._session.scalar(narrowed(early, others)) or 0
            counts[ExperimentState.FINISHED] -= stopped
            counts[ExperimentState.STOPPED] = stopped
        counts.update(ExperimentState(plan.state.value) for plan in self._not_begun(others))
        return +counts

    def _not_begun(self, others: Filter) -> Iterator[_PlanFacets]:
        """Yield the plans that a filter leaves: they are few, so they are read once."""
        if self._plans is None:
            common = Filter(
                created_from=others.created_from,
                created_to=others.created_to,
                text=others.text,
                tags=others.tags,
                owners=others.owners,
                between=others.between,
            )
            query = select(
                Plan.battery_id, Plan.station_id, Plan.profile_id, Plan.state, Battery.technology
            ).outerjoin(Battery, Battery.id == Plan.battery_id)
            rows = self._session.execute(narrowed(query, common, Plan))
            self._plans = [_PlanFacets(*row) for row in rows]
        return (one for one in self._plans if one.fits(others))

    def _begun(self, name: str, others: Filter) -> Counter[Any]:
        if others != self._filters or self._filters.is_empty:  # an index answers the latter
            column = getattr(Experiment, name)
            query = select(column, func.count()).select_from(Experiment).group_by(column)
            return Counter(dict(self._session.execute(narrowed(query, others)).all()))
        if self._rows is None:
            self._rows = self._session.execute(narrowed(select(*FACETS), others)).all()
        place = NAMES.index(name)
        return Counter(row[place] for row in self._rows)


def _names(session: Session, kind: type[CyclerStation | Profile]) -> dict[Any, str]:
    return dict(session.execute(select(kind.id, kind.name)).all())


def _choices(counts: Mapping[Any, int], labels: Mapping[Any, str]) -> tuple[Choice, ...]:
    """Return what is counted under its label; values without one are their own."""
    choices = (Choice(str(key), labels.get(key, str(key)), n) for key, n in counts.items())
    return tuple(sorted(choices, key=lambda choice: choice.label.lower()))
