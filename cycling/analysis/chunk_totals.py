"""What a chunk of samples adds to its steps, merged with what its neighbours add.

Totals of chunks are a monoid: `merge` is associative, and `ChunkTotals.nothing` changes nothing.
What a chunk adds does not depend on its neighbours, but for its first and last samples: whether an
interval there is a gap, to which step it belongs and how a blank is bridged. So these samples are
kept as they are, and added up when it is known what stands beside them. Usually they are three at
the beginning and two at the end; where a channel is blank, as many as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.comparison import Comparison
from cycling.analysis.counters import EVIDENCE, Counter
from cycling.analysis.curves import same_step
from cycling.analysis.doubts import Doubts
from cycling.analysis.edges import Sought
from cycling.analysis.integration import (
    LED,
    Integrator,
    Samples,
    Tail,
    columns_of,
    samples_of,
)
from cycling.analysis.step_totals import StepTotals
from cycling.analysis.steps import StepRows, appended
from cycling.analysis.totals import PLAIN

Floats = NDArray[np.float64]

NO_DOUBTS = Doubts(set())


@dataclass(frozen=True)
class Counting:
    """How samples are added up: |current| below `deadband_a` is rest; the instrument's counters.

    Without a temperature no chunk waits for one. `sought` are edges that the source does not name.
    """

    deadband_a: float
    counters: tuple[Counter, ...] = ()
    has_temperature: bool = True
    sought: Sought = Sought.NOTHING

    @property
    def width(self) -> int:
        """How many sums a step has."""
        return PLAIN + sum(one.width for one in self.counters)

    def integrator(self, tail: Tail | None = None, lead_in_s: float = 0.0) -> Integrator:
        """Return an integrator that begins here."""
        integrator = Integrator(
            self.deadband_a, self.counters, lead_in_s=lead_in_s, sought=self.sought
        )
        if tail is not None:
            integrator.go_on(tail)
        return integrator


@dataclass(frozen=True)
class ExperimentSteps:
    """The steps of all samples, and the counters beside our integrals (Ah, Wh).

    `silenced_as` and `held_as` as of `Doubts`.
    """

    steps: StepRows
    comparisons: tuple[Comparison, ...]
    silenced_as: float
    held_as: tuple[float, float]


@dataclass(frozen=True)
class ChunkTotals:
    """What consecutive samples add up to, whatever stands before and after them.

    `head`, shape (columns, rows): the first samples as they are; all of them, where there is no
    `tail`. `steps` is what the samples between head and tail add. `evidence`, shape (counters, 8),
    is what speaks for how counters start again.
    """

    how: Counting
    head: Floats
    steps: StepRows
    tail: Tail | None = None
    doubts: Doubts = field(default_factory=lambda: NO_DOUBTS)
    evidence: Floats = field(default_factory=lambda: np.zeros((0, EVIDENCE)))

    @classmethod
    def nothing(cls, how: Counting) -> "ChunkTotals":
        """Return what no samples add up to."""
        return cls._loose(how, np.empty((LED + 1 + len(how.counters), 0)))

    @classmethod
    def of(cls, samples: Samples, how: Counting) -> "ChunkTotals":
        """Add up consecutive samples."""
        columns = columns_of(samples)
        first = _first_settled(samples, how)
        if first is None:
            return cls._loose(how, np.array(columns))
        both = np.array([column[first : first + 2] for column in columns])
        before_s = np.diff(samples.time_s[first - 1 : first + 1])[0]
        goes_on = same_step([column[first - 1 : first + 1] for column in columns[3:6]])[1]
        before_s = max(before_s, 0.0) if goes_on else np.nan
        before_a = float(samples.current_a[first - 1])
        integrator = how.integrator(Tail(both, before_s, before_a, {}, both[LED + 1 :, 0]))
        rest = samples_of([column[first + 2 :] for column in columns])
        steps = StepRows.of(integrator.add(rest), how.width)
        head = np.array([column[: first + 2] for column in columns])
        return cls(how, head, steps, *_state(integrator))

    @classmethod
    def _loose(cls, how: Counting, head: Floats) -> "ChunkTotals":
        nothing = np.zeros((len(how.counters), EVIDENCE))
        return cls(how, head, StepRows.nothing(how.width), evidence=nothing)

    def holds_for(self, deadband_a: float) -> bool:
        """Whether the sums would be the same with another deadband (A)."""
        is_settled = self.doubts.rest_a < deadband_a <= self.doubts.driven_a
        sizes = np.abs(self.head[2])
        same = np.array_equal(sizes < deadband_a, sizes < self.how.deadband_a)
        return is_settled and same and (self.tail is None or self._same_tail(deadband_a))

    def _same_tail(self, deadband_a: float) -> bool:
        sizes = np.abs(self.tail.rows[2]) if self.tail else np.empty(0)
        return np.array_equal(sizes < deadband_a, sizes < self.how.deadband_a)

    def experiment(self, lead_in_s: float = 0.0) -> ExperimentSteps:
        """Return all steps, as if nothing stood before and after.

        `lead_in_s` is how long before the first sample its step began. Where the instrument
        counted, its numbers stand in the place of our integrals, but of counters that are wrong.
        """
        first = self.how.integrator(lead_in_s=lead_in_s)
        parts = [StepRows.of(first.add(samples_of(self.head)), self.how.width)]
        last = first
        if self.tail is not None:
            last = self.how.integrator(self.tail)
            last.counters.learn(first.counters.evidence())
        parts += [self.steps, StepRows.of(last.finish(), self.how.width)]
        last.counters.learn(self.evidence)
        doubts = self.doubts.with_(last.doubts)
        doubts = doubts if last is first else doubts.with_(first.doubts)
        return _counted(appended(*parts), last, doubts)


def merge(first: ChunkTotals, then: ChunkTotals) -> ChunkTotals:
    """Return what the samples of both add up to; those of `then` follow."""
    how = first.how
    if first.tail is None:
        both = ChunkTotals.of(samples_of(np.concatenate([first.head, then.head], axis=1)), how)
        if then.tail is None:
            return both
        glue, tail = both, then.tail
        parts = [both.steps, then.steps]
    else:
        integrator = how.integrator(first.tail)
        steps = StepRows.of(integrator.add(samples_of(then.head)), how.width)
        glue = ChunkTotals(how, first.head, steps, *_state(integrator))
        tail = then.tail or glue.tail or first.tail
        parts = [first.steps, steps, then.steps]
    doubts, evidence = glue.doubts.with_(then.doubts), glue.evidence + then.evidence
    if glue.head is first.head:
        doubts, evidence = doubts.with_(first.doubts), evidence + first.evidence
    return ChunkTotals(how, glue.head, appended(*parts), tail, doubts, evidence)


def merge_all(parts: Sequence[ChunkTotals], how: Counting) -> ChunkTotals:
    """Merge parts that follow each other, neighbours first."""
    if not parts:
        return ChunkTotals.nothing(how)
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        parts = [merge(*pair) for pair in pairs] + list(parts[len(parts) // 2 * 2 :])
    return parts[0]


def add_up(chunks: Iterator[Samples], how: Counting, lead_in_s: float) -> ExperimentSteps:
    """Add up all samples at once, where nothing is to be kept."""
    integrator = how.integrator(lead_in_s=lead_in_s)

    def totals() -> Iterator[StepTotals]:
        for chunk in chunks:
            yield from integrator.add(chunk)
        yield from integrator.finish()

    return _counted(StepRows.of(totals(), how.width), integrator, integrator.doubts)


def _state(integrator: Integrator) -> tuple[Tail, Doubts, Floats]:
    return integrator.tail(), integrator.doubts, integrator.counters.evidence()


def _first_settled(samples: Samples, how: Counting) -> int | None:
    """Return the first row, not the very first, from which on nothing depends on what is before.

    All is known there, or a step begins. None where there is none with a row after it.
    """
    measured = [samples.voltage_v, samples.current_a]
    measured += [samples.temperature] if how.has_temperature else []
    if len(samples.time_s) < 3:
        return None
    if all(np.isfinite(one[1]) for one in (*measured, *samples.counters)):
        return 1
    goes_on = same_step([samples.instruction, samples.step, samples.cycle])
    is_settled = np.all(np.isfinite(measured), axis=0) | ~goes_on
    for one in samples.counters:
        is_settled &= np.isfinite(one)
    rows = np.flatnonzero(is_settled[1:-1]) + 1
    return int(rows[0]) if len(rows) else None


def _counted(steps: StepRows, integrator: Integrator, doubts: Doubts) -> ExperimentSteps:
    """Put what the instrument counted in the place of our integrals."""
    table, comparisons = steps.table.without_blanks().beside(integrator.counters, doubts)
    steps = StepRows(table, steps.instruction, steps.ends)
    return ExperimentSteps(steps, comparisons, doubts.silenced_as, doubts.held)
