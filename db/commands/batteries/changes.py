"""Registering batteries, changing what is known of one, removing one that was never used."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.battery.problems import problems
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import Technology
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments.cycles.summaries import outdate_summaries
from db.engine import Database
from db.models import Battery, BatteryDetails, BatteryLife, CycleSummary, Experiment
from db.models.battery_rows import (
    EXACT,
    ONLY_OURS,
    description_of,
    detail_values,
    fixed_values,
    kind_table,
    kind_values,
    printable,
)
from db.queries.batteries.detail import busy_words, experiments_under_way, what_refers_to
from db.repeating import repeated

# What a running or waiting experiment was checked against.
_OF_CELLS = frozenset({"cells", "capacity_ah", "chemistry", *EXACT, *ONLY_OURS})
LIMITS: Mapping[Technology, frozenset[str]] = {
    Technology.LITHIUM: _OF_CELLS,
    Technology.LEAD_ACID: _OF_CELLS,
    Technology.REDOX_STACK: _OF_CELLS | {"electrode_size_cm2"},
}


@repeated
def add_battery(database: Database, new: NewBattery, *, by: By) -> int:
    """Register a battery and return its BatID.

    Raises InputError for the first field that is wrong, ConflictError if the battery exists.
    """
    check_battery(new)
    try:
        with database.write() as session:
            battery_id = _insert(session, new)
            audit.record(
                session,
                by,
                "add battery",
                f"battery {battery_id}",
                {"name": printable(new.name), "serial_number": printable(new.serial_number)},
            )
            return battery_id
    except IntegrityError as error:
        raise registered_already(new) from error


def check_battery(new: NewBattery) -> None:
    """Raise InputError for the first field that is wrong."""
    for problem in problems(new):
        raise InputError(problem.text)


def registered_already(new: NewBattery) -> ConflictError:
    """Return the error for a battery that has the name and numbers of another one."""
    return ConflictError(
        f"{printable(new.name)} by {printable(new.manufacturer)}, model {printable(new.model)}, "
        f"serial number {printable(new.serial_number)} is registered already. Choose it, or change "
        "the serial number."
    )


def _insert(session: Session, new: NewBattery) -> int:
    battery = Battery(**fixed_values(new))
    session.add(battery)
    session.flush()
    session.add_all(
        [
            kind_table(new.technology)(battery_id=battery.id, **kind_values(new)),
            BatteryDetails(battery_id=battery.id, **detail_values(new)),
        ]
    )
    session.flush()
    return battery.id


def mark_of(battery: NewBattery) -> str:
    """Return what tells one state of a battery from another: who edits an old one is told."""
    return hashlib.sha256(repr(sorted(_plain(battery).items())).encode()).hexdigest()[:32]


@repeated
def change_battery(
    database: Database, battery_id: int, new: NewBattery, *, seen: str, by: By
) -> bool:
    """Store a changed description; return whether anything was different.

    `seen` is the mark of the description that was edited. Raises InputError for a wrong field and
    for another technology, NotFoundError, and ConflictError if somebody else has changed it, if it
    is named like another one, or if limits change while an experiment needs them.
    """
    check_battery(new)
    try:
        with database.write() as session:
            battery = _locked(session, battery_id)
            before = description_of(session, battery)
            changes = _changes(before, new)
            if not changes:
                return False
            _check_change(session, battery_id, before, new, seen)
            _store(session, battery_id, new)
            its = select(Experiment.id).where(Experiment.battery_id == battery_id)
            outdate_summaries(session, CycleSummary.experiment_id.in_(its))
            audit.record(session, by, "change battery", f"battery {battery_id}", changes)
            return True
    except IntegrityError as error:
        raise registered_already(new) from error


@repeated
def delete_battery(database: Database, battery_id: int, *, by: By) -> None:
    """Remove a battery that nothing refers to; its description stays in the audit trail.

    Raises NotFoundError, and ConflictError saying what refers to it.
    """
    try:
        with database.write() as session:
            battery = _locked(session, battery_id)
            if reason := what_refers_to(session, battery_id):
                raise ConflictError(f"{battery.name} is kept. {reason}")
            was = description_of(session, battery)
            kind = kind_table(battery.technology)
            for table in (kind, BatteryDetails, BatteryLife):
                session.execute(delete(table).where(table.battery_id == battery_id))
            session.execute(delete(Battery).where(Battery.id == battery_id))
            audit.record(session, by, "delete battery", f"battery {battery_id}", _plain(was))
    except IntegrityError as error:  # another program added an experiment in this moment
        raise ConflictError("The battery is kept: something refers to it by now.") from error


def _locked(session: Session, battery_id: int) -> Battery:
    """Return the battery; no experiment of it can be added until the transaction ends."""
    battery = session.scalars(
        select(Battery).where(Battery.id == battery_id).with_for_update()
    ).one_or_none()
    if battery is None:
        raise NotFoundError("This battery is not there any more. Somebody has deleted it.")
    return battery


def _check_change(
    session: Session, battery_id: int, before: NewBattery, new: NewBattery, seen: str
) -> None:
    if mark_of(before) != seen:
        raise ConflictError(
            "Somebody has changed this battery since you opened it. Open it again to see what is "
            "stored now; what you typed is not saved."
        )
    if new.technology is not before.technology:
        raise InputError("The technology of a battery cannot be changed. Add another battery.")
    if LIMITS[before.technology] & _changes(before, new).keys() and (
        busy := experiments_under_way(session, battery_id)
    ):
        raise ConflictError(f"Limits and capacity stay as they are: {busy_words(busy)}")


def _store(session: Session, battery_id: int, new: NewBattery) -> None:
    kind = kind_table(new.technology)
    values = fixed_values(new)
    session.execute(update(Battery).where(Battery.id == battery_id).values(**values))
    session.execute(update(kind).where(kind.battery_id == battery_id).values(**kind_values(new)))
    session.merge(BatteryDetails(battery_id=battery_id, **detail_values(new)))


def _changes(before: NewBattery, new: NewBattery) -> dict[str, Any]:
    """Return what is different, as [before, after] by field."""
    old, fresh = _plain(before), _plain(new)
    return {name: [old[name], fresh[name]] for name in old if old[name] != fresh[name]}


def _plain(battery: NewBattery) -> dict[str, Any]:
    """Return the fields as JSON takes them, what is empty as None."""
    fields = {**asdict(battery), "kind": battery.cell_kind}
    return {name: _json(value) for name, value in fields.items()}


def _json(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return str(value)
    return value.strip() or None if isinstance(value, str) else value
