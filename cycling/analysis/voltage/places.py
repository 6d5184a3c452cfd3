"""Where in the samples pulses and rests are, by the totals of steps: only that is to be read."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles import taper
from cycling.analysis.cycles.halves import run_starts
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Samples
from cycling.analysis.steps import StepRows
from cycling.analysis.totals import SPREAD_OF_CURRENT
from cycling.analysis.voltage.lines import begin_ah
from cycling.analysis.voltage.pulses import LONGEST_S, TIMES_S, Pulses, pulses
from cycling.analysis.voltage.relaxation import LEAST_S
from cycling.analysis.voltage.runs import REST_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

STEADY = 0.99  # of its greatest: the mean of a current that is held
LONGER = 2.0  # a step may be so much longer than from its first sample to its last
BEFORE, AFTER = 2, 2  # samples beside: how long a rest was, whether a current goes on
NEARLY = 1 - 1e-9
PORTIONS = 5  # of a titration, at least
ALIKE = 0.2  # of a portion: by so much its neighbour may differ


@dataclass(frozen=True)
class Place:
    """Samples from `first_row` to before `end_row`; `net_ah` is what had been charged before."""

    first_row: int
    end_row: int
    net_ah: float

    def window(self, samples: int) -> tuple[int, int]:
        """Return the places of the samples to read for its pulses, of so many."""
        return max(self.first_row - BEFORE, 0), min(self.end_row + AFTER, samples)

    @property
    def rest_window(self) -> tuple[int, int]:
        """The places of those to read for its rests."""
        return max(self.first_row - BEFORE, 0), self.end_row

    def pulses(
        self,
        samples: Samples,
        *,
        deadband_a: float,
        times_s: tuple[float, ...] = TIMES_S,
        longest_s: float = LONGEST_S,
        sought: Sought = Sought.NOTHING,
    ) -> Pulses:
        """Return the pulses that begin here; `samples` are those of `window`."""
        before = min(self.first_row, BEFORE)
        found = pulses(
            samples, deadband_a=deadband_a, times_s=times_s, longest_s=longest_s, sought=sought
        )
        rows = found.row - before + self.first_row
        net_ah = found.net_ah + self.net_ah - begin_ah(samples, before, deadband_a, sought)
        return found.at(rows, net_ah).of((rows >= self.first_row) & (rows < self.end_row))


def pulse_places(
    steps: StepRows, *, deadband_a: float, longest_s: float = LONGEST_S
) -> list[Place]:
    """Return where pulses can be: after rests, where current does not go on for longer.

    Steps that hold their current for longer than `longest_s` are charges and discharges, and are
    not read. Those in which it rests too, or goes both ways, are read as a whole.
    """
    rests, drives = _rests_and_drives(steps, deadband_a)
    is_long = _is_long(steps, longest_s)
    duration_s, net_as = steps.sums("duration_s"), _net_as(steps)
    chosen = np.zeros(len(steps), np.bool_)
    for first, end in _runs(~drives):
        is_plain = rests[first:end].all()
        if is_plain and (duration_s[first:end].sum() < REST_S * NEARLY or end == len(steps)):
            continue
        if is_plain and is_long[end]:
            continue
        then = end
        while (
            then < len(steps) and drives[then] and duration_s[end:then].sum() <= LONGER * longest_s
        ):
            if net_as[then] * net_as[end] < 0:
                break
            then += 1
        chosen[first:then] = True
    return _joined(steps, chosen)


def rest_places(steps: StepRows, *, deadband_a: float, least_s: float = LEAST_S) -> list[Place]:
    """Return where rests of at least `least_s` are, and steps that may have some."""
    rests, drives = _rests_and_drives(steps, deadband_a)
    duration_s = steps.sums("duration_s")
    chosen = np.zeros(len(steps), np.bool_)
    for first, end in _runs(~drives):
        is_plain = rests[first:end].all()
        chosen[first:end] = not is_plain or duration_s[first:end].sum() >= least_s * NEARLY
    return _joined(steps, chosen)


def titration_places(steps: StepRows, *, deadband_a: float) -> list[Place]:
    """Return where charge flows in even portions one way, with a rest after each of its length.

    Portions are alike within 20 %, five in a row at least; with the rest before the first. One the
    other way that follows at once is another titration, and the rest between is of both.
    """
    _rests, drives = _rests_and_drives(steps, deadband_a)
    runs, duration_s = _runs(drives), steps.sums("duration_s")
    net_as = np.array([_net_as(steps)[first:end].sum() for first, end in runs])
    time_s = np.array([duration_s[first:end].sum() for first, end in runs])
    nexts = [first for first, _end in runs[1:]] + [len(steps)]
    rest_s = np.array(
        [duration_s[end:then].sum() for (_first, end), then in zip(runs, nexts, strict=True)]
    )
    found, portions, begin = list[tuple[int, int]](), (net_as, time_s), 0
    for end in range(1, len(runs) + 1):
        rests = rest_s[end - 1] >= time_s[end - 1] * NEARLY
        if end < len(runs) and rests and all(_alike(*one[end - 1 : end + 1]) for one in portions):
            continue
        if end - begin >= PORTIONS:
            found.append((runs[begin - 1][1] if begin else 0, nexts[end - 1]))
        begin = end
    return _places(steps, found)


def _alike(one: float, then: float) -> bool:
    return bool(one * then > 0 and abs(then - one) <= ALIKE * abs(one))


def _rests_and_drives(steps: StepRows, deadband_a: float) -> tuple[Flags, Flags]:
    """Return which steps rest all the time, and which charge or discharge all the time."""
    lowest_a = steps.table.lowest[:, SPREAD_OF_CURRENT]
    highest_a = steps.table.highest[:, SPREAD_OF_CURRENT]
    rests = ~((lowest_a <= -deadband_a) | (highest_a >= deadband_a))  # also of what is blank
    drives = (lowest_a >= deadband_a) | (highest_a <= -deadband_a)
    return rests, drives & ~rests


def _is_long(steps: StepRows, longest_s: float) -> Flags:
    """Return which steps begin with a current that is held for longer."""
    parts = taper.parts(steps.ends)
    held_s = parts.constant_current_s
    held_a = np.divide(
        parts.constant_current_as, held_s, out=np.zeros(len(steps)), where=held_s > 0
    )
    return (held_s > LONGER * longest_s) & (held_a >= STEADY * steps.ends.greatest_a)


def _net_as(steps: StepRows) -> Floats:
    return steps.sums("charge_as") - steps.sums("discharge_as")


def _runs(flags: Flags) -> list[tuple[int, int]]:
    """Return first and end of the runs of steps that are flagged."""
    starts = run_starts(flags)
    ends = np.append(starts[1:], len(flags))
    which = flags[starts]
    return list(zip(starts[which].tolist(), ends[which].tolist(), strict=True))


def _joined(steps: StepRows, chosen: Flags) -> list[Place]:
    return _places(steps, _runs(chosen))


def _places(steps: StepRows, runs: Sequence[tuple[int, int]]) -> list[Place]:
    net_ah = np.append(0.0, np.cumsum(steps.hours("charge_as") - steps.hours("discharge_as")))
    first_row, end_row = steps.first_row, steps.end_row
    return [
        Place(int(first_row[first]), int(end_row[end - 1]), float(net_ah[first]))
        for first, end in runs
    ]
