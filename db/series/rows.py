"""Reading the row tables of measures along their keys, and what tells that they have changed.

Extended channels of WattRex EPC devices are in tenths of a degree, and in mV. Their rows stay as
their synchroniser writes them; whoever reads them multiplies by the scale here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, ScalarSelect, and_, exists, func, select, text, true
from sqlalchemy.orm import Session

from cycling.terms import DeviceType
from db.models import (
    AvailableMeasure,
    CompatibleDevice,
    CyclerStation,
    ExtendedMeasure,
    GenericMeasure,
    UsedMeasure,
)
from db.models.wattrex import is_measured_by_wattrex, is_wattrex
from db.series.sums import value_sum, value_sum_sql

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_CHANNELS = 100  # whose ends one statement looks up

COLUMNS = {
    "instruction": "InstrID",
    "voltage": "Voltage",
    "current": "Current",
    "power": "Power",
    "test_time": "TestTime",
    "step": "Step",
    "cycle": "Cycle",
}


RAW_POWER = "raw_power"  # of WattRex rows, in whatever unit: kept for who wants the rows back


@dataclass(frozen=True)
class Scale:
    """What a value is multiplied by, and the unit that it has then."""

    factor: float = 1.0
    unit: str = ""


AS_STORED = Scale()
SCALES: Mapping[str, Scale] = {
    "hs_voltage": Scale(1e-3, "V"),
    "temp_body": Scale(1e-1, "degC"),
    "temp_amb": Scale(1e-1, "degC"),
    "temp_anod": Scale(1e-1, "degC"),
}


def scales(session: Session, used_measure_ids: Collection[int]) -> dict[int, Scale]:
    """Return the scales of those channels that an EPC on a WattRex unit measures."""
    if not used_measure_ids:
        return {}
    rows = session.execute(
        select(UsedMeasure.id, AvailableMeasure.name)
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .join(CompatibleDevice, CompatibleDevice.id == AvailableMeasure.compatible_device_id)
        .join(CyclerStation, CyclerStation.id == UsedMeasure.station_id)
        .where(
            UsedMeasure.id.in_(used_measure_ids),
            CompatibleDevice.device_type == DeviceType.EPC,
            is_wattrex(CyclerStation.unit_id),
        )
    )
    return {id_: SCALES[name] for id_, name in rows if name in SCALES}


@dataclass(frozen=True)
class GenericRows:
    """Consecutive generic measures, shapes (n,): MeasIDs, microseconds since 1970, milli-units.

    `value_sum` is that of the rows as they are (db/series/sums.py).
    """

    ids: Ints
    us: Ints
    columns: dict[str, Floats]
    value_sum: int


@dataclass(frozen=True)
class ExtendedRows:
    """Rows of one extended channel in the order of their MeasIDs, shapes (n,)."""

    ids: Ints
    values: Floats
    value_sum: int


@dataclass(frozen=True)
class Watermarks:
    """The greatest MeasID of the generic rows (-1: none), and of each extended channel."""

    generic: int
    extended: dict[int, int]


def last_generic(session: Session, experiment_id: int, *, before: int | None = None) -> int:
    """Return the greatest MeasID of the generic measures, or of those before one; -1: none."""
    of_it = GenericMeasure.experiment_id == experiment_id
    earlier = true() if before is None else GenericMeasure.id < before
    last = session.scalar(select(func.max(GenericMeasure.id)).where(of_it, earlier))
    return -1 if last is None else int(last)


def extended_channels(session: Session, experiment_id: int) -> list[int]:
    """Return the UsedMeasIDs that an experiment has rows of."""
    return sorted(last_extended(session, experiment_id, ()))


def last_extended(
    session: Session, experiment_id: int, expected: Collection[int]
) -> dict[int, int]:
    """Return the greatest MeasID of each extended channel that an experiment has rows of.

    By two looks into the key for each: its last row, and the channel that comes after it. One
    statement does for all `expected` channels, and one more for each further channel. (DISTINCT,
    GROUP BY and a recursive query read every row on one engine or the other.)
    """
    lasts: dict[int, int] = {}
    done: set[int] = set()
    channels = {-1, *expected}  # -1: the first channel of all comes after it
    while channels - done:
        batch = sorted(channels - done)[:MAX_CHANNELS]
        looks = session.execute(select(*_looks(experiment_id, batch))).one()
        for place, id_ in enumerate(batch):
            last, following = looks[2 * place : 2 * place + 2]
            if last is not None:
                lasts[id_] = int(last)
            if following is not None:
                channels.add(int(following))
        done.update(batch)
    return lasts


def _looks(experiment_id: int, channels: Sequence[int]) -> list[ScalarSelect[int]]:
    """Select the last MeasID of each channel, and the id of the channel after it."""
    row = ExtendedMeasure
    of_it = row.experiment_id == experiment_id
    return [
        look.scalar_subquery()
        for id_ in channels
        for look in (
            select(func.max(row.measure_id)).where(of_it, row.used_measure_id == id_),
            select(func.min(row.used_measure_id)).where(of_it, row.used_measure_id > id_),
        )
    ]


def generic(session: Session, experiment_id: int, first: int, last: int) -> GenericRows:
    """Read the generic measures with MeasIDs from `first` to `last`."""
    listed = ", ".join(["MeasID", _microseconds(session), *COLUMNS.values()])
    rows = session.execute(
        text(
            f"SELECT {listed} FROM GenericMeasures "  # noqa: S608 - our own column names
            "WHERE ExpID = :experiment AND MeasID BETWEEN :first AND :last ORDER BY MeasID"
        ),
        {"experiment": experiment_id, "first": first, "last": last},
    ).fetchall()
    table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 2 + len(COLUMNS))
    columns = {name: table[:, place + 2] for place, name in enumerate(COLUMNS)}
    ids, us = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
    total = value_sum(ids, list(columns.values()), us)
    if is_of_wattrex(session, experiment_id):
        columns[RAW_POWER] = columns["power"]
        columns["power"] = columns["voltage"] * columns["current"] / 1000.0
    return GenericRows(ids, us, columns, total)


def is_of_wattrex(session: Session, experiment_id: int) -> bool:
    """Whether a WattRex cycler measured an experiment.

    The unit of its Power is that of its device, dW or mW, and nobody can tell which. So power is
    voltage times current there, which is what the device computes too (docs/decisions/0025).
    """
    return bool(session.scalar(select(is_measured_by_wattrex(experiment_id))))


def extended(
    session: Session, experiment_id: int, used_measure_id: int, first: int, last: int
) -> ExtendedRows:
    """Read the rows of an extended channel with MeasIDs from `first` to `last`, in its unit."""
    of_it = _of_channel(experiment_id, used_measure_id, first, last)
    row = ExtendedMeasure
    rows = session.execute(
        select(row.measure_id, row.value).where(of_it).order_by(row.measure_id)
    ).all()
    table = np.array([tuple(row) for row in rows], np.float64).reshape(-1, 2)
    scale = scales(session, [used_measure_id]).get(used_measure_id, AS_STORED)
    ids, values = table[:, 0].astype(np.int64), table[:, 1]
    return ExtendedRows(ids, values * scale.factor, value_sum(ids, [values]))


def has_extended(
    session: Session, experiment_id: int, used_measure_id: int, first: int, last: int
) -> bool:
    """Whether an extended channel has a row with a MeasID from `first` to `last`."""
    of_it = _of_channel(experiment_id, used_measure_id, first, last)
    return bool(session.scalar(select(exists().where(of_it))))


def _of_channel(
    experiment_id: int, used_measure_id: int, first: int, last: int
) -> ColumnElement[bool]:
    row = ExtendedMeasure
    return and_(
        row.experiment_id == experiment_id,
        row.used_measure_id == used_measure_id,
        row.measure_id.between(first, last),
    )


@dataclass(frozen=True)
class Tally:
    """What tells rows from others: their number, the sums of their MeasIDs and of their values."""

    rows: int = 0
    id_sum: int = 0
    value_sum: int | None = 0


def tallies(session: Session, experiment_id: int, chunk: int) -> dict[tuple[str, int], Tally]:
    """Return the tallies of the rows by (channel, MeasID // chunk).

    Reads all rows: seconds for a million.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    us = _microseconds(session)
    generic_sum = value_sum_sql(list(COLUMNS.values()), us, is_sqlite=is_sqlite)
    extended_sum = value_sum_sql(["Value"], is_sqlite=is_sqlite)
    counted = f"MeasID {'/' if is_sqlite else 'DIV'} :chunk AS number, count(*), sum(MeasID)"
    tables = (
        ("'time'", "GenericMeasures", generic_sum, "number"),
        ("UsedMeasID", "ExtendedMeasures", extended_sum, "UsedMeasID, number"),
    )
    values = {"experiment": experiment_id, "chunk": chunk}
    found = {}
    for channel, table, total, group in tables:
        statement = (
            f"SELECT {channel}, {counted}, {total} FROM {table} "  # noqa: S608 - our own words
            f"WHERE ExpID = :experiment GROUP BY {group}"
        )
        for one, number, *counts in session.execute(text(statement), values):
            key = one if one == "time" else f"x{one}"
            found[key, int(number)] = Tally(*map(int, counts))
    return found


def _microseconds(session: Session) -> str:
    """SQL for a timestamp as microseconds since 1970."""
    if session.get_bind().dialect.name == "sqlite":
        return (
            # without the fraction, which strftime rounds to milliseconds and so to the next second
            "CAST(strftime('%s', substr(Timestamp, 1, 19)) AS INTEGER) * 1000000"
            " + CAST(substr(Timestamp, 21, 6) AS INTEGER)"
        )
    return "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', Timestamp)"
