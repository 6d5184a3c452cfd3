"""What each cycle of a table was when it had just ended: later cycles change nothing of it.

A table sees all cycles at once: whether one is complete goes by the median of its rate class, so a
later one can change what is said of an earlier one. Here each is seen beside those before it alone,
by the same definitions, as somebody saw it who looked at that moment.
"""

from bisect import bisect, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Reference
from cycling.analysis.cycles.efficiency import COMPLETE, PAIR, ratio_pct
from cycling.analysis.cycles.rates import NAMED, NEAR, named_rates, rate_label
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Sized = tuple[float, int]  # less the discharge capacity (Ah) of a cycle, and its row

TYPED = (Reference.NOMINAL, Reference.TYPED)


@dataclass(frozen=True)
class History:
    """Cycles in the order of their table, shapes (cycles,), each as of its own end.

    `is_judged`: complete, not formation, without missing time. `reference_ah` is what was 100 % of
    retention, NaN where there was none yet; `rate_class` its class, "" for none.
    """

    is_judged: Flags
    reference_ah: Floats
    retention_pct: Floats
    rate_class: tuple[str, ...]


def history(table: CycleTable, *, is_running: bool = False) -> History:
    """Return what the cycles were. The last one of what `is_running` is not judged."""
    classes = _classes(table)
    seen: dict[float, _Class] = {value: _Class(table) for value in set(classes)}
    rows = [seen[value].end_of(row) for row, value in enumerate(classes)]
    is_complete = np.array([complete for complete, _ in rows], np.bool_)
    reference_ah = np.array([ah for _, ah in rows], float)
    is_judged = is_complete & ~table.is_formation & (table.missing_s <= 0)
    if is_running:
        is_judged[-1:] = False
    retention = np.where(is_judged, ratio_pct(table.discharge.ah, reference_ah), np.nan)
    capacity_ah = table.choices.capacity_ah
    labels = tuple(rate_label(one, capacity_ah) if one > 0 else "" for one in classes)
    return History(is_judged, reference_ah, retention, labels)


class _Class:
    """The cycles of one rate class until now."""

    def __init__(self, table: CycleTable) -> None:
        self._table = table
        self._charge_ah: list[float] = table.charge.ah.tolist()
        self._discharge_ah: list[float] = table.discharge.ah.tolist()
        self._sorted: tuple[list[float], list[float]] = [], []  # of each half, what has flowed
        self._candidates: list[int] = []  # rows of what may be the reference, in their order
        self._by_size: list[Sized] = []  # the same, the largest first
        self._least_ah = 0.0, 0.0

    def end_of(self, row: int) -> tuple[bool, float]:
        """Take the next cycle; return whether it is complete, and its reference (Ah)."""
        charge_ah, discharge_ah = self._charge_ah[row], self._discharge_ah[row]
        for half, ah in zip(self._sorted, (charge_ah, discharge_ah), strict=True):
            if ah > 0:
                insort(half, ah)
        self._least_ah = COMPLETE * _median(self._sorted[0]), COMPLETE * _median(self._sorted[1])
        small, large = sorted((charge_ah, discharge_ah))
        is_pair = bool(small > 0 and small >= PAIR * large)
        if is_pair and self._may_be_reference(row):
            self._candidates.append(row)
            insort(self._by_size, (-discharge_ah, row))
        return is_pair and self._is_whole(row), self._reference_ah(row)

    def _is_whole(self, row: int) -> bool:
        charge_ah, discharge_ah = self._least_ah
        return self._charge_ah[row] > charge_ah and self._discharge_ah[row] > discharge_ah

    def _may_be_reference(self, row: int) -> bool:
        choices, number = self._table.choices, int(self._table.number[row])
        if choices.reference is Reference.AFTER_FORMATION:
            return not bool(self._table.is_formation[row])
        first, last = choices.reference_cycles
        return choices.reference is not Reference.MEAN or first <= number <= last

    def _reference_ah(self, row: int) -> float:
        choices = self._table.choices
        if choices.reference in TYPED:
            is_nominal = choices.reference is Reference.NOMINAL
            typed = choices.capacity_ah if is_nominal else choices.reference_ah
            return typed or np.nan
        if choices.reference is Reference.MEAN:
            if self._table.number[row] < choices.reference_cycles[1]:
                return np.nan  # some of the cycles of the mean are still to come
            whole = [self._discharge_ah[one] for one in self._candidates if self._is_whole(one)]
            return float(np.mean(whole)) if whole else np.nan
        if choices.reference is Reference.GREATEST:
            return self._first_whole(one for _, one in self._by_size)
        return self._first_whole(self._candidates)

    def _first_whole(self, rows: Iterable[int]) -> float:
        whole = (self._discharge_ah[one] for one in rows if self._is_whole(one))
        return next(whole, np.nan)


def _classes(table: CycleTable) -> list[float]:
    """Return the rate class of each cycle by its value; 0 for none.

    A value that is no named class is of the first class before it that is within 10 %.
    """
    discharge_a, charge_a = table.discharge.current_a, table.charge.current_a
    currents_a = np.where(discharge_a > 0, discharge_a, charge_a)
    values = np.nan_to_num(named_rates(currents_a, table.choices.capacity_ah))
    named = set(NAMED.tolist()) if table.choices.capacity_ah else set()
    others: list[float] = []  # in their order of size
    classes = []
    for value in values.tolist():
        if value > 0 and value not in named:
            value = _joined(value, others)
        classes.append(value)
    return classes


def _joined(value: float, others: list[float]) -> float:
    """Return the class near a value, which is a new one where there is none."""
    place = bisect(others, value)
    near = [one for one in others[max(0, place - 1) : place + 1] if abs(value / one - 1) <= NEAR]
    if near:
        return min(near, key=lambda one: abs(value / one - 1))
    others.insert(place, value)
    return value


def _median(ranked: Sequence[float]) -> float:
    if not ranked:
        return 0.0
    half, odd = divmod(len(ranked), 2)
    return ranked[half] if odd else (ranked[half - 1] + ranked[half]) / 2
