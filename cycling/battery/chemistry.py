"""Battery models by technology and chemistry.

The numbers are our own: round figures of the size that cells of each kind have, not a fit to any
product. Voltages hold for one cell; resistances are given as the drop at 1C and heat as that of
1 Ah, so a model scales with its capacity.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from cycling.battery.model import OCV_INTERVALS, BatteryModel, EndResistance, FloatArray, OcvTable
from cycling.terms import LithiumChemistry, Technology

SECONDS_PER_DAY = 86_400.0
OCV_END = 1e-3  # how far the logarithm stays away from an empty or full electrode


@dataclass(frozen=True, slots=True)
class OcvCurve:
    """Open-circuit voltage of one cell as a sum of rising terms, hence itself rising.

    A straight line, a Nernst term `nernst_v` ln(s / (1 - s)), and logistic steps given as
    (height V, centre SOC, width SOC) for phase changes, the foot and the knee.
    """

    base_v: float
    slope_v: float
    nernst_v: float
    steps: tuple[tuple[float, float, float], ...] = ()

    def cell_v(self, soc: FloatArray) -> FloatArray:
        """Voltages (V) at SOC from 0 to 1."""
        filled = OCV_END + (1 - 2 * OCV_END) * soc
        voltage_v = self.base_v + self.slope_v * soc + self.nernst_v * np.log(filled / (1 - filled))
        for height_v, centre, width in self.steps:
            voltage_v = voltage_v + height_v / (1 + np.exp(-(soc - centre) / width))
        return voltage_v


@dataclass(frozen=True, slots=True)
class Chemistry:
    """One kind of cell, at rest and under load: drops in V at 1C, heat capacity in J/K for 1 Ah.

    The ends of charge and discharge are (drop V at 1C, width SOC).
    """

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
    return OcvTable.from_curve(curve.cell_v(np.linspace(0, 1, OCV_INTERVALS + 1)))


NMC = Chemistry(
    OcvCurve(
        2.40,
        0.25,
        0.012,
        ((1.0, 0.0, 0.018), (0.13, 0.16, 0.06), (0.24, 0.63, 0.07), (0.10, 0.86, 0.05)),
    ),
    ohmic_drop_v=0.070,
    rc_drop_v=0.045,
    rc_time_s=35.0,
    charge_end=(0.1, 0.08),
    discharge_end=(0.25, 0.08),
    heat_capacity_j_per_k_ah=15.0,
    thermal_time_s=420.0,
    charge_efficiency=0.9990,
    self_discharge_per_day=0.0005,
)
NCA = Chemistry(
    OcvCurve(
        2.35,
        0.38,
        0.012,
        ((1.0, 0.0, 0.016), (0.14, 0.18, 0.07), (0.14, 0.58, 0.05), (0.10, 0.80, 0.06)),
    ),
    ohmic_drop_v=0.085,
    rc_drop_v=0.050,
    rc_time_s=40.0,
    charge_end=(0.12, 0.08),
    discharge_end=(0.28, 0.08),
    heat_capacity_j_per_k_ah=14.0,
    thermal_time_s=520.0,
    charge_efficiency=0.9988,
    self_discharge_per_day=0.0006,
)
LFP = Chemistry(
    OcvCurve(
        2.24,
        0.02,
        0.012,
        ((1.0, 0.0, 0.010), (0.055, 0.13, 0.04), (0.028, 0.66, 0.02), (0.14, 1.0, 0.007)),
    ),
    ohmic_drop_v=0.040,
    rc_drop_v=0.035,
    rc_time_s=50.0,
    charge_end=(3.5, 0.01),
    discharge_end=(0.15, 0.06),
    heat_capacity_j_per_k_ah=25.0,
    thermal_time_s=650.0,
    charge_efficiency=0.9996,
    self_discharge_per_day=0.0003,
)
LEAD_ACID = Chemistry(
    OcvCurve(1.63, 0.16, 0.0, ((0.32, 0.0, 0.025),)),
    ohmic_drop_v=0.030,
    rc_drop_v=0.060,
    rc_time_s=240.0,
    charge_end=(18.0, 0.05),  # charge acceptance: a full cell takes hardly any current
    discharge_end=(4.0, 0.05),
    heat_capacity_j_per_k_ah=50.0,
    thermal_time_s=7200.0,
    charge_efficiency=0.93,
    self_discharge_per_day=0.001,
)
GRAPHITE_HALF_CELL = Chemistry(
    OcvCurve(
        0.045,
        0.02,
        0.011,
        (
            (0.06, 0.02, 0.02),
            (0.035, 0.50, 0.015),
            (0.085, 0.77, 0.025),
            (0.30, 0.94, 0.02),
            (0.8, 1.0, 0.012),
        ),
    ),
    ohmic_drop_v=0.060,
    rc_drop_v=0.055,
    rc_time_s=60.0,
    charge_end=(11.0, 0.006),
    discharge_end=(0.05, 0.05),
    heat_capacity_j_per_k_ah=600.0,
    thermal_time_s=300.0,
    charge_efficiency=1 / 0.998,  # its losses are on the discharge
)
VANADIUM = Chemistry(
    # The formal potential of 2 + 3 against 4 + 5, and two one-electron Nernst terms at 25 degC.
    OcvCurve(1.40, 0.0, 2 * 0.02569),
    ohmic_drop_v=0.085,
    rc_drop_v=0.020,
    rc_time_s=45.0,
    charge_end=(0.12, 0.04),
    discharge_end=(0.12, 0.04),
    heat_capacity_j_per_k_ah=180.0,
    thermal_time_s=5400.0,
    self_discharge_per_day=0.35,
)


LITHIUM: dict[str, Chemistry] = {LithiumChemistry.LFP: LFP, LithiumChemistry.NCA: NCA}


def model_of(
    technology: Technology,
    chemistry: str | None,
    capacity_ah: float,
    cells: int,
) -> BatteryModel:
    """Return the model for a registered battery; LMO, LCO and other lithium cells get NMC's."""
    match technology:
        case Technology.LEAD_ACID:
            return LEAD_ACID.battery(capacity_ah, cells)
        case Technology.REDOX_STACK:
            return VANADIUM.battery(capacity_ah, cells)
        case Technology.LITHIUM:
            return LITHIUM.get(chemistry or "", NMC).battery(capacity_ah, cells)
