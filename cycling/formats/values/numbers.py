"""Decimal numbers in text cells, to the nearest double; nothing but ASCII and finite ones."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.arrow import BoolArray, FloatArray, bool_array, floats, truths, valid

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["BoolArray", "FloatArray", "Numbers", "parse_numbers"]

_DECIMAL = {
    ".": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eEdD][+-]?[0-9]+)?$",
    ",": r"^[+-]?([0-9]+,?[0-9]*|,[0-9]+)([eEdD][+-]?[0-9]+)?$",
}
_GROUPS = r"['\x{2019} \x{00A0}\x{202F}%s]"
_GROUPED = {
    mark: rf"^[+-]?[0-9]{{1,3}}({_GROUPS % other}[0-9]{{3}})+(\{mark}[0-9]*)?$"
    for mark, other in ((".", ","), (",", "."))
}
# As ledgers write numbers below zero: (1.25) and 1.25-
_SIZE = r"([0-9.,][^()+\x{2212}-]*?)"
_BELOW_ZERO = rf"^(?:\(\s*{_SIZE}\s*\)|{_SIZE}\s?[-\x{{2212}}\x{{2013}}])$"
# What instruments write where they have no value, or one beyond what they can measure.
_NO_VALUE = (
    r"(?i:nan|#?n/a|na|null|none|-{1,4}|\x{2013}|\x{2014}|[+-]?o\.?l\.?|[+-]?over"
    r"([ -]?(load|flow|range))?|ovl|ovld|ovfl|ovrflw?|#?err(or)?|invalid|\*{1,6}|\?{1,6}"
    r"|#+|#div/0!|#value!)"
)
_NO_VALUE_CELL = re.compile(re.sub(r"\\x\{(\w{4})\}", r"\\u\1", _NO_VALUE))


@dataclass(frozen=True)
class Numbers:
    """Values (NaN where blank or bad), which cells are bad, which say that there is no value.

    `ledger` are numbers below zero that are written as ledgers do.
    """

    values: FloatArray
    bad: BoolArray | None = None
    no_value: BoolArray | None = None
    ledger: BoolArray | None = None


def says_none(cell: str) -> bool:
    """Whether a cell says that it has no value, as NaN or OL."""
    return bool(_NO_VALUE_CELL.fullmatch(cell.strip()))


def parse_numbers(cells: "pa.StringArray", decimal: str, *, thousands: bool = False) -> Numbers:
    """Numbers of cells with this decimal mark; a null cell is blank.

    `thousands`: groups of three digits may be apart. Without it "1,020" is no number.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if cells.null_count == len(cells):
        return Numbers(np.full(len(cells), np.nan))
    if pa.types.is_floating(cells.type):
        values = floats(cells)
        bad = np.isinf(values)
        return Numbers(np.where(bad, np.nan, values), bad if bad.any() else None)
    try:
        # Arrow's parser takes only plain decimal ASCII, "inf" and "nan", and rounds correctly.
        plain = _with_point(cells) if decimal == "," else cells
        values = floats(pc.cast(plain, pa.float64()))
    except pa.ArrowInvalid:
        return _parse_carefully(cells, decimal, thousands=thousands)
    if np.count_nonzero(~np.isfinite(values)) == cells.null_count:  # nothing but blanks is missing
        return Numbers(values)
    return _parse_carefully(cells, decimal, thousands=thousands)


def _with_point(cells: "pa.StringArray") -> "pa.StringArray":
    """Decimal commas as points; a cell that has a point already is made unreadable."""
    import pyarrow.compute as pc

    return pc.replace_substring(pc.replace_substring(cells, ".", "?"), ",", ".")


def looks_grouped(text: str, decimal: str) -> bool:
    """Whether a cell looks like a number with thousands separators."""
    return bool(
        re.fullmatch(rf"\s*[+-]?\d{{1,3}}([' {',' if decimal == '.' else '.'}]\d{{3}})+.*", text)
    )


def _parse_carefully(cells: "pa.StringArray", decimal: str, *, thousands: bool) -> Numbers:
    """Cell by cell: blanks trimmed, signs, words for no value, and what is bad."""
    import pyarrow.compute as pc

    text = pc.ascii_trim_whitespace(cells)
    ledger = truths(pc.match_substring_regex(text, _BELOW_ZERO))
    if ledger.any():
        text = pc.replace_substring_regex(text, _BELOW_ZERO, r"-\1\2")
    if thousands:
        grouped = pc.match_substring_regex(text, _GROUPED[decimal])
        other = _GROUPS % ("," if decimal == "." else ".")
        text = pc.if_else(grouped, pc.replace_substring_regex(text, other, ""), text)
    text = pc.replace_substring_regex(text, "^[\u2212\u2013]", "-")
    blank = ~valid(text) | truths(pc.match_substring_regex(text, "^$"))
    number = truths(pc.match_substring_regex(text, _DECIMAL[decimal]))
    no_value = truths(pc.match_substring_regex(text, f"^{_NO_VALUE}$"))
    values = np.full(len(cells), np.nan)
    values[number] = _cast_each(text.filter(bool_array(number)), decimal)
    bad = ~(number | blank | no_value) | np.isinf(values)
    values[bad] = np.nan
    masks = (bad, no_value, ledger & number)
    return Numbers(values, *(one if one.any() else None for one in masks))


def _cast_each(text: "pa.StringArray", decimal: str) -> FloatArray:
    """Doubles of cells that are known to be decimal numbers; beyond the range they are inf.

    Fortran writes 1.0D-3 for 1.0E-3.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = _with_point(text) if decimal == "," else text
    plain = pc.replace_substring_regex(plain, "[dD]", "E")
    try:
        return floats(pc.cast(plain, pa.float64()))
    except pa.ArrowInvalid:
        return np.array([float(cell) for cell in plain.to_pylist()], np.float64)
