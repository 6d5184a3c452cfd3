"""The chunks of an experiment as they are read, and the points of a time window."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session
from tsdownsample import MinMaxDownsampler

from db.models import SeriesChunk
from db.series import chunks, codec, gaps, rows
from db.series.codec import Floats, Ints

RAW_CHUNKS = 3  # up to so many are read whole: the detail that follows from it is the best
FINE_CHUNKS = 34
NO_GAPS = gaps.NOTHING
Columns = dict[str, Floats]
Points = tuple[Ints, Floats]


@dataclass(frozen=True)
class Directory:
    """The chunks of an experiment in their order: numbers, measures, greatest times so far."""

    numbers: Ints
    starts: Ints
    reach_us: Ints
    first_us: int
    summaries: tuple[bytes, ...]  # of gaps; b"" of a chunk that was made before there were any

    @property
    def measures(self) -> int:
        """How many measures there are."""
        return int(self.starts[-1])


@dataclass(frozen=True)
class ChunkReader:
    """Reads chunks of an experiment by their numbers; times are microseconds since 1970."""

    session: Session
    experiment_id: int

    @cached_property
    def directory(self) -> Directory:
        """The chunks that have a measure."""
        listed = self.session.execute(
            select(
                SeriesChunk.number,
                SeriesChunk.measures,
                SeriesChunk.last_us,
                SeriesChunk.first_us,
                SeriesChunk.fine,
            )
            .where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel == chunks.TIME,
                SeriesChunk.measures > 0,
            )
            .order_by(SeriesChunk.number)
        ).all()
        table = np.array([tuple(row[:4]) for row in listed], np.int64).reshape(-1, 4)
        return Directory(
            numbers=table[:, 0],
            starts=np.concatenate([[0], np.cumsum(table[:, 1])]),
            reach_us=np.maximum.accumulate(table[:, 2]),
            first_us=int(table[:, 3].min(initial=np.iinfo(np.int64).max)),
            summaries=tuple(row.fine for row in listed),
        )

    @cached_property
    def gaps_s(self) -> Floats:
        """Begin and end of each gap (Unix s) and the test time that passed, shape (gaps, 3)."""
        directory = self.directory
        summaries = [
            stored or self._summary(int(number))
            for stored, number in zip(directory.summaries, directory.numbers, strict=True)
        ]
        return gaps.between(summaries) / [1e6, 1e6, 1.0]

    def columns(
        self, numbers: Sequence[int], keys: Sequence[str]
    ) -> dict[int, tuple[Ints, Columns]]:
        """Return times and columns of chunks by number; a column that is not there is NaN.

        One statement, so that all columns of a chunk are of one state.
        """
        stored = self.session.execute(
            select(SeriesChunk.number, SeriesChunk.channel, SeriesChunk.samples).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel.in_([chunks.TIME, *keys]),
                SeriesChunk.number.in_(numbers),
            )
        ).all()
        times = {
            number: self._times(number, codec.unpack_ints(data))
            for number, channel, data in stored
            if channel == chunks.TIME
        }
        columns: dict[int, tuple[Ints, Columns]] = {
            number: (us, {key: np.full(len(us), np.nan) for key in keys})
            for number, us in times.items()
        }
        for number, channel, data in stored:
            if channel != chunks.TIME:
                columns[number][1][channel] = codec.unpack_floats(data)
        return columns

    def times(self, number: int) -> Ints:
        """Return the times of a chunk that is there."""
        return self.columns([number], [])[number][0]

    def extremes(
        self, numbers: Sequence[int], keys: Sequence[str], *, fine: bool
    ) -> dict[int, dict[str, Points]]:
        """Return the points that stand for consecutive chunks, by number and channel."""
        points = SeriesChunk.fine if fine else SeriesChunk.coarse
        stored = self.session.execute(
            select(SeriesChunk.number, SeriesChunk.channel, points).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel.in_(keys),
                SeriesChunk.number.between(numbers[0], numbers[-1]),
            )
        )
        unpack = codec.unpack_points if fine else codec.read_plain_points
        by_number: dict[int, dict[str, Points]] = {number: {} for number in numbers}
        for number, channel, data in stored:
            by_number.setdefault(number, {})[channel] = unpack(data)
        return by_number

    def _summary(self, number: int) -> bytes:
        us, columns = self.columns([number], gaps.KEYS)[number]
        return gaps.summary(us, [columns[name] for name in gaps.KEYS])

    @cached_property
    def _is_of_wattrex(self) -> bool:
        return rows.is_of_wattrex(self.session, self.experiment_id)

    def _times(self, number: int, us: Ints) -> Ints:
        return chunks.times(us, goes_on=number > 0, is_of_wattrex=lambda: self._is_of_wattrex)


def positions(chunks: ChunkReader, between: tuple[float, float] | None) -> tuple[int, int]:
    """Return the first measure of a window and the one after its last, counted from 0.

    `between` are Unix seconds, None the whole experiment. The nearest measure on each side is
    included. Time rises with MeasID; a clock that was set back counts as standing until it has
    caught up.
    """
    measures = chunks.directory.measures
    if between is None:
        return 0, measures
    early, late = (round(1e6 * end) for end in sorted(between))
    first = _position(chunks, early, "left") - 1
    end = _position(chunks, late, "right") + 1
    return max(first, 0), min(end, measures)


def last_before(chunks: ChunkReader, unix_s: float, count: int) -> tuple[Floats, Floats]:
    """Return Unix seconds and test time (s) of the last measures before a moment, in their order.

    Shapes (n,), n at most `count`: those of one chunk, none where there is none.
    """
    directory = chunks.directory
    place = _position(chunks, round(1e6 * unix_s), "left") - 1
    if place < 0:
        return np.empty(0), np.empty(0)
    index = int(np.searchsorted(directory.starts, place, "right")) - 1
    ((us, columns),) = chunks.columns([int(directory.numbers[index])], ["test_time"]).values()
    end = place - int(directory.starts[index]) + 1
    part = slice(max(0, end - count), end)
    return us[part] / 1e6, columns["test_time"][part]


def _position(chunks: ChunkReader, us: int, side: Literal["left", "right"]) -> int:
    """Return how many measures are before a moment (left), or not after it (right)."""
    directory = chunks.directory
    index = int(np.searchsorted(directory.reach_us, us, side))
    if index == len(directory.numbers):
        return directory.measures
    times = chunks.times(int(directory.numbers[index]))
    if index:
        times = np.maximum(times, directory.reach_us[index - 1])
    within = int(np.searchsorted(np.maximum.accumulate(times), us, side))
    return int(directory.starts[index]) + within


def points(chunks: ChunkReader, keys: Sequence[str], first: int, end: int) -> list[Points]:
    """Return times (us) and values of each channel from measure `first` to before `end`.

    Of many chunks only the first and the last are read whole; between them stand extremes. A blank
    value stands where the channel alone fell silent, and nowhere else.
    """
    starts = chunks.directory.starts
    low = int(np.searchsorted(starts, first, "right")) - 1
    high = int(np.searchsorted(starts, end, "left"))
    numbers = chunks.directory.numbers[low:high].tolist()
    inner = numbers[1:-1] if len(numbers) > RAW_CHUNKS else []
    pieces = chunks.extremes(inner, keys, fine=len(inner) <= FINE_CHUNKS) if inner else {}
    whole = [number for number in numbers if number not in inner]
    start_of = dict(zip(numbers, starts[low:high].tolist(), strict=True))
    for number, (us, columns) in chunks.columns(whole, keys).items():
        part = slice(max(first - start_of[number], 0), max(end - start_of[number], 0))
        pieces[number] = {key: (us[part], column[part]) for key, column in columns.items()}
    if not inner:
        return [_blanked(*_joined([pieces[number][key] for number in numbers])) for key in keys]
    for number in whole:
        pieces[number] = {key: _blanked(*piece) for key, piece in pieces[number].items()}
    reach_us = dict(zip(numbers, chunks.directory.reach_us[low:high].tolist(), strict=True))
    return [
        _joined([pieces[number].get(key) or _nothing(reach_us[number]) for number in numbers])
        for key in keys
    ]


def _blanked(us: Ints, values: Floats) -> Points:
    """Return the known samples, and one without a value where the channel alone fell silent."""
    is_kept = ~np.isnan(values)
    is_kept[gaps.silent_rows(us, values)] = True
    return us[is_kept], values[is_kept]


def _nothing(us: int) -> Points:
    """Return the points of a chunk that has nothing of a channel."""
    return np.array([us], np.int64), np.full(1, np.nan)


def _joined(pieces: Sequence[Points]) -> Points:
    if not pieces:
        return np.empty(0, np.int64), np.empty(0)
    return (
        np.concatenate([us for us, _ in pieces]),
        np.concatenate([values for _, values in pieces]),
    )


def blank_times(us: Ints, values: Floats) -> Floats:
    """Return begin and end (Unix s) of where values are blank between others, shape (n, 2)."""
    present = np.flatnonzero(~np.isnan(values))
    rows = np.flatnonzero(np.diff(present) > 1)
    return np.column_stack([us[present[rows]], us[present[rows + 1]]]) / 1e6


def longest(breaks_s: Floats, between: tuple[float, float] | None, most: int) -> Floats:
    """Return the longest breaks that lie in a window, by their time."""
    if between is not None:
        early, late = sorted(between)
        breaks_s = breaks_s[(breaks_s[:, 1] > early) & (breaks_s[:, 0] < late)]
    if len(breaks_s) <= most:
        return breaks_s
    lengths_s = breaks_s[:, 1] - breaks_s[:, 0]
    return breaks_s[np.sort(np.argsort(-lengths_s, kind="stable")[:most])]


def broken(unix_s: Floats, values: Floats, breaks_s: Floats) -> tuple[Floats, Floats]:
    """Put a blank point between the points on both sides of each break that has none within.

    `breaks_s`, shape (breaks, 2), are Unix seconds by their time: no line goes over any of them.
    """
    if not len(unix_s) or not len(breaks_s):
        return unix_s, values
    place = np.searchsorted(unix_s, breaks_s[:, 0], "right")
    crossed = (place > 0) & (place < len(unix_s))
    crossed[crossed] = unix_s[place[crossed]] >= breaks_s[crossed, 1]
    place, middle = place[crossed], breaks_s[crossed].mean(axis=1)
    place, first = np.unique(place, return_index=True)
    return np.insert(unix_s, place, middle[first]), np.insert(values, place, np.nan)


def thinned(unix_s: Floats, values: Floats, points: int) -> tuple[Floats, Floats]:
    """Return at most `points` known samples: the extremes of every stretch of time, both ends."""
    has_value = ~np.isnan(values)
    x, y = unix_s[has_value], values[has_value]
    if len(x) <= points:
        return x, y
    index = np.unique(np.concatenate([[0], _extremes(x, y, points), [len(x) - 1]]))
    return x[index], y[index]


def _extremes(x: Floats, y: Floats, points: int) -> Ints:
    """Return the places of (smallest, largest) pairs; two places are left for the ends."""
    pairs = (points - 2) // 2
    if pairs < 2:  # fewer stretches than the downsampler takes
        return np.array([y.argmin(), y.argmax()][: 2 * pairs], dtype=np.int64)
    rising = np.maximum.accumulate(x)  # a clock may have been set back
    places: Ints = MinMaxDownsampler().downsample(rising, y, n_out=2 * pairs).astype(np.int64)
    return places
