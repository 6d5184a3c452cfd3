"""Which cycle of each cell is looked at: one by its number, the first, the last, that at x %."""

from dataclasses import dataclass

import numpy as np

from cycling.analysis.campaign.cells import CellCycles
from cycling.analysis.campaign.courses import ALL_RATES, MAIN_RATE, Asked, course, cycles_of
from cycling.analysis.cycles.retention import cycles_to

FIRST, LAST = "first", "last"
RETENTION = "retention_pct"
MAX_DIGITS = 9


@dataclass(frozen=True)
class WhichCycle:
    """A cycle by its `number`, or the one at which retention falls below so many `percent`.

    Without both it is the last one, or the first, of the rate that is compared.
    """

    number: int | None = None
    percent: float | None = None
    is_first: bool = False

    @property
    def text(self) -> str:
        """The same as it is typed: first, last, 12, 80%."""
        if self.number is not None:
            return str(self.number)
        if self.percent is not None:
            return f"{self.percent:g}%"
        return FIRST if self.is_first else LAST

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics by which it is found."""
        return () if self.percent is None else (RETENTION,)


LAST_CYCLE = WhichCycle()


def which_cycle(text: str) -> WhichCycle | None:
    """Read what somebody typed, None for what names no cycle."""
    plain = "".join(text.split()).lower().replace(",", ".")
    if plain in (FIRST, LAST):
        return WhichCycle(is_first=plain == FIRST)
    if plain.isascii() and plain.isdigit() and len(plain) <= MAX_DIGITS:
        return WhichCycle(number=int(plain))
    digits = plain.removesuffix("%")
    is_number = digits.isascii() and digits.replace(".", "", 1).isdigit()
    if digits == plain or not is_number or not 0 < float(digits) < 1000:
        return None
    return WhichCycle(percent=float(digits))


def cycle_of(cell: CellCycles, which: WhichCycle, rate: str) -> tuple[int | None, str]:
    """Return the number of the cycle of a cell, or None and what is missing.

    A number is that of any cycle. The others are complete ones of a `rate`, as `courses` has it,
    whose discharge is whole. At x % is the first cycle below with the next two below as well, of
    the main rate where all are compared.
    """
    if which.number is not None:
        has = bool((cell.number == which.number).any())
        return (which.number, "") if has else (None, f"it has no cycle {which.number}")
    if which.percent is not None:
        return _at(cell, which.percent, rate)
    numbers = cycles_of(cell, rate)
    if not len(numbers):
        return None, "it has no complete cycle" + (" of the chosen rate" if rate else "")
    return int(numbers[0 if which.is_first else -1]), ""


def _at(cell: CellCycles, percent: float, rate: str) -> tuple[int | None, str]:
    """Return the cycle at which retention falls below so many percent, of one rate."""
    of_rate = MAIN_RATE if rate == ALL_RATES else rate
    retention = course(cell, Asked(RETENTION, rate=of_rate))
    if not len(retention):
        return None, retention.why
    place = cycles_to(percent, retention.x, retention.y)
    if place is None:
        return None, f"its retention has not fallen below {percent:g} %"
    return int(retention.number[np.searchsorted(retention.x, place)]), ""
