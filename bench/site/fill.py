"""Long experiments, made from memory; the peers need rows, so those up to a length get some."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.lines import Line
from bench.peers import Peer
from bench.site.work import add_battery, blocks
from db.commands.experiments.imports import NewExperiment, import_experiment
from db.engine import Database
from db.measures.packing import unpack

ROWS_UP_TO = 1_000_000  # filling the row tables takes minutes beyond that
STORE_ONLY = "store only, without rows"


@dataclass(frozen=True)
class Filled:
    """An experiment that was made, of `measures` samples from BEGIN on, one a second."""

    experiment_id: int
    measures: int
    has_rows: bool

    @property
    def note(self) -> str:
        """What the table says of it."""
        return "" if self.has_rows else STORE_ONLY


def fill_sizes(peer: Peer, sizes: Sequence[int]) -> tuple[list[Filled], list[Line]]:
    """Make an experiment of each size, and say how long the largest one took."""
    battery_id = add_battery(peer.database)
    made: list[Filled] = []
    took_s = 0.0
    for size in sizes:
        begin = time.perf_counter()
        experiment_id = import_measures(peer.database, size, battery_id)
        took_s = time.perf_counter() - begin
        made.append(_with_rows(peer.database, Filled(experiment_id, size, size <= ROWS_UP_TO)))
    largest = made[-1]
    line = Line(
        "import from memory",
        peer.engine,
        took_s,
        size=largest.measures,
        per="measures",
        note="once",
    )
    return made, [line]


def fill(
    database: Database, count: int, battery_id: int, *, rows_up_to: int = ROWS_UP_TO
) -> Filled:
    """Make one experiment, with rows up to some length: the peers read those."""
    experiment_id = import_measures(database, count, battery_id)
    return _with_rows(database, Filled(experiment_id, count, count <= rows_up_to))


def import_measures(database: Database, count: int, battery_id: int) -> int:
    """Import so many measures from memory."""
    new = new_experiment(battery_id)
    return import_experiment(database, new, blocks(count), start=None, clock=_utc_now)


def _with_rows(database: Database, filled: Filled) -> Filled:
    if filled.has_rows:
        unpack(database, filled.experiment_id, lambda _done, _total: None)
    return filled


def new_experiment(
    battery_id: int, *, file_name: str = "bench.csv", sha256: str = "0" * 64, **more: object
) -> NewExperiment:
    """Say what is imported."""
    source: dict[str, object] = {"format": "bench", "mapping": {}, **more}
    return NewExperiment(
        name="Bench",
        description="",
        battery_id=battery_id,
        user_name="bench",
        address="command line",
        file_name=file_name,
        sha256=sha256,
        **source,  # type: ignore[arg-type]
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
