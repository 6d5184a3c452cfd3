"""The life of a battery: the cycles of all of its experiments, joined; and what is kept of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cycling.analysis.campaign.cells import RESISTANCE
from cycling.analysis.campaign.life import Life, Part, joined, numbers_of
from cycling.analysis.cycles.metrics import Basis
from db.measures.kept_cells import Cells, kept_cells
from db.models import BatteryLife, Experiment, SeriesHead
from db.statements import insert_missing

DAY_S = 86400.0
NUMBERS = ("discharge_ah", "retention_pct", RESISTANCE.name)  # what the kept numbers are made of
Begun = tuple[int, datetime | None]  # an experiment, and when it began


def life_of(
    experiments: Sequence[Begun],
    found: Cells,
    *,
    basis: Basis = Basis.TOTAL,
    is_calendar: bool = False,
) -> Life | None:
    """Join the cycles of experiments, in their order; None where there are none."""
    first = next((at for _id, at in experiments if at is not None), None)
    parts = [
        Part(found.cycles[id_], _days(first, at)) for id_, at in experiments if id_ in found.cycles
    ]
    return joined(parts, basis=basis, is_calendar=is_calendar)


def renew_battery_of(session: Session, experiment_id: int) -> None:
    """Make the kept numbers of an experiment's battery anew, in the caller's transaction."""
    battery = select(Experiment.battery_id).where(Experiment.id == experiment_id)
    if (battery_id := session.scalar(battery.with_for_update(read=True))) is not None:
        renew_battery(session, battery_id)


def renew_battery(session: Session, battery_id: int) -> None:
    """Make the kept numbers of a battery anew, in the caller's transaction.

    Its row is waited for before anything is read: of two that renew it the later one sees what the
    other has kept.
    """
    insert_missing(session, BatteryLife, [{"battery_id": battery_id, "experiments": 0}])
    row = select(BatteryLife.battery_id).where(BatteryLife.battery_id == battery_id)
    session.execute(row.with_for_update())
    experiments = session.execute(
        select(Experiment.id, Experiment.begun_at, SeriesHead.experiment_id.label("measured"))
        .outerjoin(SeriesHead, SeriesHead.experiment_id == Experiment.id)
        .where(Experiment.battery_id == battery_id)
        .order_by(Experiment.begun_at, Experiment.id)
    ).all()
    if not experiments:
        session.execute(delete(BatteryLife).where(BatteryLife.battery_id == battery_id))
        return
    begun = [(one.id, one.begun_at) for one in experiments]
    found = kept_cells(session, [id_ for id_, _at in begun], NUMBERS, running_as_kept=True)
    numbers = numbers_of(life_of(begun, found))
    pending = sum(one.measured is not None and one.id not in found.version for one in experiments)
    values = {"experiments": len(found.cycles), "pending": pending, **vars(numbers)}
    session.execute(
        update(BatteryLife).where(BatteryLife.battery_id == battery_id).values(**values)
    )


def _days(first: datetime | None, at: datetime | None) -> float:
    if first is None or at is None:
        return float("nan")
    return (at - first).total_seconds() / DAY_S
