"""Whether a file came before: the same by its hash, the same measures, or the first of them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from cycling.formats.checks.digest import Digest
from db.engine import Database
from db.models import Experiment, ImportFile, ImportSource

MAX_COMPARED = 1_000
MAX_NAMED = 3


@dataclass(frozen=True)
class Identity:
    """What a file is recognised by: its hash with the test in it that was chosen; its measures.

    Its name counts only for a file that has grown and has no clock.
    """

    sha256: str
    part: str
    digest: Digest | None
    file_name: str = ""


@dataclass(frozen=True)
class EarlierImport:
    """An experiment that a file was imported into; `files` counts what it was made of.

    `same_file`: byte by byte; else a file with the same measures, or the first of these where it
    `has_grown` since, or these and more where it is the `beginning` of one.
    """

    experiment_id: int
    name: str
    file_name: str
    user_name: str
    imported_at: datetime
    files: int
    same_file: bool
    has_grown: bool = False
    beginning: bool = False

    def to_json(self) -> dict[str, object]:
        """Plain dict, with `words` for showing."""
        return {**asdict(self), "imported_at": self.imported_at.isoformat(), "words": self.words}

    @property
    def words(self) -> str:
        """Name it, with file, day and user."""
        how = "whose measures it has, and more" if self.has_grown else "the same measures"
        how = "which has its measures, and more" if self.beginning else how
        file = self.file_name if self.same_file else f"{self.file_name}, {how}"
        return (
            f"experiment {self.experiment_id} ({self.name}; {file}; "
            f"{self.imported_at:%Y-%m-%d} by {self.user_name})"
        )


def earlier_imports(database: Database, identity: Identity) -> tuple[EarlierImport, ...]:
    """Return the experiments that this file, or one of the same measures, became; newest first."""
    with database.read() as session:
        return earlier_within(session, identity)


def earlier_within(session: Session, identity: Identity) -> tuple[EarlierImport, ...]:
    """Return the same in the caller's transaction."""
    digest = identity.digest
    alike = ImportFile.sha256 == identity.sha256
    if digest is not None:
        alike = or_(alike, ImportFile.measures == digest.measures)
    found: dict[int, EarlierImport] = {}
    for file, one in _candidates(session, alike):
        same_file = (file.sha256, file.part) == (identity.sha256, identity.part)
        if same_file or _alike(file, digest):
            found.setdefault(one.experiment_id, replace(one, same_file=same_file))
    if digest is not None and not found:
        found = _in_part(session, identity, digest)
    return _counted(session, found)


def _in_part(session: Session, identity: Identity, digest: Digest) -> dict[int, EarlierImport]:
    """The experiments of files that have a part of these measures, or these and more."""
    found: dict[int, EarlierImport] = {}
    for file, one in _candidates(session, ImportFile.measures != digest.measures):
        earlier = Digest.from_json(file.digest)
        if earlier is None or file.part != identity.part:
            continue
        same_name = file.file_name == identity.file_name
        if digest.begins_with(earlier, same_name=same_name):
            found.setdefault(one.experiment_id, replace(one, has_grown=True))
        elif earlier.begins_with(digest, same_name=same_name):
            found.setdefault(one.experiment_id, replace(one, beginning=True))
    return found


def _candidates(
    session: Session, which: ColumnElement[bool]
) -> Iterator[tuple[ImportFile, EarlierImport]]:
    """Files of imports that are there, the newest first, each with its experiment."""
    rows = session.execute(
        select(ImportFile, Experiment.name, ImportSource.user_name, ImportSource.published_at)
        .join(Experiment, Experiment.id == ImportFile.experiment_id)
        .join(ImportSource, ImportSource.experiment_id == ImportFile.experiment_id)
        .where(which, ImportSource.published_at.is_not(None))
        .order_by(ImportFile.experiment_id.desc(), ImportFile.number)
        .limit(MAX_COMPARED)
    ).all()
    for file, name, user_name, published_at in rows:
        if published_at is not None:
            facts = (name, file.file_name, user_name, published_at)
            yield file, EarlierImport(file.experiment_id, *facts, files=1, same_file=False)


def _alike(file: ImportFile, digest: Digest | None) -> bool:
    earlier = Digest.from_json(file.digest)
    return digest is not None and earlier is not None and digest.same_as(earlier)


def _counted(session: Session, found: dict[int, EarlierImport]) -> tuple[EarlierImport, ...]:
    if not found:
        return ()
    of_them = select(ImportFile.experiment_id).where(ImportFile.experiment_id.in_(found))
    files = Counter(session.scalars(of_them))
    return tuple(replace(one, files=files[one.experiment_id]) for one in found.values())


def named(earlier: Sequence[EarlierImport]) -> str:
    """Name the newest of them in words."""
    words = ", ".join(one.words for one in earlier[:MAX_NAMED])
    more = len(earlier) - MAX_NAMED
    return f"{words} and {more} more" if more > 0 else words
