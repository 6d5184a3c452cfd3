"""When a moment of an experiment's test time was, by the clock on the wall."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select

from db.engine import Database
from db.models import GenericMeasure

Floats = NDArray[np.float64]
MOST_POINTS = 400


@dataclass(frozen=True, eq=False)
class TestClock:
    """Test time (s) and Unix seconds of some samples, both rising, the first and last among them.

    `voltage_v` and `current_a` are those of the first one.
    """

    __test__ = False  # no test of pytest

    test_s: Floats
    unix_s: Floats
    voltage_v: float | None
    current_a: float

    def unix(self, test_s: Floats) -> Floats:
        """Return Unix seconds of test times; beyond the last sample it goes on as until there."""
        found = np.interp(test_s, self.test_s, self.unix_s)
        passed, lasted = self.test_s[-1] - self.test_s[0], self.unix_s[-1] - self.unix_s[0]
        rate = lasted / passed if passed > 0 else 1.0
        beyond = test_s > self.test_s[-1]
        found[beyond] = self.unix_s[-1] + (test_s[beyond] - self.test_s[-1]) * rate
        return np.asarray(found)


def test_clock(database: Database, experiment_id: int) -> TestClock | None:
    """Return the clock of an experiment; None before its first measure.

    Without a test time it counts from the first measure.
    """
    measure = GenericMeasure
    of_it = measure.experiment_id == experiment_id
    with database.read() as session:
        first = session.scalar(select(func.min(measure.id)).where(of_it))
        last = session.scalar(select(func.max(measure.id)).where(of_it))
        if first is None or last is None:
            return None
        ids = np.unique(np.linspace(first, last, MOST_POINTS).round().astype(int)).tolist()
        rows = session.execute(
            select(measure.at, measure.test_time_s, measure.voltage_mv, measure.current_ma)
            .where(of_it, measure.id.in_(ids))
            .order_by(measure.id)
        ).all()
    begun = rows[0].at
    unix_s = np.array([row.at.timestamp() for row in rows])
    counted = [row.test_time_s for row in rows]
    test_s = [
        (row.at - begun).total_seconds() if one is None else one
        for row, one in zip(rows, counted, strict=True)
    ]
    first_row = rows[0]
    return TestClock(
        np.maximum.accumulate(np.array(test_s, dtype=float)),
        np.maximum.accumulate(unix_s),
        None if first_row.voltage_mv is None else first_row.voltage_mv / 1000,
        (first_row.current_ma or 0.0) / 1000,
    )
