"""What is said of flow batteries: current density, area resistance, utilisation, decay."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.efficiency import ratio_pct
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]

FARADAY_C_PER_MOL = 96485.33212  # 2019 SI: e N_A
HOUR_S = 3600.0
DAY_S = 86400.0


@dataclass(frozen=True)
class Electrolyte:
    """The electrolyte of one side, that which limits: mol/L, electrons a molecule, L a cell."""

    concentration_mol_per_l: float
    electrons: float
    volume_l: float

    @property
    def capacity_ah(self) -> float:
        """What it holds by Faraday's law: n F c V / 3600."""
        moles = self.concentration_mol_per_l * self.volume_l
        return self.electrons * FARADAY_C_PER_MOL * moles / HOUR_S


@dataclass(frozen=True)
class FlowMetrics:
    """Of each cycle, shapes (cycles,): mA/cm2 of both halves, ohm cm2, % of the electrolyte."""

    charge_ma_per_cm2: Floats
    discharge_ma_per_cm2: Floats
    area_resistance_ohm_cm2: Floats
    utilisation_pct: Floats


@dataclass(frozen=True)
class Decay:
    """The slope of the discharged capacity in % of its first value, a day and a cycle."""

    pct_per_day: float
    pct_per_cycle: float


def flow_metrics(table: CycleTable, electrolyte: Electrolyte | None = None) -> FlowMetrics:
    """Return the metrics of a flow battery; blank without the electrode's area, or electrolyte.

    Area resistance is (mean charge V - mean discharge V) / cells / (sum of both current densities):
    what both halves lose together, at the mean state of charge, in one cell of a stack; blank where
    nobody has said how many are in series. Utilisation is Q- over what the electrolyte of a cell
    holds.
    """
    area, cells = table.choices.area_cm2 or np.nan, table.choices.cells or np.nan
    charge, discharge = (half.current_a / area for half in (table.charge, table.discharge))
    held_ah = np.full(len(table), electrolyte.capacity_ah if electrolyte else np.nan)
    return FlowMetrics(
        charge_ma_per_cm2=charge * 1000,
        discharge_ma_per_cm2=discharge * 1000,
        area_resistance_ohm_cm2=table.hysteresis_v / cells / (charge + discharge),
        utilisation_pct=ratio_pct(table.discharge.ah, held_ah),
    )


def decay(table: CycleTable) -> Decay | None:
    """Return the slopes of straight lines through the complete cycles; None of fewer than two."""
    which = table.is_ageing
    discharge_ah = table.discharge.ah[which]
    if len(discharge_ah) < 2:
        return None
    percent = 100 * discharge_ah / discharge_ah[0]
    days = table.end_s[which] / DAY_S
    return Decay(_slope(days, percent), _slope(table.number[which].astype(float), percent))


def _slope(x: Floats, y: Floats) -> float:
    x = x - x.mean()
    spread = float(x @ x)
    return float(x @ (y - y.mean())) / spread if spread > 0 else np.nan
