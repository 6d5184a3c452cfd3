"""The model of a registered battery; what is not known of it is guessed."""

from collections.abc import Mapping

from cycling.battery.chemistry import model_of
from cycling.battery.model import BatteryModel, BatteryState
from cycling.terms import LeadAcidChemistry, LithiumChemistry, Technology

USUAL_CAPACITY_AH: Mapping[Technology, float] = {
    Technology.LITHIUM: 3.0,
    Technology.LEAD_ACID: 7.0,
    Technology.REDOX_STACK: 8.0,
}
FULL_CELL_V: Mapping[Technology, float] = {
    Technology.LITHIUM: 4.2,
    Technology.LEAD_ACID: 2.4,
    Technology.REDOX_STACK: 1.6,
}
SMALLEST_AH = 1e-6
HALVINGS = 40


def guessed_model(
    technology: Technology,
    chemistry: str | None,
    *,
    cells: int,
    capacity_ah: float | None,
    voltage_max_v: float,
) -> BatteryModel:
    """Return the model; without a number of cells (0) the highest voltage (V) tells it."""
    counted = cells or max(1, round(voltage_max_v / FULL_CELL_V[technology]))
    known_ah = capacity_ah or USUAL_CAPACITY_AH[technology]
    kind = _chemistry(technology, chemistry)
    return model_of(technology, kind, max(known_ah, SMALLEST_AH), counted)


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


def _chemistry(
    technology: Technology, chemistry: str | None
) -> LithiumChemistry | LeadAcidChemistry | None:
    kinds: Mapping[Technology, type[LithiumChemistry] | type[LeadAcidChemistry]] = {
        Technology.LITHIUM: LithiumChemistry,
        Technology.LEAD_ACID: LeadAcidChemistry,
    }
    kind = kinds.get(technology)
    if kind is None:
        return None
    try:
        return kind(chemistry or "")
    except ValueError:
        return kind.OTHER
