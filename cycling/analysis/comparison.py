"""An instrument's counters beside our integrals, and why the two may differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cycling.analysis.counters import CHARGES, ENERGIES, Counters, Quantity, Reset
from cycling.analysis.doubts import FEW_CURRENTS, Doubts

HOUR_S = 3600.0
MUCH = 0.005  # a difference of more than 0.5 % is said
FACTORS = (10.0, 60.0, 100.0, 1000.0, 3600.0, 1e6)  # by which units are mistaken
NEAR = 0.1  # how far from such a factor the two may be
STOOD = 0.001  # of our integral: a counter that counted less than that stood still
LATE = 1.5  # how much more than what came late may be missing


class Reason(StrEnum):
    """What is likely to make a counter and our integral differ."""

    UNIT = "unit"
    MISLABELLED = "unit of the energy"
    GAP = "gap"
    LATE = "counter starts late"
    ROUNDED = "rounded current"
    COARSE = "coarse taper"
    STOOD = "counter stands"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Comparison:
    """A counter and our integral of the same quantity, in Ah or Wh; `reason` where they differ.

    `currents` is how many different currents the file has, `FEW_CURRENTS` for as many or more.
    `run_over` is our part of what was counted: of intervals in which the counter starts again
    although the current flows on.
    """

    quantity: Quantity
    counter: str
    reset: Reset
    counted: float
    integrated: float
    reason: Reason | None = None
    currents: int = FEW_CURRENTS
    run_over: float = 0.0

    @property
    def is_used(self) -> bool:
        """Whether the counter is the source: not where it stood still, or has another unit."""
        return self.reason not in (Reason.STOOD, Reason.MISLABELLED)

    @property
    def difference(self) -> float | None:
        """How far our integral is from the counter, as a fraction of it; None where that is 0."""
        return self.integrated / self.counted - 1 if self.counted else None


def compared(
    values: Mapping[Quantity, tuple[float, float]],
    counters: Counters,
    doubts: Doubts,
    missing_s: float,
) -> tuple[Comparison, ...]:
    """Return each counted quantity beside our integral; `values` are (counted, integrated)."""
    found: list[Comparison] = []
    for quantity in (one for one in Quantity if one in values):
        counted, integrated = values[quantity]
        source = counters.source(quantity)
        pair = CHARGES if quantity in CHARGES else ENERGIES
        flowed = max(max(values[one]) for one in pair if one in values)
        reason = None
        if abs(integrated - counted) > MUCH * max(counted, integrated, MUCH * flowed):
            reason = _reason(quantity, counted, integrated, source.late, doubts, missing_s)
        if reason is Reason.UNIT and quantity in ENERGIES and _agree(found):
            reason = Reason.MISLABELLED
        found.append(
            Comparison(
                quantity,
                source.counter.name,
                source.reset,
                counted,
                integrated,
                reason,
                len(doubts.currents),
                source.run_over,
            )
        )
    return tuple(found)


def _agree(found: list[Comparison]) -> bool:
    """Whether what was counted of charge is in our unit."""
    charges = [one.reason for one in found if one.quantity in CHARGES]
    return bool(charges) and Reason.UNIT not in charges


def _reason(
    quantity: Quantity,
    counted: float,
    integrated: float,
    late: float,
    doubts: Doubts,
    missing_s: float,
) -> Reason:
    off, is_charge = integrated - counted, quantity in CHARGES
    bent_ah = doubts.bent_as / HOUR_S
    is_coarse = abs(off) <= bent_ah if is_charge else bent_ah > MUCH * counted
    likely = {
        Reason.UNIT: _is_factor(counted, integrated),
        Reason.STOOD: counted <= STOOD * integrated,
        Reason.GAP: missing_s > 0 and off < 0,
        Reason.LATE: 0 < off <= LATE * late,
        Reason.ROUNDED: len(doubts.currents) < FEW_CURRENTS,
        Reason.COARSE: is_coarse,
    }
    return next((one for one, is_likely in likely.items() if is_likely), Reason.UNKNOWN)


def _is_factor(counted: float, integrated: float) -> bool:
    low, high = sorted((counted, integrated))
    return low > 0 and any(abs(high / low / factor - 1) < NEAR for factor in FACTORS)
