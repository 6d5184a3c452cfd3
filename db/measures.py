"""Bulk writing and deleting of measures, past the ORM.

Values here are in the database's units (mV, mA, mW); NaN becomes NULL.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice, repeat

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from db import measure_files
from db.engine import LOADS, Database
from db.measure_rows import EXTENDED_COLUMNS, GENERIC_COLUMNS, Floats, MeasureRows
from db.models import ExtendedMeasure, GenericMeasure
from db.repeating import idempotent

ROWS_A_STATEMENT = 10_000
LITERAL_ROWS_A_STATEMENT = 4_000  # at most half a megabyte: servers limit it
ROWS_A_DELETE = 50_000  # of both tables: nodes of a cluster apply it in one piece
MEASURES_A_TURN = 4_096  # with four extended ones each about 0.1 s
# what is there already stays; INSERT OR IGNORE would hide every other error too
SKIP_KNOWN = " ON CONFLICT DO NOTHING"


def turns(database: Database, rows: MeasureRows) -> Iterator[MeasureRows]:
    """Cut samples into what one transaction of `Database.load` takes.

    SQLite has one writer: whoever else wants to write waits no longer than for one of these.
    """
    most = MEASURES_A_TURN if database.is_sqlite else len(rows)
    for start in range(0, len(rows), most or 1):
        yield rows.part(start, min(start + most, len(rows)))


def insert(session: Session, experiment_id: int, rows: MeasureRows) -> None:
    """Write samples in the caller's transaction; by LOAD DATA in that of `Database.load`."""
    if session.info.get(LOADS):
        measure_files.load(session, experiment_id, rows)
        return
    _insert_many(session, "GenericMeasures", GENERIC_COLUMNS, _generic(experiment_id, rows))
    for used_measure_id in rows.extended:
        extended = _extended(experiment_id, rows, used_measure_id)
        _insert_many(session, "ExtendedMeasures", EXTENDED_COLUMNS, extended)


def insert_missing(session: Session, parts: Sequence[tuple[int, MeasureRows]]) -> None:
    """Write samples of several experiments; those that are there already stay as they are.

    In a transaction of `Database.load` they are an error: that is for what is known to be new.
    """
    if not parts:
        return
    if session.info.get(LOADS):
        measure_files.load_several(session, parts)
        return
    if session.get_bind().dialect.name != "sqlite":
        _insert_literally(session, parts)
        return
    generic = chain.from_iterable(_generic(*part) for part in parts)
    _insert_many(session, "GenericMeasures", GENERIC_COLUMNS, generic, SKIP_KNOWN)
    extended = chain.from_iterable(
        _extended(experiment_id, rows, used_measure_id)
        for experiment_id, rows in parts
        for used_measure_id in rows.extended
    )
    _insert_many(session, "ExtendedMeasures", EXTENDED_COLUMNS, extended, SKIP_KNOWN)


def delete_all(
    database: Database, experiment_id: int, on_progress: Callable[[], None] = lambda: None
) -> None:
    """Delete every sample of an experiment, in short transactions along the tables' keys."""
    with database.read() as session:
        channels = session.scalars(
            select(ExtendedMeasure.used_measure_id)
            .where(ExtendedMeasure.experiment_id == experiment_id)
            .distinct()
        ).all()
        last = session.scalar(
            select(func.max(GenericMeasure.id)).where(GenericMeasure.experiment_id == experiment_id)
        )
    at_once = ROWS_A_DELETE // (1 + len(channels))
    for first in range(0, (last or 0) + 1, at_once):
        on_progress()
        _delete_part(database, experiment_id, channels, (first, first + at_once - 1))


@idempotent
def _delete_part(
    database: Database, experiment_id: int, channels: Sequence[int], within: tuple[int, int]
) -> None:
    with database.write() as session:
        session.execute(
            delete(ExtendedMeasure).where(
                ExtendedMeasure.experiment_id == experiment_id,
                ExtendedMeasure.used_measure_id.in_(channels),
                ExtendedMeasure.measure_id.between(*within),
            )
        )
        session.execute(
            delete(GenericMeasure).where(
                GenericMeasure.experiment_id == experiment_id,
                GenericMeasure.id.between(*within),
            )
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
    known = np.flatnonzero(~np.isnan(values))
    return zip(
        repeat(experiment_id, len(known)),
        repeat(used_measure_id, len(known)),
        (rows.first_id + known).tolist(),
        values[known].tolist(),
        strict=True,
    )


def _insert_many(
    session: Session, table: str, columns: str, rows: Iterator[tuple[object, ...]], again: str = ""
) -> None:
    connection = session.connection()
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    marks = ", ".join([mark] * (columns.count(",") + 2))
    sql = f"INSERT INTO {table} (ExpID, {columns}) VALUES ({marks}){again}"  # noqa: S608
    while some := list(islice(rows, ROWS_A_STATEMENT)):
        connection.exec_driver_sql(sql, some)


def _insert_literally(session: Session, parts: Sequence[tuple[int, MeasureRows]]) -> None:
    """Insert with the values in the statement: the driver takes ten times as long to put them in.

    They are numbers, our own time stamps and None; a number that is not finite is an error there.
    """
    generic = (
        ",".join(map(_literal, row))
        for experiment_id, rows in parts
        for row in _generic(experiment_id, rows)
    )
    extended = (
        f"{experiment},{channel},{measure_id},{value:.16e}"
        for experiment_id, rows in parts
        for used_measure_id in rows.extended
        for experiment, channel, measure_id, value in _extended(
            experiment_id, rows, used_measure_id
        )
    )
    for table, columns, texts in (
        ("GenericMeasures", GENERIC_COLUMNS, generic),
        ("ExtendedMeasures", EXTENDED_COLUMNS, extended),
    ):
        while some := list(islice(texts, LITERAL_ROWS_A_STATEMENT)):
            session.connection().exec_driver_sql(
                f"INSERT INTO {table} (ExpID, {columns}) VALUES ({'),('.join(some)}) "  # noqa: S608
                "ON DUPLICATE KEY UPDATE ExpID = ExpID"
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
