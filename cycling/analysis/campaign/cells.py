"""The cycles of a cell as far as cells are compared by them: few numbers a cycle."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Choices, Reference
from cycling.analysis.cycles.metrics import METRICS, Metric, coulombic_convention
from cycling.analysis.cycles.rates import RateClasses
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

# No table has it: it is read from the samples of the cycles with pulses.
RESISTANCE = Metric(
    "resistance_ohm",
    "R 10 s",
    "Ω",
    "Resistance after 10 s of the pulses of the cycle, the median of one direction",
    lambda table: np.full(len(table), np.nan),
)
CELL_METRICS = (*METRICS, RESISTANCE)
BY_NAME = {one.name: one for one in CELL_METRICS}


class Axis(StrEnum):
    """Along what cells are compared."""

    CYCLE = "cycle"
    EFC = "efc"
    THROUGHPUT = "throughput"
    DAYS = "days"

    @property
    def column(self) -> str:
        """The metric that it shows; "" for the number of the cycle."""
        return AXIS_COLUMNS[self]


AXIS_COLUMNS = {
    Axis.CYCLE: "",
    Axis.EFC: "equivalent_full_cycles",
    Axis.THROUGHPUT: "throughput_ah",
    Axis.DAYS: "days",
}


@dataclass(frozen=True)
class CellFacts:
    """By what the cycles of a cell were counted; Ah, g, cm2, None where they are not known.

    `convention` says in words what CE divides by what, `reference` of what retention is a part;
    `main` is the label of the rate class with the most complete cycles, "" for none.
    """

    capacity_ah: float | None
    mass_g: float | None
    area_cm2: float | None
    kind: str
    convention: str
    reference: str
    main: str
    is_counted: bool

    @property
    def choices(self) -> Choices:
        """The same as `by_basis` takes it."""
        return Choices(capacity_ah=self.capacity_ah, mass_g=self.mass_g, area_cm2=self.area_cm2)


@dataclass(frozen=True)
class CellCycles:
    """The cycles of a cell in their order; `columns` are metrics by name, shapes (cycles,).

    `is_uneven` and `has_capacity` are those of the cycle table.
    """

    facts: CellFacts
    number: Ints
    is_complete: Flags
    is_formation: Flags
    is_uneven: Flags
    has_capacity: Flags
    rate: RateClasses
    columns: Mapping[str, Floats]

    def of_rate(self, rate: str) -> Flags:
        """Return the complete cycles after formation of a rate class, by its label."""
        if rate not in self.rate.labels:
            return np.zeros(len(self.number), np.bool_)
        is_of_it: Flags = self.rate.of == self.rate.labels.index(rate)
        return is_of_it & self.is_complete & ~self.is_formation


def cell_cycles(
    table: CycleTable,
    *,
    is_counted: bool,
    names: Collection[str] = tuple(BY_NAME),
    resistance_ohm: Floats | None = None,
) -> CellCycles:
    """Return a cycle table as cells are compared; `is_counted`: by the instrument's counters.

    `resistance_ohm`, shape (cycles,), is that of the pulses of each cycle, where it was read.
    """
    columns = {name: BY_NAME[name].of(table) for name in names}
    if resistance_ohm is not None and RESISTANCE.name in columns:
        columns[RESISTANCE.name] = resistance_ohm
    return CellCycles(
        facts=_facts(table, is_counted=is_counted),
        number=table.number,
        is_complete=table.is_complete,
        is_formation=table.is_formation,
        is_uneven=table.is_uneven,
        has_capacity=table.has_capacity,
        rate=table.rate_class,
        columns=columns,
    )


def _facts(table: CycleTable, *, is_counted: bool) -> CellFacts:
    choices, main = table.choices, table.main_class
    return CellFacts(
        capacity_ah=choices.capacity_ah,
        mass_g=choices.mass_g,
        area_cm2=choices.area_cm2,
        kind=str(choices.kind),
        convention=coulombic_convention(table),
        reference=_reference(choices),
        main=table.rate_class.labels[main] if main >= 0 else "",
        is_counted=is_counted,
    )


def _reference(choices: Choices) -> str:
    if choices.reference is Reference.MEAN:
        first, last = choices.reference_cycles
        return f"{choices.reference} {first} to {last}"
    if choices.reference is Reference.TYPED:
        return f"typed, {choices.reference_ah:g} Ah"
    return str(choices.reference)
