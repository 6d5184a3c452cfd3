"""What a unit keeps on disk: samples and events until they are acknowledged, and what it has done.

One file, one process. Whatever is published stands here first, so a process that is killed begins
again without a gap and without giving a number twice.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cycling.battery.model import BatteryState
from cycling.errors import InputError, UnavailableError
from master_node.protocol.events import AnyEvent
from master_node.protocol.messages import CommandAnswer, Offer, OfferAnswer
from master_node.virtual_cycler.records import Progress, RecordBatch, Sample

TABLES = """
CREATE TABLE IF NOT EXISTS offers (experiment INTEGER PRIMARY KEY, answer BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS runs (
    experiment INTEGER PRIMARY KEY, link TEXT NOT NULL, offer BLOB NOT NULL,
    progress BLOB NOT NULL, samples INTEGER NOT NULL, events INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS samples (
    experiment INTEGER, n INTEGER, at REAL, test_time_s REAL, instruction INTEGER, step INTEGER,
    cycle INTEGER, voltage REAL, current REAL, temp_cell REAL, temp_amb REAL,
    paused INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (experiment, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    experiment INTEGER, n INTEGER, event BLOB NOT NULL, PRIMARY KEY (experiment, n)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commands (id INTEGER PRIMARY KEY, answer BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS batteries (
    id INTEGER PRIMARY KEY, soc REAL, rc_voltage_v REAL, temperature_degc REAL, at REAL);
"""
PAUSED = "ALTER TABLE samples ADD COLUMN paused INTEGER NOT NULL DEFAULT 0"
INSERTS = {
    "offers": "INSERT OR REPLACE INTO offers VALUES (?, ?)",
    "runs": "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?)",
    "samples": "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "events": "INSERT OR REPLACE INTO events VALUES (?, ?, ?)",
    "commands": "INSERT OR REPLACE INTO commands VALUES (?, ?)",
    "batteries": "INSERT OR REPLACE INTO batteries VALUES (?, ?, ?, ?, ?)",
}


class Watermark(NamedTuple):
    """Up to which MeasID and event number something holds; -1: nothing yet."""

    samples: int = -1
    events: int = -1


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run that is not over, or not acknowledged to its end."""

    experiment: int
    link: str
    offer: Offer
    progress: Progress
    acknowledged: Watermark


@dataclass(slots=True)
class Batch:
    """What is to be written in one transaction."""

    recorded: list[RecordBatch] = field(default_factory=list)
    offers: list[OfferAnswer] = field(default_factory=list)
    begun: list[tuple[str, Offer]] = field(default_factory=list)  # with the link
    progress: dict[int, Progress] = field(default_factory=dict)
    commands: list[CommandAnswer] = field(default_factory=list)
    batteries: dict[int, BatteryState[float]] = field(default_factory=dict)
    acknowledged: dict[int, Watermark] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)


class Store:
    """The unit's file. Raises InputError if another process has it, or it cannot be made."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(file, timeout=1.0, isolation_level=None)
            self._database.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._database.execute("PRAGMA journal_mode=WAL")
            self._database.execute("PRAGMA synchronous=FULL")
            self._database.executescript(f"BEGIN IMMEDIATE; {TABLES} COMMIT;")
            if not self._rows("SELECT 1 FROM pragma_table_info('samples') WHERE name = 'paused'"):
                self._database.execute(PAUSED)  # a file from before pauses were recorded
        except sqlite3.OperationalError as error:
            reason = "another process uses it" if "locked" in str(error) else str(error)
            raise InputError(f"The unit's memory {file} cannot be opened: {reason}.") from error
        except (sqlite3.DatabaseError, OSError) as error:
            raise InputError(f"The unit's memory {file} cannot be used: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def write(self, batch: Batch, now: float) -> None:
        """Write all of it or nothing. Raises UnavailableError, on a full disk for instance."""
        try:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._write(batch, now)
                self._database.execute("COMMIT")
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise UnavailableError(f"The unit's memory cannot be written: {error}.") from error

    def runs(self) -> list[StoredRun]:
        """Return the runs that are not closed, oldest first."""
        rows = self._rows("SELECT * FROM runs ORDER BY rowid")
        return [
            StoredRun(
                experiment,
                link,
                _offers.decode(offer),
                _progresses.decode(progress),
                Watermark(samples, events),
            )
            for experiment, link, offer, progress, samples, events in rows
        ]

    def batteries(self) -> dict[int, tuple[BatteryState[float], float]]:
        """Return the state of each battery, and the wall time (s) at which it had it."""
        rows = self._rows("SELECT * FROM batteries")
        return {key: (BatteryState(*state), at) for key, *state, at in rows}

    def offer_answer(self, experiment: int) -> OfferAnswer | None:
        """Return what was answered when an experiment was offered."""
        for (answer,) in self._rows("SELECT answer FROM offers WHERE experiment = ?", experiment):
            return _offer_answers.decode(answer)
        return None

    def command_answer(self, command: int) -> CommandAnswer | None:
        """Return what was answered to a command."""
        for (answer,) in self._rows("SELECT answer FROM commands WHERE id = ?", command):
            return _command_answers.decode(answer)
        return None

    def last(self, experiment: int) -> Watermark:
        """Return the last sample and event of an experiment that stand in the file."""
        query = (
            "SELECT (SELECT max(n) FROM samples WHERE experiment = ?1),"
            " (SELECT max(n) FROM events WHERE experiment = ?1)"
        )
        ((samples, events),) = self._rows(query, experiment)
        return Watermark(-1 if samples is None else samples, -1 if events is None else events)

    def samples(self, experiment: int, after: int, limit: int) -> list[Sample]:
        """Return the samples that follow MeasID `after`."""
        query = "SELECT * FROM samples WHERE experiment = ? AND n > ? ORDER BY n LIMIT ?"
        return [Sample(*row[1:]) for row in self._rows(query, experiment, after, limit)]

    def events(self, experiment: int, after: int, limit: int) -> list[AnyEvent]:
        """Return the events that follow number `after`."""
        query = "SELECT event FROM events WHERE experiment = ? AND n > ? ORDER BY n LIMIT ?"
        rows = self._rows(query, experiment, after, limit)
        return [_events.decode(event) for (event,) in rows]

    def _rows(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        with closing(self._database.execute(query, values)) as cursor:
            return cursor.fetchall()

    def _write(self, batch: Batch, now: float) -> None:
        self._put("offers", ((one.experiment, _json(one)) for one in batch.offers))
        self._put("commands", ((one.id, _json(one)) for one in batch.commands))
        self._put(
            "batteries",
            (
                (key, state.soc, state.rc_voltage_v, state.temperature_degc, now)
                for key, state in batch.batteries.items()
            ),
        )
        nothing = Watermark()
        self._put(
            "runs",
            (
                (offer.experiment, link, _json(offer), _json(Progress()), *nothing)
                for link, offer in batch.begun
            ),
        )
        for records in batch.recorded:
            key = records.experiment
            self._put("samples", ((key, *sample) for sample in records.samples))
            self._put("events", ((key, event.n, _json(event)) for event in records.events))
        self._database.executemany(
            "UPDATE runs SET progress = ? WHERE experiment = ?",
            [(_json(progress), key) for key, progress in batch.progress.items()],
        )
        for key, watermark in batch.acknowledged.items():
            self._forget(key, watermark)
        for key in batch.closed:
            self._database.execute("DELETE FROM runs WHERE experiment = ?", (key,))

    def _forget(self, experiment: int, watermark: Watermark) -> None:
        run = self._database.execute
        run("DELETE FROM samples WHERE experiment = ? AND n <= ?", (experiment, watermark.samples))
        run("DELETE FROM events WHERE experiment = ? AND n <= ?", (experiment, watermark.events))
        run(
            "UPDATE runs SET samples = ?, events = ? WHERE experiment = ?", (*watermark, experiment)
        )

    def _put(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        self._database.executemany(INSERTS[table], rows)


_events = msgspec.json.Decoder(AnyEvent)
_offers = msgspec.json.Decoder(Offer)
_offer_answers = msgspec.json.Decoder(OfferAnswer)
_command_answers = msgspec.json.Decoder(CommandAnswer)
_progresses = msgspec.json.Decoder(Progress)


def _json(value: msgspec.Struct) -> bytes:
    return msgspec.json.encode(value)
