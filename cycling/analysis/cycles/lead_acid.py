"""What is said of lead-acid batteries: charge factor, capacity by rate, Peukert's exponent."""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.efficiency import ratio_pct
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]

RATED_HOURS = (20.0, 10.0, 5.0)
NEAR = 0.2  # a discharge within 20 % of so many hours is one of that rate
APART = 1.2  # times: currents that are nearer have no exponent
HOUR_S = 3600.0


@dataclass(frozen=True)
class LeadAcidMetrics:
    """`charge_factor` and `end_of_charge_a`, shapes (cycles,); capacities in Ah by the hours.

    `peukert` is the exponent k of I^k t = constant; None where discharges are of one rate.
    """

    charge_factor: Floats
    end_of_charge_a: Floats
    capacities_ah: dict[float, float]
    peukert: float | None


def lead_acid_metrics(table: CycleTable) -> LeadAcidMetrics:
    """Return the metrics of a lead-acid battery.

    The charge factor is Q+ / Q- of the cycle. C20, C10, C5 are the last complete discharges that
    took 20, 10, 5 hours within 20 %.
    """
    hours = table.discharge.time_s / HOUR_S
    capacities = {}
    for rated in RATED_HOURS:
        of_rate = table.is_complete & (np.abs(hours / rated - 1) <= NEAR)
        if of_rate.any():
            capacities[rated] = float(table.discharge.ah[of_rate][-1])
    factor = ratio_pct(table.charge.ah, table.discharge.ah) / 100
    return LeadAcidMetrics(
        charge_factor=np.where(table.is_complete, factor, np.nan),
        end_of_charge_a=table.charge.end_a,
        capacities_ah=capacities,
        peukert=_of_table(table, hours),
    )


def _of_table(table: CycleTable, hours: Floats) -> float | None:
    which = table.is_complete & (table.discharge.current_a > 0) & (hours > 0)
    if not which.any():
        return None
    current_a, hours = table.discharge.current_a[which], hours[which]
    slow, fast = int(np.argmin(current_a)), int(np.argmax(current_a))
    return peukert((current_a[slow], hours[slow]), (current_a[fast], hours[fast]))


def peukert(slow: tuple[float, float], fast: tuple[float, float]) -> float | None:
    """Return k of two discharges, each (A, h): ln(t_slow / t_fast) / ln(I_fast / I_slow).

    Peukert, Elektrotechnische Zeitschrift 20 (1897) 287. None where the currents are within 20 %.
    """
    (slow_a, slow_h), (fast_a, fast_h) = slow, fast
    if fast_a < APART * slow_a:
        return None
    return log(slow_h / fast_h) / log(fast_a / slow_a)
