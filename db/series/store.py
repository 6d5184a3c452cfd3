"""Keeping the series store equal to the row tables, which stay the record.

Other programs insert rows whenever they like. What they append is copied when somebody looks
(`catch_up`): only rows after the marks are read. What they insert late or delete is found by
comparing counts and sums of keys (`compare`), which the worker does when an experiment has ended
and now and then before. Every change of a chunk is one transaction that holds the lock on the
experiment's head row, so any number of processes may do this at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import SeriesChannel, SeriesChunk, SeriesHead, Statistics
from db.repeating import idempotent
from db.series import chunks, rows
from db.series.chunks import Chunk
from db.series.rows import Marks

Progress = Callable[[int, int], None]

AT_ONCE = 50_000  # rows that a page may wait for; more are the worker's


@dataclass(frozen=True)
class Missing:
    """The chunks to copy, and about how many measures are missing and are copied."""

    numbers: range
    measures: int
    copied: int


def catch_up(
    database: Database,
    experiment_id: int,
    *,
    most: int | None = None,
    on_progress: Progress = lambda _done, _total: None,
) -> float:
    """Copy the rows that came after the last copied ones; return the part that is copied, 0 to 1.

    With `most` nothing is copied when more rows than that are missing. `on_progress` is told
    (done, total) chunks after every one and may raise to stop: what was copied stays.
    """
    missing = find_missing(database, experiment_id)
    if most is not None and missing.measures > most:
        return missing.copied / (missing.copied + missing.measures)
    for done, number in enumerate(missing.numbers, 1):
        extend_chunk(database, experiment_id, number)
        on_progress(done, len(missing.numbers))
    return 1.0


def find_missing(database: Database, experiment_id: int) -> Missing:
    """Return what came after the last copied rows."""
    with database.read() as session:
        copied = _copied(session, experiment_id)
        there = _there(session, experiment_id, copied)
    first = _first_missing(there, copied)
    if first is None:
        return Missing(range(0), 0, copied.generic + 1)
    numbers = range(first // chunks.CHUNK, there.generic // chunks.CHUNK + 1)
    return Missing(numbers, there.generic - copied.generic, copied.generic + 1)


@idempotent
def extend_chunk(database: Database, experiment_id: int, number: int) -> None:
    """Copy the rows of one chunk that came after its last copied ones."""
    _make_head(database, experiment_id)
    with database.write() as session:
        _lock(session, experiment_id)
        copied = _copied(session, experiment_id)
        chunk = chunks.load(session, experiment_id, number)
        after = max(chunk.first_id, copied.generic + 1)
        if after <= chunk.end_id:
            chunk.append(rows.generic(session, experiment_id, after, chunk.end_id))
        last = max(copied.generic, int(chunk.ids[-1]) if len(chunk.ids) else -1)
        marks = _read_extended(session, experiment_id, chunk, copied, last)
        chunks.save(session, experiment_id, chunk)
        _note(session, experiment_id, Marks(last, marks))


@idempotent
def rebuild_chunk(database: Database, experiment_id: int, number: int) -> None:
    """Copy one chunk anew from its rows."""
    with database.write() as session:
        _lock(session, experiment_id)
        copied = _copied(session, experiment_id)
        chunk = Chunk(number)
        chunk.append(rows.generic(session, experiment_id, chunk.first_id, chunk.end_id))
        last = int(chunk.ids[-1]) if len(chunk.ids) else -1
        marks = _read_extended(
            session, experiment_id, chunk, copied, max(last, copied.generic), again=True
        )
        chunks.save(session, experiment_id, chunk)
        end = last if last >= 0 else _end_before(session, experiment_id, chunk.first_id)
        is_last = copied.generic // chunks.CHUNK <= number
        _note(session, experiment_id, Marks(end if is_last else copied.generic, marks))


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


def settle(
    database: Database,
    experiment_id: int,
    *,
    ended: bool,
    now: datetime,
    on_progress: Progress = lambda _done, _total: None,
) -> int:
    """Copy what is missing, compare, copy anew what differs; return how many chunks differed.

    With `ended` the experiment needs no further comparison.
    """
    catch_up(database, experiment_id, on_progress=on_progress)
    _make_head(database, experiment_id)
    differing = compare(database, experiment_id)
    for done, number in enumerate(differing, 1):
        rebuild_chunk(database, experiment_id, number)
        on_progress(done, len(differing))
    _note_checked(database, experiment_id, ended=ended, now=now)
    return len(differing)


@idempotent
def _note_checked(database: Database, experiment_id: int, *, ended: bool, now: datetime) -> None:
    with database.write() as session:
        session.execute(
            update(SeriesHead)
            .where(SeriesHead.experiment_id == experiment_id)
            .values(final=ended, checked_at=now)
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
    _forget_marks(database, experiment_id)


@idempotent
def _forget_chunk(database: Database, experiment_id: int, number: int) -> None:
    with database.write() as session:
        chunks.remove(session, experiment_id, [number])


@idempotent
def _forget_marks(database: Database, experiment_id: int) -> None:
    with database.write() as session:
        for table in (SeriesChannel, SeriesHead, Statistics):
            session.execute(delete(table).where(table.experiment_id == experiment_id))


def revision(database: Database, experiment_id: int) -> int:
    """Return a number that rises with every change of the copy; 0 while there is none."""
    with database.read() as session:
        found = session.scalar(
            select(SeriesHead.revision).where(SeriesHead.experiment_id == experiment_id)
        )
    return found or 0


def last_id(database: Database, experiment_id: int) -> int:
    """Return the greatest MeasID of the copy, -1 while it is empty."""
    with database.read() as session:
        return _copied(session, experiment_id).generic


def known_channels(session: Session, experiment_id: int) -> tuple[bool, list[int]]:
    """Return whether a power is known, and the UsedMeasIDs of the channels that have a row."""
    has_power = session.scalar(
        select(SeriesHead.has_power).where(SeriesHead.experiment_id == experiment_id)
    )
    ids = session.scalars(
        select(SeriesChannel.used_measure_id).where(
            SeriesChannel.experiment_id == experiment_id, SeriesChannel.known > 0
        )
    ).all()
    return bool(has_power), list(ids)


def note(session: Session, experiment_id: int, marks: Marks) -> None:
    """Write down how far the chunks that were saved go; the caller has made them itself."""
    _insert_head(session, experiment_id)
    _lock(session, experiment_id)
    _note(session, experiment_id, marks)


def _there(session: Session, experiment_id: int, copied: Marks) -> Marks:
    """Return how far the rows go; of an experiment that has ended one look tells enough."""
    settled = session.scalar(
        select(SeriesHead.final).where(SeriesHead.experiment_id == experiment_id)
    )
    if settled and rows.last_generic(session, experiment_id) == copied.generic:
        return copied
    return rows.marks(session, experiment_id)


def _first_missing(there: Marks, copied: Marks) -> int | None:
    """Return the least MeasID that may be missing in the copy, None if nothing is."""
    missing = [copied.generic + 1] if there.generic > copied.generic else []
    for id_, last in there.extended.items():
        mark = copied.extended.get(id_, -1)
        if min(last, there.generic) > mark:  # values without a measure wait for it
            missing.append(mark + 1)
    return min(missing, default=None)


def _read_extended(
    session: Session,
    experiment_id: int,
    chunk: Chunk,
    copied: Marks,
    last: int,
    *,
    again: bool = False,
) -> dict[int, int]:
    """Lay new extended values beside the chunk's measures; return the channels' new marks.

    Only values of measures that are here: a later one is read again with its measure. And none
    after a mark while earlier ones wait in another chunk: a mark says that nothing before it is
    missing. With `again` those up to the marks are read too.
    """
    marks: dict[int, int] = {}
    for id_ in rows.extended_channels(session, experiment_id):
        mark = copied.extended.get(id_, -1)
        waits = rows.has_extended(session, experiment_id, id_, mark + 1, chunk.first_id - 1)
        first = chunk.first_id if again else max(mark + 1, chunk.first_id)
        end = min(mark if waits else last, chunk.end_id)
        found = rows.extended(session, experiment_id, id_, first, end)
        if len(found.ids):
            chunk.lay_beside(id_, found)
            marks[id_] = max(int(found.ids[-1]), mark)
    return marks


def _copied(session: Session, experiment_id: int) -> Marks:
    last = session.scalar(
        select(SeriesHead.last_id).where(SeriesHead.experiment_id == experiment_id)
    )
    extended = session.execute(
        select(SeriesChannel.used_measure_id, SeriesChannel.last_id).where(
            SeriesChannel.experiment_id == experiment_id
        )
    )
    return Marks(-1 if last is None else last, {row[0]: row[1] for row in extended})


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
        _insert_head(session, experiment_id)


def _insert_head(session: Session, experiment_id: int) -> None:
    """Make the head row unless another process has."""
    new = {
        "experiment_id": experiment_id,
        "revision": 0,
        "measures": 0,
        "last_id": -1,
        "has_power": False,
        "final": False,
        "checked_at": None,
    }
    session.execute(
        insert(SeriesHead)
        .prefix_with("OR IGNORE", dialect="sqlite")
        .prefix_with("IGNORE", dialect="mysql")
        .prefix_with("IGNORE", dialect="mariadb")
        .values(**new)
    )


def _lock(session: Session, experiment_id: int) -> None:
    """Wait until nobody else changes this experiment's copy (SQLite has one writer anyway)."""
    session.execute(
        select(SeriesHead.experiment_id)
        .where(SeriesHead.experiment_id == experiment_id)
        .with_for_update()
    )


def _note(session: Session, experiment_id: int, marks: Marks) -> None:
    """Bring head and channels up to the chunks as they are now."""
    known = chunks.known(session, experiment_id)
    session.execute(
        update(SeriesHead)
        .where(SeriesHead.experiment_id == experiment_id)
        .values(
            revision=SeriesHead.revision + 1,
            measures=known.get(chunks.TIME, 0),
            last_id=marks.generic,
            has_power=known.get("power", 0) > 0,
        )
    )
    for id_ in _copied(session, experiment_id).extended.keys() | marks.extended.keys():
        _note_channel(
            session,
            experiment_id,
            id_,
            last=marks.extended.get(id_),
            known=known.get(chunks.extended_name(id_), 0),
        )


def _note_channel(
    session: Session, experiment_id: int, id_: int, *, last: int | None, known: int
) -> None:
    channel = session.get(SeriesChannel, (experiment_id, id_))
    if channel is None:
        channel = SeriesChannel(experiment_id=experiment_id, used_measure_id=id_, last_id=-1)
        session.add(channel)
    channel.known = known
    channel.last_id = channel.last_id if last is None else last
    session.flush()
