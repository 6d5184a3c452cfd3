"""Pulse power tests: resistance and power of pulses against the depth of discharge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.pulses import Pulses

Floats = NDArray[np.float64]

AFTER_S = 10.0


@dataclass(frozen=True)
class PulsePower:
    """One direction of a test, in order of depth, shapes (pulses,): %, ohm, W; NaN where unknown.

    Power is that at which the cell would be at its limit of voltage after the time of `ohm`.
    """

    depth_pct: Floats
    ohm: Floats
    power_w: Floats

    def ohm_at(self, depth_pct: float) -> float | None:
        """Return the resistance at a depth of discharge, in a line between its neighbours."""
        finite = np.isfinite(self.ohm) & np.isfinite(self.depth_pct)
        if not finite.any():
            return None
        depths, ohms = self.depth_pct[finite], self.ohm[finite]
        at = np.interp(depth_pct, depths, ohms, left=np.nan, right=np.nan)
        return float(at) if np.isfinite(at) else None


def depth_of_discharge_pct(pulses: Pulses, capacity_ah: float, *, start_pct: float = 0.0) -> Floats:
    """Return how deep the cell is discharged before each pulse, in % of a capacity.

    `start_pct` is the depth at the first sample; 0 where the test begins with a full cell.
    """
    return start_pct - 100 * pulses.net_ah / capacity_ah


def pulse_power(
    pulses: Pulses,
    depth_pct: Floats,
    *,
    charges: bool,
    limit_v: float,
    after_s: float = AFTER_S,
) -> PulsePower:
    """Return resistance and power of the charge pulses, or of the discharge pulses.

    `limit_v` is the battery's highest voltage, or its lowest. With R after `after_s` the power in
    discharge is V_low (V0 - V_low) / R, in charge V_high (V_high - V0) / R. Both are 0 where the
    cell is beyond its limit at rest.
    """
    place = pulses.times_s.index(after_s)
    which = (pulses.current_a > 0) == charges
    which = np.flatnonzero(which)[np.argsort(depth_pct[which], kind="stable")]
    ohm = pulses.resistance_ohm[which, place]
    margin_v = (limit_v - pulses.voltage_v[which]) * (1 if charges else -1)
    return PulsePower(depth_pct[which], ohm, limit_v * np.maximum(margin_v, 0.0) / ohm)
