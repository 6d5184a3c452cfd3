"""Single samples of the voltage far from both their neighbours."""

from dataclasses import dataclass, field

import numpy as np

from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.measures import FileBlock
from cycling.formats.problems import Findings, Problem
from cycling.formats.values.numbers import FloatArray

_LEAST_V, _PART = 0.5, 0.3  # V, and of the voltage beside it
_HUGE = 10  # times the voltage beside it: then it may also have another sign
_SAME = 0.2  # of the jump: the voltage after it is that before it again
_STEADY = 0.2  # of the greatest current: else the current may have moved the voltage


@dataclass
class SpikeWatch:
    """Reports rows whose voltage is far from that before and after, though the current stays."""

    mapping: Mapping
    findings: Findings
    _greatest_a: float = 0.0
    _last: FloatArray = field(default_factory=lambda: np.empty((3, 0)))  # row, V and A of two rows

    def add(self, block: FileBlock) -> None:
        """Take the next rows."""
        measures = block.measures
        new = np.array([block.rows.astype(np.float64), measures.voltage_v, measures.current_a])
        rows = np.concatenate([self._last, new], axis=1)
        self._last = rows[:, -2:]
        current = np.nan_to_num(rows[2])
        self._greatest_a = max(self._greatest_a, float(np.abs(current).max(initial=0.0)))
        before, here, after = rows[1, :-2], rows[1, 1:-1], rows[1, 2:]
        jump = np.minimum(np.abs(here - before), np.abs(here - after))
        moved = np.maximum(np.abs(np.diff(current)[:-1]), np.abs(np.diff(current)[1:]))
        far = (jump > _LEAST_V) & (jump > _PART * np.abs(before))
        huge = np.abs(here) > _HUGE * np.abs(before)
        alone = (np.abs(after - before) < _SAME * jump) & ((here * before >= 0) | huge)
        places = np.flatnonzero(far & alone & (moved <= _STEADY * self._greatest_a))
        self.findings.add_each(
            len(places), lambda n: self._spike(int(rows[0, places[n] + 1]), rows[1, places[n] :])
        )

    def _spike(self, row: int, voltage: FloatArray) -> Problem:
        column = self.mapping.column(Field.VOLTAGE)
        label = column.shown if column else Field.VOLTAGE.label
        before, here, after = voltage[:3].tolist()
        text = (
            f"Column {label!r} is {here:.4g} V in this row alone, {before:.4g} V before it and "
            f"{after:.4g} V after it. It is imported as it is."
        )
        return Problem("warning", text, row=row, column=label, code="spike")
