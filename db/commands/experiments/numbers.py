"""The numbers of experiments: given when an experiment is defined, and kept for ever.

They are the ids that the table Experiment counts, which other programs take from, too: a number is
taken by a row that is inserted there and deleted in the same transaction. The database never gives
that id again, and nobody else ever sees the row. Only the counter gives numbers: one that is
computed may be given to two who ask at the same moment.
"""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus, Technology
from db.models import Battery, DeletedExperiment, Experiment, ImportSource, Plan, Profile
from db.models.stations import VIRTUAL_STATION


def reserve(session: Session, *, battery_id: int | None, now: datetime) -> int:
    """Return a number that no experiment has or will have; it is ours when the caller commits.

    `battery_id`, if the caller holds one, lets no other battery be waited for.
    """
    battery = None
    if battery_id is None:
        battery_id = session.scalar(select(func.min(Battery.id)))
    if battery_id is None:
        battery = _battery(now)
        session.add(battery)
        session.flush()
        battery_id = battery.id
    number = _taken(session, battery_id, now)
    owners = (Plan, ImportSource, DeletedExperiment)
    highest = max(session.scalar(select(func.max(one.experiment_id))) or 0 for one in owners)
    if number <= highest:  # somebody else took a later one meanwhile, and was faster
        number = _taken(session, battery_id, now)
    if number <= highest:  # the database was restored without its counter, which goes on from here
        _taken(session, battery_id, now, number=highest + 1)
        number = _taken(session, battery_id, now)
    if battery is not None:
        session.delete(battery)
        session.flush()
    return number


def _taken(session: Session, battery_id: int, now: datetime, number: int | None = None) -> int:
    row = Experiment(
        id=number,
        name="",
        description="",
        created_at=now,
        status=ExperimentStatus.FINISHED,
        station_id=VIRTUAL_STATION,
        battery_id=battery_id,
        profile_id=session.scalars(select(Profile.id).order_by(Profile.id).limit(1)).one(),
    )
    session.add(row)
    session.flush()
    taken = row.id
    session.delete(row)
    session.flush()
    return taken


def _battery(now: datetime) -> Battery:
    """Return a battery for the moment: a laboratory without one has drafts, too."""
    limits = ("voltage_min_mv", "voltage_max_mv", "current_min_ma", "current_max_ma")
    return Battery(
        name=f"{now.timestamp():.6f}",
        manufacturer="",
        model="",
        serial_number="",
        fabrication_date=date(2000, 1, 1),
        technology=Technology.LITHIUM,
        cells=1,
        **dict.fromkeys(limits, 0),
    )
