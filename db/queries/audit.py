"""The audit trail: a page of it, what its filters offer, all in pieces; what things are called."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.engine import Database
from db.facts import facts
from db.models import (
    AuditEntry,
    Battery,
    ComputationalUnit,
    CyclerStation,
    Experiment,
    LibraryProfile,
    Plan,
    Profile,
    SavedView,
    Tag,
)

PAGE = 50
BY_NAME = ("station", "battery", "unit", "plan", "library profile")
PIECE = 2000
KINDS: Mapping[str, tuple[Any, Any]] = {
    "experiment": (Experiment.id, Experiment.name),
    "battery": (Battery.id, Battery.name),
    "station": (CyclerStation.id, CyclerStation.name),
    "unit": (ComputationalUnit.id, ComputationalUnit.host_name),
    "plan": (Plan.id, Plan.name),
    "profile": (Profile.id, Profile.name),
    "library profile": (LibraryProfile.id, LibraryProfile.name),
    "tag": (Tag.id, Tag.name),
    "view": (SavedView.id, SavedView.name),
}


@dataclass(frozen=True)
class AuditFilter:
    """What is wanted; blank and None are everything. `end` itself is not within."""

    user_name: str = ""
    action: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class AuditRow:
    """One thing that somebody did."""

    id: int
    at: datetime
    user_name: str
    address: str
    action: str
    target: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class AuditPage:
    """Rows, newest first, how many the filter finds, and whether there are others beside them."""

    rows: tuple[AuditRow, ...]
    count: int
    has_newer: bool
    has_older: bool


def audit_page(
    database: Database,
    wanted: AuditFilter,
    *,
    before: int | None = None,
    after: int | None = None,
    size: int = PAGE,
) -> AuditPage:
    """Return the newest rows, those before the row of an id, or those after it.

    By their key and not by counting from the top, so the last page is as quick as the first, and
    what is written meanwhile moves nothing.
    """
    with database.read() as session:
        count = session.scalar(_within(select(func.count(AuditEntry.id)), wanted)) or 0
        if after is not None and (edge := _edge(session, after)):
            newer = _rows(session, _newer(wanted, edge).limit(size + 1))
            if len(newer) >= size:  # else it is the first page, whole
                page = tuple(reversed(newer[:size]))
                return AuditPage(page, count, len(newer) > size, has_older=True)
        edge = _edge(session, before) if before is not None else None
        rows = _rows(session, _older(wanted, edge).limit(size + 1))
    return AuditPage(rows[:size], count, edge is not None, len(rows) > size)


def audit_pieces(
    database: Database, wanted: AuditFilter, *, size: int = PIECE
) -> Iterator[tuple[AuditRow, ...]]:
    """Yield everything that the filter finds, newest first; a transaction for each piece."""
    edge: tuple[datetime, int] | None = None
    while True:
        with database.read() as session:
            rows = _rows(session, _older(wanted, edge).limit(size))
        if rows:
            yield rows
            edge = (rows[-1].at, rows[-1].id)
        if len(rows) < size:
            return


def audit_users(database: Database) -> tuple[str, ...]:
    """Return everybody who has done something, by name."""
    return _distinct(database, AuditEntry.user_name)


def audit_actions(database: Database) -> tuple[str, ...]:
    """Return every action that was done, by name."""
    return _distinct(database, AuditEntry.action)


def _distinct(database: Database, column: InstrumentedAttribute[str]) -> tuple[str, ...]:
    with database.read() as session:
        found = session.scalars(select(column).distinct()).all()
    return tuple(sorted(found, key=str.casefold))


def _older(wanted: AuditFilter, edge: tuple[datetime, int] | None) -> Select[AuditEntry]:
    query = _within(select(AuditEntry), wanted)
    if edge is not None:
        at, id_ = edge
        query = query.where(AuditEntry.at <= at, or_(AuditEntry.at < at, AuditEntry.id < id_))
    return query.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())


def _newer(wanted: AuditFilter, edge: tuple[datetime, int]) -> Select[AuditEntry]:
    at, id_ = edge
    query = _within(select(AuditEntry), wanted)
    query = query.where(AuditEntry.at >= at, or_(AuditEntry.at > at, AuditEntry.id > id_))
    return query.order_by(AuditEntry.at, AuditEntry.id)


def _edge(session: Session, row_id: int) -> tuple[datetime, int] | None:
    at = session.scalar(select(AuditEntry.at).where(AuditEntry.id == row_id))
    return None if at is None else (at, row_id)


def _rows(session: Session, query: Select[AuditEntry]) -> tuple[AuditRow, ...]:
    rows = session.scalars(query)
    return tuple(facts(AuditRow, row, detail=row.detail or {}) for row in rows)


def _within(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    row = AuditEntry
    asked: list[ColumnElement[bool]] = []
    if wanted.user_name:
        asked.append(row.user_name == wanted.user_name)
    if wanted.action:
        asked.append(row.action == wanted.action)
    if wanted.begin is not None:
        asked.append(row.at >= wanted.begin)
    if wanted.end is not None:
        asked.append(row.at < wanted.end)
    if wanted.text:
        asked.append(_mentions(wanted.text))
    return query.where(and_(*asked)) if asked else query


def _mentions(searched: str) -> ColumnElement[bool]:
    """Any text of a row. Details are JSON, in which letters beyond ASCII are written as escapes.

    Stations, batteries, units and profiles are found by their names: nobody knows their ids.
    """
    row = AuditEntry
    plain = [row.user_name, row.address, row.action]
    detail = cast(row.detail, String)
    spelt = {searched, json.dumps(searched)[1:-1]}
    by_id = or_(*(row.target.in_(select(_target(kind))) for kind in BY_NAME))  # what is still there
    return or_(
        *(column.contains(searched, autoescape=True) for column in plain),
        and_(row.target.contains(searched, autoescape=True), ~by_id),
        *(detail.contains(one, autoescape=True) for one in sorted(spelt)),
        *(_is_called(kind, searched) for kind in BY_NAME),
    )


def _is_called(kind: str, searched: str) -> ColumnElement[bool]:
    """Whether a row is about something whose name, or number as an experiment, has a text."""
    name = KINDS[kind][1]
    named = name.contains(searched, autoescape=True)
    if kind == "plan":
        number = cast(Plan.experiment_id, String)
        named = or_(named, literal("experiment ").concat(number) == searched, number == searched)
    return AuditEntry.target.in_(select(_target(kind)).where(named))


def _target(kind: str) -> ColumnElement[str]:
    return literal(f"{kind} ").concat(cast(KINDS[kind][0], String))


def names_now(database: Database, targets: Collection[str]) -> dict[str, str]:
    """Return the names of targets like "experiment 12" that are still there.

    One statement for each kind, however many targets there are.
    """
    wanted: dict[str, set[int]] = {}
    for target in targets:
        kind, _, number = target.rpartition(" ")
        if kind in KINDS and number.isascii() and number.isdigit() and len(number) < 10:
            wanted.setdefault(kind, set()).add(int(number))
    with database.read() as session:
        return {
            f"{kind} {id_}": name
            for kind, ids in wanted.items()
            for id_, name in session.execute(_names(kind, ids))
        }


def _names(kind: str, ids: Collection[int]) -> Select[int, str] | CompoundSelect[int, str]:
    """Select ids and names; an experiment that has not begun has its name in its plan."""
    id_, name = KINDS[kind]
    if kind == "plan":
        number = literal("experiment ").concat(cast(Plan.experiment_id, String))
        name = number.concat(", ").concat(Plan.name)
    begun = select(id_, name).where(id_.in_(ids))
    if kind != "experiment":
        return begun
    has_begun = exists().where(Experiment.id == Plan.experiment_id)
    planned = select(Plan.experiment_id, Plan.name).where(Plan.experiment_id.in_(ids), ~has_begun)
    return union_all(begun, planned)
