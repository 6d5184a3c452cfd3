"""Measuring what is done with a file: checking, reading, importing."""

import hashlib
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from sqlalchemy import func, select

from bench.lines import Goal, Limit, Line, Stopwatch
from bench.peers import Peer
from bench.site.fill import new_experiment
from bench.site.work import add_battery
from cycling.formats import Verification, open_table, propose, read_measures, verify
from db.commands.experiments.imports import import_experiment
from db.engine import Database
from db.measures.packing import unpack
from db.models import ExtendedMeasure, GenericMeasure
from db.series.chunks import TIME, extended_id, value_counts

FIRST_LOADED = 1_000_000  # ExpIDs of what the limits load; none of ours comes so far
FIVE = Goal("5 x LOAD DATA", ratio=5.0)


def file_lines(file: Path, rows: int, runs: int) -> list[Line]:
    """Measure checking and reading a file; no database takes part."""
    watch = Stopwatch("none")
    checked = _verified(file)

    def read() -> None:
        for _block in read_measures(
            open_table(file, file.name), checked.mapping, trust_clock=checked.trust_clock
        ):
            pass

    return [
        watch.line("check a file", lambda: _verified(file), runs=runs, size=rows, per="rows"),
        watch.line("read a file", read, runs=runs, size=rows, per="rows"),
    ]


def import_line(peer: Peer, file: Path, rows: int, runs: int) -> Line:
    """Measure the import of a file on one engine."""
    battery_id = add_battery(peer.database)
    experiment_id = import_file(peer.database, file, battery_id)
    loaded = count(FIRST_LOADED)
    unpack(peer.database, experiment_id, lambda _done, _total: None)  # what the limit loads
    peer.keep(experiment_id)
    line = Stopwatch(peer.engine).line(
        "import, checked",
        lambda: import_file(peer.database, file, battery_id),
        Limit(peer.loader, lambda: peer.load(next(loaded))),
        runs=runs,
        size=rows,
        per="rows",
        goal=FIVE if peer.engine == "MariaDB" else None,
    )
    ours, theirs = _stored(peer.database, experiment_id), _sizes(peer.database, FIRST_LOADED)
    if ours != theirs:  # a limit that does less than we do is none
        raise RuntimeError(f"The work is not the same: {ours} with us, {theirs} beside it.")
    return line


def import_file(database: Database, file: Path, battery_id: int) -> int:
    """Do what `bem import` does: check the whole file, then load and publish it."""
    checked = _verified(file)
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    new = new_experiment(
        battery_id,
        file_name=file.name,
        sha256=sha256,
        format=checked.mapping.format,
        mapping=checked.mapping.to_json(),
    )
    blocks = read_measures(
        open_table(file, file.name), checked.mapping, trust_clock=checked.trust_clock
    )
    return import_experiment(database, new, blocks, start=None, clock=lambda: datetime.now(UTC))


def _verified(file: Path) -> Verification:
    table = open_table(file, file.name)
    checked = verify(table, propose(table))
    if not checked.ok:
        raise RuntimeError(f"The generated file is refused: {checked.problems}")
    return checked


def _stored(database: Database, experiment_id: int) -> list[int | None]:
    """Return how many measures, and values of further channels, are in the series store."""
    with database.read() as session:
        counts = value_counts(session, experiment_id)
    extended = [count for channel, count in counts.items() if extended_id(channel)]
    return [counts[TIME], sum(extended)]


def _sizes(database: Database, experiment_id: int) -> list[int | None]:
    with database.read() as session:
        return [
            session.scalar(select(func.count()).where(table.experiment_id == experiment_id))
            for table in (GenericMeasure, ExtendedMeasure)
        ]
