"""One direction of a cycle: which samples it has, and how much of what they say counts.

All of it comes from the totals of steps. So only the samples of the half need to be read.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles import taper
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.numbering import Numbers
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Samples, columns_of, samples_of
from cycling.analysis.steps import StepRows
from cycling.analysis.voltage.lines import ChargeLines, Shares, shared_lines

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

BESIDE = (
    2  # samples before and after: they say what is a gap, and whose an interval over an edge is
)


@dataclass(frozen=True)
class Half:
    """The steps of a cycle in which charge flows one way.

    `first_row` and `end_row` are the places of its first sample and of the one after its last.
    Shapes (steps,): `rows` how many samples each of all steps from there to there has, `ah` what
    flows in it this way (0: it does not count), `until_s` until when it counts, from its beginning.
    """

    direction: Direction
    first_row: int
    end_row: int
    rows: Ints
    ah: Floats
    until_s: Floats

    def window(self, samples: int) -> tuple[int, int]:
        """Return the places of the samples to read, of so many."""
        return max(self.first_row - BESIDE, 0), min(self.end_row + BESIDE, samples)

    def lines(
        self,
        samples: Samples,
        first_row: int,
        *,
        deadband_a: float,
        sought: Sought = Sought.NOTHING,
    ) -> ChargeLines:
        """Return its lines; `samples` are those of `window`, from `first_row` on."""
        shares = self.shares(len(samples.time_s), first_row)
        known = np.isfinite(samples.voltage_v) & np.isfinite(samples.current_a)
        if not known.all():
            samples = samples_of([column[known] for column in columns_of(samples)])
            shares = replace(shares, step=shares.step[known])
        return shared_lines(samples, self.direction, shares, deadband_a=deadband_a, sought=sought)

    def shares(self, samples: int, first_row: int) -> Shares:
        """Return what counts of so many samples, from `first_row` on."""
        step = np.repeat(np.arange(len(self.rows)), self.rows)
        before = self.first_row - first_row
        beside = (before, samples - len(step) - before)
        return Shares(np.pad(step, beside, constant_values=-1), self.until_s, self.ah)


def half_of(
    steps: StepRows,
    numbers: Numbers,
    cycle: int,
    direction: Direction,
    *,
    with_cv: bool = False,
    is_cv: Floats | Flags | None = None,
) -> Half | None:
    """Return one direction of a cycle; None where nothing flows this way in it.

    What flows at constant voltage is out unless `with_cv`; `is_cv`, shape (steps,), says which
    steps that are where a profile does, NaN where it does not.
    """
    ah = np.where(numbers.cycle == cycle, steps.hours(f"{direction}_as"), 0.0)
    flowing = np.flatnonzero(ah > 0)
    if not len(flowing):
        return None
    within = slice(int(flowing[0]), int(flowing[-1]) + 1)
    until_s = np.where(ah > 0, np.inf, 0.0)
    if not with_cv:
        parts = taper.parts(steps.ends, is_cv)
        net_as = steps.sums("charge_as") - steps.sums("discharge_as")
        goes = np.sign(net_as) == direction.sign
        has_cv = (parts.constant_voltage_as > 0) & (until_s > 0) & goes
        until_s[has_cv] = parts.constant_current_s[has_cv]
    first_row, end_row = steps.first_row[within], steps.end_row[within]
    return Half(
        direction=direction,
        first_row=int(first_row[0]),
        end_row=int(end_row[-1]),
        rows=end_row - first_row,
        ah=ah[within],
        until_s=until_s[within],
    )
