"""What steps add up to: rows of sums by instruction or by cycle, and the totals made of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import isclose
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.comparison import Comparison, compared
from cycling.analysis.counters import Counters, Quantity
from cycling.analysis.doubts import Doubts
from cycling.analysis.integration import Integrator, Samples
from cycling.analysis.step_totals import StepTotals

Floats = NDArray[np.float64]

HOUR_S = 3600.0
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


def added_up(integrator: Integrator, chunks: Iterable[Samples]) -> "StepTable":
    """Return one row an instruction, in their order; the unknown one comes last."""
    width = PLAIN + integrator.counters.width
    table, waiting, pending = StepTable.of([], "instruction", width), list[StepTotals](), 0
    parts = chain(chain.from_iterable(map(integrator.add, chunks)), integrator.finish())
    for steps in parts:
        waiting.append(steps)
        pending += len(steps.instruction)
        if pending > PENDING:
            table = table.with_(StepTable.of(waiting, "instruction", width))
            waiting, pending = [], 0
    return table.with_(StepTable.of(waiting, "instruction", width))


@dataclass(frozen=True)
class StepTable:
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
    ) -> "StepTable":
        """Put the steps of blocks below each other."""
        means = [(part.voltage_v, part.current_a, part.temperature) for part in parts]
        return cls(
            np.concatenate([np.empty(0), *(getattr(part, key) for part in parts)]),
            _stacked(width, [_sums(part) for part in parts]),
            _stacked(3, [[mean.lowest for mean in three] for three in means]),
            _stacked(3, [[mean.highest for mean in three] for three in means]),
        )

    def with_(self, more: "StepTable") -> "StepTable":
        """Add more rows; one row a key."""
        return StepTable(
            np.concatenate([self.key, more.key]),
            np.concatenate([self.sums, more.sums]),
            np.concatenate([self.lowest, more.lowest]),
            np.concatenate([self.highest, more.highest]),
        ).by_key()

    def by_key(self) -> "StepTable":
        """Make one row of all rows of a key; the unknown one comes last."""
        if not len(self.key):
            return self
        order = np.argsort(self.key, kind="stable")
        keys, starts = np.unique(self.key[order], return_index=True)
        return StepTable(
            keys,
            np.add.reduceat(self.sums[order], starts),
            np.fmin.reduceat(self.lowest[order], starts),
            np.fmax.reduceat(self.highest[order], starts),
        )

    def without_blanks(self) -> "StepTable":
        """Where a file has no current at all, as of a rest, only gaps are missing time."""
        if not np.isnan(self.lowest[:, SPREAD_OF_CURRENT]).all():
            return self
        sums = self.sums.copy()
        sums[:, SUMMED.index("missing_s")] = sums[:, SUMMED.index("gap_s")]
        return replace(self, sums=sums)

    def counted(self, counters: Counters, used: Collection[Quantity]) -> "StepTable":
        """Put what the instrument counted in the place of our integrals of these quantities."""
        sums = self.sums.copy()
        for quantity, column in counters.read(self.sums[:, PLAIN:]).items():
            if quantity in used:
                sums[:, FIRST_QUANTITY + QUANTITIES.index(quantity)] = column * HOUR_S
        return replace(self, sums=sums)

    def beside(
        self, counters: Counters, doubts: Doubts
    ) -> tuple["StepTable", tuple[Comparison, ...]]:
        """Return the table by the instrument's counters, and these beside our integrals.

        Counters that are wrong are not used.
        """
        integrated = self.whole()
        counted = counters.read(self.sums.sum(axis=0, keepdims=True)[:, PLAIN:])
        comparisons = compared(
            {one: (float(counted[one][0]), getattr(integrated, one)) for one in counted},
            counters,
            doubts,
            integrated.missing_s,
        )
        used = [one.quantity for one in comparisons if one.is_used]
        return self.counted(counters, used), comparisons

    def named(self) -> "StepTable":
        """Return the rows that name an instruction."""
        kept = ~np.isnan(self.key)
        columns = (self.key, self.sums, self.lowest, self.highest)
        return StepTable(*(column[kept] for column in columns))

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
