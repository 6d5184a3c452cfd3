"""Deleting a profile of the library that nothing refers to, with the rows that were made of it."""

from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError
from db.commands import audit
from db.commands.audit import By
from db.commands.profiles.library import GONE
from db.engine import Database
from db.models import (
    CompiledVersion,
    Instruction,
    InstructionDetail,
    LibraryProfile,
    Profile,
    ProfileDetail,
    ProfileVersion,
)
from db.queries.references import profile_kept
from db.repeating import repeated
from db.statements import require

MAX_TEXT = 20_000  # of the last version, in the audit trail


@repeated
def delete_profile(database: Database, profile_id: int, *, by: By) -> str:
    """Remove a profile with all its versions, and return its name.

    Raises NotFoundError, and ConflictError saying what refers to it.
    """
    try:
        with database.write() as session:
            profile = require(session.get(LibraryProfile, profile_id, with_for_update=True), GONE)
            compiled = _taken(session, profile_id)
            if reason := profile_kept(session, profile_id):
                raise ConflictError(f"{profile.name} is kept. {reason}")
            audit.record(
                session,
                by,
                "delete profile",
                f"library profile {profile_id}",
                _detail(session, profile),
            )
            _remove(session, profile_id, compiled)
            return profile.name
    except IntegrityError as error:  # another program added an experiment in this moment
        raise ConflictError("The profile is kept. An experiment refers to it by now.") from error


def _taken(session: Session, profile_id: int) -> list[int]:
    """Lock the versions and the fixed profiles made of them; return the ids of those.

    No rows can be made of a version, and no experiment planned with them, until we commit.
    """
    versions = session.scalars(
        select(ProfileVersion.id)
        .where(ProfileVersion.profile_id == profile_id)
        .order_by(ProfileVersion.id)
        .with_for_update()
    ).all()
    compiled = select(CompiledVersion.profile_id).where(CompiledVersion.version_id.in_(versions))
    locked = select(Profile.id).where(Profile.id.in_(session.scalars(compiled).all()))
    return list(session.scalars(locked.order_by(Profile.id).with_for_update()))


def _detail(session: Session, profile: LibraryProfile) -> dict[str, Any]:
    last = session.execute(
        select(ProfileVersion.number, ProfileVersion.text)
        .where(ProfileVersion.profile_id == profile.id)
        .order_by(ProfileVersion.number.desc())
        .limit(1)
    ).one()
    return {
        "name": profile.name,
        "description": profile.description,
        "versions": last.number,
        "text": last.text[:MAX_TEXT],
    }


def _remove(session: Session, profile_id: int, compiled: list[int]) -> None:
    tables: tuple[Any, ...] = (CompiledVersion, ProfileDetail, InstructionDetail, Instruction)
    for table in tables:
        session.execute(delete(table).where(table.profile_id.in_(compiled)))
    session.execute(delete(Profile).where(Profile.id.in_(compiled)))
    session.execute(delete(ProfileVersion).where(ProfileVersion.profile_id == profile_id))
    session.execute(delete(LibraryProfile).where(LibraryProfile.id == profile_id))
