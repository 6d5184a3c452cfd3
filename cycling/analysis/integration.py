"""Integrals over the samples of an experiment, block after block, by the rules of the field.

A step as executed is a run of consecutive samples with the same instruction, step and cycle. Within
a step a quantity goes in a straight line. A trapezoid across an edge would invent charge: of the
interval over an edge a part is of the old step, with its last value, and the rest is of the new
step, with its first value. `Edge` says how long that is. Edges that no source names are found in
the current (`cycling.analysis.edges`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.counters import Counter, Counters, Flow
from cycling.analysis.curves import (
    NOTHING_BESIDE,
    Beside,
    Course,
    LastKnown,
    Steps,
    course,
    cut_into_steps,
    same_step,
)
from cycling.analysis.doubts import FEW_CURRENTS, Doubts
from cycling.analysis.edges import (
    CLOSE_S,
    Edges,
    Outside,
    Sought,
    counted_lead_s,
    edges_of,
    held_instead,
)
from cycling.analysis.ends import ends_of
from cycling.analysis.step_totals import Mean, StepTotals

Floats = NDArray[np.float64]

BLOCK_ROWS = 16_384  # what a processor's cache holds
MAX_BLANK_S = 60.0


class Edge(StrEnum):
    """To which step the interval over an edge belongs; a setting of an experiment's source.

    HOLD: to the old one. LEAD: to the new one, because instruments write the last record of a step
    at its end. SPLIT: the step time says when the new one began.
    """

    HOLD = "hold"
    LEAD = "lead"
    SPLIT = "split"


@dataclass(frozen=True)
class Samples:
    """Consecutive samples, shapes (n,), NaN where unknown (never the time). Current > 0 charges.

    Only differences of times matter, so they may begin anywhere.
    The temperature is in its channel's own unit. `led_s` is how much of the time before a sample
    that begins a step is of that step, at most; None: nothing is. `counters` are the instrument's,
    in Ah and Wh.
    """

    time_s: Floats
    voltage_v: Floats
    current_a: Floats
    instruction: Floats
    step: Floats
    cycle: Floats
    temperature: Floats
    led_s: Floats | None = None
    counters: tuple[Floats, ...] = ()


COLUMNS = ("time_s", "voltage_v", "current_a", "instruction", "step", "cycle", "temperature")
LED = len(COLUMNS)  # the row after them; the counters follow
CURRENT = COLUMNS.index("current_a")
KEYS = slice(3, 6)  # the rows of what makes a step


@dataclass(frozen=True)
class Tail:
    """Where an integration stands, so that it can go on later.

    `rows`, shape (columns, 2): the last one added up, and the one after it. `before_s` is the time
    before them in their step, `before_a` the current of the sample before them; `last_known` and
    `counted` (shape (counters,)) what was read last.
    """

    rows: Floats
    before_s: float
    before_a: float
    last_known: Mapping[str, LastKnown | None]
    counted: Floats


class Integrator:
    """Integrates samples as they come; where they are cut does not change the sums.

    Gaps (`cycling.analysis.gaps`) count as missing time. Whether an interval is one also depends
    on the one after it, so the newest sample waits for the next, or for `finish`.

    Blank values are bridged within their step: by a straight line to the next known value, or by
    the last known value until the next step begins. Before the first known value of a step, and
    after the last one of the experiment, nothing is integrated; nor is a current or a power that
    was blank for more than 60 s. Time without a current counts as missing. An interval in which
    the clock stands or goes back counts for nothing; the next one begins at the clock's new time.

    |current| under `deadband_a` is rest: it adds neither charge nor energy.

    `lead_in_s` is how long before the first sample its step began; it counts unless it is a gap.

    `sought` are edges that the source does not name. Of up to 2 s over one of these each side has
    half, where the source does not hold.
    """

    def __init__(
        self,
        deadband_a: float,
        counters: Sequence[Counter] = (),
        *,
        lead_in_s: float = 0.0,
        sought: Sought = Sought.NOTHING,
    ) -> None:
        self.counters = Counters(counters)
        self.doubts = Doubts(set())
        self._deadband_a = deadband_a
        self._lead_in_s = lead_in_s
        self._sought = sought
        self._rows = np.zeros((LED + 1 + len(counters), BLOCK_ROWS + 2))
        self._waiting = 0  # rows that stand first: the last one added up, and the one after it
        self._before_s = np.nan
        self._before_a = np.nan
        self._last_known: dict[str, LastKnown | None] = {}

    def go_on(self, tail: Tail) -> None:
        """Begin where another one stood."""
        self._rows[:, :2] = tail.rows
        self._waiting = 2
        self._before_s, self._before_a = tail.before_s, tail.before_a
        self._last_known = dict(tail.last_known)
        self.counters.go_on(tail.counted)

    def tail(self) -> Tail:
        """Return where it stands, after two samples at least."""
        last_known, counted = dict(self._last_known), self.counters.counted()
        rows = self._rows[:, :2].copy()
        return Tail(rows, self._before_s, self._before_a, last_known, counted)

    def add(self, samples: Samples) -> Iterator[StepTotals]:
        """Yield what samples before the last of these add to each step, block after block."""
        columns = columns_of(samples)
        for first in range(0, len(samples.time_s), BLOCK_ROWS):
            count = min(BLOCK_ROWS, len(samples.time_s) - first)
            end = self._waiting + count
            for row, column in zip(self._rows, columns, strict=True):
                row[self._waiting : end] = column[first : first + count]
            if end == 1:
                self._waiting = 1
                continue
            last = self._rows[:, end - 2 : end].copy()
            yield self._totals(end - 1, self._beside(last))
            self._before_a = float(self._rows[CURRENT, end - 3]) if end > 2 else self._before_a
            self._rows[:, :2] = last
            self._waiting = 2

    def finish(self) -> Iterator[StepTotals]:
        """Yield what the last sample adds."""
        if self._waiting:
            beside = Beside(self._before_s, before_a=self._before_a)
            yield self._totals(self._waiting, beside)
            self._waiting = 0

    def _beside(self, last: Floats) -> Beside:
        """Return what is beside the rows up to the first of these two."""
        was, now = last[KEYS].T
        return Beside(
            before_s=self._before_s,
            after_s=max(0.0, float(last[0, 1] - last[0, 0])),
            after_goes_on=bool(np.all((was == now) | (np.isnan(was) & np.isnan(now)))),
            lead_s=0.0 if self._waiting == 2 else self._lead_in(),
            before_a=self._before_a,
            after_a=float(last[CURRENT, 1]),
        )

    def _lead_in(self) -> float:
        after_s = float(self._rows[0, 1] - self._rows[0, 0])
        return counted_lead_s(self._lead_in_s, after_s)

    def _totals(self, count: int, beside: Beside) -> StepTotals:
        samples = samples_of(self._rows[:, :count])
        with np.errstate(over="ignore", invalid="ignore"):
            return self._sums(samples, beside)

    def _sums(self, rows: Samples, beside: Beside) -> StepTotals:
        keys = (rows.instruction, rows.step, rows.cycle)
        driven_a, rest = self._driven(rows.current_a)
        edges = self._edges(driven_a, beside)
        steps, led_s = cut(rows, edges, beside)
        self._before_s = steps.last_s
        power = self._course("power", rows.voltage_v * driven_a, steps, MAX_BLANK_S)
        measured = self._course("current", rows.current_a, steps, MAX_BLANK_S)
        driven = self._course("driven", driven_a, steps, MAX_BLANK_S)
        voltage = self._course("voltage", rows.voltage_v, steps)
        temperature = self._course("temperature", rows.temperature, steps)
        current = _mean(measured)
        charge_as, discharge_as = driven.parts()
        charge_ws, discharge_ws = power.parts()
        executions, samples = self._executions(keys, edges, steps), steps.rows.astype(np.float64)
        counted = int(self._waiting == 2)  # the first row was the last one before
        executions[0] -= counted
        samples[0] -= counted
        if rest.any():
            self.doubts.silenced_as += _silenced_as(rows.current_a, rest, steps)
        if led_s is not None:
            self._note_edges(driven_a, led_s, steps)
        return StepTotals(
            instruction=rows.instruction[steps.starts],
            cycle=rows.cycle[steps.starts],
            executions=executions,
            samples=samples,
            duration_s=steps.total_s + steps.gap_s,
            missing_s=steps.gap_s + (steps.total_s - current.known_s),
            gap_s=steps.gap_s,
            charge_as=charge_as,
            discharge_as=discharge_as,
            charge_ws=charge_ws,
            discharge_ws=discharge_ws,
            voltage_v=_mean(voltage),
            current_a=current,
            temperature=_mean(temperature),
            counters=self._counted(rows, steps, is_counted=bool(counted)),
            ends=ends_of(rows.time_s, voltage, driven, temperature, charge_as + discharge_as),
        )

    def _edges(self, driven_a: Floats, beside: Beside) -> Edges | None:
        if self._sought is Sought.NOTHING:
            return None
        known = self._last_known.get("driven")
        outside = np.array([known.value if known else np.nan, beside.before_a, beside.after_a])
        outside[np.abs(outside) < self._deadband_a] = 0.0
        return edges_of(driven_a, Outside(*outside.tolist()))

    def _note_edges(self, driven_a: Floats, led_s: Floats, steps: Steps) -> None:
        """Note what the old values would make where nothing says of which step an interval is."""
        first = steps.starts[1:]
        lead_s = steps.lead_s[1:]
        seconds = np.where(np.isinf(led_s[first]) & (lead_s > CLOSE_S), lead_s, 0.0)
        more = held_instead(driven_a[first - 1], driven_a[first], seconds)
        self.doubts.held = (self.doubts.held[0] + more[0], self.doubts.held[1] + more[1])

    def _executions(self, keys: Sequence[Floats], edges: Edges | None, steps: Steps) -> Floats:
        """Return 1 for what is a step as executed, 0 for what goes on with the one before."""
        if edges is None:
            return np.ones(len(steps.starts))
        begins = ~same_step(keys)
        if self._sought is Sought.STEPS:
            begins |= edges.turns
        begins[0] = True
        return begins[steps.starts].astype(np.float64)

    def _driven(self, current_a: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the current without what is rest, and where it is."""
        size_a = np.abs(current_a)
        rest = size_a < self._deadband_a
        if not rest.any():
            self.doubts.driven_a = min(self.doubts.driven_a, float(np.fmin.reduce(size_a)))
            return current_a, rest
        self.doubts.rest_a = max(self.doubts.rest_a, float(size_a[rest].max()))
        least_a = np.fmin.reduce(size_a[~rest], initial=np.inf)
        self.doubts.driven_a = min(self.doubts.driven_a, float(least_a))
        return np.where(rest, 0.0, current_a), rest

    def _counted(self, rows: Samples, steps: Steps, *, is_counted: bool) -> Floats:
        """Return what the counters say, and note what may be wrong with our integral."""
        if not rows.counters:
            return np.empty((0, len(steps.starts)))
        current_a = rows.current_a
        changes = np.diff(current_a)
        if len(self.doubts.currents) < FEW_CURRENTS:
            others = current_a[1:][np.isfinite(changes) & (changes != 0)]
            self.doubts.currents.update(np.unique(others)[:FEW_CURRENTS].tolist())
        seconds = np.maximum(np.diff(rows.time_s, prepend=rows.time_s[0]), 0.0)
        bent_as = np.nan_to_num(np.abs(changes)) * seconds[1:] / 2
        bent_as[steps.starts[1:] - 1] = 0.0
        self.doubts.bent_as += float(bent_as.sum())
        is_new_cycle = ~same_step([rows.cycle[steps.starts]])
        is_gap = np.zeros(len(current_a), np.bool_)
        is_gap[steps.gaps + 1] = True
        where = (steps.starts, is_new_cycle, is_gap, is_counted)
        flow = Flow(current_a, rows.voltage_v, seconds, *where)
        return self.counters.columns(rows.counters, flow)

    def _course(
        self, name: str, values: Floats, steps: Steps, longest_blank_s: float = np.inf
    ) -> Course:
        """Return how a quantity goes, from its last known value on."""
        before = self._last_known.get(name)
        if before is None or np.isfinite(values[0]):
            this = course(values, steps, longest_blank_s=longest_blank_s)
        else:
            values = values.copy()
            values[0] = before.value
            this = course(values, steps, before.age_s, before.rows, longest_blank_s)
        self._last_known[name] = this.open_end
        return this


