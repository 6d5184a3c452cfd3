"""Statistics of an experiment: charge, energy, times and means, whole and by instruction."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import chain
from math import isclose
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from cycling.analysis.comparison import Comparison, compared
from cycling.analysis.counters import Counter, Counters, Quantity
from cycling.analysis.integration import Edge, Integrator, Samples, StepTotals

Floats = NDArray[np.float64]

HOUR_S = 3600.0
REST_HOURS = 2000.0
REST_SHARE = 0.0005
SILENCED = 0.01  # of what flowed; where more went below the deadband it is said
SAME = 5e-4  # numbers that differ by less are told apart by nobody
PENDING = 10_000  # steps that wait to be added up
SUMMED = (
    *("executions", "samples", "duration_s", "missing_s"),
    *("charge_as", "discharge_as", "charge_ws", "discharge_ws"),
    "gap_s",
)
PLAIN = len(SUMMED) + 2 * 3  # sums of a row, with integral and time of three means; then counters
SPREAD_OF_CURRENT = 1  # of voltage, current and temperature
QUANTITIES = tuple(Quantity)
FIRST_QUANTITY = SUMMED.index("charge_as")


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
    part of it in which the current is not known (gaps and blanks) and nothing is integrated; where
    there is no current at all, as of a rest, gaps alone.
    Discharge is given as a positive number. Charge and energy are 0 where nothing was known. They
    are the instrument's where it counted them.
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

    def agrees(self, other: "Totals") -> bool:
        """Whether charge and discharge are the same to 0.05 %."""
        pairs = (self.charge_ah, other.charge_ah), (self.discharge_ah, other.discharge_ah)
        return all(isclose(*pair, rel_tol=SAME, abs_tol=1e-9) for pair in pairs)


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
    over an edge was added. `last_s` is when the last of it was measured (Unix s), None where not
    known. |current| under `deadband_a` was taken for rest, `silenced_ah` flowed there. Temperatures
    are those of the channel that is named, in its unit; both are "" where there is none.
    `comparisons` are the instrument's counters beside our integrals. `clock_s` is how long the
    clock went. With `is_old` an older rule made all this; `earlier` is what one gave, where that
    was something else.
    """

    deadband_a: float
    temperature_name: str
    temperature_unit: str
    whole: Totals
    instructions: tuple[InstructionTotals, ...]
    has_pauses: bool = False
    by_test_time: bool = False
    last_s: float | None = None
    edge: Edge = Edge.HOLD
    silenced_ah: float = 0.0
    comparisons: tuple[Comparison, ...] = ()
    clock_s: float | None = None
    is_old: bool = False
    earlier: EarlierNumbers | None = None

    @property
    def silences_much(self) -> bool:
        """Whether the deadband takes for rest what is more than 1 % of what flowed."""
        flowed_ah = self.whole.charge_ah + self.whole.discharge_ah + self.silenced_ah
        return self.silenced_ah > SILENCED * flowed_ah

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
    day's rest then adds nothing. At most 0.05 % of the experiment's greatest |current|, so that a
    capacity that was typed wrong silences nothing.
    """
    of_current_a = REST_SHARE * abs(greatest_a)
    if capacity_ah is None or capacity_ah <= 0:
        return of_current_a
    return min(capacity_ah / REST_HOURS, of_current_a)


def statistics(
    chunks: Iterable[Samples],
    *,
    deadband_a: float,
    temperature_name: str = "",
    temperature_unit: str = "",
    has_pauses: bool = False,
    by_test_time: bool = False,
    edge: Edge = Edge.HOLD,
    counters: Sequence[Counter] = (),
    lead_in_s: float = 0.0,
) -> ExperimentStatistics:
    """Add up an experiment in one pass; `chunks` follow each other, each of any length.

    The rules are those of `cycling.analysis.integration.Integrator`. `edge` only says what the
    `led_s` of the samples were made by.
    """
    integrator = Integrator(deadband_a, counters, lead_in_s=lead_in_s)
    table = _added_up(integrator, chunks, "instruction").without_blanks()
    integrated = table.whole()
    counted = integrator.counters.read(table.sums.sum(axis=0, keepdims=True)[:, PLAIN:])
    comparisons = compared(
        {one: (float(counted[one][0]), getattr(integrated, one)) for one in counted},
        integrator.counters,
        integrator.doubts,
        integrated.missing_s,
    )
    used = [one.quantity for one in comparisons if one.is_used]
    table = table.counted(integrator.counters, used)
    return ExperimentStatistics(
        deadband_a=deadband_a,
        temperature_name=temperature_name,
        temperature_unit=temperature_unit,
        has_pauses=has_pauses,
        by_test_time=by_test_time,
        edge=edge,
        silenced_ah=integrator.doubts.silenced_as / HOUR_S,
        comparisons=comparisons,
        whole=(table.named() if has_pauses else table).whole(),
        instructions=tuple(
            InstructionTotals(None if np.isnan(key) else int(key), table.totals(row))
            for row, key in enumerate(table.key)
        ),
    )


def by_cycle(
    chunks: Iterable[Samples],
    *,
    deadband_a: float,
    counters: Sequence[Counter] = (),
    lead_in_s: float = 0.0,
) -> dict[int, Totals]:
    """Return the totals of each cycle by the number that the samples have, in its order."""
    integrator = Integrator(deadband_a, counters, lead_in_s=lead_in_s)
    table = _added_up(integrator, chunks, "cycle").counted(integrator.counters, QUANTITIES)
    return {int(key): table.totals(row) for row, key in enumerate(table.key) if key == key}


def _added_up(
    integrator: Integrator, chunks: Iterable[Samples], key: Literal["instruction", "cycle"]
) -> "_Table":
    """Return one row a key, in their order; the unknown one comes last."""
    width = PLAIN + integrator.counters.width
    table, waiting, pending = _Table.of([], key, width), list[StepTotals](), 0
    parts = chain(chain.from_iterable(map(integrator.add, chunks)), integrator.finish())
    for steps in parts:
        waiting.append(steps)
        pending += len(steps.instruction)
        if pending > PENDING:
            table, waiting, pending = table.with_(_Table.of(waiting, key, width)), [], 0
    return table.with_(_Table.of(waiting, key, width))


@dataclass(frozen=True)
class _Table:
    """Rows to add up: `sums` (rows, width) in the order of `_sums`, `lowest`, `highest` (rows, 3).

    `key`, shape (rows,), is what rows are added up by.
    """

    key: Floats
    sums: Floats
    lowest: Floats
    highest: Floats

    @classmethod
    def of(
        cls, parts: Sequence[StepTotals], key: Literal["instruction", "cycle"], width: int
    ) -> "_Table":
        """Put the steps of blocks below each other."""
        means = [(part.voltage_v, part.current_a, part.temperature) for part in parts]
        return cls(
            np.concatenate([np.empty(0), *(getattr(part, key) for part in parts)]),
            _stacked(width, [_sums(part) for part in parts]),
            _stacked(3, [[mean.lowest for mean in three] for three in means]),
            _stacked(3, [[mean.highest for mean in three] for three in means]),
        )

    def with_(self, more: "_Table") -> "_Table":
        """Add more rows; one row a key."""
        return _Table(
            np.concatenate([self.key, more.key]),
            np.concatenate([self.sums, more.sums]),
            np.concatenate([self.lowest, more.lowest]),
            np.concatenate([self.highest, more.highest]),
        ).by_key()

    def by_key(self) -> "_Table":
        """Make one row of all rows of a key; the unknown one comes last."""
        if not len(self.key):
            return self
        order = np.argsort(self.key, kind="stable")
        keys, starts = np.unique(self.key[order], return_index=True)
        return _Table(
            keys,
            np.add.reduceat(self.sums[order], starts),
            np.fmin.reduceat(self.lowest[order], starts),
            np.fmax.reduceat(self.highest[order], starts),
        )

    def without_blanks(self) -> "_Table":
        """Where a file has no current at all, as of a rest, only gaps are missing time."""
        if not np.isnan(self.lowest[:, SPREAD_OF_CURRENT]).all():
            return self
        sums = self.sums.copy()
        sums[:, SUMMED.index("missing_s")] = sums[:, SUMMED.index("gap_s")]
        return replace(self, sums=sums)

    def counted(self, counters: Counters, used: Collection[Quantity]) -> "_Table":
        """Put what the instrument counted in the place of our integrals of these quantities."""
        sums = self.sums.copy()
        for quantity, column in counters.read(self.sums[:, PLAIN:]).items():
            if quantity in used:
                sums[:, FIRST_QUANTITY + QUANTITIES.index(quantity)] = column * HOUR_S
        return replace(self, sums=sums)

    def named(self) -> "_Table":
        """Return the rows that name an instruction."""
        kept = ~np.isnan(self.key)
        columns = (self.key, self.sums, self.lowest, self.highest)
        return _Table(*(column[kept] for column in columns))

    def whole(self) -> Totals:
        """Return the totals of all rows."""
        if not len(self.key):
            return _totals(np.zeros(PLAIN), np.full(3, np.nan), np.full(3, np.nan))
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
    return [*columns, *part.counters]


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
        for index, (integral, known_s) in enumerate(sums[len(SUMMED) : PLAIN].reshape(3, 2))
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
