"""When the station of a run was off: from the last measure to the moment at which it came back."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import GenericMeasure

MAX_OUTAGES = 20  # the newest


def last_measure_before(session: Session, experiment_id: int, at: datetime) -> datetime | None:
    """Return when the last measure before a moment was made; None without one.

    By halves: no index has the times.
    """
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
            last, low = row.at, row.id + 1
        else:
            high = middle - 1
    return last
