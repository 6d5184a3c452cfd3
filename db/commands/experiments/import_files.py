"""The files that an import is made of: kept with it, and recognised when they come again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from cycling.formats import Block
from cycling.formats.checks.digest import Digest, DigestBuilder
from cycling.formats.facts import Facts
from db.commands.audit import By
from db.commands.experiments.deletion import delete_within
from db.commands.experiments.moving import move_to
from db.engine import Database
from db.models import ImportFile, Lease
from db.queries.experiments.deletion import existing_experiment, what_keeps
from db.queries.experiments.detail import ExperimentFacts
from db.queries.experiments.earlier_imports import EarlierImport, Identity, earlier_within, named
from db.statements import count_changed, insert_missing
from db.terms import IMPORTS

SKIP, REPLACE, NEW, ADD = "skip", "replace", "new", "add"


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
    `anyway`: it is imported as new whatever it has become before. `adds`: the file has grown, and
    what goes is its beginning: what people have written about that stays, and its number leads on.
    """

    earlier_ids: tuple[int, ...] = ()
    replaced: ExperimentFacts | None = None
    anyway: bool = False
    adds: bool = False


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
    if again.replaced is not None and again.adds:
        _check_beginning(session, again.replaced.id, earlier, files)
        old = existing_experiment(session, again.replaced.id, lock=True)
        move_to(session, old, existing_experiment(session, experiment_id))
        _replace(session, again.replaced, by)
    elif again.replaced is not None:
        if not earlier or check_replaceable(earlier, len(files)).experiment_id != again.replaced.id:
            raise ConflictError(f"Experiment {again.replaced.id} is not of this file any more.")
        _replace(session, again.replaced, by)


def check_addable(earlier: Sequence[EarlierImport], files: int) -> EarlierImport:
    """Return the one experiment that a file that has grown is added to, or InputError."""
    first = earlier[0]
    if len(earlier) > 1 or not first.has_grown or first.files != 1 or files != 1:
        raise InputError(
            f"It came before in {named(earlier)}: only a file that has grown is added, to the one "
            "experiment that was made of its beginning alone."
        )
    return first


def expected_beginning(database: Database, experiment_id: int) -> int:
    """Return how many measures the one file of an experiment has; 0 where it is not of one."""
    with database.read() as session:
        of_it = select(ImportFile.measures).where(ImportFile.experiment_id == experiment_id)
        measures = session.scalars(of_it).all()
    return measures[0] if len(measures) == 1 else 0


def _check_beginning(
    session: Session, number: int, earlier: Sequence[EarlierImport], files: Sequence[SourceFile]
) -> None:
    """Raise ConflictError unless an experiment has the first measures of the file, and no other."""
    found = next((one for one in earlier if one.experiment_id == number and one.has_grown), None)
    file = session.get(ImportFile, (number, 0))
    digest = Digest.from_json(file.digest) if file else None
    of_one = found is not None and found.files == len(files) == 1
    if not of_one or digest is None or not digest.is_of_first(files[0].digest.first_sums):
        raise ConflictError(
            f"Experiment {number} has other measures than the beginning of this file: nothing was "
            "added to it. Import the file as new."
        )


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
