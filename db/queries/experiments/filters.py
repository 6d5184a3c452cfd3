"""What the experiments table is narrowed to, over as few tables as it needs; what filters offer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVarTuple

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus, Technology
from db.engine import Database
from db.models import Battery, CyclerStation, Experiment, Profile
from db.queries.lists import mentions

Columns = TypeVarTuple("Columns")
FACETS = (Experiment.battery_id, Experiment.station_id, Experiment.profile_id, Experiment.status)


@dataclass(frozen=True)
class Filter:
    """What the table is narrowed to; an empty tuple does not narrow."""

    technologies: tuple[Technology, ...] = ()
    batteries: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()
    profiles: tuple[int, ...] = ()
    statuses: tuple[ExperimentStatus, ...] = ()
    created_from: datetime | None = None
    created_to: datetime | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return self == Filter()


def narrowed(query: Select[*Columns], filters: Filter) -> Select[*Columns]:
    """Return a query of experiments for those that the filters let through."""
    for column, values in (
        (Experiment.battery_id, filters.batteries),
        (Experiment.station_id, filters.stations),
        (Experiment.profile_id, filters.profiles),
        (Experiment.status, filters.statuses),
    ):
        if values:
            query = query.where(column.in_(values))
    if filters.technologies:  # by the few batteries, not by a join of every experiment
        kinds = select(Battery.id).where(Battery.technology.in_(filters.technologies))
        # + 0 hides the column's index: going from it to the row of every match is slower than
        # reading the rows in the order that is asked for
        query = query.where((Experiment.battery_id + 0).in_(kinds))
    if filters.created_from is not None:
        query = query.where(Experiment.created_at >= filters.created_from)
    if filters.created_to is not None:
        query = query.where(Experiment.created_at < filters.created_to)
    if searched := filters.text.strip():
        query = query.where(mentions((Experiment.name, Experiment.description), searched))
    return query


@dataclass(frozen=True)
class Choice:
    """One value that a filter offers, and how many experiments it would leave."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class Choices:
    """What each filter offers, given all the others."""

    technologies: tuple[Choice, ...] = ()
    batteries: tuple[Choice, ...] = ()
    stations: tuple[Choice, ...] = ()
    profiles: tuple[Choice, ...] = ()
    statuses: tuple[Choice, ...] = ()


def filter_choices(database: Database, filters: Filter) -> Choices:
    """Return what each filter offers: its values among the experiments that the others leave."""
    with database.read() as session:
        count = _FacetCounts(session, filters)
        by_battery = count(Experiment.battery_id, replace(filters, technologies=()))
        batteries = count(Experiment.battery_id, replace(filters, batteries=()))
        stations = count(Experiment.station_id, replace(filters, stations=()))
        profiles = count(Experiment.profile_id, replace(filters, profiles=()))
        statuses = count(Experiment.status, replace(filters, statuses=()))
        # what they are called, last: whatever was counted is there by now
        kinds = dict(session.execute(select(Battery.id, Battery.technology)).all())
        technologies: Counter[Technology] = Counter()  # by the few batteries, not by a join of all
        for battery_id, number in by_battery.items():
            technologies[kinds[battery_id]] += number
        return Choices(
            technologies=_choices(technologies, {}),
            batteries=_choices(batteries, _names(session, Battery)),
            stations=_choices(stations, _names(session, CyclerStation)),
            profiles=_choices(profiles, _names(session, Profile)),
            statuses=_choices(statuses, {}),
        )


class _FacetCounts:
    """Counts experiments by one column; those that the whole filter leaves are read once."""

    def __init__(self, session: Session, filters: Filter) -> None:
        self._session = session
        self._filters = filters
        self._rows: Sequence[tuple[Any, ...]] | None = None

    def __call__(self, column: SQLColumnExpression[Any], others: Filter) -> Mapping[Any, int]:
        if others != self._filters or self._filters.is_empty:  # an index answers the latter
            query = select(column, func.count()).select_from(Experiment).group_by(column)
            return dict(self._session.execute(narrowed(query, others)).all())
        if self._rows is None:
            self._rows = self._session.execute(narrowed(select(*FACETS), others)).all()
        place = next(n for n, facet in enumerate(FACETS) if facet is column)
        return Counter(row[place] for row in self._rows)


def _names(session: Session, kind: type[Battery | CyclerStation | Profile]) -> dict[Any, str]:
    return dict(session.execute(select(kind.id, kind.name)).all())


def _choices(counts: Mapping[Any, int], labels: Mapping[Any, str]) -> tuple[Choice, ...]:
    """Return what is counted under its label; values without one are their own."""
    choices = (Choice(str(key), labels.get(key, str(key)), n) for key, n in counts.items())
    return tuple(sorted(choices, key=lambda choice: choice.label.lower()))
