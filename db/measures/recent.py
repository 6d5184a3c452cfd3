"""What a process keeps of the experiments that it read last, as long as they do not change."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from db.series import ExperimentSeries

Of = TypeVar("Of")
Value = TypeVar("Value")


@dataclass
class _Shelf(Generic[Of, Value]):
    """Those of one database, by experiment: of what each was made, its value, its size."""

    held: int = 0
    values: OrderedDict[int, tuple[Of, Value, int]] = field(default_factory=OrderedDict)

    def remove(self, experiment_id: int) -> None:
        self.held -= self.values.pop(experiment_id)[2]


class Recent(Generic[Of, Value]):
    """One value an experiment; those not used longest are dropped."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelves: WeakKeyDictionary[Engine, _Shelf[Of, Value]] = WeakKeyDictionary()

    def find(self, experiment: ExperimentSeries, of: Of) -> Value | None:
        """Return the value that was made of this, None if none is kept."""
        with self._lock:
            values = self._shelf(experiment).values
            if experiment.id not in values:
                return None
            was, value, _size = values[experiment.id]
            values.move_to_end(experiment.id)
            return value if was == of else None

    def add(
        self, experiment: ExperimentSeries, of: Of, value: Value, *, most: int, size: int = 1
    ) -> None:
        """Keep a value in the place of an older one; all are to have a size of `most` at most."""
        with self._lock:
            shelf = self._shelf(experiment)
            if experiment.id in shelf.values:
                shelf.remove(experiment.id)
            shelf.values[experiment.id] = of, value, size
            shelf.held += size
            while shelf.held > most and len(shelf.values) > 1:
                shelf.remove(next(iter(shelf.values)))

    def _shelf(self, experiment: ExperimentSeries) -> _Shelf[Of, Value]:
        return self._shelves.setdefault(experiment.database.engine, _Shelf())
