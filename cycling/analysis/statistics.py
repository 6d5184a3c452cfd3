"""Statistics of an experiment: charge, energy, times and means, whole and by instruction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Required, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.chunk_totals import ExperimentSteps
from cycling.analysis.comparison import Comparison
from cycling.analysis.counters import CHARGES, Counter
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Edge, Integrator, Samples
from cycling.analysis.totals import HOUR_S, StepTable, Totals, added_up
from cycling.conversion import convert

Floats = NDArray[np.float64]

REST_HOURS = 2000.0
REST_SHARE = 0.0005
SILENCED = 0.01  # of what flowed; where more went below the deadband it is said
UNSURE = 0.005  # of what flowed; where more may be of another step it is said


@dataclass(frozen=True)
class EarlierNumbers:
    """What an older rule made of the same measures."""

    charge_ah: float
    discharge_ah: float


@dataclass(frozen=True)
class InstructionTotals:
    """Totals of all executions of an instruction; None: samples that name no instruction."""

    instruction: int | None
    totals: Totals


@dataclass(frozen=True)
class ExperimentStatistics:
    """Totals of an experiment and of its instructions in the order of their ids.

    With `has_pauses` what names no instruction was recorded in pauses, and is not in `whole`.
    `by_test_time`: time is test time; else it goes by the clock. `edge` says to which step the time
    over an edge was added, `sought` which edges were found in the current; `held_ah` is how much
    more charge and discharge there were if it were of the old step, where nothing says which.
    `last_s` is when the last of it was measured (Unix s), None where not known. |current| under
    `deadband_a` was taken for rest, `silenced_ah` flowed there. Temperatures are those of the
    channel that is named, in its unit; both are "" where there is none. `comparisons` are the
    instrument's counters beside our integrals. `clock_s` is how long the clock went. With `is_old`
    an older rule made all this; `earlier` is what one gave, where that was something else.
    `left_out` names measures that could not be read. `late_s` is how much of the test there was
    before the first sample that nothing is counted of.
    """

    deadband_a: float
    whole: Totals
    instructions: tuple[InstructionTotals, ...]
    temperature_name: str = ""
    temperature_unit: str = ""
    has_pauses: bool = False
    by_test_time: bool = False
    last_s: float | None = None
    edge: Edge = Edge.HOLD
    silenced_ah: float = 0.0
    comparisons: tuple[Comparison, ...] = ()
    clock_s: float | None = None
    is_old: bool = False
    earlier: EarlierNumbers | None = None
    sought: Sought = Sought.NOTHING
    held_ah: tuple[float, float] = (0.0, 0.0)
    left_out: str = ""
    late_s: float = 0.0

    @property
    def flowed_ah(self) -> float:
        """What went in and out."""
        return self.whole.charge_ah + self.whole.discharge_ah

    @property
    def silences_much(self) -> bool:
        """Whether the deadband takes for rest what is more than 1 % of what flowed."""
        return self.silenced_ah > SILENCED * (self.flowed_ah + self.silenced_ah)

    @property
    def has_sparse_edges(self) -> bool:
        """Whether records are so far apart at edges of steps that charge may be off by 0.5 %."""
        counted = any(one.is_used and one.quantity in CHARGES for one in self.comparisons)
        flowed_ah = self.whole.charge_ah, self.whole.discharge_ah
        pairs = zip(self.held_ah, flowed_ah, strict=True)
        return not counted and any(abs(more) > UNSURE * flowed for more, flowed in pairs)

    @property
    def time_name(self) -> str:
        """What the time of `whole` is called; wall time lasts from begin to end."""
        return "Test time" if self.by_test_time else "Recorded"

    @property
    def paused(self) -> Totals | None:
        """What was recorded in pauses; None if nothing was."""
        pauses = (one.totals for one in self.instructions if one.instruction is None)
        return next(pauses, None) if self.has_pauses else None

    @property
    def paused_s(self) -> float:
        """How long was recorded in pauses."""
        return self.paused.duration_s if self.paused else 0.0

    @property
    def samples(self) -> int:
        """How many samples there are, with those of pauses."""
        return self.whole.samples + (self.paused.samples if self.paused else 0)

    def with_resumed(self, resumed: Mapping[int, int]) -> "ExperimentStatistics":
        """Count what went on after a pause as one execution: how often, by the instruction."""

        def less(totals: Totals, count: int) -> Totals:
            return replace(totals, executions=totals.executions - count)

        return replace(
            self,
            whole=less(self.whole, sum(resumed.values())),
            instructions=tuple(
                one
                if one.instruction is None
                else replace(one, totals=less(one.totals, resumed.get(one.instruction, 0)))
                for one in self.instructions
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ExperimentStatistics":
        """Read what `to_json` gave."""
        return convert(stored, cls)


def deadband_a(capacity_ah: float | None, greatest_a: float) -> float:
    """Return the current (A) under which a battery rests.

    The nominal capacity in 2,000 h, which is 1.5 mA for 3 Ah: the offset of an instrument over a
    day's rest then adds nothing. At most 0.05 % of the experiment's greatest |current|, so that a
    capacity that was typed wrong silences nothing.
    """
    of_current_a = REST_SHARE * abs(greatest_a)
    if capacity_ah is None or capacity_ah <= 0:
        return of_current_a
    return min(capacity_ah / REST_HOURS, of_current_a)


class About(TypedDict, total=False):
    """What is known of samples, as of `ExperimentStatistics`.

    `edge` only says what their `led_s` were made by.
    """

    deadband_a: Required[float]
    temperature_name: str
    temperature_unit: str
    has_pauses: bool
    by_test_time: bool
    edge: Edge
    sought: Sought


def statistics(
    chunks: Iterable[Samples],
    *,
    counters: Sequence[Counter] = (),
    lead_in_s: float = 0.0,
    **about: Unpack[About],
) -> ExperimentStatistics:
    """Add up an experiment in one pass; `chunks` follow each other, each of any length.

    The rules are those of `cycling.analysis.integration.Integrator`.
    """
    sought = about.get("sought", Sought.NOTHING)
    integrator = Integrator(about["deadband_a"], counters, lead_in_s=lead_in_s, sought=sought)
    table, doubts = added_up(integrator, chunks).without_blanks(), integrator.doubts
    table, comparisons = table.beside(integrator.counters, doubts)
    return _of_table(table, comparisons, doubts.silenced_as, doubts.held, about)


def statistics_of_steps(steps: ExperimentSteps, **about: Unpack[About]) -> ExperimentStatistics:
    """Return the same of steps that are added up."""
    rows = steps.steps
    table = replace(rows.table, key=rows.instruction).by_key()
    return _of_table(table, steps.comparisons, steps.silenced_as, steps.held_as, about)


def _of_table(
    table: StepTable,
    comparisons: tuple[Comparison, ...],
    silenced_as: float,
    held_as: tuple[float, float],
    about: About,
) -> ExperimentStatistics:
    """Return the statistics of a table by instruction."""
    return ExperimentStatistics(
        **about,
        silenced_ah=silenced_as / HOUR_S,
        held_ah=_hours(held_as),
        comparisons=comparisons,
        whole=(table.named() if about.get("has_pauses") else table).whole(),
        instructions=tuple(
            InstructionTotals(None if np.isnan(key) else int(key), table.totals(row))
            for row, key in enumerate(table.key)
        ),
    )


def _hours(values_as: tuple[float, float]) -> tuple[float, float]:
    first, second = values_as
    return first / HOUR_S, second / HOUR_S
