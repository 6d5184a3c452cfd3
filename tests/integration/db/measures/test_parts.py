"""Parts of samples: each is what a whole reading has there, and no chunk is read twice."""

import numpy as np
import pytest

from cycling.analysis.integration import columns_of
from db.engine import Database
from db.measures.parts import samples_of_parts
from db.measures.samples import samples
from db.series import chunks
from tests.integration.db.measures.voltage_lab import chunks_read, golden_import, opened_cycles

CASE = "coin_87ua_arbin"


PARTS = (
    [(0, 3)],
    [(3, 90), (10, 12), (80, 200)],  # one within another, and one that overlaps
    [(0, 1), (1, 2), (250, 260)],
    [],
)


@pytest.mark.parametrize("size", [5, 40, 65_536])
def test_each_part_is_what_the_whole_has_there(sqlite_database: Database, monkeypatch, size):
    monkeypatch.setattr(chunks, "CHUNK", size)
    with opened_cycles(sqlite_database, golden_import(sqlite_database, CASE)) as (one, cycles):
        source = cycles.steps.recipe.source
        whole = [columns_of(block) for block in samples(one, source)]
        columns = [np.concatenate(one) for one in zip(*whole, strict=True)]
        for parts in PARTS:
            with chunks_read(monkeypatch) as numbers:
                found = list(samples_of_parts(one, source, parts))
            assert len(found) == len(parts)
            assert len(numbers) == len(set(numbers))
            for part, (first, end) in zip(found, parts, strict=True):
                for ours, theirs in zip(columns_of(part), columns, strict=True):
                    np.testing.assert_array_equal(ours, theirs[first:end])
