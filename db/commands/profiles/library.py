"""The library of profiles: what may be kept, versions, copies, the archive, and deleting one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from cycling.names import MAX_PROFILE_NAME, check_description, check_name
from cycling.profile import Problem
from cycling.profile.problems import errors_in, errors_of, folded
from cycling.profile.summary import ProfileSummary, summarised, text_problems
from db.commands import audit
from db.commands.audit import By
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
from db.repeating import idempotent, repeated
from db.statements import require

GONE = "This profile does not exist any more. Go back to the list of profiles."
MAX_TEXT = 20_000  # of the last version, in the audit trail


class RefusedProfileError(InputError):
    """A profile cannot be used; `problems` has every error and warning with its place."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        errors = folded(errors_of(problems))
        more = f" ({len(errors) - 1} more)" if len(errors) > 1 else ""
        first = errors[0].sentence
        super().__init__(f"{first[0].upper()}{first[1:]}{more}")


def plain_lines(text: str) -> str:
    """Return a text with line feeds only, as an editor shows it."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def checked_summary(text: str) -> ProfileSummary:
    """Return what a text is about. Raises RefusedProfileError for one with errors."""
    problems = text_problems(text)
    if errors_in(problems):
        raise RefusedProfileError(problems)
    return summarised(text)


@dataclass(frozen=True)
class Saved:
    """What was saved: the library's profile, and the version with its number."""

    profile_id: int
    version_id: int
    number: int


@idempotent
def save_profile(
    database: Database, *, name: str, description: str, text: str, comment: str = "", by: By
) -> Saved:
    """Put a new profile into the library as its version 1.

    The same one sent again gives what it made. Raises RefusedProfileError for a text with errors,
    ConflictError for a name that is taken.
    """
    printable, words = check_name(name, max_length=MAX_PROFILE_NAME), check_description(description)
    version = _new_row(text, comment, by.user_name, by.now)
    try:
        with database.write() as session:
            profile = _add_profile(session, printable, words, by)
            saved = _add_version(session, profile.id, version, number=1)
            _note(session, "add profile", saved, by, name=printable)
            return saved
    except IntegrityError as error:
        made = _sent_before(database, printable, version, by.user_name)
        if made is None:
            raise _name_conflict(printable) from error
        return made


@repeated
def new_version(
    database: Database, profile_id: int, text: str, *, after: int, comment: str = "", by: By
) -> Saved:
    """Save a changed text as the next version; `after` is the number that was edited.

    A last version that nobody has used is changed in place by who wrote it. The same text makes
    nothing. Raises RefusedProfileError, and ConflictError if somebody has saved one meanwhile.
    """
    version = _new_row(text, comment, by.user_name, by.now)
    with database.write() as session:
        profile = _taken(session, profile_id)
        last = session.scalars(_last_version(profile.id).with_for_update()).one()
        if last.text == version.text:
            return Saved(profile.id, last.id, last.number)
        if last.number != after:
            raise ConflictError(
                f"{last.user_name} has saved version {last.number} meanwhile. Open it, and put "
                "your changes into it."
            )
        if last.user_name == version.user_name and not _is_used(session, last.id):
            _change(last, version)
            saved = Saved(profile.id, last.id, last.number)
            _note(session, "change profile version", saved, by)
            return saved
        saved = _add_version(session, profile.id, version, number=last.number + 1)
        _note(session, "new profile version", saved, by)
        return saved


@repeated
def describe(database: Database, profile_id: int, *, name: str, description: str, by: By) -> None:
    """Change a profile's name and description; what was compiled keeps the name it had."""
    printable, words = check_name(name, max_length=MAX_PROFILE_NAME), check_description(description)
    try:
        with database.write() as session:
            profile = _taken(session, profile_id)
            if (profile.name, profile.description) == (printable, words):
                return
            detail = {"was": profile.name, "name": printable}
            profile.name, profile.description = printable, words
            session.flush()
            _note_profile(session, "rename profile", profile_id, by, **detail)
    except IntegrityError as error:
        raise _name_conflict(printable) from error


@repeated
def duplicate(database: Database, profile_id: int, *, by: By) -> Saved:
    """Copy a profile's last version into a new profile, named after it."""
    with database.write() as session:
        profile = _taken(session, profile_id)
        last = session.scalars(_last_version(profile.id)).one()
        copy = _add_profile(session, _free_name(session, profile.name), profile.description, by)
        version = ProfileVersion(
            text=last.text,
            comment=f"Copy of {profile.name}, version {last.number}",
            summary=last.summary,
            user_name=by.user_name[:60],
            created_at=by.now,
        )
        saved = _add_version(session, copy.id, version, number=1)
        _note(session, "copy profile", saved, by, source=profile_id)
        return saved


