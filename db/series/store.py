"""Keeping the series store equal to the row tables, which stay the record where there are rows.

Other programs insert rows whenever they like. What they append is copied when somebody looks
(`catch_up`): only rows after the watermarks are read. What they insert late, change or delete is
found by `db.series.integrity`. Every change of a chunk is one transaction that holds the lock on
the experiment's head row, so any number of processes may do this at once.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import (
    CycleColumns,
    CycleSummary,
    SeriesChannel,
    SeriesHead,
    SeriesTotals,
    Statistics,
)
from db.repeating import idempotent
from db.series import chunks, rows
from db.series.checksums import DamagedError
from db.series.chunks import Chunk
from db.series.head import Head, advance, has_rows, insert_head, lock, read_head
from db.series.rows import Watermarks

LOG = logging.getLogger("bem.series")

Progress = Callable[[int, int], None]


def no_progress(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


AT_ONCE = 50_000  # rows that a page may wait for; more are the worker's


@dataclass(frozen=True)
class Missing:
    """The chunks to copy, and about how many measures are missing and are copied."""

    numbers: range
    measures: int
    copied: int

    @property
    def is_much(self) -> bool:
        """Whether nobody should wait while it is copied."""
        return self.measures > AT_ONCE

    @property
    def fraction(self) -> float:
        """The part of the measures that is copied, 0 to 1."""
        return self.copied / (self.copied + self.measures) if self.measures > 0 else 1.0


def catch_up(
    database: Database,
    experiment_id: int,
    *,
    on_progress: Progress = no_progress,
) -> None:
    """Copy the rows that came after the last copied ones.

    `on_progress` gets (done, total) chunks after every one and may raise to stop: what was copied
    stays.
    """
    with database.read() as session:
        missing = find_missing(session, experiment_id, read_head(session, experiment_id))
    for done, number in enumerate(missing.numbers, 1):
        extend_chunk(database, experiment_id, number)
        on_progress(done, len(missing.numbers))


def find_missing(session: Session, experiment_id: int, head: Head) -> Missing:
    """Return what came after the last copied rows."""
    copied = head.watermarks.generic
    first = _first_missing(session, experiment_id, head)
    if first is None:
        return Missing(range(0), 0, copied + 1)
    numbers = range(first // chunks.CHUNK, head.last_row // chunks.CHUNK + 1)
    return Missing(numbers, head.last_row - copied, copied + 1)


@idempotent
def extend_chunk(database: Database, experiment_id: int, number: int) -> None:
    """Copy the rows of one chunk that came after its last copied ones."""
    make_head(database, experiment_id)
    with database.write() as session:
        lock(session, experiment_id)
        copied = read_head(session, experiment_id).watermarks
        chunk = _copied_chunk(session, experiment_id, number, copied)
        after = max(chunk.first_id, copied.generic + 1)
        if after <= chunk.end_id:
            chunk.append(rows.generic(session, experiment_id, after, chunk.end_id))
        last = max(copied.generic, int(chunk.ids[-1]) if len(chunk.ids) else -1)
        lasts = _merge_extended(session, experiment_id, chunk, copied, last)
        chunks.save(session, experiment_id, chunk)
        advance(session, experiment_id, Watermarks(last, lasts))


def _copied_chunk(session: Session, experiment_id: int, number: int, copied: Watermarks) -> Chunk:
    try:
        return chunks.load(session, experiment_id, number)
    except DamagedError:
        LOG.exception("what=damaged-chunk experiment=%s chunk=%s", experiment_id, number)
        return chunk_of_rows(session, experiment_id, number, copied)


def chunk_of_rows(session: Session, experiment_id: int, number: int, through: Watermarks) -> Chunk:
    """Return a chunk as its rows make it, with those up to the watermarks."""
    chunk = Chunk(number)
    last = min(chunk.end_id, through.generic)
    chunk.append(rows.generic(session, experiment_id, chunk.first_id, last))
    for id_, copied_to in sorted(through.extended.items()):
        end = min(chunk.end_id, copied_to)
        values = rows.extended(session, experiment_id, id_, chunk.first_id, end)
        if len(values.ids):
            chunk.merge(id_, values)
    return chunk


def mend_chunk(database: Database, experiment_id: int, number: int) -> bool:
    """Make a chunk anew from its rows, without them from its samples; say whether that went."""
    with database.read() as session:
        is_copy = has_rows(session, experiment_id)
    if is_copy:
        rebuild_chunk(database, experiment_id, number)
        return True
    try:
        _save_again(database, experiment_id, number)
    except DamagedError:
        return False
    return True


@idempotent
def _save_again(database: Database, experiment_id: int, number: int) -> None:
    """Make what stands beside the samples of a chunk anew. Raises DamagedError."""
    with database.write() as session:
        lock(session, experiment_id)
        chunk = chunks.load(session, experiment_id, number)
        chunks.save(session, experiment_id, chunk)
        advance(session, experiment_id, read_head(session, experiment_id).watermarks)


@idempotent
def rebuild_chunk(database: Database, experiment_id: int, number: int) -> None:
    """Copy one chunk anew from its rows."""
    with database.write() as session:
        lock(session, experiment_id)
        copied = read_head(session, experiment_id).watermarks
        chunk = Chunk(number)
        chunk.append(rows.generic(session, experiment_id, chunk.first_id, chunk.end_id))
        last = int(chunk.ids[-1]) if len(chunk.ids) else -1
        lasts = _merge_extended(
            session, experiment_id, chunk, copied, max(last, copied.generic), again=True
        )
        chunks.save(session, experiment_id, chunk)
        before = chunk.first_id
        end = last if last >= 0 else rows.last_generic(session, experiment_id, before=before)
        is_last = copied.generic // chunks.CHUNK <= number
        advance(session, experiment_id, Watermarks(end if is_last else copied.generic, lasts))


def forget(
    database: Database, experiment_id: int, on_progress: Callable[[], None] = lambda: None
) -> None:
    """Delete the copy, chunk by chunk: a large one is no single transaction."""
    with database.read() as session:
        numbers = chunks.stored_numbers(session, experiment_id)
    for number in numbers:
        _forget_chunk(database, experiment_id, number)
        on_progress()
    _forget_head(database, experiment_id)


@idempotent
def _forget_chunk(database: Database, experiment_id: int, number: int) -> None:
    with database.write() as session:
        chunks.remove(session, experiment_id, [number])


@idempotent
def _forget_head(database: Database, experiment_id: int) -> None:
    with database.write() as session:
        of_all = (SeriesChannel, SeriesHead, SeriesTotals, Statistics, CycleSummary, CycleColumns)
        for table in of_all:
            session.execute(delete(table).where(table.experiment_id == experiment_id))


def _first_missing(session: Session, experiment_id: int, head: Head) -> int | None:
    """Return the least MeasID that may be missing in the copy, None if nothing is."""
    copied = head.watermarks
    if not head.has_rows:
        return None
    if head.is_final and head.last_row == copied.generic:
        return None  # one look tells enough of an experiment that has ended
    missing = [copied.generic + 1] if head.last_row > copied.generic else []
    lasts = rows.last_extended(session, experiment_id, copied.extended)
    for id_, last in lasts.items():
        watermark = copied.extended.get(id_, -1)
        if min(last, head.last_row) > watermark:  # values without a measure wait for it
            missing.append(watermark + 1)
    return min(missing, default=None)


def _merge_extended(
    session: Session,
    experiment_id: int,
    chunk: Chunk,
    copied: Watermarks,
    last: int,
    *,
    again: bool = False,
) -> dict[int, int]:
    """Merge new extended values into a chunk; return the channels' new watermarks.

    Only values of measures that are here: a later one is read again with its measure. And none
    after a watermark while earlier ones wait in another chunk: nothing before a watermark is
    missing. With `again` those up to the watermarks are read too.
    """
    lasts: dict[int, int] = {}
    for id_ in sorted(rows.last_extended(session, experiment_id, copied.extended)):
        copied_to = copied.extended.get(id_, -1)
        waits = rows.has_extended(session, experiment_id, id_, copied_to + 1, chunk.first_id - 1)
        first = chunk.first_id if again else max(copied_to + 1, chunk.first_id)
        end = min(copied_to if waits else last, chunk.end_id)
        values = rows.extended(session, experiment_id, id_, first, end)
        if len(values.ids):
            chunk.merge(id_, values)
            lasts[id_] = max(int(values.ids[-1]), copied_to)
    return lasts


@idempotent
def make_head(database: Database, experiment_id: int) -> None:
    """Make the head row, in a transaction of its own, so that it can be locked."""
    with database.read() as session:
        if session.get(SeriesHead, experiment_id) is not None:
            return
    with database.write() as session:
        insert_head(session, experiment_id)
