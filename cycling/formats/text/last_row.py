"""Whether a file ends within its last row, by how the rows above write their last cell."""

import re
from collections.abc import Sequence

_ALIKE = 5  # rows that are written alike, before one that is shorter is cut


def is_cut(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the last of these rows, which no line end follows, stops in its last cell.

    All rows above write that cell alike, as a time or ending in a digit, and it is their beginning.
    """
    shapes = [re.sub("[0-9]", "9", row[-1].rstrip()) for row in rows if row]
    if len(shapes) <= _ALIKE or len(set(shapes[:-1])) > 1:
        return False
    whole, last = shapes[0], shapes[-1]
    shorter = len(last) < len(whole) and whole.startswith(last)
    return shorter and (":" in whole or (whole.endswith("9") and not last.endswith("9")))
