"""What a reader of one kind of file is: it recognises, names columns, and gives blocks of rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from cycling.formats.columns.fields import Field
from cycling.formats.columns.labels import UNIT_LENGTH

# Numbers (NaN: blank) or texts (None: blank) of one column.
Values = npt.NDArray[Any] | Sequence[str | None]
BLOCK_ROWS = 65_536


@dataclass(frozen=True)
class ReaderColumn:
    """A column by name and unit; `field` where the format itself says what it is.

    With a field the unit is one of `field.units`. Without one, the column is guessed by its
    label and its values, like a column of a text table.
    """

    name: str
    unit: str = ""
    field: Field | None = None

    @property
    def label(self) -> str:
        """How the page shows it: `Voltage / V`."""
        return f"{self.name} / {self.unit[:UNIT_LENGTH]}" if self.unit else self.name


class Reader(ABC):
    """One file, opened in a child process. What it raises, an InputError apart, means damage.

    `name` is what the page calls the format, `signed` says that its current above zero charges.
    `rows` is their number, for progress and for the limit. `parts` are names of the tests in a
    file that has several, of which `part` is read; `notes` are sentences to know before an import,
    `lost` those on records that a damaged file does not have any more, which stay with the
    experiment; `facts` are those of `cycling.formats.facts`; `details` says in a few words how the
    file is written. `first_row` is the number of the first row of values, as the file's own program
    shows it.
    """

    name: ClassVar[str]
    signed: ClassVar[bool] = False

    rows: int
    parts: Sequence[str] = ()
    part: str = ""
    notes: Sequence[str] = ()
    lost: Sequence[str] = ()
    facts: Mapping[str, object] = MappingProxyType({})
    details: str = "binary"
    first_row: int = 1

    @classmethod
    @abstractmethod
    def recognise(cls, head: bytes, path: Path) -> bool:
        """Whether this file is of this format, by its first 64 KiB if they suffice."""

    @abstractmethod
    def __init__(self, path: Path, part: str) -> None:
        """Open the file at `part` of it ("" for its first, or only one)."""

    @abstractmethod
    def columns(self) -> Sequence[ReaderColumn]:
        """All columns, in the order of the file."""

    @abstractmethod
    def blocks(self, indices: Sequence[int]) -> Iterator[Sequence[Values]]:
        """Blocks of some 65,536 rows: the values of these columns, in this order."""

    def ends(self, indices: Sequence[int]) -> tuple[Sequence[Values], Sequence[Values]]:
        """The first and the last block, as samples."""
        first: Sequence[Values] | None = None
        last: Sequence[Values] = [[] for _ in indices]
        for block in self.blocks(indices):
            first, last = first or block, block
        return first or last, last


class ArrayReader(Reader):
    """A reader that has all columns in memory, as `self.values`."""

    values: Sequence[tuple[ReaderColumn, Values]]

    @property
    def rows(self) -> int:  # type: ignore[override]
        """Number of rows."""
        return len(self.values[0][1]) if self.values else 0

    def columns(self) -> Sequence[ReaderColumn]:
        """All columns."""
        return [column for column, _ in self.values]

    def blocks(self, indices: Sequence[int]) -> Iterator[Sequence[Values]]:
        """Slices of the columns."""
        for start in range(0, self.rows, BLOCK_ROWS):
            yield [self.values[index][1][start : start + BLOCK_ROWS] for index in indices]

    def ends(self, indices: Sequence[int]) -> tuple[Sequence[Values], Sequence[Values]]:
        """The first and the last rows."""
        columns = [self.values[index][1] for index in indices]
        return [c[:BLOCK_ROWS] for c in columns], [c[-BLOCK_ROWS:] for c in columns]


def decimal_values(singles: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Doubles with the fewest digits that are these singles: 3.5659 and not 3.56590008735657.

    An instrument writes a number of some digits as a single; this is that number again.
    """
    exact = singles.astype(np.float64)
    finite = np.isfinite(exact)
    exact[~finite] = np.nan
    values = np.rint(exact * 1e6) / 1e6
    is_short = (np.abs(exact) < 10) | (np.rint(exact) == exact)
    is_same = values.astype(np.float32) == singles
    open_rows = np.flatnonzero(finite & ~(is_short & is_same))
    for digits in (6, 7, 8, 9):
        if not len(open_rows):
            return values
        wanted = exact[open_rows]
        rounded = _rounded(wanted, digits)
        fits = rounded.astype(np.float32) == singles[open_rows]
        values[open_rows[fits]] = rounded[fits]
        open_rows = open_rows[~fits]
    values[open_rows] = exact[open_rows]
    return values


def _rounded(values: npt.NDArray[np.float64], digits: int) -> npt.NDArray[np.float64]:
    """Values, none of them zero, to so many significant digits."""
    exponents = np.floor(np.log10(np.abs(values))).astype(np.int64)
    decimals = digits - 1 - exponents
    scale = 10.0 ** np.abs(decimals)
    rounded: npt.NDArray[np.float64] = np.where(
        decimals >= 0, np.rint(values * scale) / scale, np.rint(values / scale) * scale
    )
    return rounded
