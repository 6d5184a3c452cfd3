"""The points of a time window: which measures it has, and what stands for them."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from db.series.chunk_reader import ChunkReader, Points

RAW_CHUNKS = 3  # up to so many are read whole: the detail that follows from it is the best
FINE_CHUNKS = 34


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

    Of many chunks only the first and the last are read whole; between them stand extremes.
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
    return [
        _joined([pieces[number][key] for number in numbers if key in pieces.get(number, {})])
        for key in keys
    ]


def _joined(pieces: Sequence[Points]) -> Points:
    if not pieces:
        return np.empty(0, np.int64), np.empty(0)
    return (
        np.concatenate([us for us, _ in pieces]),
        np.concatenate([values for _, values in pieces]),
    )
