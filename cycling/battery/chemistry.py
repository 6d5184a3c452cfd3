"""Battery models by technology and chemistry; what is not known of a battery is guessed.

The numbers are our own: round figures of the size that cells of each kind have, not a fit to any
product. Voltages hold for one cell; resistances are given as the drop at 1C and heat as that of
1 Ah, so a model scales with its capacity.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from cycling.analysis.cycles.choices import Kind
from cycling.battery.description import NewBattery
from cycling.battery.model import (
    OCV_INTERVALS,
    BatteryModel,
    BatteryState,
    EndResistance,
    FloatArray,
    OcvTable,
)
from cycling.conversion import convert
from cycling.terms import LithiumChemistry, Technology

TABLE = Path(__file__).with_name("chemistry.toml")
SECONDS_PER_DAY = 86_400.0
OCV_END = 1e-3  # how far the logarithm stays away from an empty or full electrode
KINDS: Mapping[Technology, str] = {
    Technology.LEAD_ACID: "lead_acid",
    Technology.REDOX_STACK: "vanadium",
}
LITHIUM_KINDS: Mapping[str, str] = {
    LithiumChemistry.LFP: "lfp",
    LithiumChemistry.NCA: "nca",
    LithiumChemistry.LNMO: "lnmo",
    LithiumChemistry.LTO: "lto",
    LithiumChemistry.NA_ION: "na_ion",
}
CELL_KINDS: Mapping[Kind, str] = {
    Kind.ANODE_HALF: "graphite_half_cell",
    Kind.SYMMETRIC: "symmetric_cell",
}
HALF_CELLS: Mapping[tuple[Kind, str], str] = {  # the chemistry is that of the working electrode
    (Kind.ANODE_HALF, LithiumChemistry.LTO): "lto_half_cell",
    (Kind.CATHODE_HALF, LithiumChemistry.LTO): "lto_half_cell",
    (Kind.ANODE_HALF, LithiumChemistry.NA_ION): "hard_carbon_half_cell",
}
AGAINST_METAL = frozenset({Kind.CATHODE_HALF, Kind.ANODE_FREE})
SMALLEST_AH = 1e-6
HALVINGS = 40


@dataclass(frozen=True, slots=True)
class OcvCurve:
    """Open-circuit voltage of one cell as a sum of rising terms, hence itself rising.

    A straight line, a Nernst term `nernst_v` ln(s / (1 - s)), and logistic steps given as
    (height V, centre SOC, width SOC) for phase changes, the foot and the knee. `anode_steps` are
    those of the anode, where it is known which they are.
    """

    base_v: float
    slope_v: float
    nernst_v: float
    steps: tuple[tuple[float, float, float], ...] = ()
    anode_steps: tuple[tuple[float, float, float], ...] = ()

    def cell_v(self, soc: FloatArray) -> FloatArray:
        """Voltages (V) at SOC from 0 to 1."""
        filled = OCV_END + (1 - 2 * OCV_END) * soc
        voltage_v = self.base_v + self.slope_v * soc + self.nernst_v * np.log(filled / (1 - filled))
        for height_v, centre, width in (*self.steps, *self.anode_steps):
            voltage_v = voltage_v + height_v / (1 + np.exp(-(soc - centre) / width))
        return voltage_v

    def table(self) -> OcvTable:
        """Return the curve as a battery model has it."""
        return OcvTable.from_curve(self.cell_v(np.linspace(0, 1, OCV_INTERVALS + 1)))

    def after_loss(self, lithium: float) -> "OcvCurve":
        """Return the curve of a cell that has lost this part of its lithium, and so much capacity.

        It is empty where its anode is and full where its cathode is. So a step of the anode keeps
        its charge from the empty cell, one of the cathode its charge from the full one: Dubarry,
        Truchot and Liaw, J. Power Sources 219 (2012) 204.
        """
        left = 1 - lithium
        return replace(
            self,
            steps=tuple((v, 1 - (1 - at) / left, width / left) for v, at, width in self.steps),
            anode_steps=tuple((v, at / left, width / left) for v, at, width in self.anode_steps),
        )


@dataclass(frozen=True, slots=True)
class Chemistry:
    """One kind of cell, at rest and under load: drops in V at 1C, heat capacity in J/K for 1 Ah.

    The ends of charge and discharge are (drop V at 1C, width SOC). `usual_ah` and `full_v` are the
    capacity and the highest voltage where nobody says them, `negative_v` the potential of the
    negative electrode against its metal.
    """

    usual_ah: float
    full_v: float
    curve: OcvCurve
    ohmic_drop_v: float
    rc_drop_v: float
    rc_time_s: float
    charge_end: tuple[float, float]
    discharge_end: tuple[float, float]
    heat_capacity_j_per_k_ah: float
    thermal_time_s: float
    charge_efficiency: float = 1.0
    self_discharge_per_day: float = 0.0
    negative_v: float = 0.0

    def against_metal(self) -> "Chemistry":
        """Return the cell with the bare metal, lithium or sodium, as its negative electrode."""
        curve = replace(self.curve, base_v=self.curve.base_v + self.negative_v)
        return replace(self, curve=curve)

    def battery(self, capacity_ah: float, cells: int = 1) -> BatteryModel:
        """Return a battery of so many cells in series."""
        ohm_per_v = cells / capacity_ah
        return BatteryModel(
            ocv=_table(self.curve),
            cells=cells,
            capacity_ah=capacity_ah,
            resistance_ohm=self.ohmic_drop_v * ohm_per_v,
            rc_resistance_ohm=self.rc_drop_v * ohm_per_v,
            rc_time_s=self.rc_time_s,
            charge_end=EndResistance(self.charge_end[0] * ohm_per_v, self.charge_end[1]),
            discharge_end=EndResistance(self.discharge_end[0] * ohm_per_v, self.discharge_end[1]),
            heat_capacity_j_per_k=self.heat_capacity_j_per_k_ah * capacity_ah * cells,
            thermal_time_s=self.thermal_time_s,
            charge_efficiency=self.charge_efficiency,
            self_discharge_per_s=self.self_discharge_per_day / SECONDS_PER_DAY,
        )


@cache
def _table(curve: OcvCurve) -> OcvTable:
    return curve.table()


@cache
def chemistries() -> Mapping[str, Chemistry]:
    """Return all kinds of cells that have a model, by their names."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return convert(table, dict[str, Chemistry])


