"""Statistics of an experiment: charge, energy, times and means, whole and by instruction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from cycling.analysis.integration import Integrator, Samples, StepTotals

Floats = NDArray[np.float64]

HOUR_S = 3600.0
REST_HOURS = 2000.0
REST_SHARE = 0.0005
PENDING = 10_000  # steps that wait to be added up
SUMMED = (
    *("executions", "samples", "duration_s", "missing_s"),
    *("charge_as", "discharge_as", "charge_ws", "discharge_ws"),
)


@dataclass(frozen=True)
class Spread:
    """Lowest and highest value and the mean weighted by time; None where unknown."""

    lowest: float | None
    highest: float | None
    mean: float | None


@dataclass(frozen=True)
class Totals:
    """What a part of an experiment adds up to.

    `executions` counts steps as executed. `duration_s` is all recorded time; `missing_s` is the
    part of it in which the current is not known (gaps and blanks) and nothing is integrated.
    Discharge is given as a positive number. Charge and energy are 0 where nothing was known.
    """

    executions: int
    samples: int
    duration_s: float
    missing_s: float
    charge_ah: float
    discharge_ah: float
    charge_wh: float
    discharge_wh: float
    voltage_v: Spread
    current_a: Spread
    temperature: Spread


@dataclass(frozen=True)
class InstructionTotals:
    """Totals of all executions of an instruction; None: samples that name no instruction."""

    instruction: int | None
    totals: Totals


@dataclass(frozen=True)
class ExperimentStatistics:
    """Totals of an experiment and of its instructions in the order of their ids.

    With `has_pauses` what names no instruction was recorded in pauses, and is not in `whole`.
    `by_test_time`: of a run of ours; else time goes by the clock.
    `last_s` is when the last of it was measured (Unix s), None where not known.
    |current| under `deadband_a` was taken for rest. Temperatures are those of the channel that is
    named, in its unit; both are "" where there is none.
    """

    deadband_a: float
    temperature_name: str
    temperature_unit: str
    whole: Totals
    instructions: tuple[InstructionTotals, ...]
    has_pauses: bool = False
    by_test_time: bool = False
    last_s: float | None = None

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
                replace(one, totals=less(one.totals, resumed.get(one.instruction or 0, 0)))
                for one in self.instructions
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values for a JSON column."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ExperimentStatistics":
        """Read what `to_json` gave."""
        return msgspec.convert(stored, cls)


def deadband_a(capacity_ah: float | None, greatest_a: float) -> float:
    """Return the current (A) under which a battery rests.

    The nominal capacity in 2,000 h, which is 1.5 mA for 3 Ah: the offset of an instrument over a
    day's rest then adds nothing. Without a capacity 0.05 % of the experiment's greatest |current|.
    """
    if capacity_ah is not None and capacity_ah > 0:
        return capacity_ah / REST_HOURS
    return REST_SHARE * abs(greatest_a)


def statistics(
    chunks: Iterable[Samples],
    *,
    deadband_a: float,
    temperature_name: str = "",
    temperature_unit: str = "",
    has_pauses: bool = False,
    by_test_time: bool = False,
) -> ExperimentStatistics:
    """Add up an experiment in one pass; `chunks` follow each other, each of any length.

    The rules are those of `cycling.analysis.integration.Integrator`.
    """
    integrator = Integrator(deadband_a)
    table, waiting, pending = _Table.of([]), list[StepTotals](), 0
    parts = chain(chain.from_iterable(map(integrator.add, chunks)), integrator.finish())
    for steps in parts:
        waiting.append(steps)
        pending += len(steps.instruction)
        if pending > PENDING:
            table, waiting, pending = table.with_(waiting), [], 0
    table = table.with_(waiting)
    return ExperimentStatistics(
        deadband_a=deadband_a,
        temperature_name=temperature_name,
        temperature_unit=temperature_unit,
        has_pauses=has_pauses,
        by_test_time=by_test_time,
        whole=(table.named() if has_pauses else table).whole(),
        instructions=tuple(
            InstructionTotals(None if np.isnan(key) else int(key), table.totals(row))
            for row, key in enumerate(table.instruction)
        ),
    )


@dataclass(frozen=True)
class _Table:
    """Rows to add up: `sums` (rows, 14) in the order of `_sums`, `lowest`, `highest` (rows, 3)."""

    instruction: Floats
    sums: Floats
    lowest: Floats
    highest: Floats

    @classmethod
    def of(cls, parts: Sequence[StepTotals]) -> "_Table":
        """Put the steps of blocks below each other."""
        means = [(part.voltage_v, part.current_a, part.temperature) for part in parts]
        return cls(
            np.concatenate([np.empty(0), *(part.instruction for part in parts)]),
            _stacked(14, [_sums(part) for part in parts]),
            _stacked(3, [[mean.lowest for mean in three] for three in means]),
            _stacked(3, [[mean.highest for mean in three] for three in means]),
        )

    def with_(self, parts: Sequence[StepTotals]) -> "_Table":
        """Add the steps of blocks; one row an instruction."""
        more = _Table.of(parts)
        return _Table(
            np.concatenate([self.instruction, more.instruction]),
            np.concatenate([self.sums, more.sums]),
            np.concatenate([self.lowest, more.lowest]),
            np.concatenate([self.highest, more.highest]),
        ).by_instruction()

    def by_instruction(self) -> "_Table":
        """Make one row of all rows of an instruction; the unknown one comes last."""
        if not len(self.instruction):
            return self
        order = np.argsort(self.instruction, kind="stable")
        keys, starts = np.unique(self.instruction[order], return_index=True)
        return _Table(
            keys,
            np.add.reduceat(self.sums[order], starts),
            np.fmin.reduceat(self.lowest[order], starts),
            np.fmax.reduceat(self.highest[order], starts),
        )

    def named(self) -> "_Table":
        """Return the rows that name an instruction."""
        kept = ~np.isnan(self.instruction)
        columns = (self.instruction, self.sums, self.lowest, self.highest)
        return _Table(*(column[kept] for column in columns))

    def whole(self) -> Totals:
        """Return the totals of all rows."""
        if not len(self.instruction):
            return _totals(np.zeros(14), np.full(3, np.nan), np.full(3, np.nan))
        return _totals(
            self.sums.sum(axis=0), np.fmin.reduce(self.lowest), np.fmax.reduce(self.highest)
        )

    def totals(self, row: int) -> Totals:
        """Return the totals of one row."""
        return _totals(self.sums[row], self.lowest[row], self.highest[row])


def _sums(part: StepTotals) -> list[Floats]:
    columns = [getattr(part, name) for name in SUMMED]
    for mean in (part.voltage_v, part.current_a, part.temperature):
        columns += [mean.integral, mean.known_s]
    return columns


def _stacked(width: int, parts: Sequence[Sequence[Floats]]) -> Floats:
    """Put columns side by side and parts below each other, shape (rows, width)."""
    return np.concatenate([np.empty((width, 0)), *(np.array(part) for part in parts)], axis=1).T


def _totals(sums: Floats, lowest: Floats, highest: Floats) -> Totals:
    spreads = [
        Spread(
            lowest=_known(lowest[index]),
            highest=_known(highest[index]),
            mean=_known(integral / known_s) if known_s > 0 else None,
        )
        for index, (integral, known_s) in enumerate(sums[8:].reshape(3, 2))
    ]
    return Totals(
        executions=round(sums[0]),
        samples=round(sums[1]),
        duration_s=float(sums[2]),
        missing_s=max(0.0, round(float(sums[3]), 6)),  # the difference of two sums
        charge_ah=float(sums[4]) / HOUR_S,
        discharge_ah=float(sums[5]) / HOUR_S,
        charge_wh=float(sums[6]) / HOUR_S,
        discharge_wh=float(sums[7]) / HOUR_S,
        voltage_v=spreads[0],
        current_a=spreads[1],
        temperature=spreads[2],
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
