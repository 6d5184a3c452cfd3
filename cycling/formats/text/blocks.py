"""Some rows of a table at once, as text cells."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pyarrow as pa

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CellBlock:
    """Some rows: their numbers in the file and, by column, their cells (null where blank)."""

    rows: IntArray
    cells: dict[int, "pa.StringArray"]
    bytes_done: int
