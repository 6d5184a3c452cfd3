"""Between Arrow and numpy by their buffers.

Arrow's own `to_numpy` and `array` import pandas, which costs a process 60 MB and a second.
"""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def valid(array: "pa.Array") -> BoolArray:
    """Which values are not null."""
    return bits(array, 0) if array.null_count else np.ones(len(array), np.bool_)


def bits(array: "pa.Array", buffer: int) -> BoolArray:
    """One of an array's bitmaps, a truth value for each of its values."""
    packed = np.frombuffer(array.buffers()[buffer], np.uint8)
    first = array.offset // 8
    some = packed[first : (array.offset + len(array) + 7) // 8]
    start = array.offset - first * 8
    return np.unpackbits(some, bitorder="little")[start : start + len(array)].view(np.bool_)


def floats(array: "pa.DoubleArray") -> FloatArray:
    """Doubles as numpy has them, NaN where null."""
    if not len(array):
        return np.empty(0)
    values = np.frombuffer(array.buffers()[1], np.float64)
    values = values[array.offset : array.offset + len(array)].copy()
    if array.null_count:
        values[~valid(array)] = np.nan
    return values


def truths(array: "pa.BooleanArray") -> BoolArray:
    """Truth values as numpy has them, False where null."""
    if not len(array):
        return np.empty(0, np.bool_)
    values = bits(array, 1)
    return values & valid(array) if array.null_count else values


def as_text(cells: "pa.Array") -> "pa.StringArray":
    """Cells as text, which those of a reader need not be."""
    import pyarrow as pa

    if pa.types.is_floating(cells.type):
        return cells.cast(pa.string())
    return cells


def bool_array(mask: BoolArray) -> "pa.BooleanArray":
    """Truth values as Arrow has them."""
    import pyarrow as pa

    packed = pa.py_buffer(np.packbits(mask, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.bool_(), len(mask), [None, packed])
