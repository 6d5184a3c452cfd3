"""When the station of a run was off: until the moment at which it came back.

From its last measure on, but for how long it still ran by its own test time: that is what it found
when it came back. Records may be far apart, so it is off for no longer than that.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import CyclerStation, Experiment, GenericMeasure, Unit
from db.series.codec import Floats
from db.series.head import has_rows
from db.series.reader import ChunkReader
from db.series.window import last_before

MAX_OUTAGES = 20  # the newest
MEASURES = 8  # before it, which say how fast its test time went


def outage_begin(
    session: Session, experiment_id: int, back_at: datetime, test_time_s: float
) -> datetime | None:
    """Return when a station went off that came back at a moment and a test time (s).

    None where it has measured nothing before.
    """
    last = _measures_before(session, experiment_id, back_at)
    if not last:
        return None
    unix_s = np.array([at.timestamp() for at, _ in last])
    test_s = np.array([np.nan if one is None else one for _, one in last])
    ran_s = ran_on_s(unix_s, test_s, test_time_s, simulated_speed(session, experiment_id))
    ran_s = min(ran_s, (back_at - last[-1][0]).total_seconds())
    return last[-1][0] + timedelta(seconds=ran_s)


def simulated_speed(session: Session, experiment_id: int) -> float:
    """Return how many times as fast as the clock the station of a run is; 1 for a real one."""
    speed = session.scalar(
        select(Unit.speed)
        .join(CyclerStation, CyclerStation.unit_id == Unit.unit_id)
        .join(Experiment, Experiment.station_id == CyclerStation.id)
        .where(Experiment.id == experiment_id, Unit.simulated)
    )
    return speed or 1.0


def ran_on_s(unix_s: Floats, test_s: Floats, test_time_s: float, speed: float = 1.0) -> float:
    """Return for how long (s, by the clock) a station ran after its last measures.

    Shapes (n,), of its last measures by clock and by test time, which went on until `test_time_s`.
    A simulated test time goes as fast as it did between them, never slower than the clock; where
    they do not say it, as after a single one, `speed` times as fast.
    """
    ran_s = test_time_s - test_s[-1]
    if not ran_s > 0:
        return 0.0
    by_clock, by_test = np.diff(unix_s), np.nan_to_num(np.diff(test_s))
    wide = (by_test > 0) & (by_test >= by_test.max(initial=0.0) / 2)
    rate = np.min(by_clock[wide] / by_test[wide], initial=1.0)
    if rate == 1.0:
        rate = 1.0 / max(speed, 1.0)
    return float(ran_s * max(0.0, rate))


def _measures_before(
    session: Session, experiment_id: int, at: datetime
) -> list[tuple[datetime, float | None]]:
    """Return clock and test time (s) of the last measures before a moment, in their order.

    By halves where they have rows: no index has the times.
    """
    if not has_rows(session, experiment_id):
        unix_s, test_s = last_before(ChunkReader(session, experiment_id), at.timestamp(), MEASURES)
        moments = (datetime.fromtimestamp(round(1e6 * one) / 1e6, UTC) for one in unix_s.tolist())
        return list(zip(moments, test_s.tolist(), strict=True))
    of_it = GenericMeasure.experiment_id == experiment_id
    ends = (select(end(GenericMeasure.id)).where(of_it) for end in (func.min, func.max))
    low, high = session.execute(select(*(end.scalar_subquery() for end in ends))).one()
    last = None
    while low is not None and low <= high:
        middle = (low + high) // 2
        row = session.execute(
            select(GenericMeasure.id, GenericMeasure.at)
            .where(of_it, GenericMeasure.id >= middle)
            .order_by(GenericMeasure.id)
            .limit(1)
        ).one()
        if row.at < at:
            last, low = row.id, row.id + 1
        else:
            high = middle - 1
    if last is None:
        return []
    rows = session.execute(
        select(GenericMeasure.at, GenericMeasure.test_time_s)
        .where(of_it, GenericMeasure.id <= last)
        .order_by(GenericMeasure.id.desc())
        .limit(MEASURES)
    )
    return [(row.at, row.test_time_s) for row in rows][::-1]
