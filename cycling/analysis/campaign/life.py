"""All experiments of one cell, joined in the order of time into the cycles of its life."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.campaign.cells import RESISTANCE, CellCycles, CellFacts
from cycling.analysis.campaign.courses import OF_CHARGE
from cycling.analysis.cycles.choices import Reference
from cycling.analysis.cycles.metrics import Basis, by_basis
from cycling.analysis.cycles.rates import NO_RATE, RateClasses

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CUMULATIVE = ("equivalent_full_cycles", "throughput_ah", "throughput_wh", "days")
FIXED = (str(Reference.NOMINAL), str(Reference.TYPED))  # what is 100 % of them is no measurement


@dataclass(frozen=True)
class Part:
    """An experiment of a cell; it began `begins_d` days after the first one, NaN: not known."""

    cell: CellCycles
    begins_d: float = np.nan


@dataclass(frozen=True)
class LifeNumbers:
    """What a cell has come to; None where it is not known.

    `last_capacity_ah` and `retention_pct` are of the last complete cycle of its main rate after
    formation, `resistance_ohm` is the last one, `equivalent_full_cycles` all that it went through.
    """

    cycles: int = 0
    last_capacity_ah: float | None = None
    retention_pct: float | None = None
    equivalent_full_cycles: float | None = None
    resistance_ohm: float | None = None


@dataclass(frozen=True)
class Life:
    """The cycles of a cell over all of its experiments, shapes (cycles,).

    In `cell` cycles are counted on from one experiment to the next, as are throughput, equivalent
    full cycles and days; charges are in `unit`. `part` is the place of the experiment of a cycle,
    `own_number` its number there. `begins` are the places on each axis where the experiments
    begin, shape (parts,), by the column of the axis, "" for the number of the cycle.
    `reference` says in words of what retention is a part.
    """

    cell: CellCycles
    part: Ints
    own_number: Ints
    unit: str
    begins: dict[str, Floats]
    reference: str

    @property
    def main_rows(self) -> Ints:
        """The complete cycles of the main rate after formation that have a capacity."""
        which = self.cell.of_rate(self.cell.facts.main) & self.cell.has_capacity
        return np.flatnonzero(which & np.isfinite(self.cell.columns["discharge_ah"]))


def joined(
    parts: Sequence[Part], *, basis: Basis = Basis.TOTAL, is_calendar: bool = False
) -> Life | None:
    """Join experiments in their order; None without one that has cycles.

    With `is_calendar` days are counted from the begin of the first experiment, else only those of
    experiments. Retention is of the first complete cycle of the same rate in the whole life, unless
    all experiments have the same reference that is not measured.
    """
    parts = [one for one in parts if len(one.cell.number)]
    if not parts:
        return None
    cells = [one.cell for one in parts]
    charges, unit = _charges(cells, basis)
    columns = {name: _joined(cells, name) for name in _names(cells)} | charges
    begins = {name: _begins(cells, name) for name in CUMULATIVE if name in columns}
    if is_calendar:
        first_d = next((one.begins_d for one in parts if np.isfinite(one.begins_d)), np.nan)
        begins["days"] = np.array([one.begins_d - first_d for one in parts])
    part = np.repeat(np.arange(len(cells)), [len(one.number) for one in cells])
    for name, values in begins.items():
        columns[name] = columns[name] + values[part]
    own_number = np.concatenate([one.number for one in cells])
    begins[""] = _counted_before(cells).astype(float)
    rate = _rates(cells)
    cell = CellCycles(
        facts=_facts(cells, rate),
        number=own_number + begins[""].astype(np.int64)[part],
        is_complete=np.concatenate([one.is_complete for one in cells]),
        is_formation=np.concatenate([one.is_formation for one in cells]),
        is_uneven=np.concatenate([one.is_uneven for one in cells]),
        has_capacity=np.concatenate([one.has_capacity for one in cells]),
        rate=rate,
        columns=columns,
    )
    references = {one.facts.reference for one in cells}
    reference = references.pop() if len(references) == 1 else ""
    if not reference.startswith(FIXED):
        reference = ""
        discharge_ah = _joined(cells, "discharge_ah")
        cell = replace(cell, columns={**columns, "retention_pct": _retention(cell, discharge_ah)})
    return Life(cell, part, own_number, unit, begins, reference)


def numbers_of(life: Life | None) -> LifeNumbers:
    """Return what a cell has come to; its charges are in Ah."""
    if life is None:
        return LifeNumbers()
    columns, rows = life.cell.columns, life.main_rows
    return LifeNumbers(
        cycles=int(life.cell.is_complete.sum()),
        last_capacity_ah=last_of(columns["discharge_ah"][rows]),
        retention_pct=last_of(columns["retention_pct"][rows]),
        equivalent_full_cycles=last_of(columns["equivalent_full_cycles"][-1:]),
        resistance_ohm=last_of(columns.get(RESISTANCE.name, np.empty(0))),
    )


def last_of(values: Floats) -> float | None:
    """Return the last value that is one; None where there is none."""
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def _names(cells: Sequence[CellCycles]) -> list[str]:
    return sorted(set().union(*(one.columns for one in cells)))


def _joined(cells: Sequence[CellCycles], name: str) -> Floats:
    """Return a column of all cells, NaN where one has it not."""
    return np.concatenate(
        [one.columns.get(name, np.full(len(one.number), np.nan)) for one in cells]
    )


def _charges(cells: Sequence[CellCycles], basis: Basis) -> tuple[dict[str, Floats], str]:
    """Return the columns of charges by a basis, each by the facts of its own experiment."""
    found, unit = {}, "Ah"
    for name in OF_CHARGE:
        values = []
        for one in cells:
            if name in one.columns:
                of_cell, unit = by_basis(one.columns[name], basis, one.facts.choices)
                values.append(of_cell)
            else:
                values.append(np.full(len(one.number), np.nan))
        found[name] = np.concatenate(values)
    return found, unit


def _begins(cells: Sequence[CellCycles], name: str) -> Floats:
    """Return what has been counted before each cell; NaN after one that does not know it."""
    ends = [float(one.columns[name][-1]) if name in one.columns else np.nan for one in cells]
    return np.concatenate([[0.0], np.cumsum(ends)[:-1]])


def _counted_before(cells: Sequence[CellCycles]) -> Ints:
    """Return how many cycles there were before each cell: the greatest numbers of those before."""
    ends = [max(0, int(one.number.max())) for one in cells]
    return np.concatenate([[0], np.cumsum(ends)[:-1]]).astype(np.int64)


def _rates(cells: Sequence[CellCycles]) -> RateClasses:
    """Return the classes of all cells: those of the same label are one."""
    values: dict[str, float] = {}
    for one in cells:
        for label, value in zip(one.rate.labels, one.rate.values.tolist(), strict=True):
            values.setdefault(label, value)
    labels = sorted(values, key=values.__getitem__)
    places = {label: place for place, label in enumerate(labels)}
    of = []
    for one in cells:
        mine = np.array([*(places[label] for label in one.rate.labels), NO_RATE], np.int64)
        of.append(mine[one.rate.of])  # NO_RATE, -1, is the last of them
    return RateClasses(
        np.concatenate(of), tuple(labels), np.array([values[label] for label in labels], float)
    )


def _facts(cells: Sequence[CellCycles], rate: RateClasses) -> CellFacts:
    """Return the facts that all cells have; of others the last one's, and None of sizes."""
    last = cells[-1].facts
    sizes: dict[str, Any] = {}
    for name in ("capacity_ah", "mass_g", "area_cm2"):
        values = {getattr(one.facts, name) for one in cells}
        sizes[name] = values.pop() if len(values) == 1 else None
    is_whole = np.concatenate([one.is_complete & ~one.is_formation for one in cells])
    counts = np.bincount(rate.of[is_whole & (rate.of != NO_RATE)], minlength=len(rate.labels))
    main = rate.labels[int(np.argmax(counts))] if len(counts) and counts.max() else last.main
    return replace(last, **sizes, main=main)


def _retention(cell: CellCycles, discharge_ah: Floats) -> Floats:
    """Return 100 x Q of each complete cycle over that of the first one of its rate."""
    which = cell.is_complete & cell.has_capacity & (discharge_ah > 0)
    found = np.full(len(discharge_ah), np.nan)
    for place in range(len(cell.rate.labels)):
        rows = np.flatnonzero(which & (cell.rate.of == place))
        references = rows[~cell.is_formation[rows]]
        if len(references):
            found[rows] = 100 * discharge_ah[rows] / discharge_ah[references[0]]
    return found
