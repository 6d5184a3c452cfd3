"""Files that came before `bem import` brings them once more, and what is to be done with them."""

from collections.abc import Sequence

from bem.files.checking import CheckedFile, say
from cycling.errors import InputError
from cycling.formats.checks.digest import Digest, DigestBuilder
from db.commands.experiments.import_files import (
    ADD,
    NEW,
    SKIP,
    Again,
    check_addable,
    check_replaceable,
    expected_beginning,
)
from db.engine import Database
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.earlier_imports import EarlierImport, earlier_imports, named


class EarlierFiles:
    """Recognises files that came before, among them those of this call."""

    def __init__(self, database: Database, answer: str | None, *, dry_run: bool) -> None:
        """Know the answer for all of them: "skip", "replace", "add" or "new", if there is one."""
        self._database, self._answer, self._dry_run = database, answer, dry_run
        self._done: set[tuple[str, str]] = set()  # hash and test of the files of this call
        self._seen: list[tuple[str, Digest]] = []  # of a dry run, which leaves nothing behind

    def answered(self, group: Sequence[CheckedFile]) -> Again | None:
        """Return what is to be done with files that came before; None to skip them.

        Without an answer they are imported once more, which is said: nobody is there to ask.
        """
        answer = self._answer
        known: dict[int, None] = {}
        for file in group:
            source, digest = file.source, file.verification.digest
            if (source.sha256, source.part) in self._done:
                raise InputError(f"{source.name} is given twice.")
            self._done.add((source.sha256, source.part))
            earlier = earlier_imports(self._database, source.identity(digest))
            known |= dict.fromkeys(one.experiment_id for one in earlier)
            if self._dry_run:
                self._compare(source.name, digest)
            if not earlier or answer == NEW:
                continue
            if answer is None:
                ways = ["--again skip to leave it out"]
                if earlier[0].has_grown:
                    ways.append("--again add to add what is new to that experiment")
                elif not earlier[0].beginning:
                    ways.append("--again replace to put it in the place of that experiment")
                say(
                    f"warning: {source.name} came before: {named(earlier)}. It is imported once "
                    f"more. Give {', or '.join(ways)}."
                )
                continue
            if answer == SKIP:
                say(f"{source.name} is skipped. It came before: {named(earlier)}.")
                return None
            if answer == ADD:
                return self._added(file, earlier, len(group))
            replaced = check_replaceable(earlier, len(group))
            facts = experiment_facts(self._database, replaced.experiment_id)
            return Again((replaced.experiment_id,), facts)
        return Again(tuple(known), anyway=answer == NEW)

    def _added(self, file: CheckedFile, earlier: Sequence[EarlierImport], files: int) -> Again:
        """Add a file that has grown to the experiment of its beginning."""
        number = check_addable(earlier, files).experiment_id
        measures = expected_beginning(self._database, number)
        file.source.digest = DigestBuilder(measures)
        return Again((number,), experiment_facts(self._database, number), adds=True)

    def _compare(self, name: str, digest: Digest) -> None:
        """Say that the measures of a file are in another one of this dry run."""
        for other, its in self._seen:
            same_name = name == other
            grown = digest.begins_with(its, same_name=same_name)
            if grown or its.begins_with(digest, same_name=same_name) or its.same_as(digest):
                whole, part = (name, other) if grown else (other, name)
                say(f"warning: {whole} has the measures of {part}. Import one of both.")
        self._seen.append((name, digest))
