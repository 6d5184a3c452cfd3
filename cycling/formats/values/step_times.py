"""Times within steps, added up to a time that counts from the start of the test."""

from dataclasses import dataclass, field

import numpy as np

from cycling.formats.values.numbers import BoolArray, FloatArray


@dataclass
class StepTimes:
    """Adds up what the steps lasted; what passed between them is not known and counts as nothing.

    A step begins where its time falls, or where the number of the step changes.
    """

    _before_s: float = 0.0  # what all steps before this one lasted
    _last_s: float = np.nan
    _last_key: float = np.nan
    restarts: int = 0
    numbers: FloatArray = field(default_factory=lambda: np.empty(0))  # of the last rows' steps

    def since_start(self, step_time_s: FloatArray, key: FloatArray | None) -> FloatArray:
        """Time since the first step began (s), NaN where blank; `key`: numbers of the steps."""
        known = np.flatnonzero(np.isfinite(step_time_s))
        self.numbers = np.full(len(step_time_s), np.nan)
        if not len(known):
            return step_time_s
        values = step_time_s[known]
        before = np.concatenate([[self._last_s], values[:-1]])
        begins: BoolArray = values < before
        if key is not None:
            keys = key[known]
            earlier = np.concatenate([[self._last_key], keys[:-1]])
            begins |= (keys != earlier) & np.isfinite(keys) & np.isfinite(earlier)
            self._last_key = float(keys[-1])
        self.numbers[known] = 1.0 + self.restarts + np.cumsum(begins)
        self.restarts += int(np.count_nonzero(begins))
        offsets = self._before_s + np.cumsum(np.where(begins, np.nan_to_num(before), 0.0))
        self._before_s, self._last_s = float(offsets[-1]), float(values[-1])
        total = step_time_s.copy()
        total[known] = values + offsets
        return total
