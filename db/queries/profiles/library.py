"""The library of profiles: the list, one with its versions, the text of a version."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased, defer

from cycling.errors import NotFoundError
from cycling.profile.summary import ProfileSummary, summary_from, with_ends
from db.engine import Database
from db.facts import facts
from db.models import CompiledVersion, Experiment, LibraryProfile, Plan, ProfileVersion
from db.queries.lists import Page, alphabetic
from db.queries.profiles.uses import never_queued

MAX_ID = 2**31 - 1
MAX_LISTED = 500
MAX_SEARCH = 100


class ProfileSort(StrEnum):
    """What can order the library."""

    NAME = "name"
    USED = "used"
    LAST_USED = "last-used"
    CHANGED = "changed"


@dataclass(frozen=True)
class ProfileRow:
    """One line of the library, of its last version; `experiments` counts those of all versions."""

    id: int
    name: str
    description: str
    archived: bool
    number: int
    version_id: int
    summary: ProfileSummary
    experiments: int
    last_used_at: datetime | None
    user_name: str
    changed_at: datetime


@dataclass(frozen=True)
class VersionFacts:
    """A version without its text; `fixed`: rows were made of it, so it is never changed."""

    id: int
    number: int
    comment: str
    summary: ProfileSummary
    user_name: str
    created_at: datetime
    experiments: int
    fixed: bool


@dataclass(frozen=True)
class LibraryFacts:
    """A profile of the library with its versions, the newest first."""

    id: int
    name: str
    description: str
    archived: bool
    user_name: str
    created_at: datetime
    versions: tuple[VersionFacts, ...]

    @property
    def last(self) -> VersionFacts:
        """The newest version."""
        return self.versions[0]

    def version(self, number: int | None) -> VersionFacts:
        """Return a version; the newest for None and for a number that there is not."""
        return next((one for one in self.versions if one.number == number), self.last)


def list_profiles(
    database: Database,
    *,
    text: str = "",
    archived: bool = False,
    sort: ProfileSort = ProfileSort.NAME,
    limit: int = MAX_LISTED,
) -> Page[ProfileRow]:
    """Return the profiles that have a text in their name, description or last version."""
    used = _used_by_profile()
    query = (
        select(LibraryProfile, ProfileVersion, used.c.experiments, used.c.last_used_at)
        .join(ProfileVersion, ProfileVersion.profile_id == LibraryProfile.id)
        .where(ProfileVersion.number == _last_number())
        .outerjoin(used, used.c.profile_id == LibraryProfile.id)
        .where(LibraryProfile.archived.is_(archived))
        .options(defer(ProfileVersion.text))
    )
    if searched := text.strip()[:MAX_SEARCH]:
        query = query.where(_mentions(searched))
    with database.read() as session:
        rows = session.execute(query.order_by(*_order(session, sort, used)).limit(limit)).all()
        count = len(rows) if len(rows) < limit else _count(session, query)
        all_of_them = select(func.count()).where(LibraryProfile.archived.is_(archived))
        total = session.scalar(all_of_them) or 0
        return Page(_with_ends(session, [_row(*row) for row in rows]), count, total)


def library_profile(database: Database, profile_id: int) -> LibraryFacts:
    """Return a profile with its versions, without their texts. Raises NotFoundError."""
    with database.read() as session:
        is_id = 0 < profile_id <= MAX_ID
        profile = session.get(LibraryProfile, profile_id) if is_id else None
        if profile is None:
            raise NotFoundError(f"There is no profile {profile_id}.")
        return facts(LibraryFacts, profile, versions=_versions(session, profile.id))


def find_profile(database: Database, number_or_name: str) -> LibraryFacts:
    """Return the profile of the library with a name, or with a number. Raises NotFoundError."""
    with database.read() as session:
        found = session.scalar(
            select(LibraryProfile.id).where(LibraryProfile.name == number_or_name)
        )
    is_number = number_or_name.isascii() and number_or_name.isdigit() and len(number_or_name) < 11
    if found is None and not is_number:
        raise NotFoundError(f"There is no profile '{number_or_name}'.")
    return library_profile(database, int(number_or_name) if found is None else found)


def version_text(database: Database, version_id: int) -> str:
    """Return the text of a version. Raises NotFoundError."""
    with database.read() as session:
        text = session.scalar(select(ProfileVersion.text).where(ProfileVersion.id == version_id))
    if text is None:
        raise NotFoundError("This version of the profile does not exist any more.")
    return text


def _used_by_profile() -> Subquery:
    """Count the experiments of each profile, also those that are no row in Experiment."""
    both = union_all(_uses(Experiment), _uses(Plan).where(never_queued())).subquery()
    return (
        select(
            both.c.profile_id,
            func.sum(both.c.experiments).label("experiments"),
            func.max(both.c.last_used_at).label("last_used_at"),
        )
        .group_by(both.c.profile_id)
        .subquery()
    )


def _uses(table: type[Experiment | Plan]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            ProfileVersion.profile_id,
            func.count(table.id).label("experiments"),
            func.max(table.created_at).label("last_used_at"),
        )
        .join(CompiledVersion, CompiledVersion.version_id == ProfileVersion.id)
        .join(table, table.profile_id == CompiledVersion.profile_id)
        .where(ProfileVersion.profile_id.is_not(None))
        .group_by(ProfileVersion.profile_id)
    )


def _last_number() -> SQLColumnExpression[Any]:
    every = aliased(ProfileVersion)
    return (
        select(func.max(every.number))
        .where(every.profile_id == LibraryProfile.id)
        .correlate(LibraryProfile)
        .scalar_subquery()
    )


def _mentions(searched: str) -> ColumnElement[bool]:
    columns = (LibraryProfile.name, LibraryProfile.description, ProfileVersion.text)
    return or_(*(column.icontains(searched, autoescape=True) for column in columns))


def _order(
    session: Session, sort: ProfileSort, used: Subquery
) -> tuple[SQLColumnExpression[Any], ...]:
    name = alphabetic(session, LibraryProfile.name)
    first: dict[ProfileSort, SQLColumnExpression[Any]] = {
        ProfileSort.USED: func.coalesce(used.c.experiments, 0).desc(),
        ProfileSort.LAST_USED: used.c.last_used_at.desc(),  # both kinds put NULL last
        ProfileSort.CHANGED: ProfileVersion.created_at.desc(),
    }
    return (first[sort], name, LibraryProfile.id) if sort in first else (name, LibraryProfile.id)


def _count(session: Session, query: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _row(
    profile: LibraryProfile,
    version: ProfileVersion,
    experiments: int | None,
    last_used_at: datetime | None,
) -> ProfileRow:
    return facts(
        ProfileRow,
        profile,
        number=version.number,
        version_id=version.id,
        summary=summary_from(version.summary),
        experiments=int(experiments or 0),
        last_used_at=last_used_at,
        user_name=version.user_name,
        changed_at=version.created_at,
    )


def _with_ends(session: Session, rows: Sequence[ProfileRow]) -> tuple[ProfileRow, ...]:
    """Return the rows; summaries of older versions get what they lack from the texts."""
    older = [row.version_id for row in rows if row.summary.voltage and not row.summary.ends]
    if not older:
        return tuple(rows)
    texts = {
        one.id: one.text
        for one in session.execute(
            select(ProfileVersion.id, ProfileVersion.text).where(ProfileVersion.id.in_(older))
        )
    }
    return tuple(
        replace(row, summary=with_ends(row.summary, texts[row.version_id]))
        if row.version_id in texts
        else row
        for row in rows
    )


def _versions(session: Session, profile_id: int) -> tuple[VersionFacts, ...]:
    never_began = (
        select(func.count(Plan.id))
        .join(CompiledVersion, CompiledVersion.profile_id == Plan.profile_id)
        .where(CompiledVersion.version_id == ProfileVersion.id, never_queued())
        .correlate(ProfileVersion)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            ProfileVersion.id,
            ProfileVersion.number,
            ProfileVersion.comment,
            ProfileVersion.summary,
            ProfileVersion.user_name,
            ProfileVersion.created_at,
            (func.count(Experiment.id) + never_began).label("experiments"),
            (func.count(CompiledVersion.profile_id) > 0).label("fixed"),
        )
        .outerjoin(CompiledVersion, CompiledVersion.version_id == ProfileVersion.id)
        .outerjoin(Experiment, Experiment.profile_id == CompiledVersion.profile_id)
        .where(ProfileVersion.profile_id == profile_id)
        .group_by(ProfileVersion.id)
        .order_by(ProfileVersion.number.desc())
    )
    return tuple(
        facts(VersionFacts, row, summary=summary_from(row.summary), fixed=bool(row.fixed))
        for row in rows
    )
