"""What our own export says of a run: when it was paused and went on, as its station said it."""

from datetime import UTC, datetime

import numpy as np

from cycling.errors import InputError
from cycling.formats.columns.fields import INTERRUPTED
from db.measures.rows import Floats
from db.models import RunEvent
from db.queries.experiments.timeline import EntryKind

MAX_CHANGES = 10_000
TOO_MANY = (
    "The column 'Paused' changes more than 10,000 times, so it says of no pauses. Set it to "
    "'Not imported'."
)


class Course:
    """Pauses as the measures of a file come; `is_there`: it has a column for them."""

    def __init__(self) -> None:
        self.is_there = False
        self._changes: list[tuple[EntryKind, float, float, bool]] = []
        self._last: tuple[float, float, float] | None = None  # paused, Unix s, test time

    def add(self, paused: Floats, unix_s: Floats, test_time_s: Floats) -> None:
        """Take the next measures: shapes (n,); blank where nobody knows whether it was paused.

        Raises InputError for what changes too often.
        """
        self.is_there = True
        known = np.isfinite(paused)
        if not known.any():
            return
        rows = np.column_stack([paused, unix_s, test_time_s])[known]
        if self._last is None:
            began = (EntryKind.STARTED, float(rows[0, 1]), float(rows[0, 2]), False)
            self._changes.append(began)
            self._last = (0.0, *began[1:3])
        rows = np.concatenate([[self._last], rows])
        for place in np.flatnonzero(np.diff(rows[:, 0])).tolist():
            now = float(rows[place + 1, 0])
            # it went on at the last measure of its pause
            kind, at = (EntryKind.PAUSED, place + 1) if now > 0 else (EntryKind.RESUMED, place)
            change = (kind, float(rows[at, 1]), float(rows[at, 2]), now == INTERRUPTED)
            self._changes.append(change)
            if len(self._changes) > MAX_CHANGES:
                raise InputError(TOO_MANY)
        self._last = (float(rows[-1, 0]), float(rows[-1, 1]), float(rows[-1, 2]))

    def events(self, experiment_id: int) -> list[RunEvent]:
        """Return the events that the station of the run reported, as far as they are known."""
        return [
            RunEvent(
                experiment_id=experiment_id,
                number=number,
                at=datetime.fromtimestamp(round(unix_s * 1e6) / 1e6, UTC),
                kind=kind.value,
                detail={"test_time_s": test_time_s, "interrupted": interrupted},
            )
            for number, (kind, unix_s, test_time_s, interrupted) in enumerate(self._changes)
        ]
