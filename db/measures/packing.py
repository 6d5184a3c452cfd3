"""Measures of an experiment from rows into the series store alone, and back into rows."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import exists, func, or_, select, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError
from db.engine import Database
from db.measures import writing
from db.measures.rows import Floats, MeasureRows
from db.models import Experiment, GenericMeasure, SeriesChunk, SeriesHead, SeriesTotals
from db.models.stations import VIRTUAL_STATION
from db.repeating import idempotent
from db.series import chunks, head, integrity, rows, store, upkeep
from db.series.chunks import TIME, Chunk
from db.series.reader import ChunkReader
from db.series.rows import AS_STORED, RAW_POWER, scales

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[int, int], None]


UNSTORED = "some are not stored: they came meanwhile, stand beside no measure, or are NULL"
LATER = "some came after they were given up: unpack takes them in"
AT_A_TIME = 500  # experiments in a statement
BYTES_A_ROW = 56  # measured: 281 MB of five million


@dataclass(frozen=True)
class Size:
    """How large the measures of an experiment are: rows, and bytes of them and of the store."""

    measures: int
    rows: int
    row_bytes: int
    stored_bytes: int


def size(database: Database, experiment_id: int) -> Size:
    """Return how large an experiment is; the bytes of its rows are about so many."""
    with database.read() as session:
        counts = chunks.value_counts(session, experiment_id)
        bytes_of = func.sum(
            func.length(SeriesChunk.coarse)
            + func.length(SeriesChunk.fine)
            + func.length(SeriesChunk.samples)
        )
        stored = session.scalar(select(bytes_of).where(SeriesChunk.experiment_id == experiment_id))
        totals = func.sum(func.length(SeriesTotals.totals))
        kept = session.scalar(select(totals).where(SeriesTotals.experiment_id == experiment_id))
        of_rows = [n for key, n in counts.items() if key == TIME or chunks.extended_id(key)]
        count = sum(of_rows) if head.has_rows(session, experiment_id) else 0
    return Size(counts.get(TIME, 0), count, count * BYTES_A_ROW, int(stored or 0) + int(kept or 0))


def pack(
    database: Database, experiment_id: int, now: datetime, on_progress: Progress
) -> str | None:
    """Give up the rows of an experiment that has ended, when every value of them is stored.

    Return why they are kept, None where they are gone. May be stopped anywhere and done again: the
    rows go after they count no more.
    """
    with database.read() as session:
        is_packed = not head.has_rows(session, experiment_id)
        if is_packed and _has_later(session, experiment_id):
            return LATER
    if not is_packed:
        if reason := _kept(database, experiment_id, now, on_progress):
            return reason
        if not _give_up(database, experiment_id, now):
            return UNSTORED
    writing.delete_all(database, experiment_id, lambda _reached: on_progress(1, 1))
    return None


def _has_later(session: Session, experiment_id: int) -> bool:
    """Whether rows came of measures that are not stored."""
    measure, last = GenericMeasure, head.read_head(session, experiment_id).watermarks.generic
    later = exists().where(measure.experiment_id == experiment_id, measure.id > last)
    return bool(session.scalar(select(later)))


def due(database: Database, before: datetime) -> list[int]:
    """Return experiments that ended before a moment and whose rows may go, the oldest first.

    Also those in which that was stopped half-way; not those that were given rows again.
    """
    found: list[int] = []
    with database.read() as session:
        every = list(_with_rows(session))
        for start in range(0, len(every), AT_A_TIME):
            query = (
                select(SeriesHead.experiment_id)
                .join(Experiment, Experiment.id == SeriesHead.experiment_id)
                .where(
                    SeriesHead.experiment_id.in_(every[start : start + AT_A_TIME]),
                    SeriesHead.keeps_rows.is_(False),
                    or_(SeriesHead.has_rows.is_(False), SeriesHead.final.is_(True)),
                    Experiment.finished_at < before,
                )
            )
            found += sorted(session.scalars(query))
    return found


def _with_rows(session: Session) -> Iterator[int]:
    """Yield each experiment of which a row is there, by one look at the key for each."""
    last = -1
    of_it = GenericMeasure.experiment_id
    while (found := session.scalar(select(func.min(of_it)).where(of_it > last))) is not None:
        last = found
        yield last


def _kept(
    database: Database, experiment_id: int, now: datetime, on_progress: Progress
) -> str | None:
    """Return why the rows of an experiment cannot go, after every value was compared."""
    if not upkeep.has_ended(database, experiment_id, now):
        return "it has not ended, or only just"
    if _is_newest(database, experiment_id):
        return "it is the newest one of its station, whose live view reads them"
    integrity.repair(database, experiment_id, on_progress)
    store.make_head(database, experiment_id)
    if integrity.check(database, experiment_id):
        return "what is stored is not what the rows say"
    with database.read() as session:
        for number in chunks.stored_numbers(session, experiment_id):
            chunk = chunks.load(session, experiment_id, number)
            for column in chunk.extended.values():
                if column.rows != np.count_nonzero(~np.isnan(column.values)):
                    return UNSTORED
    return None


def _is_newest(database: Database, experiment_id: int) -> bool:
    with database.read() as session:
        station_id = session.scalars(
            select(Experiment.station_id).where(Experiment.id == experiment_id)
        ).one()
        newest = select(func.max(Experiment.id)).where(Experiment.station_id == station_id)
        return station_id != VIRTUAL_STATION and session.scalar(newest) == experiment_id


@idempotent
def _give_up(database: Database, experiment_id: int, now: datetime) -> bool:
    """Let the rows count no more, unless other ones have come."""
    with database.write() as session:
        head.lock(session, experiment_id)
        there = rows.tallies(session, experiment_id, chunks.CHUNK)
        if there != chunks.tallies(session, experiment_id):
            return False
        ends = _ends(session, experiment_id)
        packed = {"has_rows": False, "keeps_rows": False, "final": True, "checked_at": now}
        _set(session, experiment_id, **packed, **ends)
        return True


def _ends(session: Session, experiment_id: int) -> dict[str, Any]:
    """Return time and test time of the first and the last measure, as a head has them."""
    reader = ChunkReader(session, experiment_id)
    us, test_s = reader.clock(2)
    ends: dict[str, Any] = {}
    for name, place in (("first", 0), ("last", -1)):
        if len(us):
            ends[f"{name}_at"] = EPOCH + timedelta(microseconds=int(us[place]))
            ends[f"{name}_test_s"] = None if np.isnan(test_s[place]) else float(test_s[place])
    return ends


def unpack(database: Database, experiment_id: int, on_progress: Progress) -> int:
    """Put rows back for an experiment that has none; return how many measures.

    They count only when all are there, so this may be stopped anywhere and done again. No worker
    gives them up any more. Raises DamagedError where a chunk is damaged, ConflictError where rows
    went meanwhile; then nothing has changed for who reads.
    """
    _note(database, experiment_id, keeps_rows=True)
    with database.read() as session:
        if head.has_rows(session, experiment_id):
            return 0
        numbers = chunks.stored_numbers(session, experiment_id)
    measures = 0
    for done, number in enumerate(numbers, 1):
        with database.read() as session:
            chunk = chunks.load(session, experiment_id, number)
            factors = scales(session, chunk.extended)
        for part_of_it in _consecutive(chunk, {id_: one.factor for id_, one in factors.items()}):
            for part in writing.per_transaction(database, part_of_it):
                _insert(database, experiment_id, part)
                database.yield_writer()
        measures += len(chunk.ids)
        on_progress(done, len(numbers))
    if not _note_rows(database, experiment_id):
        raise ConflictError(
            f"Rows of experiment {experiment_id} went while they were put back. Try it again."
        )
    for number in integrity.compare(database, experiment_id):  # their sums of values are not known
        store.rebuild_chunk(database, experiment_id, number)
    return measures


@idempotent
def _insert(database: Database, experiment_id: int, part: MeasureRows) -> None:
    with database.write() as session:
        writing.insert_missing(session, [(experiment_id, part)])


@idempotent
def _note_rows(database: Database, experiment_id: int) -> bool:
    """Let the rows count, if those of every stored measure are there."""
    ends = dict.fromkeys(("first_at", "last_at", "first_test_s", "last_test_s"))
    with database.write() as session:
        head.lock(session, experiment_id)
        there = rows.tallies(session, experiment_id, chunks.CHUNK)
        for key, stored in chunks.tallies(session, experiment_id).items():
            found = there.get(key, rows.Tally())
            if found.rows < stored.rows or found.id_sum < stored.id_sum:
                return False
        _set(session, experiment_id, has_rows=True, **ends)
        return True


@idempotent
def _note(database: Database, experiment_id: int, **values: object) -> None:
    with database.write() as session:
        _set(session, experiment_id, **values)


def _set(session: Session, experiment_id: int, **values: object) -> None:
    of_it = update(SeriesHead).where(SeriesHead.experiment_id == experiment_id)
    session.execute(of_it.values(**values))


def _consecutive(chunk: Chunk, factors: dict[int, float]) -> Iterator[MeasureRows]:
    """Yield a chunk's measures in stretches without a gap between their MeasIDs."""
    if not len(chunk.ids):
        return
    ends = np.flatnonzero(np.diff(chunk.ids) > 1) + 1
    for part in np.split(np.arange(len(chunk.ids)), ends):
        columns = {name: values[part] for name, values in chunk.columns.items()}
        yield MeasureRows(
            first_id=int(chunk.ids[part[0]]),
            unix_s=chunk.us[part] / 1e6,
            instruction=columns["instruction"],
            voltage_mv=columns["voltage"],
            current_ma=columns["current"],
            power_mw=columns.get(RAW_POWER, columns["power"]),
            test_time_s=columns["test_time"],
            step=columns["step"],
            cycle=columns["cycle"],
            extended={
                id_: _unscaled(column.values[part], factors.get(id_, AS_STORED.factor))
                for id_, column in chunk.extended.items()
            },
        )


def _unscaled(values: Floats, factor: float) -> Floats:
    """Return values as their rows had them: whole numbers, where they give the same."""
    plain = values / factor
    return np.where(np.round(plain) * factor == values, np.round(plain), plain)
