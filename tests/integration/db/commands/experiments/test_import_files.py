"""Files of imports: recognised when they come again, also at the same moment."""

import numpy as np
import pytest
from sqlalchemy import select

from cycling.errors import ConflictError, InputError
from cycling.formats.checks.digest import DigestBuilder
from db.commands.experiments import imports
from db.commands.experiments.import_files import (
    Again,
    CameBeforeError,
    SourceFile,
    check_replaceable,
    expected_beginning,
    record_files,
)
from db.commands.experiments.notes import NewNote, add_note, rename_experiment
from db.engine import Database
from db.models import Note
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.earlier_imports import earlier_imports
from db.queries.experiments.planned import present_number
from tests.unit.db.lab import BY, NOW, START, add_cell, at_once, block, new_experiment

TOGETHER = 4
CLOCK_S = START.timestamp() + np.arange(50.0)


def bring(
    database: Database,
    battery_id: int,
    sha256: str,
    *,
    known: tuple[int, ...] = (),
    anyway: bool = False,
) -> int:
    """Import a file of these bytes, with the same measures whatever they are."""
    source = SourceFile("cell.csv", sha256, 1000)
    return imports.import_experiment(
        database,
        new_experiment(battery_id, sha256=sha256),
        source.passing([block(50, unix_time_s=CLOCK_S)]),
        start=None,
        clock=lambda: NOW,
        within_publication=lambda session, experiment_id: record_files(
            session, experiment_id, [source], Again(known, anyway=anyway), BY
        ),
    )


@pytest.mark.parametrize("hashes", ["aaaa", "abcd"], ids=["same file", "same measures"])
def test_of_imports_of_one_file_at_the_same_moment_one_is_published(database, hashes):
    battery_id = add_cell(database)
    done = at_once(
        [
            lambda sha256=letter * 64: bring(database, battery_id, sha256)
            for letter in hashes[:TOGETHER]
        ]
    )
    (published,) = [one for one in done if isinstance(one, int)]
    refused = [one for one in done if not isinstance(one, int)]
    assert [type(one) for one in refused] == [CameBeforeError] * (TOGETHER - 1), refused
    assert all(f"experiment {published}" in str(one) for one in refused)


def test_a_file_that_has_grown_is_named_with_what_it_was_and_may_replace_it(database):
    battery_id = add_cell(database)

    def grown(count: int, again: Again, name: str = "cell.csv") -> int:
        source = SourceFile(name, str(count) * 32, 1000 * count)
        clock = START.timestamp() + np.arange(float(count))
        return imports.import_experiment(
            database,
            new_experiment(battery_id),
            source.passing([block(count, unix_time_s=clock)]),
            start=None,
            clock=lambda: NOW,
            within_publication=lambda session, experiment_id: record_files(
                session, experiment_id, [source], again, BY
            ),
        )

    first = grown(50, Again())
    source = SourceFile("other.csv", "7" * 64, 70_000)
    clock = START.timestamp() + np.arange(70.0)
    list(source.passing([block(70, unix_time_s=clock)]))
    (earlier,) = earlier_imports(database, source.identity())
    assert (earlier.experiment_id, earlier.has_grown, earlier.same_file) == (first, True, False)
    assert "cell.csv, whose measures it has, and more" in earlier.words
    grown(70, Again((first,), replaced=experiment_facts(database, first)))
    assert [one.has_grown for one in earlier_imports(database, source.identity())] == [False]
    source = SourceFile("other.csv", "8" * 64, 40_000)
    list(source.passing([block(40, unix_time_s=clock[:40])]))
    (longer,) = earlier_imports(database, source.identity())
    assert (longer.beginning, longer.has_grown) == (True, False)
    assert "which has its measures, and more" in longer.words
    with pytest.raises(InputError, match="would be lost"):
        check_replaceable([longer], 1)


class TestAdding:
    """A file that has grown is added to the experiment of its beginning."""

    @pytest.fixture
    def grown(self, database):
        battery_id = add_cell(database)

        def bring(count: int, again: Again, volts: float = 3.5, first: int = 0) -> int:
            source = SourceFile("cell.csv", f"{count}{volts}" * 8, 1000 * count)
            source.digest = DigestBuilder(first)
            clock = START.timestamp() + np.arange(float(count))
            measures = block(count, unix_time_s=clock)
            measures.voltage_v[49] = volts  # behind the last mark of 50
            return imports.import_experiment(
                database,
                new_experiment(battery_id),
                source.passing([measures]),
                start=None,
                clock=lambda: NOW,
                within_publication=lambda session, experiment_id: record_files(
                    session, experiment_id, [source], again, BY
                ),
            )

        return bring

    def adding(self, database, number: int) -> Again:
        return Again((number,), replaced=experiment_facts(database, number), adds=True)

    def test_what_was_written_about_it_stays_and_its_number_leads_on(self, database, grown):
        first = grown(50, Again())
        add_note(database, NewNote(first, "Keep me."), by=BY)
        rename_experiment(database, first, "Aging", "of cell 7", by=BY)
        assert expected_beginning(database, first) == 50
        both = grown(120, self.adding(database, first), first=50)
        facts = experiment_facts(database, both)
        assert (facts.name, facts.measures) == ("Aging", 120)
        assert present_number(database, first) == both
        with database.read() as session:
            assert session.scalars(select(Note.experiment_id)).all() == [both]
        third = grown(200, self.adding(database, both), first=120)
        assert present_number(database, first) == present_number(database, both) == third

    def test_other_measures_are_not_overwritten(self, database, grown):
        first = grown(50, Again())
        with pytest.raises(ConflictError, match="has other measures than the beginning"):
            grown(52, self.adding(database, first), volts=3.6, first=50)
        with pytest.raises(ConflictError, match="has other measures than the beginning"):
            grown(50, self.adding(database, first), first=50)  # it has not grown
        assert present_number(database, first) == first


def test_what_is_to_be_new_anyway_is_published_by_all(database):
    battery_id = add_cell(database)
    done = at_once([lambda: bring(database, battery_id, "a" * 64, anyway=True)] * 2)
    assert len({one for one in done if isinstance(one, int)}) == 2, done


def test_who_knows_of_it_imports_it_once_more(database):
    battery_id = add_cell(database)
    first = bring(database, battery_id, "a" * 64)
    assert bring(database, battery_id, "a" * 64, known=(first,)) != first


def test_other_files_at_the_same_moment_are_all_published(database):
    cells = [add_cell(database, f"Cell {n}") for n in range(TOGETHER)]

    def one(n: int) -> int:
        source = SourceFile(f"{n}.csv", str(n) * 64, 1000)
        return imports.import_experiment(
            database,
            new_experiment(cells[n]),
            source.passing([block(50 + n, unix_time_s=START.timestamp() + np.arange(50.0 + n))]),
            start=None,
            clock=lambda: NOW,
            within_publication=lambda session, experiment_id: record_files(
                session, experiment_id, [source], Again(), BY
            ),
        )

    done = at_once([lambda n=n: one(n) for n in range(TOGETHER)])
    assert len({one for one in done if isinstance(one, int)}) == TOGETHER
