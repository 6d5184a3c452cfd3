"""How a chunk's columns become bytes, and the points that stand for it in a graph.

Columns of 8-byte numbers are byte-shuffled (all first bytes, then all second bytes, ...) and
compressed by zstd: neighbours share their upper bytes, so the shuffle makes long runs. Whole
numbers are kept as differences first. Why this and not Parquet: docs/decisions/0019.
"""

import struct

import numpy as np
import zstandard
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LEVEL = 1
FINE, COARSE = 64, 1024  # samples a bucket


def pack_floats(values: Floats) -> bytes:
    """Compress float64 values, shape (n,); NaN and both zeros come back as they are."""
    return _packed(np.ascontiguousarray(values, "<f8"))


def unpack_floats(data: bytes) -> Floats:
    """Return what `pack_floats` was given."""
    return _unpacked(data).view("<f8")


def pack_ints(values: Ints) -> bytes:
    """Compress int64 values, shape (n,), best where neighbours differ little."""
    return _packed(np.diff(values, prepend=np.int64(0)).astype("<i8"))


def unpack_ints(data: bytes) -> Ints:
    """Return what `pack_ints` was given."""
    summed: Ints = np.cumsum(_unpacked(data).view("<i8"))
    return summed


def pack_points(us: Ints, values: Floats) -> bytes:
    """Compress points: times in microseconds and values, shapes (n,)."""
    times = pack_ints(us)
    return struct.pack("<I", len(times)) + times + pack_floats(values)


def unpack_points(data: bytes) -> tuple[Ints, Floats]:
    """Return what `pack_points` was given."""
    (length,) = struct.unpack_from("<I", data)
    return unpack_ints(data[4 : 4 + length]), unpack_floats(data[4 + length :])


def plain_points(us: Ints, values: Floats) -> bytes:
    """Return points as they are: so few that unpacking would cost more than reading."""
    return us.astype("<i8").tobytes() + values.astype("<f8").tobytes()


def read_plain_points(data: bytes) -> tuple[Ints, Floats]:
    """Return what `plain_points` was given."""
    half = len(data) // 2
    return np.frombuffer(data[:half], "<i8"), np.frombuffer(data[half:], "<f8")


def extremes(
    us: Ints, values: Floats, bucket: int, blank_rows: Ints | None = None
) -> tuple[Ints, Floats]:
    """Return the samples with the smallest and the largest value of every `bucket` samples.

    And the first and the last known one, so that lines begin and end where they do. They are real
    samples in their order; one where both are the same, none where all are NaN. And those at
    `blank_rows`, where a line breaks.
    """
    count = -(-len(values) // bucket)
    padded = np.full(count * bucket, np.nan)
    padded[: len(values)] = values
    table = padded.reshape(count, bucket)
    has_value = ~np.isnan(table)
    offsets = np.arange(count) * bucket
    low = offsets + np.where(has_value, table, np.inf).argmin(axis=1)
    high = offsets + np.where(has_value, table, -np.inf).argmax(axis=1)
    filled = has_value.any(axis=1)
    ends = np.flatnonzero(has_value)[[0, -1]] if filled.any() else np.empty(0, np.int64)
    blank = np.empty(0, np.int64) if blank_rows is None else blank_rows
    index = np.unique(np.concatenate([low[filled], high[filled], ends, blank]))
    return us[index], values[index]


def _packed(values: NDArray[np.generic]) -> bytes:
    shuffled = np.ascontiguousarray(values.view(np.uint8).reshape(-1, 8).T)
    return zstandard.ZstdCompressor(level=LEVEL).compress(shuffled.tobytes())


def _unpacked(data: bytes) -> NDArray[np.uint8]:
    shuffled = np.frombuffer(zstandard.ZstdDecompressor().decompress(data), np.uint8)
    return np.ascontiguousarray(shuffled.reshape(8, -1).T).ravel()
