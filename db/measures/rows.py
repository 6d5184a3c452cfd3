"""Samples on their way into the row tables."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GENERIC_COLUMNS = "MeasID, Timestamp, InstrID, Voltage, Current, Power, TestTime, Step, Cycle"
EXTENDED_COLUMNS = "UsedMeasID, MeasID, Value"


@dataclass(frozen=True)
class MeasureRows:
    """Consecutive samples of one experiment; all arrays have the same length n.

    Shapes: (n,). `unix_s` are Unix seconds, stored with microseconds; the optional arrays are
    None or hold NaN where unknown. `extended` maps a UsedMeasID to its values.
    """

    first_id: int
    unix_s: Floats
    instruction: Floats
    voltage_mv: Floats
    current_ma: Floats
    power_mw: Floats | None
    test_time_s: Floats | None
    step: Floats | None
    cycle: Floats | None
    extended: Mapping[int, Floats]

    def __len__(self) -> int:
        return len(self.unix_s)

    def part(self, start: int, end: int) -> "MeasureRows":
        """Return the samples from index `start` to before `end`."""

        def cut(values: Floats | None) -> Floats | None:
            return None if values is None else values[start:end]

        return MeasureRows(
            first_id=self.first_id + start,
            unix_s=self.unix_s[start:end],
            instruction=self.instruction[start:end],
            voltage_mv=self.voltage_mv[start:end],
            current_ma=self.current_ma[start:end],
            power_mw=cut(self.power_mw),
            test_time_s=cut(self.test_time_s),
            step=cut(self.step),
            cycle=cut(self.cycle),
            extended={id_: values[start:end] for id_, values in self.extended.items()},
        )
