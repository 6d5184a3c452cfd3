"""Whether a file ends within its last row, by how the rows above write their last cell."""

import re
from collections.abc import Sequence
from itertools import pairwise

OPEN_VALUE, OPEN_ROW = "value", "row"
_NUMBER = re.compile(
    r"[+-]?[0-9]+(?:[.,](?P<decimals>[0-9]*))?(?P<exponent>[eE][+-]?[0-9]*)?", re.ASCII
)
_BEGINNINGS = ("-", "+", ".", ",", "-.", "-,")  # of a number that is cut before its first digit
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


def open_end_of(rows: Sequence[Sequence[str]], text: str) -> str:
    """What is open where `text`, which these rows end, stops with a number and no line end.

    OPEN_VALUE where the number may go on, OPEN_ROW where it counts up as a time does, so that
    the row has none without it; "" where it is written to its end as those above are.
    """
    cells = [row[-1].strip() for row in rows if row]
    if len(cells) <= _ALIKE or not cells[-1] or not text.rstrip(" ").endswith(cells[-1]):
        return ""
    *above, last = cells
    parts = [_NUMBER.fullmatch(cell) for cell in above]
    own = _NUMBER.fullmatch(last)
    if not all(parts) or last == above[-1] or not (own or last in _BEGINNINGS):
        return ""
    digits = [len(part["decimals"] or "") for part in parts if part]
    exponents = [len(part["exponent"] or "") for part in parts if part]
    whole = (
        own is not None
        and len(own["decimals"] or "") == max(digits)
        and len(own["exponent"] or "") == max(exponents)
    )
    if whole and (max(digits) or max(exponents) or len(last) >= min(map(len, above))):
        return ""
    values = [float(cell.replace(",", ".")) for cell in above]
    rises = values[0] < values[-1] and all(a <= b for a, b in pairwise(values))
    return OPEN_ROW if rises else OPEN_VALUE
