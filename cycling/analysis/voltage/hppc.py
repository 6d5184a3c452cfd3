"""Pulse power tests: resistance and power of pulses against the depth of discharge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.voltage.pulses import Pulses

Floats = NDArray[np.float64]

AFTER_S = 10.0
NEAR_PCT = 0.5  # so near a pulse is at a state of charge
APART_PCT = 30.0  # pulses that are farther apart are not of one test


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


@dataclass(frozen=True)
class Between:
    """A resistance at a state of charge: ohm, and the places of the pulses that it lies between.

    Both places are the same where one pulse is within half a point of it.
    """

    ohm: float
    before: int
    after: int


def resistance_at(soc_pct: Floats, ohm: Floats, wanted_pct: float) -> list[Between]:
    """Return the resistance at a state of charge wherever pulses in their order pass it.

    `soc_pct`, `ohm`, shapes (pulses,), are those of one direction; blank ones are passed over. It
    goes in a straight line between two pulses that follow each other and are at most 30 points
    apart: what lies farther apart is a charge or a discharge between two tests.
    """
    known = np.flatnonzero(np.isfinite(soc_pct) & np.isfinite(ohm))
    off = soc_pct[known] - wanted_pct
    near = np.abs(off) <= NEAR_PCT
    found = [Between(float(ohm[one]), int(one), int(one)) for one in known[near].tolist()]
    passes = (off[:-1] * off[1:] < 0) & (np.abs(np.diff(off)) <= APART_PCT)
    for at in np.flatnonzero(passes & ~near[:-1] & ~near[1:]).tolist():
        before, after = int(known[at]), int(known[at + 1])
        share = off[at] / (off[at] - off[at + 1])
        value = float(ohm[before] + share * (ohm[after] - ohm[before]))
        found.append(Between(value, before, after))
    return sorted(found, key=lambda one: one.before)


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
