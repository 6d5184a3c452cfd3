"""Rules on cycles: which cycles break them, each said once, and never differently later."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Reference
from cycling.analysis.cycles.efficiency import coulombic_pct
from cycling.analysis.cycles.history import History, history
from cycling.analysis.cycles.metrics import coulombic_convention
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOT_BROKEN = -1
MAX_CYCLES = 100
MAX_DECIMALS = 6


class RuleKind(StrEnum):
    """What a rule looks at. The values are stored."""

    CE = "ce"
    CAPACITY = "capacity"
    RESISTANCE = "r10s"
    TEMPERATURE_RISE = "temperature rise"

    @property
    def is_below(self) -> bool:
        """Whether what is below the threshold breaks it, not what is above."""
        return self in (RuleKind.CE, RuleKind.CAPACITY)

    @property
    def unit(self) -> str:
        """The unit of values and threshold."""
        return "K" if self is RuleKind.TEMPERATURE_RISE else "%"

    @property
    def label(self) -> str:
        """What is looked at, in words."""
        return LABELS[self]


LABELS = {
    RuleKind.CE: "CE",
    RuleKind.CAPACITY: "Capacity",
    RuleKind.RESISTANCE: "R after 10 s",
    RuleKind.TEMPERATURE_RISE: "Rise of temperature",
}
MOST = {
    RuleKind.CE: 200.0,
    RuleKind.CAPACITY: 200.0,
    RuleKind.RESISTANCE: 10_000.0,
    RuleKind.TEMPERATURE_RISE: 200.0,
}
REFERENCES = {
    Reference.AFTER_FORMATION: "the first complete cycle after formation",
    Reference.FIRST: "the first complete cycle",
    Reference.GREATEST: "the greatest",
    Reference.MEAN: "the mean of cycles {} to {}",
    Reference.NOMINAL: "nominal",
    Reference.TYPED: "as typed",
}


@dataclass(frozen=True)
class Rule:
    """CE (%) or capacity (% of the reference) below, R (% of the first) or rise (K) above.

    `cycles` is how many of one rate class must be so, one after the other.
    """

    kind: RuleKind
    threshold: float
    cycles: int = 1

    @property
    def words(self) -> str:
        """Say it: "CE below 99 % for 3 cycles"."""
        side = "below" if self.kind.is_below else "above"
        return f"{self.kind.label} {side} {self.threshold:g} {self.kind.unit}{for_cycles(self)}"


def for_cycles(rule: Rule) -> str:
    """Say for how many cycles, nothing for one."""
    return f" for {rule.cycles} cycles" if rule.cycles > 1 else ""


def problem_of(rule: Rule) -> str:
    """Return what is wrong with a rule in a sentence, "" for nothing."""
    most = MOST[rule.kind]
    if not isfinite(rule.threshold) or not 0 < rule.threshold <= most:
        return f"{rule.kind.label}: write a number above 0, up to {most:,.0f} {rule.kind.unit}."
    if not 1 <= rule.cycles <= MAX_CYCLES:
        return f"{rule.kind.label}: write for how many cycles, 1 to {MAX_CYCLES}."
    return ""


@dataclass(frozen=True)
class Judgement:
    """What a rule says of the cycles of a table, shapes (cycles,).

    `values` are those that were looked at, NaN where none was. `since` is the row of the cycle that
    broke the rule and from which on it is broken, NOT_BROKEN where it is kept.
    """

    rule: Rule
    table: CycleTable
    history: History
    values: Floats
    since: Ints

    @property
    def rows(self) -> Ints:
        """The rows of the cycles that break the rule, each once."""
        return np.flatnonzero(self.since == np.arange(len(self.since)))

    def words(self, row: int) -> str:
        """Say what is wrong with a cycle: value, convention, threshold."""
        rule, value = self.rule, self.values[row]
        side = "below" if rule.kind.is_below else "above"
        stated = f"{_apart(value, rule.threshold)} {rule.kind.unit}"
        about, why = self._convention(row)
        threshold = f"{side} {rule.threshold:g} {rule.kind.unit}{for_cycles(rule)}"
        return f"{rule.kind.label} {stated}{about} is {threshold}{why}"

    def _convention(self, row: int) -> tuple[str, str]:
        """Return what a value is a share of, and how it is made."""
        if self.rule.kind is RuleKind.CE:
            return "", f". {coulombic_convention(self.table)}"
        if self.rule.kind is RuleKind.RESISTANCE:
            return " of the first cycle with pulses", ""
        if self.rule.kind is RuleKind.TEMPERATURE_RISE:
            return " in discharge", ""
        choices, label = self.table.choices, self.history.rate_class[row]
        name = REFERENCES[choices.reference].format(*choices.reference_cycles)
        at = f", {label}" if label and choices.reference not in _FIXED else ""
        return f" of {self.history.reference_ah[row]:.4g} Ah ({name}{at})", ""


_FIXED = (Reference.NOMINAL, Reference.TYPED)


def judgements(
    table: CycleTable,
    rules: list[Rule],
    *,
    is_running: bool = False,
    resistance_pct: Floats | None = None,
) -> list[Judgement]:
    """Return what each rule says of a table.

    Incomplete cycles, formation, those with missing time and the last one of what `is_running` are
    passed over. A rule is broken by the last of `cycles` in a row of one rate class that are beyond
    its threshold, and kept again when as many in a row are within. Each cycle is judged by those
    before it alone: see `history`. `resistance_pct`, shape (cycles,), is R of the pulses of each
    cycle over that of the first cycle with pulses, NaN where there are none.
    """
    if not rules:
        return []
    seen = history(table, is_running=is_running)
    blank = np.full(len(table), np.nan)
    by_kind = {
        RuleKind.CE: coulombic_pct(table.charge.ah, table.discharge.ah, table.input),
        RuleKind.CAPACITY: seen.retention_pct,
        RuleKind.RESISTANCE: blank if resistance_pct is None else resistance_pct,
        RuleKind.TEMPERATURE_RISE: table.temperature_rise,
    }
    return [
        _judgement(rule, table, seen, np.where(seen.is_judged, by_kind[rule.kind], np.nan))
        for rule in rules
    ]


def _judgement(rule: Rule, table: CycleTable, seen: History, values: Floats) -> Judgement:
    since = np.array(list(_since(rule, values, seen)), np.int64)
    return Judgement(rule, table, seen, values, since)


@dataclass
class _Run:
    """Cycles of one rate class in a row that are beyond, or within, and since when it is broken."""

    beyond: int = 0
    within: int = 0
    since: int = field(default=NOT_BROKEN)


def _since(rule: Rule, values: Floats, seen: History) -> Iterator[int]:
    """Yield for each cycle since which row the rule is broken; of one that is passed over, not."""
    runs: defaultdict[str, _Run] = defaultdict(_Run)
    for row, value in enumerate(values.tolist()):
        if not isfinite(value):
            yield NOT_BROKEN
            continue
        run = runs[seen.rate_class[row]]
        is_beyond = value < rule.threshold if rule.kind.is_below else value > rule.threshold
        run.beyond = run.beyond + 1 if is_beyond else 0
        run.within = 0 if is_beyond else run.within + 1
        if run.since == NOT_BROKEN and run.beyond >= rule.cycles:
            run.since = row
        elif run.within >= rule.cycles:
            run.since = NOT_BROKEN
        yield run.since if is_beyond else NOT_BROKEN


def _apart(value: float, threshold: float) -> str:
    """Return a value with as many decimals as tell it from the threshold."""
    for decimals in range(1, MAX_DECIMALS):
        text = f"{value:.{decimals}f}"
        if float(text) != threshold:
            return text
    return f"{value:.{MAX_DECIMALS}f}"
