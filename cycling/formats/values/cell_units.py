"""Numbers with their unit in the cell: 3.701 V, 950 mA."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from cycling.formats.arrow import bool_array, valid
from cycling.formats.values.numbers import Numbers, parse_numbers
from cycling.units import TO_BASE, canonical_unit, known_unit

if TYPE_CHECKING:
    import pyarrow as pa

_NUMBER = r"[+\-\x{2212}]?[0-9][0-9.,'\x{2019} \x{00A0}\x{202F}]*(?:[eEdD][+-]?[0-9]+)?"
_PARTS = rf"^\s*(?P<number>{_NUMBER})\s*(?P<unit>[^0-9\s.,][^0-9]*)$"
_CELL = re.compile(
    r"\s*([+\-\u2212]?\d[\d.,'\u2019 \u00a0\u202f]*(?:[eEdD][+-]?\d+)?)\s*([^\d\s.,][^\d]{0,9})",
    re.ASCII,
)
_CODE = re.compile(r"\s*\d+[A-Za-z]\s*", re.ASCII)  # 1A may be a channel


@lru_cache(maxsize=4096)
def split_cell(cell: str) -> tuple[str, str] | None:
    """The number and our spelling of the unit in a cell; None where it has not both."""
    match = _CELL.fullmatch(cell)
    if not match or _CODE.fullmatch(cell):
        return None
    unit = known_unit(match[2].strip())
    return (match[1].strip(), unit) if unit else None


def number_in(cell: str) -> str:
    """A cell without its unit; the cell itself where it has none."""
    parts = split_cell(cell)
    return parts[0] if parts else cell


def unit_of_cells(cells: Iterable[str], name: str = "") -> str | None:
    """The unit that most of these cells name; None where they are not mostly such numbers."""
    texts = [cell for cell in cells if cell]
    units = Counter(parts[1] for cell in texts if (parts := split_cell(cell)))
    if 2 * units.total() <= len(texts):
        return None
    return canonical_unit(units.most_common(1)[0][0], name)


def with_units(
    cells: "pa.StringArray", numbers: Numbers, unit: str, decimal: str, *, thousands: bool
) -> Numbers:
    """The numbers of a column in `unit`, those too whose cells name this unit or one like it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if numbers.bad is None:
        return numbers
    places = np.flatnonzero(numbers.bad)
    parts = pc.extract_regex(cells.take(pa.array(places)), _PARTS)
    matched = valid(parts)
    places, parts = places[matched], parts.filter(bool_array(matched))
    if not len(places):
        return numbers
    words = pc.struct_field(parts, "unit").dictionary_encode()
    factors = np.array([_factor(word, unit) for word in words.dictionary.to_pylist()])
    multiply, divide = factors[words.indices.to_numpy(zero_copy_only=False)].T
    read = parse_numbers(pc.struct_field(parts, "number"), decimal, thousands=thousands)
    found = np.isfinite(read.values) & np.isfinite(divide)
    values, bad = numbers.values.copy(), numbers.bad.copy()
    values[places[found]] = read.values[found] * multiply[found] / divide[found]
    bad[places[found]] = False
    return replace(numbers, values=values, bad=bad if bad.any() else None)


def _factor(word: str, unit: str) -> tuple[float, float]:
    """By what a number in the unit of a cell is multiplied and divided; NaN if it cannot be."""
    own = known_unit(word.strip())
    if own == unit or (own and canonical_unit(own, "temperature") == unit):
        return 1.0, 1.0
    if own is None or not _are_alike(own, unit):
        return np.nan, np.nan
    (multiply, divide), (times, over) = TO_BASE[own], TO_BASE[unit]
    return multiply * over, divide * times


def _are_alike(one: str, other: str) -> bool:
    """Whether both are of one quantity: V and mV, s and h."""
    return any(one in units and other in units for units in _QUANTITIES)


_QUANTITIES = (
    ("s", "ms", "us", "ns", "min", "h", "d"),
    ("V", "mV", "uV", "kV"),
    ("A", "mA", "uA", "nA", "kA"),
    ("W", "mW", "uW", "kW"),
    ("Ah", "mAh", "uAh", "nAh", "C", "mC", "uC"),
    ("Wh", "mWh", "uWh", "kWh", "J", "mJ", "kJ"),
)