def model_of(
    technology: Technology,
    chemistry: str | None,
    capacity_ah: float,
    cells: int,
    kind: Kind | None = None,
) -> BatteryModel:
    """Return the model for a registered battery; LMO, LCO and other lithium cells get NMC's.

    Cathode half cells and those without an anode have their electrode against the bare metal.
    """
    return _chemistry(technology, chemistry, kind).battery(capacity_ah, cells)


def _chemistry(technology: Technology, chemistry: str | None, kind: Kind | None) -> Chemistry:
    name = KINDS.get(technology) or LITHIUM_KINDS.get(chemistry or "", "nmc")
    if kind is None or technology in KINDS:
        return chemistries()[name]
    half = HALF_CELLS.get((kind, chemistry or "")) or CELL_KINDS.get(kind)
    cell = chemistries()[half or name]
    return cell.against_metal() if kind in AGAINST_METAL and not half else cell


def guessed_model(
    technology: Technology,
    chemistry: str | None,
    *,
    cells: int,
    capacity_ah: float | None,
    voltage_max_v: float,
    kind: Kind | None = None,
) -> BatteryModel:
    """Return the model; without a number of cells (0) the highest voltage (V) tells it."""
    cell = _chemistry(technology, chemistry, kind)
    number = cells or max(1, round(voltage_max_v / cell.full_v))
    return cell.battery(max(capacity_ah or cell.usual_ah, SMALLEST_AH), number)


def model_of_described(battery: NewBattery) -> BatteryModel:
    """Return the model of a battery as it is described."""
    return guessed_model(
        battery.technology,
        battery.chemistry,
        cells=battery.cells,
        capacity_ah=battery.capacity_ah,
        voltage_max_v=battery.voltage_max_v,
        kind=battery.cell_kind,
    )


def state_at(model: BatteryModel, voltage_v: float, current_a: float = 0.0) -> BatteryState[float]:
    """Return the state of a battery that has this voltage (V) when a current (A) begins.

    By bisection, because the voltage rises with the SOC; before the current it rested.
    """
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if model.voltage_v(model.rested(middle), current_a) < voltage_v:
            low = middle
        else:
            high = middle
    return model.rested((low + high) / 2)
