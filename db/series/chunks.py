"""Chunks: 65,536 consecutive MeasIDs of one experiment as columns, and their rows in the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from cycling.analysis.whole_seconds import spread
from db.models import SeriesChunk, SeriesTotals
from db.series import checksums, codec, gaps
from db.series.checksums import Damage, DamagedError, with_checksums
from db.series.codec import Floats, Ints
from db.series.rows import (
    COLUMNS,
    RAW_POWER,
    ExtendedRows,
    GenericRows,
    Tally,
    is_of_wattrex,
)

CHUNK = 65_536
TIME, IDS = "time", "id"
ALWAYS = ("voltage", "current")
DRAWN = ("voltage", "current", "power")  # and every extended channel
PackedRow = dict[str, Any]


@dataclass
class ExtendedColumn:
    """Values beside the chunk's measures (NaN: none), and the rows that they came from.

    Rows without a measure are counted: a comparison with the table must find them again.
    """

    values: Floats
    rows: int = 0
    id_sum: int = 0
    value_sum: int = 0


@dataclass
class Chunk:
    """The measures of a chunk as columns, all shapes (n,), in the order of MeasID."""

    number: int
    ids: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    us: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    columns: dict[str, Floats] = field(
        default_factory=lambda: {name: np.empty(0) for name in COLUMNS}
    )
    extended: dict[int, ExtendedColumn] = field(default_factory=dict)
    value_sum: int = 0

    @property
    def first_id(self) -> int:
        """The least MeasID that belongs here."""
        return self.number * CHUNK

    @property
    def end_id(self) -> int:
        """The greatest MeasID that belongs here."""
        return self.first_id + CHUNK - 1

    def append(self, rows: GenericRows) -> None:
        """Add measures after those that are here; their extended values are unknown yet."""
        self.value_sum += rows.value_sum
        self.ids = np.concatenate([self.ids, rows.ids])
        self.us = np.concatenate([self.us, rows.us])
        for name, values in rows.columns.items():
            before = self.columns.get(name, np.full(len(self.us) - len(rows.us), np.nan))
            self.columns[name] = np.concatenate([before, values])
        unknown = np.full(len(rows.ids), np.nan)
        for column in self.extended.values():
            column.values = np.concatenate([column.values, unknown])

    def merge(self, used_measure_id: int, rows: ExtendedRows) -> None:
        """Put values of an extended channel to the measures that they belong to."""
        column = self.extended.setdefault(
            used_measure_id, ExtendedColumn(np.full(len(self.ids), np.nan))
        )
        column.rows += len(rows.ids)
        column.id_sum += int(rows.ids.sum())
        column.value_sum += rows.value_sum
        if len(self.ids):
            place = np.minimum(np.searchsorted(self.ids, rows.ids), len(self.ids) - 1)
            belongs = self.ids[place] == rows.ids
            column.values[place[belongs]] = rows.values[belongs]


def load(session: Session, experiment_id: int, number: int) -> Chunk:
    """Return a chunk of the store; an empty one where there is none. Raises DamagedError."""
    rows = session.execute(
        select(*checksums.SAMPLES).where(
            SeriesChunk.experiment_id == experiment_id, SeriesChunk.number == number
        )
    ).all()
    chunk = Chunk(number)
    if not all(checksums.is_intact(row, "samples") for row in rows):
        raise DamagedError(f"A stored chunk of experiment {experiment_id} is damaged.")
    stored = {row.channel: row for row in rows}
    if TIME not in stored:
        return chunk
    chunk.ids = codec.unpack_ints(stored[IDS].samples)
    chunk.us = codec.unpack_ints(stored[TIME].samples)
    chunk.value_sum = stored[TIME].value_sum or 0
    for name in COLUMNS:
        chunk.columns[name] = np.full(len(chunk.ids), np.nan)
    for name in (*COLUMNS, RAW_POWER):
        if name in stored:
            chunk.columns[name] = codec.unpack_floats(stored[name].samples)
    for channel, row in stored.items():
        if used_measure_id := extended_id(channel):
            chunk.extended[used_measure_id] = ExtendedColumn(
                codec.unpack_floats(row.samples).copy(),
                row.measures,
                row.id_sum,
                row.value_sum or 0,
            )
    return chunk


def damage(row: checksums.StoredRow, blob: str) -> Damage:
    """Return what is damaged where a blob of a row is."""
    first_id = row.number * CHUNK
    return Damage(first_id, first_id + CHUNK - 1, row.channel, is_lost=blob == "samples")


def save(session: Session, experiment_id: int, chunk: Chunk) -> None:
    """Put a chunk in place of the stored one; an empty one is removed.

    Totals that it went into go, so the caller holds the experiment's lock.
    """
    _remove_totals(session, experiment_id, chunk.number)
    if not len(chunk.ids) and not chunk.extended:
        remove(session, experiment_id, [chunk.number])
        return
    at_us = times(
        chunk.us,
        goes_on=chunk.number > 0,
        is_of_wattrex=lambda: is_of_wattrex(session, experiment_id),
    )
    put(session, packed(experiment_id, chunk, at_us))


def packed(experiment_id: int, chunk: Chunk, at_us: Ints) -> list[PackedRow]:
    """Return the rows of the store that hold a chunk; `at_us` as of `times`."""
    keys = {"experiment_id": experiment_id, "number": chunk.number}
    return [with_checksums({**keys, **row}) for row in _rows(chunk, at_us)]


def put(session: Session, rows: Sequence[PackedRow]) -> None:
    """Put the rows of a chunk in place of those that are there."""
    remove(session, rows[0]["experiment_id"], [rows[0]["number"]])
    session.execute(insert(SeriesChunk), list(rows))


def remove(session: Session, experiment_id: int, numbers: Iterable[int]) -> None:
    """Delete chunks of the store."""
    session.execute(
        delete(SeriesChunk).where(
            SeriesChunk.experiment_id == experiment_id, SeriesChunk.number.in_(list(numbers))
        )
    )


def _remove_totals(session: Session, experiment_id: int, number: int) -> None:
    """Delete totals of a chunk, which are rare: no gap is locked where there are none."""
    totals = SeriesTotals
    of_it = select(totals.number).where(
        totals.experiment_id == experiment_id,
        totals.number <= number,
        totals.number + totals.chunks > number,
    )
    if found := session.scalars(of_it).all():
        session.execute(
            delete(totals).where(
                totals.experiment_id == experiment_id, totals.number.in_(list(found))
            )
        )


def times(us: Ints, *, goes_on: bool, is_of_wattrex: Callable[[], bool]) -> Ints:
    """Return the times at which a chunk's measures count as taken; `goes_on`: one is before it.

    WattRex cyclers write whole seconds, which are spread. Stored are the times of the rows: a
    second of which only a part was there is then complete later.
    """
    if not np.any(us[1:] == us[:-1]) or not is_of_wattrex():
        return us
    return spread(us, goes_on=goes_on)


def stored_numbers(session: Session, experiment_id: int) -> list[int]:
    """Return the numbers of the chunks of an experiment, in their order."""
    numbers = select(SeriesChunk.number).where(SeriesChunk.experiment_id == experiment_id)
    return sorted(session.scalars(numbers.distinct()))


def tallies(session: Session, experiment_id: int) -> dict[tuple[str, int], Tally]:
    """Return the tallies of the rows that were copied, by (channel, chunk)."""
    rows = session.execute(
        select(
            SeriesChunk.channel,
            SeriesChunk.number,
            SeriesChunk.measures,
            SeriesChunk.id_sum,
            SeriesChunk.value_sum,
        ).where(SeriesChunk.experiment_id == experiment_id)
    )
    return {
        (channel, number): Tally(measures, id_sum, value_sum)
        for channel, number, measures, id_sum, value_sum in rows
        if channel == TIME or extended_id(channel)
    }


def value_counts(session: Session, experiment_id: int) -> dict[str, int]:
    """Return how many rows of each extended channel are copied, and values of each generic one."""
    rows = session.execute(
        select(SeriesChunk.channel, func.sum(SeriesChunk.measures))
        .where(SeriesChunk.experiment_id == experiment_id)
        .group_by(SeriesChunk.channel)
    )
    return {channel: int(total) for channel, total in rows}


def extended_name(used_measure_id: int) -> str:
    """Return the channel name of an extended measure: x12."""
    return f"x{used_measure_id}"


def extended_id(channel: str) -> int | None:
    """Return the UsedMeasID in the name of an extended channel, None for any other."""
    return int(channel[1:]) if channel[0] == "x" else None


def _rows(chunk: Chunk, at_us: Ints) -> Iterable[Mapping[str, object]]:
    """Return the table rows of a chunk; a column without a value has none."""
    numbers = dict.fromkeys(("measures", "id_sum", "value_sum", "first_us", "last_us"), 0)
    empty = {**numbers, "coarse": b"", "fine": b""}
    yield {**empty, "channel": IDS, "samples": codec.pack_ints(chunk.ids)}
    yield {
        **empty,
        "channel": TIME,
        "measures": len(chunk.ids),
        "id_sum": int(chunk.ids.sum()),
        "value_sum": chunk.value_sum,
        "first_us": int(at_us.min(initial=np.iinfo(np.int64).max)),
        "last_us": int(at_us.max(initial=np.iinfo(np.int64).min)),
        "coarse": _clock(at_us, chunk.columns["test_time"]),
        "fine": gaps.summary(at_us, [chunk.columns[name] for name in gaps.KEYS]),
        "samples": codec.pack_ints(chunk.us),
    }
    for name, values in chunk.columns.items():
        count = int(np.count_nonzero(~np.isnan(values)))
        if count or name in ALWAYS:
            points = _points(at_us, values) if name in DRAWN else {}
            packed = codec.pack_floats(values)
            yield {**empty, "channel": name, "measures": count, "samples": packed, **points}
    for used_measure_id, column in chunk.extended.items():
        yield {
            **empty,
            "channel": extended_name(used_measure_id),
            "measures": column.rows,
            "id_sum": column.id_sum,
            "value_sum": column.value_sum,
            "samples": codec.pack_floats(column.values),
            **_points(at_us, column.values),
        }


def _clock(at_us: Ints, test_time_s: Floats) -> bytes:
    """Return clock and test time of every 1,024th measure and the last one."""
    every = np.arange(0, len(at_us), codec.COARSE)
    at = np.unique(np.append(every, len(at_us) - 1)) if len(at_us) else every
    return codec.plain_points(at_us[at], test_time_s[at])


def _points(us: Ints, values: Floats) -> dict[str, bytes]:
    blank = gaps.silent_rows(us, values)
    return {
        "fine": codec.pack_points(*codec.extremes(us, values, codec.FINE, blank)),
        "coarse": codec.plain_points(*codec.extremes(us, values, codec.COARSE, blank)),
    }
