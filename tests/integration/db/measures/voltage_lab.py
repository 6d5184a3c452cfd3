"""Golden cases in a database, and which chunks of them were read."""

from collections.abc import Iterator
from contextlib import contextmanager

from db import series
from db.engine import Database
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.series import ExperimentSeries
from db.series.reader import ChunkReader
from tests import golden
from tests.integration.db.measures.test_source import golden_blocks
from tests.unit.db.lab import add_cell, import_blocks

CASES = {one.name: one for one in golden.cases()}


def golden_import(database: Database, name: str, **cell) -> int:
    case = CASES[name] if name in CASES else golden.other(name)[0]
    battery_id = add_cell(database, name, **cell) if cell else None
    return import_blocks(database, list(golden_blocks(case, counted=True)), battery_id=battery_id)


@contextmanager
def opened_cycles(
    database: Database, experiment_id: int
) -> Iterator[tuple[ExperimentSeries, ExperimentCycles]]:
    with series.opened(database, experiment_id) as experiment:
        cycles = experiment_cycles(experiment)
        assert cycles is not None
        yield experiment, cycles


@contextmanager
def chunks_read(monkeypatch) -> Iterator[list[int]]:
    """Collect the numbers of the chunks whose samples are read within the block."""
    numbers: list[int] = []
    columns = ChunkReader.columns

    def note(self, which, keys):
        numbers.extend(which)
        return columns(self, which, keys)

    with monkeypatch.context() as patch:
        patch.setattr(ChunkReader, "columns", note)
        yield numbers
