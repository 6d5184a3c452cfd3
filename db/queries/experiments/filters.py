"""What the experiments table is narrowed to, as SQL over as few tables as it needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select, select

from cycling.terms import ExperimentStatus, Technology
from db.models import Battery, Experiment
from db.queries.lists import mentions

Columns = TypeVarTuple("Columns")


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
