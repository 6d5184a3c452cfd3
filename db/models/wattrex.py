"""Tables of ours about WattRex units, and about what their synchroniser writes."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, String, and_, exists
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from db.models.base import IDS_STAY_USED, Base, exact_text
from db.models.experiments import Experiment
from db.models.stations import CyclerStation
from db.models.units import VIRTUAL_UNIT, ComputationalUnit, Unit
from db.terms import RepairState

STALLED = "synchroniser stalled"  # code of an alarm
FRESH = timedelta(seconds=15)  # a heartbeat; one comes every second


def is_wattrex(
    unit_id: InstrumentedAttribute[int] = ComputationalUnit.id,
) -> ColumnElement[bool]:
    """Whether the unit of a column is a WattRex unit."""
    return and_(unit_id != VIRTUAL_UNIT, ~exists().where(Unit.unit_id == unit_id))


def is_measured_by_wattrex(experiment_id: int) -> ColumnElement[bool]:
    """Whether a WattRex cycler measures an experiment, or has measured it."""
    of_it = CyclerStation.id == Experiment.station_id
    return exists().where(Experiment.id == experiment_id, of_it, is_wattrex(CyclerStation.unit_id))


class WattrexUnit(Base):
    """What we know of a unit that speaks the WattRex protocol, beside its fixed row.

    A unit without a row in bem_units is one, also before it has a row here. `seen_at` is the time
    of its last fresh heartbeat by the database's clock, `clock_offset_s` how far its clock was
    ahead then, `measures_offset_s` how far the times of its measures are. `asked_at` is set from
    its wish to be registered until it was heard as registered.
    """

    __tablename__ = "bem_wattrex_units"

    unit_id: Mapped[int] = mapped_column(ForeignKey("ComputationalUnit.CUID"), primary_key=True)
    seen_at: Mapped[datetime | None]
    clock_offset_s: Mapped[float | None]
    measures_offset_s: Mapped[float | None]
    asked_at: Mapped[datetime | None]


class UnregisteredUnit(Base):
    """A unit whose heartbeats name a number that is none of ours; it will not register itself."""

    __tablename__ = "bem_wattrex_strangers"

    claimed_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(String(250))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class ExperimentName(Base):
    """Name and description that somebody gave an experiment after it was queued.

    The synchroniser rewrites whole rows of Experiment from its cache; these are written back.
    """

    __tablename__ = "bem_experiment_names"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(String(250))
    user_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


class SyncRepair(Base):
    """Somebody's attempt to let a jammed synchroniser go on: rows were parked for it.

    `last_id` is the greatest MeasID that was parked. `outcome` counts what came of the rows.
    """

    __tablename__ = "bem_sync_repairs"
    __table_args__ = IDS_STAY_USED

    id: Mapped[int] = mapped_column(primary_key=True)
    experiment_id: Mapped[int] = mapped_column(index=True)
    station_id: Mapped[int]
    state: Mapped[RepairState] = mapped_column(index=True)
    last_id: Mapped[int] = mapped_column(BigInteger)
    user_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any]]


class ParkedRow(Base):
    """A row of a measure table that was taken out for a repair, until it is known to be back.

    `kind` is the table, `number` the MeasID or StatusID, `further` the rest of its key or 0.
    """

    __tablename__ = "bem_set_aside_rows"

    repair_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(exact_text(20), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    further: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    columns: Mapped[dict[str, Any]]
