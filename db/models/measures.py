"""Samples as stations record them, in rows that other programs read and write; the series store.

That has each experiment's measures as columns, with what is computed from them: a copy where there
are rows, else the record. It has no foreign keys, like the measures: an import fills it before its
experiment exists.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, LargeBinary, SmallInteger
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import DeviceStatus, PowerMode
from db.models.base import MYSQL, ONE_TREE, Base, SignedInt, exact_text

Blob = LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL)


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


class SeriesHead(Base):
    """How far what is stored of an experiment goes; its row is the lock of whoever extends it.

    `revision` rises with every change. `final` says that the experiment has ended and the store
    was compared with its rows after that. Without rows (`has_rows`) the store is the record, and
    it stands here when the first and the last measure were taken, with their test times. Rows that
    somebody has put back are given up by nobody else (`keeps_rows`).
    """

    __tablename__ = "bem_series"
    __table_args__ = (Index(None, "settled", "checked_at"),)

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(default=0)
    measures: Mapped[int] = mapped_column(default=0)
    last_id: Mapped[int] = mapped_column(BigInteger, default=-1)
    has_power: Mapped[bool] = mapped_column(default=False)
    final: Mapped[bool] = mapped_column("settled", default=False)
    checked_at: Mapped[datetime | None]
    has_rows: Mapped[bool] = mapped_column(default=True)
    keeps_rows: Mapped[bool] = mapped_column(default=False)
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    first_test_s: Mapped[float | None]
    last_test_s: Mapped[float | None]


class SeriesChannel(Base):
    """How far the copy of an extended channel goes: other programs write those rows later."""

    __tablename__ = "bem_series_channels"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    used_measure_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigInteger)
    known: Mapped[int]


class SeriesChunk(Base):
    """One channel of the measures with MeasIDs `number` * 65,536 and the 65,535 after it.

    `measures`, `id_sum` and `value_sum` count the rows that went in, add up their MeasIDs and their
    values (db/series/sums.py): compared with the row tables they tell late, missing, exchanged and
    changed rows. `first_us` and `last_us` are the least and the greatest time, in microseconds
    since 1970. The blobs are those of `db.series.codec`, and each has a checksum
    (db/series/checksums.py). What an older version made has neither sum nor checksums.
    """

    __tablename__ = "bem_series_chunks"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(exact_text(16), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    measures: Mapped[int]
    id_sum: Mapped[int] = mapped_column(BigInteger)
    value_sum: Mapped[int | None] = mapped_column(BigInteger)
    first_us: Mapped[int] = mapped_column(BigInteger)
    last_us: Mapped[int] = mapped_column(BigInteger)
    coarse: Mapped[bytes] = mapped_column(Blob)
    fine: Mapped[bytes] = mapped_column(Blob)
    samples: Mapped[bytes] = mapped_column(Blob)
    coarse_crc: Mapped[int | None] = mapped_column(BigInteger)
    fine_crc: Mapped[int | None] = mapped_column(BigInteger)
    samples_crc: Mapped[int | None] = mapped_column(BigInteger)


class SeriesTotals(Base):
    """What the samples of chunks add up to, of the chunk `number` and those after it.

    They are those of so many numbers (`chunks`), added up by the `recipe`, and go when one of them
    changes (db/series/totals.py).
    """

    __tablename__ = "bem_series_totals"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    chunks: Mapped[int]
    recipe: Mapped[str] = mapped_column(exact_text(32))
    totals_crc: Mapped[int] = mapped_column(BigInteger)
    totals: Mapped[bytes] = mapped_column(Blob)


class Statistics(Base):
    """Statistics of an experiment as computed from a revision of its series, by a method."""

    __tablename__ = "bem_statistics"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    method: Mapped[int]
    result: Mapped[dict[str, Any]]


class CycleSummary(Base):
    """The few numbers of an experiment's cycles, made of a revision of its series by a method.

    A method of 0: something else has changed of what they are made of. `cycles` are the complete
    ones; capacities are of the discharge, `capacities_ah` some of them in their order.
    """

    __tablename__ = "bem_cycle_summaries"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    method: Mapped[int] = mapped_column(index=True)
    is_running: Mapped[bool] = mapped_column(index=True)
    cycles: Mapped[int] = mapped_column(index=True)
    last_cycle: Mapped[int | None]
    last_capacity_ah: Mapped[float | None] = mapped_column(index=True)
    last_ce_pct: Mapped[float | None]
    retention_pct: Mapped[float | None] = mapped_column(index=True)
    mean_ce_pct: Mapped[float | None] = mapped_column(index=True)
    capacities_ah: Mapped[list[float]]


class CycleColumns(Base):
    """Columns of an experiment's cycle table, for comparing cells: a row has those of one unit.

    They are those of its CycleSummary: made with it, and holding as long as that does.
    """

    __tablename__ = "bem_cycle_columns"

    experiment_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part: Mapped[str] = mapped_column(exact_text(8), primary_key=True)
    content: Mapped[bytes] = mapped_column(Blob)


class BatteryLife(Base):
    """What a battery has come to over all of its experiments; Ah, %, ohm, null where not known.

    `experiments` are those with cycles that are in these numbers, `pending` those with measures
    that are not, since their own numbers hold no more. Made anew with the numbers of each of them.
    """

    __tablename__ = "bem_battery_life"

    battery_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    experiments: Mapped[int]
    pending: Mapped[int] = mapped_column(default=0)
    cycles: Mapped[int] = mapped_column(default=0)
    last_capacity_ah: Mapped[float | None]
    retention_pct: Mapped[float | None]
    equivalent_full_cycles: Mapped[float | None]
    resistance_ohm: Mapped[float | None]
