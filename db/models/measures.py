"""Samples as stations record them, in rows that other programs read and write."""

from datetime import datetime

from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import DeviceStatus, PowerMode
from db.models.base import ONE_TREE, Base, SignedInt


class GenericMeasure(Base):
    """One sample: mV, mA, mW, signed, with fractions; null where unknown.

    No foreign key to Experiment: an import loads its rows before its experiment exists, and
    foreign keys here cost more than half of the loading speed. The key order makes the newest
    sample of an experiment one look into the index.
    """

    __tablename__ = "GenericMeasures"
    __table_args__ = ONE_TREE

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column("MeasID", primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column("Timestamp")
    instruction_id: Mapped[int] = mapped_column("InstrID")
    voltage_mv: Mapped[float | None] = mapped_column("Voltage")
    current_ma: Mapped[float | None] = mapped_column("Current")
    power_mw: Mapped[float | None] = mapped_column("Power")
    power_mode: Mapped[PowerMode | None] = mapped_column("PowerMode")
    test_time_s: Mapped[float | None] = mapped_column("TestTime")
    step: Mapped[int | None] = mapped_column("Step", SignedInt)
    cycle: Mapped[int | None] = mapped_column("Cycle", SignedInt)


class ExtendedMeasure(Base):
    """One sample of a further channel. No foreign keys, for the reason above."""

    __tablename__ = "ExtendedMeasures"
    __table_args__ = ONE_TREE

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    used_measure_id: Mapped[int] = mapped_column(
        "UsedMeasID", primary_key=True, autoincrement=False
    )
    measure_id: Mapped[int] = mapped_column("MeasID", primary_key=True, autoincrement=False)
    value: Mapped[float | None] = mapped_column("Value")


class StationStatus(Base):
    """State that a device reported during an experiment."""

    __tablename__ = "Status"

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column("StatusID", primary_key=True, autoincrement=False)
    device_id: Mapped[int] = mapped_column("DevID")
    at: Mapped[datetime] = mapped_column("Timestamp")
    status: Mapped[DeviceStatus] = mapped_column("Status")
    error_code: Mapped[int] = mapped_column("ErrorCode", SmallInteger)


class Alarm(Base):
    """Something that a person must look at."""

    __tablename__ = "Alarm"

    experiment_id: Mapped[int] = mapped_column("ExpID", primary_key=True, autoincrement=False)
    id: Mapped[int] = mapped_column("AlarmID", primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column("Timestamp")
    code: Mapped[int] = mapped_column("Code")
    value: Mapped[int] = mapped_column("Value", SignedInt)
