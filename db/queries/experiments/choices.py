"""What each filter of the experiments table offers: its values, and how many each would leave."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from cycling.terms import Technology
from db.engine import Database
from db.models import Battery, CyclerStation, Experiment, Profile
from db.queries.experiments.filters import Filter, narrowed

FACETS = (Experiment.battery_id, Experiment.station_id, Experiment.profile_id, Experiment.status)


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
