"""What the filters of the experiments table offer, and how many experiments each choice leaves."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, literal, or_, select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentState, ExperimentStatus, Technology
from db.engine import Database
from db.models import (
    Battery,
    CyclerStation,
    Experiment,
    ExperimentTag,
    Plan,
    Profile,
    Run,
    Tag,
    User,
)
from db.queries.experiments.filters import ENDED_EARLY, Filter, Kept, looked_up, number_of
from db.queries.experiments.paging.scopes import Scope, scope_of
from db.queries.lists import among


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


Counts = Counter[Any] | None  # None: there are too many to be counted


def filter_choices(database: Database, filters: Filter) -> Choices:
    """Return what each filter offers: its values among the experiments that the others leave.

    Where those are more than MAX_COUNT, all that there are, and uncounted.
    """
    with database.read() as session:
        found = looked_up(session, filters)
        facets = _Facets(session)
        batteries = facets.counts(replace(found, batteries=()), "battery_id")
        of_kinds = facets.counts(replace(found, technologies=()), "battery_id")
        stations = facets.counts(replace(found, stations=()), "station_id")
        profiles = facets.counts(replace(found, profiles=()), "profile_id")
        states = facets.counts(replace(found, states=()), "state")
        tags = facets.tags(replace(found, tags=()))
        # what they are called, last: whatever was counted is there by now
        named = session.execute(select(Battery.id, Battery.name, Battery.technology)).all()
        kinds = {one.id: one.technology for one in named}
        return Choices(
            technologies=_choices(_technologies(of_kinds, kinds), {}, kinds.values()),
            batteries=_choices(batteries, {one.id: one.name for one in named}),
            stations=_choices(stations, _names(session, CyclerStation)),
            profiles=_choices(profiles, _names(session, Profile)),
            statuses=_choices(states, {}, ExperimentState),
            tags=_choices(tags, _names(session, Tag)),
            owners=_owners(session),
        )


def choice_labels(database: Database, filters: Filter) -> dict[str, dict[str, str]]:
    """Return what the batteries, stations, profiles and tags of a filter are called, by value."""
    chosen = {
        "battery": (Battery.id, Battery.name, filters.batteries),
        "station": (CyclerStation.id, CyclerStation.name, filters.stations),
        "profile": (Profile.id, Profile.name, filters.profiles),
        "tag": (Tag.id, Tag.name, filters.tags),
    }
    labels = {}
    with database.read() as session:
        for name, (id_, label, ids) in chosen.items():
            if ids:
                named = session.execute(select(id_, label).where(id_.in_(ids)))
                labels[name] = {str(one): words for one, words in named}
    return labels


def _technologies(batteries: Counts, kinds: Mapping[int, Technology]) -> Counts:
    """Count technologies by the few batteries, not by a join of all experiments."""
    if batteries is None:
        return None
    counts: Counter[Any] = Counter()
    for battery_id, number in batteries.items():
        if battery_id in kinds:  # a draft may name one that is gone
            counts[kinds[battery_id]] += number
    return counts


class _Facets:
    """Counts experiments by what filters choose by; those of one filter are read once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._scopes: list[tuple[Filter, Scope, list[Any]]] = []

    def counts(self, others: Filter, name: str) -> Counts:
        """Count what a filter leaves by a column."""
        scope, rows = self._of(others)
        if scope.is_more:
            return None
        counts: Counter[Any] = Counter()
        for row in rows:
            if (value := getattr(row, name)) is not None:
                counts[value] += row.count_
        return counts

    def tags(self, others: Filter) -> Counts:
        """Count it by tag; those without any are left out."""
        scope, _rows = self._of(others)
        if scope.is_more:
            return None
        query = select(ExperimentTag.tag_id, func.count()).group_by(ExperimentTag.tag_id)
        number = ExperimentTag.experiment_id
        there: list[ColumnElement[bool]] = []
        for of in scope.kinds:
            its = scope.of(select(number_of(of)), of)
            known = None if scope.numbers is None else scope.numbers[of]
            there.append(number.in_(its) if known is None else among(number, known))
        return Counter(dict(self._session.execute(query.where(or_(*there))).all()))

    def _of(self, others: Filter) -> tuple[Scope, list[Any]]:
        for known, scope, rows in self._scopes:
            if known == others:
                return scope, rows
        scope = scope_of(self._session, others)
        rows = [] if scope.is_more else list(_grouped(self._session, scope))
        self._scopes.append((others, scope, rows))
        return scope, rows


@dataclass(frozen=True)
class _Group:
    """How many experiments have the same battery, station, profile and state."""

    battery_id: int | None
    station_id: int | None
    profile_id: int | None
    state: ExperimentState
    count_: int


def _grouped(session: Session, scope: Scope) -> Iterable[_Group]:
    early = select(Run.experiment_id).where(Run.experiment_id == Experiment.id, ENDED_EARLY)
    is_over = Experiment.status == ExperimentStatus.FINISHED
    is_stopped = case((is_over, early.correlate(Experiment).exists()), else_=literal(value=False))
    for row in _counted(session, scope, Experiment, Experiment.status, is_stopped):
        battery, station, profile, status, stopped, count = row
        state = ExperimentState.STOPPED if stopped else ExperimentState(status.value.lower())
        yield _Group(battery, station, profile, state, count)
    if Plan in scope.kinds:
        for battery, station, profile, state, count in _counted(session, scope, Plan, Plan.state):
            yield _Group(battery, station, profile, ExperimentState(state.value), count)


def _counted(
    session: Session, scope: Scope, of: Kept, *states: SQLColumnExpression[Any]
) -> Iterable[Any]:
    columns: tuple[Any, ...] = (of.battery_id, of.station_id, of.profile_id, *states)
    query: Select[Any] = select(*columns)
    rows = scope.of(query, of).subquery()
    return session.execute(select(*rows.c, func.count()).group_by(*rows.c))


def _owners(session: Session) -> tuple[Choice, ...]:
    """Return all users: to count what each has would read every experiment."""
    return tuple(
        Choice(one, one, None)
        for one in session.scalars(select(User.name).order_by(func.lower(User.name)))
    )


def _names(session: Session, of: type[CyclerStation | Profile | Tag]) -> dict[Any, str]:
    return dict(session.execute(select(of.id, of.name)).all())


def _choices(
    counts: Counts, labels: Mapping[Any, str], known: Iterable[Any] | None = None
) -> tuple[Choice, ...]:
    """Return what is counted under its label, else what there is; words are their own labels."""
    values = counts if counts is not None else dict.fromkeys(labels if known is None else known)
    choices = (
        Choice(str(key), labels.get(key, str(key)), None if counts is None else counts[key])
        for key in values
    )
    return tuple(sorted(choices, key=lambda choice: choice.label.lower()))
