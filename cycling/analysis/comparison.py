"""An instrument's counters beside our integrals, and why the two may differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from cycling.analysis.counters import CHARGES, Counters, Quantity, Reset
from cycling.analysis.integration import FEW_CURRENTS, Doubts

HOUR_S = 3600.0
MUCH = 0.005  # a difference of more than 0.5 % is said
FACTORS = (10.0, 60.0, 100.0, 1000.0, 3600.0, 1e6)  # by which units are mistaken
NEAR = 0.1  # how far from such a factor the two may be
STOOD = 0.001  # of our integral: a counter that counted less than that stood still


class Reason(StrEnum):
    """What is likely to make a counter and our integral differ."""

    UNIT = "unit"
    GAP = "gap"
    ROUNDED = "rounded current"
    COARSE = "coarse taper"
    STOOD = "counter stands"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Comparison:
    """A counter and our integral of the same quantity, in Ah or Wh; `reason` where they differ.

    `currents` is how many different currents the file has, `FEW_CURRENTS` for as many or more.
    """

    quantity: Quantity
    counter: str
    reset: Reset
    counted: float
    integrated: float
    reason: Reason | None = None
    currents: int = FEW_CURRENTS

    @property
    def is_used(self) -> bool:
        """Whether the counter is the source: not where it stood still."""
        return self.reason is not Reason.STOOD

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
    found = []
    for quantity, (counted, integrated) in values.items():
        source = counters.source(quantity)
        if source is None:
            continue
        off = integrated - counted
        reason = None
        if abs(off) > MUCH * max(abs(counted), abs(integrated)):
            reason = _reason(quantity, counted, integrated, doubts, missing_s)
        found.append(
            Comparison(quantity, *source, counted, integrated, reason, len(doubts.currents))
        )
    return tuple(sorted(found, key=lambda one: list(Quantity).index(one.quantity)))


def _reason(
    quantity: Quantity, counted: float, integrated: float, doubts: Doubts, missing_s: float
) -> Reason:
    if counted <= STOOD * integrated and not _is_factor(counted, integrated):
        return Reason.STOOD
    if _is_factor(counted, integrated):
        return Reason.UNIT
    if missing_s > 0 and counted > integrated:
        return Reason.GAP
    if len(doubts.currents) < FEW_CURRENTS:
        return Reason.ROUNDED
    bent_ah = doubts.bent_as / HOUR_S
    if quantity in CHARGES and abs(integrated - counted) <= bent_ah:
        return Reason.COARSE
    return Reason.COARSE if quantity not in CHARGES and bent_ah > MUCH * counted else Reason.UNKNOWN


def _is_factor(counted: float, integrated: float) -> bool:
    low, high = sorted((counted, integrated))
    return low > 0 and any(abs(high / low / factor - 1) < NEAR for factor in FACTORS)
