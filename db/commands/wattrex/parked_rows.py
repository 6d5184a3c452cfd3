"""Rows of measure tables that are taken out for a repair, and put back afterwards.

What stays of a row are its columns by the names of the model's attributes, as plain values.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, inspect, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cycling.errors import ConflictError
from cycling.terms import DeviceStatus, PowerMode
from db.models import Base, ExtendedMeasure, GenericMeasure, ParkedRow, StationStatus, SyncRepair
from db.series.rows import extended_channels
from db.statements import insert_missing

AT_ONCE = 5_000
KINDS: dict[str, type[Base]] = {
    "generic": GenericMeasure,
    "extended": ExtendedMeasure,
    "status": StationStatus,
}
NUMBERS = {"generic": "id", "extended": "measure_id", "status": "id"}  # of the key
NOT_REWRITTEN = ("test_time_s", "step", "cycle", "power_mode")  # columns that nobody writes again


def park(session: Session, repair: SyncRepair, through: int, count: int) -> dict[str, int]:
    """Take out the newest `count` measures up to MeasID `through`, and the newest `count` states.

    Returns how many rows of each kind. Raises ConflictError where there is none.
    """
    experiment_id, first = repair.experiment_id, max(through - count + 1, 0)
    generic, status = GenericMeasure, StationStatus
    last_status = session.scalar(
        select(func.max(status.id)).where(status.experiment_id == experiment_id)
    )
    conditions: list[tuple[str, Sequence[Any]]] = [
        ("generic", (generic.experiment_id == experiment_id, generic.id >= first)),
        (
            "status",
            (status.experiment_id == experiment_id, status.id > (last_status or 0) - count),
        ),
    ]
    for channel in extended_channels(session, experiment_id):
        extended = ExtendedMeasure
        of_it = (
            extended.experiment_id == experiment_id,
            extended.used_measure_id == channel,
            extended.measure_id >= first,
        )
        conditions.append(("extended", of_it))
    counts = dict.fromkeys(KINDS, 0)
    for kind, which in conditions:
        counts[kind] += _move(session, repair.id, kind, which)
    if not any(counts.values()):
        raise ConflictError(
            "There is no row that could be in its way. Restart the synchroniser on the unit."
        )
    return counts


def _move(session: Session, repair_id: int, kind: str, conditions: Sequence[Any]) -> int:
    """Move rows of one kind, some at a time; return how many."""
    model, number, moved = KINDS[kind], _number(kind), 0
    while True:
        rows = session.scalars(
            select(model).where(*conditions).order_by(number).limit(AT_ONCE)
        ).all()
        if not rows:
            return moved
        session.execute(insert(ParkedRow), [_parked(repair_id, kind, row) for row in rows])
        session.execute(
            delete(model)
            .where(*conditions, number <= _key(kind, rows[-1])[0])
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            session.expunge(row)
        moved += len(rows)


def reconcile(
    session: Session,
    experiment_id: int,
    kind: str,
    parked: Sequence[ParkedRow],
    counts: dict[str, int],
) -> None:
    """Put rows back that are not there; forget those that came again as they were."""
    present = _present(session, experiment_id, kind, parked)
    missing = [one for one in parked if (one.number, one.further) not in present]
    insert_missing(session, KINDS[kind], [_read(KINDS[kind], one.columns) for one in missing])
    counts["put back"] += len(missing)
    for one in parked:
        columns = present.get((one.number, one.further))
        if columns is None or _rewritten(columns) == _rewritten(one.columns):
            counts["came again"] += columns is not None
            session.delete(one)
        else:
            counts["differ"] += 1
    session.flush()


def _present(
    session: Session, experiment_id: int, kind: str, parked: Sequence[ParkedRow]
) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the columns of the rows that stand in the place of parked ones, by their keys."""
    model: Any = KINDS[kind]
    numbers = [one.number for one in parked]
    conditions = [
        model.experiment_id == experiment_id,
        _number(kind).between(min(numbers), max(numbers)),
    ]
    if kind == "extended":
        conditions.append(model.used_measure_id.in_({one.further for one in parked}))
    rows = session.scalars(select(model).where(*conditions)).all()
    columns = {_key(kind, row): _columns(row) for row in rows}
    for row in rows:
        session.expunge(row)
    return columns


def portions(session: Session, repair_id: int, kind: str) -> Iterator[Sequence[ParkedRow]]:
    """Yield the rows of a kind that are parked, some at a time."""
    after: tuple[int, int] = (-1, -1)
    while True:
        rows = session.scalars(
            select(ParkedRow)
            .where(
                ParkedRow.repair_id == repair_id,
                ParkedRow.kind == kind,
                (ParkedRow.further > after[0])
                | ((ParkedRow.further == after[0]) & (ParkedRow.number > after[1])),
            )
            .order_by(ParkedRow.further, ParkedRow.number)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        after = (rows[-1].further, rows[-1].number)
        yield rows


def _parked(repair_id: int, kind: str, row: Base) -> dict[str, Any]:
    number, further = _key(kind, row)
    return {
        "repair_id": repair_id,
        "kind": kind,
        "number": number,
        "further": further,
        "columns": _columns(row),
    }


def _number(kind: str) -> InstrumentedAttribute[int]:
    column: InstrumentedAttribute[int] = getattr(KINDS[kind], NUMBERS[kind])
    return column


def _key(kind: str, row: Base) -> tuple[int, int]:
    """Return the number of a row, and the rest of its key or 0."""
    return getattr(row, NUMBERS[kind]), getattr(row, "used_measure_id", 0)


def _columns(row: Base) -> dict[str, Any]:
    """Return a row as plain values by the names of its attributes."""
    values = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _read(model: type[Base], columns: dict[str, Any]) -> dict[str, Any]:
    """Return plain values as the model's own."""
    read = dict(columns)
    if "at" in read:
        read["at"] = datetime.fromisoformat(read["at"])
    if read.get("power_mode"):
        read["power_mode"] = PowerMode(read["power_mode"])
    if model is StationStatus:
        read["status"] = DeviceStatus(read["status"])
    return read


def _rewritten(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name not in NOT_REWRITTEN}
