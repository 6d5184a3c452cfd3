"""Files of imports: recognised when they come again, also at the same moment."""

import numpy as np
import pytest

from cycling.errors import InputError
from db.commands.experiments import imports
from db.commands.experiments.import_files import (
    Again,
    CameBeforeError,
    SourceFile,
    check_replaceable,
    record_files,
)
from db.engine import Database
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.earlier_imports import earlier_imports
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
