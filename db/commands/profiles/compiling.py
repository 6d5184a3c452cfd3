"""Making the fixed rows of a version: once for each capacity, however often it is asked for."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import column, inspect, select, table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.battery.model import BatteryModel
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.names import MAX_DESCRIPTION, MAX_PROFILE_NAME, check_name
from cycling.profile import (
    BatteryLimits,
    Program,
    StationCapabilities,
    check_profile,
    reference_rows,
)
from cycling.profile.simulation.expected_curve import StepTimes, step_times
from db.commands import audit
from db.commands.audit import By
from db.commands.profiles.library import RefusedProfileError, checked_summary, plain_lines
from db.engine import Database
from db.models import (
    Base,
    CompiledVersion,
    Instruction,
    InstructionDetail,
    LibraryProfile,
    Profile,
    ProfileDetail,
    ProfileVersion,
)
from db.models.profile_rows import ProfileRows, profile_rows
from db.repeating import idempotent

ONCE = 0  # the number of a text that is in no library


@idempotent
def compile_version(
    database: Database,
    version_id: int,
    *,
    capacity_ah: float | None,
    capabilities: StationCapabilities,
    battery: BatteryLimits | None = None,
    model: BatteryModel | None = None,
    by: By,
) -> int:
    """Return the ProfID of a version's fixed profile for a capacity (Ah), made if it is not there.

    It is held against the station and the battery every time: RefusedProfileError has the lines.
    With a model the rows say how long they are expected to take. Raises NotFoundError.
    """
    with database.read() as session:
        version = session.get(ProfileVersion, version_id)
        if version is None:
            raise NotFoundError("This version of the profile does not exist any more.")
        text = version.text
    program = checked_program(text, capacity_ah, capabilities, battery)
    existing = _existing(database, version_id, capacity_ah)
    if existing is not None:
        return existing
    rows = _rows(program, model)
    with database.write() as session:
        return _insert(session, version_id, text, capacity_ah, rows, by)


def compile_text(
    database: Database,
    text: str,
    *,
    name: str,
    capacity_ah: float | None,
    capabilities: StationCapabilities,
    battery: BatteryLimits | None = None,
    model: BatteryModel | None = None,
    by: By,
) -> int:
    """The same for a text that was written for an experiment and is in no library.

    The same name and text again is the same version. Nothing is kept of a text that is refused.
    """
    lines = plain_lines(text)
    checked_program(lines, capacity_ah, capabilities, battery)
    return compile_version(
        database,
        _once(
            database,
            check_name(name[:MAX_PROFILE_NAME], max_length=MAX_PROFILE_NAME),
            lines,
            by.user_name,
            by.now,
        ),
        capacity_ah=capacity_ah,
        capabilities=capabilities,
        battery=battery,
        model=model,
        by=by,
    )


def checked_program(
    text: str,
    capacity_ah: float | None,
    capabilities: StationCapabilities,
    battery: BatteryLimits | None = None,
) -> Program:
    """Return the program. Raises RefusedProfileError for what cannot be carried out fully."""
    if capacity_ah is not None and not 0 < capacity_ah < float("inf"):
        raise InputError("The capacity of the battery is a number of Ah above 0.")
    checked = check_profile(text, capacity_ah, battery=battery, station=capabilities)
    if checked.program is None or not checked.ok:
        raise RefusedProfileError(checked.problems)
    return checked.program


def _rows(program: Program, model: BatteryModel | None) -> ProfileRows:
    times = StepTimes(None, {}) if model is None else step_times(program, model)
    return profile_rows(program, reference_rows(program), times.total_s, times.by_step)


def capacity_key(capacity_ah: float | None) -> str:
    """Return a capacity as it stands in the key: capacities that print the same are the same."""
    return "" if capacity_ah is None else f"{capacity_ah:.9g}"


def _existing(database: Database, version_id: int, capacity_ah: float | None) -> int | None:
    with database.read() as session:
        row = session.get(CompiledVersion, (version_id, capacity_key(capacity_ah)))
        return row.profile_id if row else None


def _insert(
    session: Session,
    version_id: int,
    text: str,
    capacity_ah: float | None,
    rows: ProfileRows,
    by: By,
) -> int:
    """Insert the rows unless somebody else has done it meanwhile; the version's row is the lock."""
    version = session.get(ProfileVersion, version_id, with_for_update=True)
    if version is None or version.text != text:
        raise ConflictError("The profile was changed meanwhile. Look at it again.")
    key = (version_id, capacity_key(capacity_ah))
    existing = session.get(CompiledVersion, key, with_for_update=True)
    if existing is not None:
        return existing.profile_id
    library = session.get(LibraryProfile, version.profile_id) if version.profile_id else None
    profile = Profile(
        name=_profile_name(library.name if library else version.name, version, capacity_ah),
        description=(library.description if library else "")[:MAX_DESCRIPTION],
        **rows.ranges,
    )
    session.add(profile)
    session.flush()
    session.add(ProfileDetail(profile_id=profile.id, version_id=version_id, **rows.whole))
    session.add(CompiledVersion(version_id=key[0], capacity=key[1], profile_id=profile.id))
    session.flush()
    _insert_all(session, Instruction, profile.id, rows.instructions)
    _insert_all(session, InstructionDetail, profile.id, rows.details)
    audit.record(
        session,
        by,
        "compile profile",
        f"profile {profile.id}",
        {"version": version_id, "capacity_ah": capacity_ah, "rows": len(rows.instructions)},
    )
    return profile.id


def _insert_all(
    session: Session, model: type[Base], profile_id: int, rows: Sequence[dict[str, Any]]
) -> None:
    """Insert rows given by their columns, past all that SQLAlchemy does with each value.

    There may be 20,000 twice; the ORM's own bulk insert takes three times as long.
    """
    owner = inspect(model).columns["profile_id"].name
    plain = table(model.__tablename__, column(owner), *(column(name) for name in rows[0]))
    session.connection().execute(plain.insert(), [{owner: profile_id, **row} for row in rows])


def _profile_name(name: str, version: ProfileVersion, capacity_ah: float | None) -> str:
    """Return "Ageing v3, 2.9 Ah"; the beginning is cut, with "…", so that the end fits."""
    end = f" v{version.number}" if version.number != ONCE else ""
    if capacity_ah is not None:
        end += f", {capacity_ah:.6g} Ah"
    room = MAX_PROFILE_NAME - len(end)
    return (name if len(name) <= room else f"{name[: room - 1].rstrip()}…") + end


@idempotent
def _once(database: Database, name: str, text: str, user_name: str, now: datetime) -> int:
    """Return the version of a text that is in no library, kept once for its name and text."""
    mark = hashlib.sha256(f"{name}\n{text}".encode()).hexdigest()
    made = select(ProfileVersion.id).where(ProfileVersion.once == mark)
    with database.read() as session:
        existing = session.scalar(made)
    if existing is not None:
        return existing
    try:
        with database.write() as session:
            version = ProfileVersion(
                profile_id=None,
                number=ONCE,
                once=mark,
                name=name,
                text=text,
                comment="",
                summary=checked_summary(text).to_json(),
                user_name=user_name[:60],
                created_at=now,
            )
            session.add(version)
            session.flush()
            return version.id
    except IntegrityError:  # the same text at the same moment
        with database.read() as session:
            return session.scalars(made).one()
