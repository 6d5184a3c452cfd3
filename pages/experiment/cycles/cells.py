"""The cells of the table of cycles: numbers in units that suit them, and why a cell is blank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf, log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components import formatting
from components.figures.measure_axes import scale
from components.readings import signed
from components.row_grid import column, right
from cycling.analysis.cycles.kinds import CycleKind, cycle_kinds
from cycling.analysis.cycles.metrics import METRICS, Metric, by_basis
from cycling.analysis.cycles.table import CycleTable
from db.measures.cycles import ExperimentCycles
from pages.experiment.cycles.address import Per, View

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLANK = "\N{EN DASH}"
DIGITS = 5  # of the largest number of a column of charge, energy or current
PLACES = {"V": 4, "%": 2, "%/h": 4, "d": 2, "°C": 1, "": 2}
EFFICIENCIES = ("ce_pct", "ee_pct", "ve_pct")
OF_CHARGE = ("charge_ah", "discharge_ah")
BY_NAME = {one.name: one for one in METRICS}


@dataclass(frozen=True)
class Column:
    """A metric as it is written: values in `unit`, so many decimals."""

    metric: Metric
    values: Floats
    unit: str
    places: int

    @property
    def head(self) -> str:
        """Its name with its unit."""
        unit = f" / {self.unit}" if self.unit else ""
        return f"{self.metric.label}{unit}"

    def text(self, row: int) -> str:
        """Return the number of a cycle, blank where there is none."""
        value = float(self.values[row])
        return signed(value, self.places) if np.isfinite(value) else ""


def metric_column(table: CycleTable, name: str, per: Per) -> Column:
    """Return a column of a table."""
    metric = BY_NAME[name]
    values, unit = metric.of(table), metric.unit
    if name in OF_CHARGE and per is not Per.TOTAL:
        values, unit = by_basis(values, per.basis, table.choices)
        return Column(metric, values, unit, 2 if unit == "%" else _places(values))
    known = np.abs(values[np.isfinite(values)])
    peak = float(known.max(initial=0.0))
    if unit == "s":
        unit, unit_s = formatting.time_unit(peak, max_hours=inf)
        return Column(metric, values / unit_s, unit, 2 if unit != "s" else 0)
    if unit in ("Ah", "Wh", "A"):
        factor, unit = scale(unit, peak)
        return Column(metric, values * factor, unit, _places(values * factor))
    return Column(metric, values, unit, 3 if name in EFFICIENCIES else PLACES[unit])


def _places(values: Floats) -> int:
    peak = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    return max(0, min(6, DIGITS - 1 - floor(log10(peak)))) if peak else 3


def why_blank(cycles: ExperimentCycles, row: int, name: str, kind: CycleKind) -> str:
    """Return why a cell has no number."""
    table = cycles.table
    missing_s = float(table.missing_s[row])
    of_pairs = (*EFFICIENCIES, "ce_loss_pct_per_h", "charge_slippage_ah", "discharge_slippage_ah")
    if kind is CycleKind.INCOMPLETE and name in (*of_pairs, "retention_pct"):
        is_last = cycles.is_running and row == len(table) - 1
        return "The cycle is still running." if is_last else "The cycle is not complete."
    if missing_s > 0 and name in of_pairs:
        return f"{formatting.duration(missing_s)} of the cycle are missing."
    if name == "retention_pct":
        return f"No reference in the rate class {table.rate_class.label(row) or BLANK}."
    if name == "equivalent_full_cycles":
        return "The battery has no nominal capacity."
    if name.startswith("temperature"):
        return "No temperature was measured."
    if name.endswith("slippage_ah"):
        return "A complete cycle without missing time stands before it only from the second on."
    half = next((one for one in ("charge", "discharge") if name.startswith(one)), "")
    return f"The cycle has no {half}." if half else "The cycle has not both halves."


def notes_of(cycles: ExperimentCycles, row: int, kind: CycleKind) -> str:
    """Say what is special about a cycle."""
    missing_s = float(cycles.table.missing_s[row])
    is_last = cycles.is_running and row == len(cycles.table) - 1
    words = ["running" if is_last else str(kind)] if kind is not CycleKind.CYCLE else []
    words += [f"{formatting.duration(missing_s)} missing"] if missing_s > 0 else []
    return ", ".join([*words, *several_halves(cycles, row)])


def several_halves(cycles: ExperimentCycles, row: int) -> list[str]:
    """Say which half a cycle has more than once; its charge is then the sum: "2 discharges"."""
    counts = zip(("charge", "discharge"), cycles.halves, strict=True)
    return [formatting.counted(int(of[row]), half) for half, of in counts if of[row] > 1]


def rows_of(table: CycleTable, kinds: Sequence[CycleKind], view: View) -> Ints:
    """Return the cycles that a view lists, in their order."""
    which = np.ones(len(table), np.bool_)
    rates = [place for place, one in enumerate(table.rate_class.labels) if one in view.rates]
    if rates:
        which &= np.isin(table.rate_class.of, rates)
    if view.kinds:
        which &= np.array([_slug(kind) in view.kinds for kind in kinds], np.bool_)
    return np.flatnonzero(which)


def _slug(kind: CycleKind) -> str:
    return {CycleKind.CHECK: "check", CycleKind.OTHER_RATE: "other"}.get(kind, str(kind))


def in_order(rows: Ints, table: CycleTable, kinds: Sequence[CycleKind], sort: str) -> Ints:
    """Return rows in the order of a column; cycles without a number come last."""
    name, turned = sort.removeprefix("-"), sort.startswith("-")
    if name == "rate":
        values = table.rate_class.of[rows].astype(float)
    elif name == "kind":
        places = {kind: place for place, kind in enumerate(CycleKind)}
        values = np.array([float(places[kinds[row]]) for row in rows])
    elif name in BY_NAME:
        values = BY_NAME[name].of(table)[rows]
    else:
        return rows[::-1] if sort == "-number" else rows
    return rows[np.argsort(-values if turned else values, kind="stable")]


def grid_columns(table: CycleTable, view: View) -> list[dict[str, Any]]:
    """Return the definitions of the grid's columns; `optional` ones can be hidden."""
    name, turned = view.sort.removeprefix("-"), view.sort.startswith("-")
    columns = [
        right("number", "Cycle", width=84, pinned="left", cellRenderer="CycleNumber"),
        *(
            right(
                one,
                metric_column(table, one, view.per).head,
                width=max(96, 34 + 7 * len(metric_column(table, one, view.per).head)),
                cellRenderer="Titled",
                headerTooltip=BY_NAME[one].meaning,
                optional=True,
            )
            for one in BY_NAME
        ),
        column("rate", "Rate", width=84),
        column("kind", "Note", minWidth=150, flex=1, cellRenderer="Cut"),
    ]
    for one in columns:
        if one["field"] == name:
            one["sort"] = "desc" if turned else "asc"
    return columns


def grid_rows(
    cycles: ExperimentCycles, view: View, offset: int, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Return a block of the table's rows as the grid draws them, and how many there are."""
    table, kinds = cycles.table, cycle_kinds(cycles.table)
    rows = in_order(rows_of(table, kinds, view), table, kinds, view.sort)
    columns = {name: metric_column(table, name, view.per) for name in view.columns}
    block = rows[offset : offset + limit].tolist()
    return [_cells(cycles, row, kinds[row], columns) for row in block], len(rows)


def _cells(
    cycles: ExperimentCycles, row: int, kind: CycleKind, columns: Mapping[str, Column]
) -> dict[str, Any]:
    number = int(cycles.table.number[row])
    cells: dict[str, Any] = {
        "key": str(row),
        "number": number,
        "href": f"/experiments/{cycles.experiment_id}?cycle={number}",
        "rate": cycles.table.rate_class.label(row) or BLANK,
        "kind": notes_of(cycles, row, kind),
    }
    for name, one in columns.items():
        cells[name] = one.text(row)
        if not cells[name]:
            cells |= {name: BLANK, f"{name}_title": why_blank(cycles, row, name, kind)}
    return cells
