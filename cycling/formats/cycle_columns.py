"""The cycle table and its steps as columns of a file, by the names of the Battery Data Format."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.kinds import cycle_kinds
from cycling.analysis.cycles.metrics import METRICS, Basis, by_basis
from cycling.analysis.cycles.rates import RateClasses
from cycling.analysis.cycles.table import CycleTable
from cycling.analysis.steps import StepRows

Floats = NDArray[np.float64]
Columns: TypeAlias = dict[str, "list[int | float | str | None]"]

NAMES: Mapping[str, str] = {
    "charge_ah": "cycle_charging_capacity_ah",
    "discharge_ah": "cycle_discharging_capacity_ah",
    "charge_wh": "cycle_charging_energy_wh",
    "discharge_wh": "cycle_discharging_energy_wh",
    "ce_pct": "coulombic_efficiency_pct",
    "ee_pct": "energy_efficiency_pct",
    "ve_pct": "voltage_efficiency_pct",
}
FIRST = ("charge_ah", "discharge_ah", "charge_wh", "discharge_wh", "ce_pct", "ee_pct")
LATER = tuple(one.name for one in METRICS if one.name not in (*FIRST, "missing_s"))
PER = {Basis.MASS: "mah_per_g", Basis.AREA: "mah_per_cm2", Basis.NOMINAL: "pct_of_nominal"}
OF_STEPS = ("duration_s", "missing_s")
SUMS = {
    "charge_as": "charging_capacity_ah",
    "discharge_as": "discharging_capacity_ah",
    "charge_ws": "charging_energy_wh",
    "discharge_ws": "discharging_energy_wh",
}
ENDS = ("begin_s", "end_s", "first_v", "last_v", "last_a")


def cycle_columns(table: CycleTable, *, is_counted: bool) -> Columns:
    """Return one column a metric, blank where there is no number; rows are the cycles."""
    of = {one.name: one.of(table) for one in METRICS}
    columns: Columns = {"cycle": table.number.tolist()}
    columns |= {NAMES[name]: _numbers(of[name]) for name in FIRST}
    columns["complete"] = table.is_complete.astype(int).tolist()
    columns["missing_s"] = _numbers(of["missing_s"])
    columns["source"] = ["counter" if is_counted else "integral"] * len(table)
    columns["kind"] = [str(one) for one in cycle_kinds(table)]
    columns["rate_class"] = _labels(table.rate_class)
    columns["charging_rate_class"] = _labels(table.charge_rate_class)
    columns |= {NAMES.get(name, name): _numbers(of[name]) for name in LATER}
    for basis, unit in PER.items():
        for half, name in (("charge_ah", "charging"), ("discharge_ah", "discharging")):
            values, _unit = by_basis(of[half], basis, table.choices)
            if np.isfinite(values).any():
                columns[f"cycle_{name}_capacity_{unit}"] = _numbers(values)
    return columns


def step_columns(rows: StepRows) -> Columns:
    """Return one column a sum or an end; rows are the steps as executed."""
    columns: Columns = {"step": list(range(1, len(rows) + 1))}
    columns["cycle"] = _numbers(rows.cycle)
    columns["instruction"] = _numbers(rows.instruction)
    columns |= {name: _numbers(rows.sums(name)) for name in OF_STEPS}
    columns |= {name: _numbers(rows.hours(one)) for one, name in SUMS.items()}
    return columns | {name: _numbers(getattr(rows.ends, name)) for name in ENDS}


def _numbers(values: Floats) -> list[int | float | str | None]:
    return [one if np.isfinite(one) else None for one in values.tolist()]


def _labels(classes: RateClasses) -> list[int | float | str | None]:
    return [classes.label(row) for row in range(len(classes.of))]
