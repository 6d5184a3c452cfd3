"""Whether the series store is what was put into it, and what its rows say.

Bits that flipped are found by checksums, rows that came late, changed or went by their number and
by sums; `check` compares every value. What has rows is copied anew where it is wrong.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, select

from db.engine import Database
from db.models import SeriesChunk
from db.series import checksums, chunks, rows, store, totals
from db.series.checksums import Damage, DamagedError
from db.series.chunks import Chunk
from db.series.head import has_rows, read_head
from db.series.rows import Tally
from db.series.store import Progress, no_progress

EVERYTHING = (
    *checksums.NUMBERS,
    *(getattr(SeriesChunk, blob) for blob in checksums.BLOBS),
    *(getattr(SeriesChunk, f"{blob}_crc") for blob in checksums.BLOBS),
)
EVERY_CHANNEL = ""
Values = NDArray[Any]


@dataclass(frozen=True, order=True)
class Finding:
    """What is wrong with a channel ("": with all of them) of the measures of a chunk."""

    number: int
    channel: str
    words: str

    @property
    def measures(self) -> str:
        """Which measures it is about: "measures 65,536 to 131,071"."""
        first_id = self.number * chunks.CHUNK
        return f"measures {first_id:,} to {first_id + chunks.CHUNK - 1:,}"


def verify(
    database: Database, experiment_id: int, on_progress: Progress = no_progress
) -> list[Damage]:
    """Compare every blob of an experiment with its checksum; return what is damaged."""
    with database.read() as session:
        numbers = chunks.stored_numbers(session, experiment_id)
        damage = totals.damage(session, experiment_id)
    for done, number in enumerate(numbers, 1):
        with database.read() as session:
            for row in session.execute(select(*EVERYTHING).where(_of(experiment_id, number))):
                damage += [
                    chunks.damage(row, blob)
                    for blob in checksums.BLOBS
                    if not checksums.is_intact(row, blob)
                ]
        on_progress(done, len(numbers))
    return sorted(damage)


def compare(database: Database, experiment_id: int) -> list[int]:
    """Return the numbers of the chunks whose rows are not those that were copied.

    By the number of rows and the sums of their keys and values: seconds for a million measures.
    """
    with database.read() as session:
        if not has_rows(session, experiment_id):
            return []
        there = rows.tallies(session, experiment_id, chunks.CHUNK)
        copied = chunks.tallies(session, experiment_id)
    keys = there.keys() | copied.keys()
    return sorted({key[1] for key in keys if there.get(key, Tally()) != copied.get(key, Tally())})


def check(
    database: Database, experiment_id: int, on_progress: Progress = no_progress
) -> list[Finding]:
    """Compare every blob with its checksum and every value with its row; return what is wrong.

    Rows after the last copied ones are not missed: they are copied when somebody looks.
    """
    with database.read() as session:
        last = read_head(session, experiment_id).watermarks.generic
        stored = chunks.stored_numbers(session, experiment_id)
        wrong = totals.damage(session, experiment_id)
    numbers = sorted({*stored, *range(last // chunks.CHUNK + 1)})
    findings = [
        Finding(one.first_id // chunks.CHUNK, one.channel, "the checksum of its totals is wrong")
        for one in wrong
    ]
    for done, number in enumerate(numbers, 1):
        findings += _check_chunk(database, experiment_id, number)
        on_progress(done, len(numbers))
    return findings


def repair(
    database: Database, experiment_id: int, on_progress: Progress = no_progress
) -> list[Finding]:
    """Make what is wrong anew: from rows, or a summary from the samples. Return what was wrong.

    Where there are no rows, samples that are damaged stay so: check names them again.
    """
    store.catch_up(database, experiment_id, on_progress=on_progress)
    findings = check(database, experiment_id, on_progress)
    for number in sorted({one.number for one in findings}):
        store.mend_chunk(database, experiment_id, number)
    return findings


def _of(experiment_id: int, number: int) -> ColumnElement[bool]:
    return and_(SeriesChunk.experiment_id == experiment_id, SeriesChunk.number == number)


def _check_chunk(database: Database, experiment_id: int, number: int) -> list[Finding]:
    with database.snapshot() as snapshot:
        session = snapshot.session
        head = read_head(session, experiment_id)
        found = [
            Finding(number, row.channel, f"the checksum of its {blob} is wrong")
            for row in session.execute(select(*EVERYTHING).where(_of(experiment_id, number)))
            for blob in checksums.BLOBS
            if not checksums.is_intact(row, blob)
        ]
        try:
            stored = chunks.load(session, experiment_id, number)
        except DamagedError:
            return found
        if not head.has_rows:
            return found
        of_rows = store.chunk_of_rows(session, experiment_id, number, head.watermarks)
    return [*found, *_differing(stored, of_rows)]


def _differing(stored: Chunk, of_rows: Chunk) -> Iterator[Finding]:
    number = stored.number
    if not np.array_equal(stored.ids, of_rows.ids):
        count = f"{len(stored.ids):,} measures are stored, {len(of_rows.ids):,} rows are there"
        yield Finding(number, EVERY_CHANNEL, count)
        return
    pairs: list[tuple[str, Values, Values]] = [(chunks.TIME, stored.us, of_rows.us)]
    nothing = np.full(len(stored.ids), np.nan)
    pairs += [
        (name, stored.columns.get(name, nothing), one) for name, one in of_rows.columns.items()
    ]
    for id_ in sorted(stored.extended.keys() | of_rows.extended.keys()):
        one, other = (
            chunk.extended[id_].values if id_ in chunk.extended else nothing
            for chunk in (stored, of_rows)
        )
        pairs.append((chunks.extended_name(id_), one, other))
    for channel, one, other in pairs:
        wrong = int(np.count_nonzero((one != other) & ~(np.isnan(one) & np.isnan(other))))
        if wrong:
            yield Finding(number, channel, f"{wrong:,} values are not those of the rows")
