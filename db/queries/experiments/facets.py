"""What the filters of the experiments table offer, and how many experiments each choice leaves."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
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
from db.queries.experiments.filters import ENDED_EARLY, Filter, narrowed
from db.terms import PlanState

FACETS = (Experiment.battery_id, Experiment.station_id, Experiment.profile_id, Experiment.status)
NAMES = ("battery_id", "station_id", "profile_id", "status")


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
