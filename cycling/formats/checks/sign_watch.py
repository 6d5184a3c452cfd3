"""What the voltage does in each step, by the sign of its current."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from cycling.formats.checks.sign import SignEvidence
from cycling.formats.text.blocks import IntArray
from cycling.formats.values.numbers import BoolArray, FloatArray

_DEADBAND = 0.01  # of the greatest |I|: below it is rest
_LEAST_SAMPLES = 3
_LEAST_CHANGE_V = 0.0005
_LEAST_CHANGE = 0.002  # of the whole range of voltage: flat steps (CV, noise) say nothing
_STEADY = 0.05  # the current of a step changes by less, else the voltage may follow it
_CLASSES = 8
_MAX_OPEN = 400
_JUMP = 0.2  # of the greatest |I|: a new step, though the sign is the same


@dataclass
class SignWatch:
    """Collects runs of the same sign of current within a step, in one pass over the file."""

    _greatest_a: float = 0.0
    _least_v: float = np.inf
    _most_v: float = -np.inf
    # sign, change of V in all and in the later half, greatest |I|
    _runs: list[FloatArray] = field(default_factory=list)
    _along: Counter[int] = field(default_factory=Counter)
    _against: Counter[int] = field(default_factory=Counter)
    _last: FloatArray | None = None
    _open: FloatArray | None = None  # the run that the block before ended in, as rows of V, I, step

    def add(
        self, voltage: FloatArray, current: FloatArray, steps: Sequence[FloatArray | None]
    ) -> None:
        """Take the next rows; `steps` are the columns that change with every step."""
        is_finite = np.isfinite(voltage) & np.isfinite(current)
        kinds = [np.nan_to_num(step[is_finite], nan=-1.0) for step in steps if step is not None]
        block = np.column_stack([voltage[is_finite], current[is_finite], *kinds])
        if not len(block):
            return
        self._greatest_a = max(self._greatest_a, float(np.abs(block[:, 1]).max()))
        self._least_v = min(self._least_v, float(block[:, 0].min()))
        self._most_v = max(self._most_v, float(block[:, 0].max()))
        self._note_jumps(block)
        if self._open is not None:
            block = np.concatenate([self._open, block])
        self._take(block)

    def _note_jumps(self, block: FloatArray) -> None:
        """Count what the voltage does where the current jumps, in classes of the jump's size."""
        voltage, current = block[:, 0], block[:, 1]
        if self._last is not None:
            voltage = np.concatenate([self._last[:1], voltage])
            current = np.concatenate([self._last[1:], current])
        self._last = np.array([voltage[-1], current[-1]])
        changes = current[1:] - current[:-1]
        jumps = np.flatnonzero(np.abs(changes) > _JUMP * self._greatest_a / 2)
        changes, rises = changes[jumps], voltage[jumps + 1] - voltage[jumps]
        tells = np.abs(rises) >= _LEAST_CHANGE_V
        changes, rises = changes[tells], rises[tells]
        along = np.sign(rises) == np.sign(changes)
        classes = np.floor(np.log2(np.abs(changes)) * _CLASSES).astype(np.int64)
        for counter, kind in ((self._along, along), (self._against, ~along)):
            keys, counts = np.unique(classes[kind], return_counts=True)
            counter.update(dict(zip(keys.tolist(), counts.tolist(), strict=True)))

    def _jumps(self) -> tuple[int, int]:
        """How many times voltage and current jump the same way, and the other way."""
        if not self._greatest_a:
            return 0, 0
        least = math.floor(math.log2(_JUMP * self._greatest_a) * _CLASSES)
        along, against = (
            sum(count for key, count in counter.items() if key > least)
            for counter in (self._along, self._against)
        )
        return along, against

    def _take(self, block: FloatArray) -> None:
        starts = np.flatnonzero(_run_starts(block, _JUMP * self._greatest_a))
        self._open = _thinned(block[starts[-1] :])
        ends = starts[1:]
        if not len(ends):
            return
        self._keep(block, starts[:-1], ends)

    def _keep(self, block: FloatArray, starts: IntArray, ends: IntArray) -> None:
        voltage, current = block[:, 0], block[:, 1]
        greatest = np.maximum.reduceat(np.abs(current), starts)[: len(starts)]
        # From the second row: the first may still show the voltage of the step before.
        last = ends - 1
        useful = (ends - starts >= _LEAST_SAMPLES) & (current[starts] != 0)
        useful &= greatest >= _DEADBAND * self._greatest_a
        changes = [
            _change(voltage, current, first, last)
            for first in (np.minimum(starts + 1, last), (starts + last) // 2)
        ]
        runs = np.column_stack([np.sign(current[starts]), *changes, greatest])
        self._runs.append(runs[useful])

    def evidence(self) -> SignEvidence:
        """What all steps so far say."""
        if self._open is not None:
            whole = np.array([0]), np.array([len(self._open)])
            self._keep(self._open, *whole)
            self._open = None
        jumps = self._jumps()
        if not self._greatest_a or not self._runs:
            return SignEvidence(0, 0, 0, 0, self._greatest_a > 0, *jumps)
        runs = np.concatenate(self._runs)
        change = max(_LEAST_CHANGE_V, _LEAST_CHANGE * (self._most_v - self._least_v))
        # The later half is past what the step before left behind; where it is flat, the whole.
        late = np.where(np.abs(runs[:, 2]) >= change, runs[:, 2], runs[:, 1])
        tells = (runs[:, 3] >= _DEADBAND * self._greatest_a) & (np.abs(late) >= change)
        if tells.any():
            jumps = 0, 0  # they are asked only where no step says anything
        positive, rises = runs[tells, 0] > 0, late[tells] > 0
        return SignEvidence(
            rises_positive=int(np.count_nonzero(positive & rises)),
            falls_positive=int(np.count_nonzero(positive & ~rises)),
            rises_negative=int(np.count_nonzero(~positive & rises)),
            falls_negative=int(np.count_nonzero(~positive & ~rises)),
            has_current=True,
            jumps_along=jumps[0],
            jumps_against=jumps[1],
        )


def _thinned(run: FloatArray) -> FloatArray:
    """A run that goes on in the next block: every other row between its ends, while it is long."""
    while len(run) > _MAX_OPEN:
        run = np.concatenate([run[:2], run[2:-2:2], run[-2:]])
    return run


def _change(
    voltage: FloatArray, current: FloatArray, first: IntArray, last: IntArray
) -> FloatArray:
    """Change of voltage, 0 where it may be just that of the current times a resistance.

    It tells of charge with a steady current, or one whose size goes the other way (CC-CV, power).
    """
    size, change = np.abs(current), voltage[last] - voltage[first]
    growth = size[last] - size[first]
    tells = (np.abs(growth) <= _STEADY * size[first]) | (growth * change < 0)
    return np.where(tells, change, 0.0)


def _run_starts(block: FloatArray, jump_a: float) -> BoolArray:
    """True where a run begins: another sign, another step, or a jump of the current."""
    current = block[:, 1]
    starts = np.ones(len(block), np.bool_)
    starts[1:] = np.diff(np.sign(current)) != 0
    starts[1:] |= np.abs(np.diff(current)) > jump_a
    for kind in range(2, block.shape[1]):
        starts[1:] |= np.diff(block[:, kind]) != 0
    return starts
