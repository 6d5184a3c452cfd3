"""The files that an import is made of: kept with it, and recognised when they come again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from cycling.formats import Block
from cycling.formats.checks.digest import Digest, DigestBuilder
from cycling.formats.facts import Facts
from db.commands.audit import By
from db.commands.experiments.deletion import delete_within
from db.models import ImportFile, Lease
from db.queries.experiments.deletion import existing_experiment, what_keeps
from db.queries.experiments.detail import ExperimentFacts
from db.queries.experiments.earlier_imports import EarlierImport, Identity, earlier_within, named
from db.statements import count_changed, insert_missing
from db.terms import IMPORTS

SKIP, REPLACE, NEW = "skip", "replace", "new"


class CameBeforeError(ConflictError):
    """A file has become an experiment of which nobody knew: another import was first."""


@dataclass
class SourceFile:
    """A file of an import; its digest comes about while its measures go by.

    `part` is the test that was chosen in a file of several.
    """

    name: str
    sha256: str
    size_bytes: int
    facts: Facts = field(default_factory=dict)
    part: str = ""
    kept: bool = False
    digest: DigestBuilder = field(default_factory=DigestBuilder)

    def identity(self, digest: Digest | None = None) -> Identity:
        """Return what it is recognised by; without a digest, that of what has gone by."""
        return Identity(self.sha256, self.part, digest or self.digest.digest(), self.name)

    def passing(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Hand the file's measures on, and note them."""
        for block in blocks:
            self.digest.add(block.test_time_s, block.unix_time_s, block.voltage_v, block.current_a)
            yield block


@dataclass(frozen=True)
class Again:
    """What is to be done with files that came before.

    `earlier_ids` are the experiments that the user was told of, `replaced` is the one that goes.
    `anyway`: it is imported as new whatever it has become before.
    """

    earlier_ids: tuple[int, ...] = ()
    replaced: ExperimentFacts | None = None
    anyway: bool = False


def check_replaceable(earlier: Sequence[EarlierImport], files: int) -> EarlierImport:
    """Return the one experiment that an import of so many files may replace, or InputError."""
    first = earlier[0]
    if len(earlier) > 1:
        raise InputError(
            f"It came before more than once: {named(earlier)}. Delete what is not needed any "
            "more, or import it as a new experiment."
        )
    if first.beginning:
        raise InputError(
            f"It came before in {first.words}: what it has less would be lost. Leave it out, or "
            "import it as a new experiment."
        )
    if first.files > files:
        raise InputError(
            f"It came before in {first.words}, which was made of {first.files} files: one of them "
            "cannot replace it. Give all of them, or import it as a new experiment."
        )
    return first


def record_files(
    session: Session, experiment_id: int, files: Sequence[SourceFile], again: Again, by: By
) -> None:
    """Keep the files with their experiment in the transaction that publishes it.

    Raises CameBeforeError where one of them came before, and that was not known: of two imports
    of one file at the same moment only the first is published, unless it is imported `anyway`.
    """
    _one_at_a_time(session, by)
    earlier = _earlier(session, experiment_id, files)
    unknown = [
        one
        for one in earlier
        if one.experiment_id not in again.earlier_ids and not (one.has_grown or one.beginning)
    ]
    if unknown and not again.anyway:
        raise CameBeforeError(
            f"It came before: another import was faster and became {named(unknown)}. Nothing was "
            "imported a second time. To have it twice, import it once more, as new."
        )
    for number, file in enumerate(files):
        digest = file.digest.digest()
        session.add(
            ImportFile(
                experiment_id=experiment_id,
                number=number,
                file_name=file.name,
                sha256=file.sha256,
                part=file.part,
                size_bytes=file.size_bytes,
                measures=digest.measures,
                facts=file.facts,
                digest=digest.to_json(),
                kept=file.kept,
            )
        )
    session.flush()
    if again.replaced is not None:
        if not earlier or check_replaceable(earlier, len(files)).experiment_id != again.replaced.id:
            raise ConflictError(f"Experiment {again.replaced.id} is not of this file any more.")
        _replace(session, again.replaced, by)


def _one_at_a_time(session: Session, by: By) -> None:
    """Wait until no other publication is under way; what it has published is then to be seen.

    The row is changed, not only locked: on two nodes of a cluster one of both is then undone.
    """
    row = {"name": IMPORTS, "holder": "", "epoch": 0, "beat_at": by.now, "expires_at": by.now}
    insert_missing(session, Lease, [{**row, "detail": {}}])
    its_turn = update(Lease).where(Lease.name == IMPORTS).values(epoch=Lease.epoch + 1)
    count_changed(session, its_turn)


def _earlier(
    session: Session, experiment_id: int, files: Sequence[SourceFile]
) -> list[EarlierImport]:
    """Return the other experiments that these files came in."""
    by_id = {
        one.experiment_id: one for file in files for one in earlier_within(session, file.identity())
    }
    return [one for number, one in by_id.items() if number != experiment_id]


def _replace(session: Session, facts: ExperimentFacts, by: By) -> None:
    experiment = existing_experiment(session, facts.id, lock=True)
    if reason := what_keeps(session, experiment):
        raise ConflictError(f"Experiment {facts.id} is kept, so it is not replaced. {reason}")
    delete_within(session, experiment, facts, by=by)
