"""What an experiment was, and what people have written about it, goes to one in its place."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from db.models import (
    CycleChoices,
    CycleRule,
    Experiment,
    FormerNumber,
    ImportSource,
    Note,
    RedoxElectrolyte,
    WrongPulse,
)


def move_to(session: Session, old: Experiment, new: Experiment) -> None:
    """Give `new` what `old` was, its notes and choices; its number leads to `new`."""
    new.name, new.description = old.name, old.description
    new.battery_id, new.profile_id = old.battery_id, old.profile_id
    of_new = RedoxElectrolyte.experiment_id == new.id
    has_own = session.scalar(select(func.count()).select_from(RedoxElectrolyte).where(of_new))
    moved = (Note, CycleChoices, CycleRule, WrongPulse, FormerNumber)
    for table in (*moved, *(() if has_own else (RedoxElectrolyte,))):
        of_old = table.experiment_id == old.id
        session.execute(update(table).where(of_old).values(experiment_id=new.id))
    source, its = (session.get(ImportSource, one.id) for one in (old, new))
    if source and its:
        its.edge = source.edge
    session.merge(FormerNumber(number=old.id, experiment_id=new.id))
    session.flush()
