"""The points of a time window: which measures, which chunks, where lines break."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from tsdownsample import MinMaxDownsampler

from db.series import gaps
from db.series.codec import Floats, Ints
from db.series.reader import ChunkReader, Points

RAW_CHUNKS = 3  # up to so many are read whole: the detail that follows from it is the best
FINE_CHUNKS = 34
NO_GAPS = gaps.NOTHING


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
    found = chunks.whole_columns(int(directory.numbers[index]), ["test_time"])
    if found is None:
        return np.empty(0), np.empty(0)
    us, columns = found
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
    pieces, damaged = (
        chunks.extremes(inner, keys, fine=len(inner) <= FINE_CHUNKS) if inner else ({}, set())
    )
    whole = [number for number in numbers if number not in inner or number in damaged]
    start_of = dict(zip(numbers, starts[low:high].tolist(), strict=True))
    reach_us = dict(zip(numbers, chunks.directory.reach_us[low:high].tolist(), strict=True))
    for number in whole:  # stays where the times are damaged
        pieces[number] = {key: _nothing(reach_us[number]) for key in keys}
    for number, (us, columns) in chunks.columns(whole, keys).items():
        part = slice(max(first - start_of[number], 0), max(end - start_of[number], 0))
        pieces[number] = {key: (us[part], column[part]) for key, column in columns.items()}
    if not inner and not chunks.lost(numbers, keys):
        return [_blanked(*_joined([pieces[number][key] for number in numbers])) for key in keys]
    for number in whole:  # each by itself, so that a line breaks over one that is lost
        pieces[number] = {key: _blanked(*piece) for key, piece in pieces[number].items()}
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
