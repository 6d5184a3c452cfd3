"""Keeping the few numbers of each experiment's cycles: what is due, one experiment at a time."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from db import series
from db.engine import Database
from db.measures.cycle_summaries import (
    StationPlace,
    missing_summaries,
    newest_series,
    outdated_summaries,
    renew_summary,
    running_places,
)

LOG = logging.getLogger("bem.worker")

AT_LEAST_EVERY = timedelta(minutes=10)  # of what runs: measures of an outage may come late


@dataclass(frozen=True)
class Due:
    """An experiment whose numbers may hold no more, where its station is, and whether it stays."""

    experiment_id: int
    place: StationPlace | None = None
    is_still: bool = False


class SummaryKeeper:
    """Makes numbers of cycles anew where they hold no more.

    Those of what runs are of complete cycles, so nothing is new while its station is in the same
    instruction of the same cycle.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due: list[Due] = []
        self._counted_to = 0  # up to this experiment all have such numbers
        self._places: dict[int, StationPlace | None] = {}
        self._counted: dict[int, tuple[StationPlace, datetime]] = {}

    def look(self, now: datetime) -> None:
        """Find what is due."""
        newest = newest_series(self._database)
        missing = missing_summaries(self._database, self._counted_to)
        if not missing:
            self._counted_to = newest
        due = {id_: Due(id_) for id_ in [*outdated_summaries(self._database), *missing]}
        places = running_places(self._database)
        self._counted = {id_: at for id_, at in self._counted.items() if id_ in places}
        for id_, place in places.items():
            if place is None or not self._is_counted(id_, place, now):
                due[id_] = Due(id_, place, is_still=place == self._places.get(id_))
        self._places = places
        self._due = list(due.values())

    def _is_counted(self, experiment_id: int, place: StationPlace, now: datetime) -> bool:
        known, at = self._counted.get(experiment_id, (None, now))
        return known == place and now - at < AT_LEAST_EVERY

    def renew_one(self, now: datetime) -> bool:
        """Make the numbers of one experiment anew, unless they hold; return whether one was due."""
        if not self._due:
            return False
        one = self._due.pop(0)
        with suppress(series.BeingPreparedError):  # when it is copied, then
            if renew_summary(self._database, one.experiment_id):
                LOG.info("what=cycles-counted experiment=%s", one.experiment_id)
            # the last measures of a cycle may be stored after the station has said the next one
            if one.place is not None and one.is_still:
                self._counted[one.experiment_id] = (one.place, now)
        return True
