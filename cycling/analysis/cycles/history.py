"""What each cycle of a table was when it had just ended: later cycles change nothing of it.

A table sees all cycles at once: whether one is complete goes by the median of its rate class, so a
later one can change what is said of an earlier one. Here each is seen beside those before it alone,
by the same definitions, as somebody saw it who looked at that moment.
"""

from bisect import bisect, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

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

    `is_judged`: complete, not formation, even, without missing time. `reference_ah` is what was
    100 % of retention, NaN where there was none yet; `rate_class` its class, "" for none.
    """

    is_judged: Flags
    reference_ah: Floats
    retention_pct: Floats
    rate_class: tuple[str, ...]


def history(table: CycleTable, *, is_running: bool = False) -> History:
    """Return what the cycles were. The last one of what `is_running` is not judged."""
    classes = _classes(table)
    columns = _Columns(table)
    seen = {value: _Class(columns) for value in set(classes)}
    rows = [seen[value].end_of(row) for row, value in enumerate(classes)]
    is_complete = np.array([complete for complete, _ in rows], np.bool_)
    reference_ah = np.array([ah for _, ah in rows], float)
    is_judged = is_complete & ~table.is_formation & ~table.is_uneven & (table.missing_s <= 0)
    if is_running:
        is_judged[-1:] = False
    retention = np.where(is_judged, ratio_pct(table.discharge.ah, reference_ah), np.nan)
    capacity_ah = table.choices.capacity_ah
    labels = tuple(rate_label(one, capacity_ah) if one > 0 else "" for one in classes)
    return History(is_judged, reference_ah, retention, labels)


class _Columns:
    """What is looked at of each cycle of a table; plain lists are faster one by one."""

    def __init__(self, table: CycleTable) -> None:
        self.choices = choices = table.choices
        self.charge_ah: list[float] = table.charge.ah.tolist()
        self.discharge_ah: list[float] = table.discharge.ah.tolist()
        small = np.fmin(table.charge.ah, table.discharge.ah)
        large = np.fmax(table.charge.ah, table.discharge.ah)
        is_pair = (small > 0) & (small >= PAIR * large)
        first, last = choices.reference_cycles
        may_be: Flags = is_pair & table.has_capacity
        if choices.reference is Reference.AFTER_FORMATION:
            may_be &= ~table.is_formation
        elif choices.reference is Reference.MEAN:
            may_be &= (table.number >= first) & (table.number <= last)
        self.is_pair: list[bool] = is_pair.tolist()
        self.may_be_reference: list[bool] = may_be.tolist()
        self.is_after_mean: list[bool] = (table.number >= last).tolist()

    @cached_property
    def fixed_ah(self) -> float | None:
        """The reference that is not measured, NaN where it is not known; None: it is measured."""
        if self.choices.reference not in TYPED:
            return None
        is_nominal = self.choices.reference is Reference.NOMINAL
        typed = self.choices.capacity_ah if is_nominal else self.choices.reference_ah
        return typed or np.nan


class _Class:
    """The cycles of one rate class until now."""

    def __init__(self, columns: _Columns) -> None:
        self._of = columns
        self._flowed_ah: tuple[list[float], list[float]] = [], []  # of each half, by size
        self._candidates: list[int] = []  # rows of what may be the reference, in their order
        self._by_size: list[Sized] = []  # the same, the largest first
        self._least_ah = 0.0, 0.0

    def end_of(self, row: int) -> tuple[bool, float]:
        """Take the next cycle; return whether it is complete, and its reference (Ah)."""
        of, (charges, discharges) = self._of, self._flowed_ah
        if of.charge_ah[row] > 0:
            insort(charges, of.charge_ah[row])
        if of.discharge_ah[row] > 0:
            insort(discharges, of.discharge_ah[row])
        self._least_ah = COMPLETE * _median(charges), COMPLETE * _median(discharges)
        if of.may_be_reference[row]:
            self._candidates.append(row)
            insort(self._by_size, (-of.discharge_ah[row], row))
        fixed_ah = of.fixed_ah
        reference_ah = self._reference_ah(row) if fixed_ah is None else fixed_ah
        return of.is_pair[row] and self._is_whole(row), reference_ah

    def _is_whole(self, row: int) -> bool:
        charge_ah, discharge_ah = self._least_ah
        return self._of.charge_ah[row] > charge_ah and self._of.discharge_ah[row] > discharge_ah

    def _reference_ah(self, row: int) -> float:
        discharge_ah, chosen = self._of.discharge_ah, self._of.choices.reference
        if chosen is Reference.MEAN and not self._of.is_after_mean[row]:
            return np.nan  # some of the cycles of the mean are still to come
        rows: Iterable[int] = self._candidates
        if chosen is Reference.GREATEST:
            rows = (one for _, one in self._by_size)
        whole = (discharge_ah[one] for one in rows if self._is_whole(one))
        return _mean(list(whole)) if chosen is Reference.MEAN else next(whole, np.nan)


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


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else np.nan


def _median(ranked: Sequence[float]) -> float:
    if not ranked:
        return 0.0
    half, odd = divmod(len(ranked), 2)
    return ranked[half] if odd else (ranked[half - 1] + ranked[half]) / 2
