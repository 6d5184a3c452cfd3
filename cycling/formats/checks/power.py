"""Whether voltage times current is what the file gives as power."""

from dataclasses import dataclass

import numpy as np

from cycling.formats.checks.plausible import question, three_digits
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.columns.times import likely_unit
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Problem

_ASKED_FACTOR = 5.0  # what rounding, and a power that is set, do not explain
_SHARE = 0.9  # of all rows: a unit is wrong in each of them


@dataclass
class PowerWatch:
    """Counts in how many rows voltage times current is far above the power, or far below it."""

    rows: int = 0
    above: int = 0
    below: int = 0
    ours_w: float = 0.0
    given_w: float = 0.0

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        measures = block.measures
        if measures.power_w is None:
            return
        given, ours = np.abs(measures.power_w), np.abs(measures.voltage_v * measures.current_a)
        known = np.isfinite(given) & np.isfinite(ours) & (given > 0) & (ours > 0)
        given, ours = given[known], ours[known]
        self.rows += len(given)
        self.above += int(np.count_nonzero(ours > _ASKED_FACTOR * given))
        self.below += int(np.count_nonzero(given > _ASKED_FACTOR * ours))
        self.ours_w += float(ours.sum())
        self.given_w += float(given.sum())


def power_problems(mapping: Mapping, watch: PowerWatch) -> list[Problem]:
    """The question which of voltage, current and power has another unit."""
    if max(watch.above, watch.below) <= _SHARE * watch.rows:
        return []
    factor = watch.ours_w / watch.given_w
    column = mapping.column(Field.CURRENT)
    times = f"{three_digits(factor)} times" if factor >= 1 else f"1/{three_digits(1 / factor)} of"
    name = next(
        (c.shown for f in (Field.POWER, Field.CHARGE_POWER) if (c := mapping.column(f))), ""
    )
    unit = likely_unit(column, 1 / factor) if column else None
    hint = f" The unit of column {column.shown!r} may be {unit}." if column and unit else ""
    text = (
        f"Voltage times current is {times} the power in column {name!r}.{hint} "
        "Choose the units of voltage, current and power so that they agree."
    )
    return [question("power", text, column, unit)]
