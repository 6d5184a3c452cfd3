"""Rows of measure tables that are taken out for a repair, and put back afterwards.

What is kept of a row are its columns by the names of the model's attributes, as plain values.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, inspect, select
from sqlalchemy.orm import Session

from cycling.errors import ConflictError
from cycling.terms import DeviceStatus, PowerMode
from db.models import (
    Base,
    ExtendedMeasure,
    GenericMeasure,
    SetAsideRow,
    StationStatus,
    SyncRepair,
)
from db.series.rows import extended_channels
from db.upserts import insert_missing

AT_ONCE = 5_000
KINDS: dict[str, type[Base]] = {
    "generic": GenericMeasure,
    "extended": ExtendedMeasure,
    "status": StationStatus,
}
NOT_ITS_OWN = ("test_time_s", "step", "cycle", "power_mode")  # columns that nobody writes again


def set_aside(session: Session, made: SyncRepair, through: int, most: int) -> dict[str, int]:
    """Take out the newest `most` measures up to MeasID `through`, and the newest `most` states.

    Returns how many rows of each kind. Raises ConflictError where there is none.
    """
    experiment_id, first = made.experiment_id, max(through - most + 1, 0)
    generic, status = GenericMeasure, StationStatus
    last_status = session.scalar(
        select(func.max(status.id)).where(status.experiment_id == experiment_id)
    )
    wanted: list[tuple[str, Sequence[Any]]] = [
        ("generic", (generic.experiment_id == experiment_id, generic.id >= first)),
        (
            "status",
            (status.experiment_id == experiment_id, status.id > (last_status or 0) - most),
        ),
    ]
    for channel in extended_channels(session, experiment_id):
        extended = ExtendedMeasure
        of_it = (
            extended.experiment_id == experiment_id,
            extended.used_measure_id == channel,
            extended.measure_id >= first,
        )
        wanted.append(("extended", of_it))
    counts = dict.fromkeys(KINDS, 0)
    for kind, conditions in wanted:
        counts[kind] += _move(session, made.id, kind, conditions)
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
        session.execute(insert(SetAsideRow), [_kept(repair_id, kind, row) for row in rows])
        session.execute(
            delete(model)
            .where(*conditions, number <= _key(kind, rows[-1])[0])
            .execution_options(synchronize_session=False)
        )
        for row in rows:
            session.expunge(row)
        moved += len(rows)


def settle(
    session: Session,
    experiment_id: int,
    kind: str,
    kept: Sequence[SetAsideRow],
    counts: dict[str, int],
) -> None:
    """Put rows back that are not there; forget those that came again as they were."""
    there = _there(session, experiment_id, kind, kept)
    missing = [one for one in kept if (one.number, one.further) not in there]
    insert_missing(session, KINDS[kind], [_read(KINDS[kind], one.columns) for one in missing])
    counts["put back"] += len(missing)
    for one in kept:
        found = there.get((one.number, one.further))
        if found is None or _told(found) == _told(one.columns):
            counts["came again"] += found is not None
            session.delete(one)
        else:
            counts["differ"] += 1
    session.flush()


def _there(
    session: Session, experiment_id: int, kind: str, kept: Sequence[SetAsideRow]
) -> dict[tuple[int, int], dict[str, Any]]:
    model: Any = KINDS[kind]
    number = _number(kind)
    conditions = [
        model.experiment_id == experiment_id,
        number.between(min(one.number for one in kept), max(one.number for one in kept)),
    ]
    if kind == "extended":
        conditions.append(model.used_measure_id.in_({one.further for one in kept}))
    found = session.scalars(select(model).where(*conditions)).all()
    rows = {_key(kind, row): _columns(row) for row in found}
    for row in found:
        session.expunge(row)
    return rows


def portions(session: Session, repair_id: int, kind: str) -> Iterator[Sequence[SetAsideRow]]:
    """Yield the rows of a kind that are set aside, some at a time."""
    after: tuple[int, int] = (-1, -1)
    while True:
        kept = session.scalars(
            select(SetAsideRow)
            .where(
                SetAsideRow.repair_id == repair_id,
                SetAsideRow.kind == kind,
                (SetAsideRow.further > after[0])
                | ((SetAsideRow.further == after[0]) & (SetAsideRow.number > after[1])),
            )
            .order_by(SetAsideRow.further, SetAsideRow.number)
            .limit(AT_ONCE)
        ).all()
        if not kept:
            return
        after = (kept[-1].further, kept[-1].number)
        yield kept


def _kept(repair_id: int, kind: str, row: Base) -> dict[str, Any]:
    number, further = _key(kind, row)
    return {
        "repair_id": repair_id,
        "kind": kind,
        "number": number,
        "further": further,
        "columns": _columns(row),
    }


def _number(kind: str) -> Any:  # noqa: ANN401 - of one of three models
    return ExtendedMeasure.measure_id if kind == "extended" else KINDS[kind].id  # type: ignore[attr-defined]


def _key(kind: str, row: Any) -> tuple[int, int]:  # noqa: ANN401 - of one of three models
    return (row.measure_id, row.used_measure_id) if kind == "extended" else (row.id, 0)


def _columns(row: Base) -> dict[str, Any]:
    """Return a row as plain values by the names of its attributes."""
    values = {one.key: getattr(row, one.key) for one in _attributes(type(row))}
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


def _told(columns: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if name not in NOT_ITS_OWN}


def _attributes(model: type[Base]) -> Iterable[Any]:
    return inspect(model).column_attrs
