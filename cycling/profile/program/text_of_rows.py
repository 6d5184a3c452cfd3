"""The text of a profile of which only the flat rows are known."""

from collections.abc import Iterable
from decimal import Decimal

from cycling.profile.language.quantities import plain
from cycling.profile.language.tree import MODE_WORDS
from cycling.terms import LimitType, Mode

MAGNITUDES = (LimitType.CURRENT, LimitType.POWER)
UNITS = {Mode.CC: "A", Mode.CV: "V", Mode.CP: "W"}
LIMIT_UNITS = {
    LimitType.TIME: "s",
    LimitType.VOLTAGE: "V",
    LimitType.CURRENT: "A",
    LimitType.POWER: "W",
}

FlatRow = tuple[Mode, int, LimitType, int]  # set-point and limit in mA, mV, mW or ms


def text_of_rows(rows: Iterable[FlatRow]) -> str:
    """Return one line for each row, in A, V, W and s."""
    return "\n".join(_line(*row) for row in rows)


def _line(mode: Mode, set_point: int, limit_type: LimitType, limit_point: int) -> str:
    if mode is Mode.WAIT:
        return f"WAIT, {_units(limit_point)}s"
    point = abs(limit_point) if limit_type in MAGNITUDES else limit_point
    held = f"{MODE_WORDS[mode]}, {_units(set_point)}{UNITS[mode]}"
    return f"{held}, {limit_type}, {_units(point)}{LIMIT_UNITS[limit_type]}"


def _units(milli: int) -> str:
    return plain(Decimal(milli) / 1000)
