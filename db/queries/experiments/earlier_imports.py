"""Whether a file came before: the same file by its hash, or the same measures in another file."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cycling.formats.checks.digest import Digest
from db.engine import Database
from db.models import Experiment, ImportFile, ImportSource

MAX_COMPARED = 1_000
MAX_NAMED = 3


@dataclass(frozen=True)
class Identity:
    """What a file is recognised by: its hash with the test in it that was chosen; its measures."""

    sha256: str
    part: str
    digest: Digest | None


@dataclass(frozen=True)
class EarlierImport:
    """An experiment that a file was imported into; `files` counts what it was made of.

    `same_file`: byte by byte; else a file with the same measures.
    """

    experiment_id: int
    name: str
    file_name: str
    user_name: str
    imported_at: datetime
    files: int
    same_file: bool

    def to_json(self) -> dict[str, object]:
        """Plain dict, with `words` for showing."""
        return {**asdict(self), "imported_at": self.imported_at.isoformat(), "words": self.words}

    @property
    def words(self) -> str:
        """Name it, with file, day and user."""
        file = self.file_name if self.same_file else f"{self.file_name}, the same measures"
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
    rows = session.execute(
        select(ImportFile, Experiment.name, ImportSource.user_name, ImportSource.published_at)
        .join(Experiment, Experiment.id == ImportFile.experiment_id)
        .join(ImportSource, ImportSource.experiment_id == ImportFile.experiment_id)
        .where(alike, ImportSource.published_at.is_not(None))
        .order_by(ImportFile.experiment_id.desc(), ImportFile.number)
        .limit(MAX_COMPARED)
    ).all()
    found: dict[int, EarlierImport] = {}
    for file, name, user_name, published_at in rows:
        same_file = (file.sha256, file.part) == (identity.sha256, identity.part)
        if published_at is None or file.experiment_id in found:
            continue
        if same_file or _alike(file, digest):
            found[file.experiment_id] = EarlierImport(
                file.experiment_id, name, file.file_name, user_name, published_at, 1, same_file
            )
    return _counted(session, found)


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
