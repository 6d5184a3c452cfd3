"""Writing our CSV: BDF labels, numbers with up to 15 significant digits, blank where unknown."""

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from cycling.formats.columns.fields import OWN_FIELDS, Field
from cycling.formats.columns.labels import channel_label, neutralised

if TYPE_CHECKING:
    import polars as pl

Floats = npt.NDArray[np.float64]
AnyArray = Floats | npt.NDArray[np.int64]

DIGITS = 15
EPSILON = 4e-16  # what a division by 1,000 and back may change
MAX_WHOLE = 1e15
POWERS = np.array([10.0**exponent for exponent in range(23)])  # these are exact


def csv_header(channels: Sequence[tuple[str, str]], fields: Sequence[Field] = OWN_FIELDS) -> bytes:
    """The header line for these fields and extended channels (name, unit), with its line feed."""
    labels = [field.becomes for field in fields]
    labels += [neutralised(channel_label(name, unit)) for name, unit in channels]
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(labels)
    return line.getvalue().encode()


def csv_rows(columns: Sequence[AnyArray | None], length: int) -> bytes:
    """Lines for columns of shape (length,); one that is None, or NaN in it, is blank."""
    import polars as pl  # heavy, and only exports need it

    blank = np.full(length, np.nan)
    printable = (_printable(blank if column is None else column) for column in columns)
    table = pl.DataFrame({str(n): column for n, column in enumerate(printable)})
    lines = io.BytesIO()
    table.write_csv(lines, include_header=False, quote_style="never")
    return lines.getvalue()


def _printable(column: AnyArray) -> "pl.Series":
    """Return a column as it is printed: 7 and not 7.0 where all of it is whole."""
    import polars as pl

    if column.dtype == np.int64:
        return pl.Series(column)
    finite = np.isfinite(column)
    rounded = significant(np.where(finite, column, np.nan))
    is_whole = (np.rint(rounded) == rounded) & (np.abs(rounded) < MAX_WHOLE)
    printed = pl.Series(rounded, nan_to_null=True)
    return printed.cast(pl.Int64) if (is_whole | ~finite).all() else printed


def significant(values: Floats) -> Floats:
    """Round to 15 significant decimal digits: what a double is sure to keep.

    The shortest text of the result has no more digits than that. Shape (n,), NaN stays NaN.
    """
    size = np.abs(values)
    usual = np.rint(values * 1e6) / 1e6  # instruments give no more decimals
    if (~(np.abs(usual - values) > EPSILON * size)).all() and not (size >= 1e8).any():
        return usual
    with np.errstate(divide="ignore"):
        exponents = np.floor(np.log10(size, where=size > 0, out=np.zeros(len(values))))
    # The logarithm of a number just below a power of ten is rounded up to that power.
    exponents -= size < 10.0**exponents
    decimals = DIGITS - 1 - exponents
    exact = (decimals >= 0) & (decimals < len(POWERS))
    scales = POWERS[np.where(exact, decimals, 0).astype(np.int64)]
    rounded: Floats = np.rint(values * scales) / scales  # both exact: correctly rounded
    for place in np.flatnonzero(~exact & (size > 0)):
        rounded[place] = float(f"{values[place]:.{DIGITS}g}")
    return rounded
