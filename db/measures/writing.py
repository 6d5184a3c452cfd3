"""Bulk writing and deleting of measures, past the ORM.

Values here are in the database's units (mV, mA, mW); NaN becomes NULL. LOAD DATA LOCAL is the
fastest way into MySQL and MariaDB.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.engine import LOADS, Database
from db.measures.rows import EXTENDED_COLUMNS, GENERIC_COLUMNS, Floats, MeasureRows
from db.models import ExtendedMeasure, GenericMeasure
from db.removal import ROWS_PER_TRANSACTION, Check, first_after, no_check, remove_rows
from db.repeating import idempotent
from db.series.rows import extended_channels

ROWS_PER_STATEMENT = 10_000
LITERAL_ROWS_PER_STATEMENT = 4_000  # at most half a megabyte: servers limit it
MEASURES_PER_TRANSACTION = 4_096  # with four extended ones each about 0.1 s
# what is there already stays; INSERT OR IGNORE would hide every other error too
SKIP_PRESENT = " ON CONFLICT DO NOTHING"
KEEP_PRESENT = " ON DUPLICATE KEY UPDATE ExpID = ExpID"


def per_transaction(database: Database, rows: MeasureRows) -> Iterator[MeasureRows]:
    """Cut samples into what one transaction of `Database.load` takes.

    SQLite has one writer: whoever else wants to write waits no longer than for one of these.
    """
    most = MEASURES_PER_TRANSACTION if database.is_sqlite else len(rows)
    for start in range(0, len(rows), most or 1):
        yield rows.part(start, min(start + most, len(rows)))


def insert_missing(session: Session, parts: Sequence[tuple[int, MeasureRows]]) -> None:
    """Write samples of several experiments; those that are there already stay as they are.

    In a transaction of `Database.load` they are an error: that is for what is known to be new.
    """
    if not parts:
        return
    if session.info.get(LOADS):
        _load_files(session, parts)
        return
    generic = chain.from_iterable(_generic(*part) for part in parts)
    extended = chain.from_iterable(
        _extended(experiment_id, rows, used_measure_id)
        for experiment_id, rows in parts
        for used_measure_id in rows.extended
    )
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    again = SKIP_PRESENT if is_sqlite else KEEP_PRESENT
    insert_rows = _insert_many if is_sqlite else _insert_literally
    insert_rows(session, "GenericMeasures", GENERIC_COLUMNS, generic, again)
    insert_rows(session, "ExtendedMeasures", EXTENDED_COLUMNS, extended, again)


def delete_all(
    database: Database,
    experiment_id: int,
    on_progress: Callable[[int], None] = lambda _measure_id: None,
    *,
    check: Check = no_check,
) -> None:
    """Delete every sample of an experiment, in short transactions along the tables' keys.

    `on_progress` is told the MeasID that is reached; `check` may veto each transaction by raising.
    """
    with database.read() as session:
        channels = extended_channels(session, experiment_id)
    reached: int | None = 0
    while reached is not None:
        reached = _delete_turn(database, experiment_id, channels, check)
        database.yield_writer()
        on_progress(reached or 0)
    for channel in channels:  # values without a measure, which other programs may have left
        of_it = _of_channel(experiment_id, channel)
        remove_rows(database, of_it, ExtendedMeasure.measure_id, check=check)


@idempotent
def _delete_turn(
    database: Database, experiment_id: int, channels: Sequence[int], check: Check
) -> int | None:
    with database.write() as session:
        check(session)
        return _delete_some(session, experiment_id, channels)


def _delete_some(session: Session, experiment_id: int, channels: Sequence[int]) -> int | None:
    """Delete the first measures with their further channels; return where the rest begins."""
    of_it = GenericMeasure.experiment_id == experiment_id
    most = max(1, ROWS_PER_TRANSACTION // (1 + len(channels)))
    end = first_after(session, of_it, GenericMeasure.id, most)
    last = session.scalar(select(func.max(GenericMeasure.id)).where(of_it)) if end is None else end
    for channel in channels:
        of_channel = _of_channel(experiment_id, channel)
        before = ExtendedMeasure.measure_id < (last or 0)
        session.execute(delete(ExtendedMeasure).where(of_channel, before))
    some = of_it if end is None else and_(of_it, GenericMeasure.id < end)
    session.execute(delete(GenericMeasure).where(some))
    return end


def _of_channel(experiment_id: int, used_measure_id: int) -> ColumnElement[bool]:
    return and_(
        ExtendedMeasure.experiment_id == experiment_id,
        ExtendedMeasure.used_measure_id == used_measure_id,
    )


def _generic(experiment_id: int, rows: MeasureRows) -> Iterator[tuple[object, ...]]:
    count = len(rows)
    return zip(
        repeat(experiment_id, count),
        range(rows.first_id, rows.first_id + count),
        _timestamps(rows.unix_s),
        _whole(rows.instruction, count),
        _numbers(rows.voltage_mv, count),
        _numbers(rows.current_ma, count),
        _numbers(rows.power_mw, count),
        _numbers(rows.test_time_s, count),
        _whole(rows.step, count),
        _whole(rows.cycle, count),
        strict=True,
    )


def _extended(
    experiment_id: int, rows: MeasureRows, used_measure_id: int
) -> Iterator[tuple[object, ...]]:
    values = rows.extended[used_measure_id]
    places = np.flatnonzero(~np.isnan(values))
    return zip(
        repeat(experiment_id, len(places)),
        repeat(used_measure_id, len(places)),
        (rows.first_id + places).tolist(),
        values[places].tolist(),
        strict=True,
    )


def _insert_many(
    session: Session, table: str, columns: str, rows: Iterator[tuple[object, ...]], again: str
) -> None:
    marks = ", ".join(["?"] * (columns.count(",") + 2))
    sql = f"INSERT INTO {table} (ExpID, {columns}) VALUES ({marks}){again}"  # noqa: S608
    while some := list(islice(rows, ROWS_PER_STATEMENT)):
        session.connection().exec_driver_sql(sql, some)


def _insert_literally(
    session: Session, table: str, columns: str, rows: Iterator[tuple[object, ...]], again: str
) -> None:
    """Insert with the values in the statement: the driver takes ten times as long to put them in.

    They are numbers, our own time stamps and None; a number that is not finite is an error there.
    """
    texts = (",".join(map(_literal, row)) for row in rows)
    while some := list(islice(texts, LITERAL_ROWS_PER_STATEMENT)):
        values = "),(".join(some)
        session.connection().exec_driver_sql(
            f"INSERT INTO {table} (ExpID, {columns}) VALUES ({values}){again}"  # noqa: S608
        )


def _literal(value: object) -> str:
    kind = type(value)
    if kind is float:
        return f"{value:.16e}"  # with an exponent it is a double, without one a decimal
    if kind is int:
        return str(value)
    return "NULL" if value is None else f"'{value}'"


def _timestamps(unix_s: Floats) -> list[str]:
    micros = np.round(unix_s * 1e6).astype("int64").astype("datetime64[us]")
    return [text.replace("T", " ") for text in np.datetime_as_string(micros).tolist()]


def _numbers(values: Floats | None, length: int) -> list[float | None]:
    if values is None:
        return [None] * length
    listed: list[float | None] = values.tolist()
    if np.isnan(values).any():
        return [None if value != value else value for value in listed]
    return listed


def _whole(values: Floats | None, length: int) -> list[int | None]:
    return [None if value is None else int(value) for value in _numbers(values, length)]


if TYPE_CHECKING:
    import polars as pl


def _load_files(session: Session, parts: Sequence[tuple[int, MeasureRows]]) -> None:
    """Write samples of several experiments. Raises InputError where one does not fit, or is there.

    The server leaves out a row whose key is there; the caller's transaction is then undone.
    """
    import polars as pl

    for table, columns, frame_of in (
        ("GenericMeasures", GENERIC_COLUMNS, _generic_frame),
        ("ExtendedMeasures", EXTENDED_COLUMNS, _extended_frame),
    ):
        frames = [
            frame_of(rows).select(pl.lit(experiment_id).alias("ExpID"), pl.all())
            for experiment_id, rows in parts
        ]
        _load_file(session, table, columns, pl.concat(frames))


def _load_file(session: Session, table: str, columns: str, frame: "pl.DataFrame") -> None:
    if not len(frame):
        return
    with tempfile.NamedTemporaryFile(suffix=".tsv") as file:
        frame.write_csv(
            file.name,
            include_header=False,
            separator="\t",
            null_value="\\N",
            datetime_format="%Y-%m-%d %H:%M:%S%.6f",
            quote_style="never",
        )
        loaded = session.connection().exec_driver_sql(
            f"LOAD DATA LOCAL INFILE '{_quoted(file.name)}' INTO TABLE {table} "
            f"CHARACTER SET utf8mb4 (ExpID, {columns})"
        )
    # with LOCAL the server leaves out or bends what does not fit, and only warns
    warnings = session.connection().exec_driver_sql("SHOW WARNINGS LIMIT 1").all()
    if warnings or loaded.rowcount != len(frame):
        count = f"{loaded.rowcount} of {len(frame)} rows were taken"
        reason = warnings[0][2] if warnings else count
        raise InputError(f"The database did not take every row as it is: {reason}.")


def _generic_frame(rows: MeasureRows) -> "pl.DataFrame":
    import polars as pl  # heavy, and only imports need it

    micros = np.round(rows.unix_s * 1e6).astype(np.int64)
    ids = np.arange(rows.first_id, rows.first_id + len(rows))
    frame = pl.DataFrame(
        {
            "MeasID": ids,
            "Timestamp": pl.Series(micros).cast(pl.Datetime("us")),
            "InstrID": rows.instruction.astype(np.int64),
            "Voltage": rows.voltage_mv,
            "Current": rows.current_ma,
            "Power": _or_blank(rows.power_mw, rows),
            "TestTime": _or_blank(rows.test_time_s, rows),
            "Step": _or_blank(rows.step, rows),
            "Cycle": _or_blank(rows.cycle, rows),
        },
        nan_to_null=True,
    )
    return frame.with_columns(pl.col("Step", "Cycle").cast(pl.Int64))


def _extended_frame(rows: MeasureRows) -> "pl.DataFrame":
    """Every value but NaN, in the order of the table's key."""
    import polars as pl

    ids = np.arange(rows.first_id, rows.first_id + len(rows))
    masks = {id_: ~np.isnan(values) for id_, values in sorted(rows.extended.items())}
    empty = np.empty(0)
    return pl.DataFrame(
        {
            "UsedMeasID": np.repeat(
                np.array(list(masks), np.int64), [int(mask.sum()) for mask in masks.values()]
            ),
            "MeasID": np.concatenate([ids[:0], *(ids[mask] for mask in masks.values())]),
            "Value": np.concatenate([empty, *(rows.extended[i][m] for i, m in masks.items())]),
        }
    )


def _or_blank(values: Floats | None, rows: MeasureRows) -> Floats:
    return np.full(len(rows), np.nan) if values is None else values


def _quoted(name: str) -> str:
    return str(Path(name)).replace("\\", "\\\\").replace("'", "\\'").replace("%", "%%")
