"""Keeping the series store equal to the row tables, which stay the record.

Other programs insert rows whenever they like. What they append is copied when somebody looks
(`catch_up`): only rows after the watermarks are read. What they insert late or delete is found by
comparing counts and sums of keys (`compare`), which the worker does when an experiment has ended
and now and then before. Every change of a chunk is one transaction that holds the lock on the
experiment's head row, so any number of processes may do this at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from cycling.terms import ExperimentStatus
from db.engine import Database
from db.models import (
    CycleSummary,
    Experiment,
    SeriesChannel,
    SeriesChunk,
    SeriesHead,
    Statistics,
)
from db.repeating import idempotent
from db.series import chunks, rows
from db.series.chunks import Chunk
from db.series.head import Head, advance, insert_head, lock, read_head
from db.series.rows import Watermarks

Progress = Callable[[int, int], None]

AT_ONCE = 50_000  # rows that a page may wait for; more are the worker's
COMPARE_EVERY = timedelta(hours=1)
LATE_ROWS = timedelta(minutes=10)  # a synchroniser commits the last rows after the end
AT_A_TIME = 20


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
    on_progress: Progress = lambda _done, _total: None,
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
    _make_head(database, experiment_id)
    with database.write() as session:
        lock(session, experiment_id)
        copied = read_head(session, experiment_id).watermarks
        chunk = chunks.load(session, experiment_id, number)
        after = max(chunk.first_id, copied.generic + 1)
        if after <= chunk.end_id:
            chunk.append(rows.generic(session, experiment_id, after, chunk.end_id))
        last = max(copied.generic, int(chunk.ids[-1]) if len(chunk.ids) else -1)
        lasts = _merge_extended(session, experiment_id, chunk, copied, last)
        chunks.save(session, experiment_id, chunk)
        advance(session, experiment_id, Watermarks(last, lasts))


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
        end = last if last >= 0 else _end_before(session, experiment_id, chunk.first_id)
        is_last = copied.generic // chunks.CHUNK <= number
        advance(session, experiment_id, Watermarks(end if is_last else copied.generic, lasts))


def compare(database: Database, experiment_id: int) -> list[int]:
    """Return the numbers of the chunks whose rows are not those that were copied.

    Reads the keys of all rows: seconds for ten million measures.
    """
    with database.read() as session:
        there = rows.tallies(session, experiment_id, chunks.CHUNK)
        copied = chunks.tallies(session, experiment_id)
    none = (0, 0)
    keys = there.keys() | copied.keys()
    return sorted({key[1] for key in keys if there.get(key, none) != copied.get(key, none)})


def reconcile(
    database: Database,
    experiment_id: int,
    *,
    final: bool,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
) -> int:
    """Copy what is missing, compare, copy anew what differs; return how many chunks differed.

    With `final` the experiment needs no further comparison.
    """
    catch_up(database, experiment_id, on_progress=on_progress)
    _make_head(database, experiment_id)
    differing = compare(database, experiment_id)
    for done, number in enumerate(differing, 1):
        rebuild_chunk(database, experiment_id, number)
        on_progress(done, len(differing))
    _note_checked(database, experiment_id, final=final, now=now)
    return len(differing)


@idempotent
def _note_checked(database: Database, experiment_id: int, *, final: bool, now: datetime) -> None:
    with database.write() as session:
        session.execute(
            update(SeriesHead)
            .where(SeriesHead.experiment_id == experiment_id)
            .values(final=final, checked_at=now)
        )


def rebuild(
    database: Database,
    experiment_id: int,
    on_progress: Progress = lambda _done, _total: None,
) -> None:
    """Copy an experiment anew, chunk by chunk; readers find the old or the new one of each."""
    catch_up(database, experiment_id, on_progress=on_progress)
    with database.read() as session:
        copied = {number for _, number in chunks.tallies(session, experiment_id)}
    for done, number in enumerate(sorted(copied), 1):
        rebuild_chunk(database, experiment_id, number)
        on_progress(done, len(copied))
    for number in compare(database, experiment_id):  # rows in chunks that were not there
        rebuild_chunk(database, experiment_id, number)


def forget(
    database: Database, experiment_id: int, on_progress: Callable[[], None] = lambda: None
) -> None:
    """Delete the copy, chunk by chunk: a large one is no single transaction."""
    with database.read() as session:
        numbers = session.scalars(
            select(SeriesChunk.number).where(SeriesChunk.experiment_id == experiment_id).distinct()
        ).all()
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
        for table in (SeriesChannel, SeriesHead, Statistics, CycleSummary):
            session.execute(delete(table).where(table.experiment_id == experiment_id))


def _first_missing(session: Session, experiment_id: int, head: Head) -> int | None:
    """Return the least MeasID that may be missing in the copy, None if nothing is."""
    copied = head.watermarks
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


def _end_before(session: Session, experiment_id: int, measure_id: int) -> int:
    """Return the greatest MeasID of the copy before one, -1 if there is none."""
    number = session.scalar(
        select(func.max(SeriesChunk.number)).where(
            SeriesChunk.experiment_id == experiment_id,
            SeriesChunk.channel == chunks.TIME,
            SeriesChunk.measures > 0,
            SeriesChunk.number < measure_id // chunks.CHUNK,
        )
    )
    if number is None:
        return -1
    return int(chunks.load(session, experiment_id, number).ids[-1])


@idempotent
def _make_head(database: Database, experiment_id: int) -> None:
    """Make the head row, in a transaction of its own, so that it can be locked."""
    with database.read() as session:
        if session.get(SeriesHead, experiment_id) is not None:
            return
    with database.write() as session:
        insert_head(session, experiment_id)


def find_due(database: Database, now: datetime) -> list[tuple[int, bool]]:
    """Return some experiments to reconcile, newest first, and whether each has ended for good."""
    status = Experiment.status
    has_run = status != ExperimentStatus.QUEUED
    with database.read() as session:
        rows = session.execute(
            select(Experiment.id, Experiment.status, Experiment.finished_at)
            .outerjoin(SeriesHead, SeriesHead.experiment_id == Experiment.id)
            .where(has_run, _is_due(now))
            .order_by(Experiment.id.desc())
            .limit(AT_A_TIME)
        ).all()
    return [(id_, _has_ended(status, finished_at, now)) for id_, status, finished_at in rows]


def list_all(database: Database) -> list[int]:
    """Return every experiment that has run, the newest first."""
    with database.read() as session:
        has_run = Experiment.status != ExperimentStatus.QUEUED
        return list(
            session.scalars(select(Experiment.id).where(has_run).order_by(Experiment.id.desc()))
        )


def _is_due(now: datetime) -> ColumnElement[bool]:
    looked_at_long_ago = or_(
        SeriesHead.checked_at.is_(None), SeriesHead.checked_at < now - COMPARE_EVERY
    )
    return or_(
        SeriesHead.experiment_id.is_(None),
        and_(SeriesHead.final.is_(False), looked_at_long_ago),
    )


def _has_ended(status: ExperimentStatus, finished_at: datetime | None, now: datetime) -> bool:
    ended = status in (ExperimentStatus.FINISHED, ExperimentStatus.ERROR)
    return ended and (finished_at is None or finished_at < now - LATE_ROWS)