def columns_of(samples: Samples) -> list[Floats]:
    """Return the columns of samples in the order of `samples_of`."""
    led_s = np.zeros(len(samples.time_s)) if samples.led_s is None else samples.led_s
    return [*(getattr(samples, name) for name in COLUMNS), led_s, *samples.counters]


def samples_of(rows: Floats | Sequence[Floats]) -> Samples:
    """Return the samples of columns, shape (columns, n)."""
    return replace(Samples(*rows[: LED + 1]), counters=tuple(rows[LED + 1 :]))


def _silenced_as(current_a: Floats, rest: NDArray[np.bool_], steps: Steps) -> float:
    return float(np.abs(current_a[rest]) @ steps.weights_s[rest])


def cut(
    rows: Samples, edges: Edges | None, beside: Beside = NOTHING_BESIDE
) -> tuple[Steps, Floats | None]:
    """Return the steps of samples, cut at edges that no source names too, and their `led_s`."""
    keys = (rows.instruction, rows.step, rows.cycle)
    if edges is None:
        return cut_into_steps(rows.time_s, keys, rows.led_s, beside), rows.led_s
    led_s = _shared_s(rows, edges.any & same_step(keys))
    return cut_into_steps(rows.time_s, keys, led_s, beside, edges.any), led_s


def _shared_s(rows: Samples, found: NDArray[np.bool_]) -> Floats | None:
    """Return `led_s`, where records are close: half of the time at an edge found in the current."""
    if rows.led_s is None:
        return None
    seconds = np.diff(rows.time_s, prepend=rows.time_s[0])
    close = found & (seconds <= CLOSE_S)
    return np.where(close, np.minimum(rows.led_s, seconds / 2), rows.led_s)


def _mean(course: Course) -> Mean:
    return Mean(course.integral(), course.known_s(), course.lowest, course.highest)