@repeated
def archive(database: Database, profile_id: int, *, archived: bool = True, by: By) -> None:
    """Take a profile out of the list, or put it back; its experiments go on showing it."""
    with database.write() as session:
        profile = _taken(session, profile_id)
        if profile.archived == archived:
            return
        profile.archived = archived
        action = "archive profile" if archived else "restore profile"
        _note_profile(session, action, profile_id, by)


def _new_row(text: str, comment: str, user_name: str, now: datetime) -> ProfileVersion:
    """Return a checked version, not yet in the library."""
    lines = plain_lines(text)
    return ProfileVersion(
        text=lines,
        comment=check_description(comment, "comment"),
        summary=checked_summary(lines).to_json(),
        user_name=user_name[:60],
        created_at=now,
    )


def _name_conflict(name: str) -> ConflictError:
    return ConflictError(f"There is a profile named {name} already. Give this one another name.")


def _last_version(profile_id: int) -> Select[ProfileVersion]:
    newest = select(ProfileVersion).order_by(ProfileVersion.number.desc()).limit(1)
    return newest.where(ProfileVersion.profile_id == profile_id)


def _add_profile(session: Session, name: str, description: str, by: By) -> LibraryProfile:
    profile = LibraryProfile(
        name=name, description=description, user_name=by.user_name[:60], created_at=by.now
    )
    session.add(profile)
    session.flush()
    return profile


def _add_version(
    session: Session, profile_id: int, version: ProfileVersion, *, number: int
) -> Saved:
    version.profile_id, version.number = profile_id, number
    session.add(version)
    session.flush()
    return Saved(profile_id, version.id, number)


def _change(last: ProfileVersion, version: ProfileVersion) -> None:
    last.text, last.summary, last.created_at = version.text, version.summary, version.created_at
    last.comment = version.comment or last.comment


def _taken(session: Session, profile_id: int) -> LibraryProfile:
    """Return a profile that nobody else changes before we commit."""
    return require(session.get(LibraryProfile, profile_id, with_for_update=True), GONE)


def _is_used(session: Session, version_id: int) -> bool:
    """Whether there are rows of it: an experiment may be made of them at any moment."""
    made = exists().where(CompiledVersion.version_id == version_id)
    return bool(session.scalar(select(made)))


def _sent_before(
    database: Database, name: str, version: ProfileVersion, user_name: str
) -> Saved | None:
    """Return what the same form has made a moment ago."""
    with database.read() as session:
        row = session.execute(
            select(LibraryProfile.id, ProfileVersion)
            .join(ProfileVersion, ProfileVersion.profile_id == LibraryProfile.id)
            .where(
                LibraryProfile.name == name,
                LibraryProfile.user_name == user_name[:60],
                ProfileVersion.number == 1,
            )
        ).one_or_none()
        if row is None or row[1].text != version.text:
            return None
        return Saved(row[0], row[1].id, row[1].number)


def _free_name(session: Session, name: str) -> str:
    """Return a name for a copy: "Ageing copy", "Ageing copy 2"."""
    for number in range(1, 1000):
        end = " copy" if number == 1 else f" copy {number}"
        tried = name[: MAX_PROFILE_NAME - len(end)].rstrip() + end
        taken = select(func.count()).where(LibraryProfile.name == tried)
        if not session.scalar(taken):
            return tried
    raise ConflictError(f"There are too many copies of {name}. Rename some of them.")


def _note(session: Session, action: str, saved: Saved, by: By, **detail: object) -> None:
    more = {"version": saved.version_id, "number": saved.number, **detail}
    _note_profile(session, action, saved.profile_id, by, **more)


def _note_profile(session: Session, action: str, profile_id: int, by: By, **detail: object) -> None:
    audit.record(session, by, action, f"library profile {profile_id}", detail)


@repeated
def delete_profile(database: Database, profile_id: int, *, by: By) -> str:
    """Remove a profile with all its versions, and return its name.

    Raises NotFoundError, and ConflictError saying what refers to it.
    """
    try:
        with database.write() as session:
            profile = _taken(session, profile_id)
            compiled = _lock_compiled(session, profile_id)
            if reason := profile_kept(session, profile_id):
                raise ConflictError(f"{profile.name} is kept. {reason}")
            audit.record(
                session,
                by,
                "delete profile",
                f"library profile {profile_id}",
                _deletion_detail(session, profile),
            )
            _remove(session, profile_id, compiled)
            return profile.name
    except IntegrityError as error:  # another program added an experiment in this moment
        raise ConflictError("The profile is kept. An experiment refers to it by now.") from error


def _lock_compiled(session: Session, profile_id: int) -> list[int]:
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


def _deletion_detail(session: Session, profile: LibraryProfile) -> dict[str, Any]:
    last = session.scalars(_last_version(profile.id)).one()
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
