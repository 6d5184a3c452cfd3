"""Looking for cycles that are complete, to judge them by the rules in force."""

import logging
import time
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from cycling.errors import UnavailableError
from db.commands.experiments.cycles.watch import NextLook, judge_cycles
from db.engine import Database
from db.queries.experiments.cycles.rules import WatchedExperiment, watched_experiments
from db.series import BeingPreparedError

LOG = logging.getLogger("bem.worker")

LOOK_EVERY_S = 2.0


@dataclass(frozen=True)
class Place:
    """Where an experiment was when it was looked at: nothing new is complete while it is there."""

    has_ended: bool
    cycle: int | None
    instruction_id: int | None

    @classmethod
    def of(cls, watched: WatchedExperiment, *, by_number: bool) -> "Place":
        """Return it: the instruction counts only where cycles are not those of the station."""
        instruction_id = None if by_number else watched.instruction_id
        return cls(watched.has_ended, watched.cycle, instruction_id)


class CycleWatcher:
    """Judges cycles soon after they are complete; any number of workers may do so.

    What it costs while no cycle ends are two statements each time.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._places: dict[int, Place] = {}
        self._by_number: set[int] = set()
        self._due_at = 0.0

    def look(self) -> None:
        """Judge what is complete, at most every 2 s; what cannot be now, the next time.

        Called from whatever the worker is doing: it must not fail for this.
        """
        if time.monotonic() < self._due_at:
            return
        self._due_at = time.monotonic() + LOOK_EVERY_S
        try:
            watched = watched_experiments(self._database)
        except (UnavailableError, SQLAlchemyError) as error:
            LOG.warning("what=database-trouble said=%r", str(error))
            return
        self._by_number &= {one.experiment_id for one in watched}
        places = {one.experiment_id: self._place(one) for one in watched}
        self._places = {id_: at for id_, at in self._places.items() if places.get(id_) == at}
        for one in watched:
            if one.experiment_id not in self._places and self._judge(one.experiment_id):
                self._places[one.experiment_id] = self._place(one)

    def _place(self, watched: WatchedExperiment) -> Place:
        return Place.of(watched, by_number=watched.experiment_id in self._by_number)

    def _judge(self, experiment_id: int) -> bool:
        """Judge the cycles of one; whether it is done until it is somewhere else."""
        try:
            result = judge_cycles(self._database, experiment_id)
        except BeingPreparedError:
            return False
        except Exception:  # a boundary: what is wrong with one must not keep the worker from all
            LOG.exception("what=cycles-not-judged experiment=%s", experiment_id)
            return False
        if result is NextLook.BY_NUMBER:
            self._by_number.add(experiment_id)
        else:
            self._by_number.discard(experiment_id)
        return result is not NextLook.AGAIN
