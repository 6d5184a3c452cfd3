"""Which pulses of an experiment somebody has unticked."""

from sqlalchemy import select

from db.engine import Database
from db.models import WrongPulse


def wrong_pulses(database: Database, experiment_id: int) -> frozenset[int]:
    """Return the MeasIDs of their first measures."""
    ids = select(WrongPulse.measure_id).where(WrongPulse.experiment_id == experiment_id)
    with database.read() as session:
        return frozenset(session.scalars(ids))
