"""Long experiments, made from memory: in rows and store, or in the store alone."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.lines import Line
from bench.peers import Peer
from bench.site.work import BEGIN, CHANNELS, add_battery, blocks
from cycling.formats import Block
from cycling.terms import ExperimentStatus
from db.commands.experiments.imports import NewExperiment, ensure_channels, import_experiment
from db.engine import Database
from db.measures import writing as measures
from db.measures.rows import MeasureRows
from db.models import Experiment, Profile
from db.models.stations import VIRTUAL_STATION
from db.series.writer import SeriesWriter

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
    for size in sizes:
        begin = time.perf_counter()
        made.append(fill(peer.database, size, battery_id))
        took_s = time.perf_counter() - begin
    largest = made[-1]
    work = "import from memory" if largest.has_rows else "series store from memory"
    note = f"once; {largest.note}".removesuffix("; ")
    line = Line(work, peer.engine, took_s, size=largest.measures, per="measures", note=note)
    return made, [line]


def fill(
    database: Database, count: int, battery_id: int, *, rows_up_to: int = ROWS_UP_TO
) -> Filled:
    """Make one experiment."""
    if count <= rows_up_to:
        id_ = import_experiment(
            database, new_experiment(battery_id), blocks(count), start=None, clock=_utc_now
        )
        return Filled(id_, count, has_rows=True)
    return Filled(_store_only(database, count, battery_id), count, has_rows=False)


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


def _store_only(database: Database, count: int, battery_id: int) -> int:
    """Fill the store, and the last row: by that the store is known to be up to date."""
    experiment_id = _add_experiment(database, count, battery_id)
    ids = ensure_channels(database, CHANNELS)
    writer, first = SeriesWriter(experiment_id), 0
    for block in blocks(count):
        rows = _rows(block, first, ids)
        first += len(rows)
        with database.write() as session:
            writer.add(session, rows)
            if first == count:
                measures.insert(session, experiment_id, rows.part(len(rows) - 1, len(rows)))
                writer.finish(session)
    return experiment_id


def _add_experiment(database: Database, count: int, battery_id: int) -> int:
    with database.write() as session:
        experiment = Experiment(
            name="Bench",
            description="",
            created_at=BEGIN,
            begun_at=BEGIN,
            finished_at=BEGIN + timedelta(seconds=count),
            status=ExperimentStatus.FINISHED,
            station_id=VIRTUAL_STATION,
            battery_id=battery_id,
            profile_id=session.query(Profile.id).limit(1).scalar(),
        )
        session.add(experiment)
        session.flush()
        return experiment.id


def _rows(block: Block, first: int, ids: dict[tuple[str, str], int]) -> MeasureRows:
    assert block.unix_time_s is not None
    return MeasureRows(
        first_id=first,
        unix_s=block.unix_time_s,
        instruction=block.test_time_s * 0,
        voltage_mv=block.voltage_v * 1000,
        current_ma=block.current_a * 1000,
        power_mw=None if block.power_w is None else block.power_w * 1000,
        test_time_s=block.test_time_s,
        step=block.step,
        cycle=block.cycle,
        extended={ids[name]: values for name, values in block.extended.items()},
    )


def _utc_now() -> datetime:
    return datetime.now(UTC)
