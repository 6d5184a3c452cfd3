"""The battery that a profile is most likely meant for, by the voltages that it uses."""

from collections.abc import Mapping
from dataclasses import dataclass

from cycling.battery.chemistry import model_of
from cycling.battery.model import BatteryModel
from cycling.terms import LeadAcidChemistry, LithiumChemistry, Technology

MAX_CELLS = 1_000
A_CELL_MORE = 0.02  # as far off in voltage is as likely


@dataclass(frozen=True)
class Kind:
    """A kind of cell: its words, the range (V) that profiles use, a usual capacity (Ah)."""

    words: str
    technology: Technology
    chemistry: str
    cell_v: tuple[float, float]
    capacity_ah: float

    def model(self, capacity_ah: float, cells: int) -> BatteryModel:
        """Return the model of such a battery."""
        return model_of(self.technology, self.chemistry, capacity_ah, cells)


KINDS: Mapping[str, Kind] = {
    "NMC": Kind("Lithium, NMC", Technology.LITHIUM, LithiumChemistry.NMC, (2.5, 4.2), 3.0),
    "NCA": Kind("Lithium, NCA", Technology.LITHIUM, LithiumChemistry.NCA, (2.5, 4.2), 4.8),
    "LFP": Kind("Lithium, LFP", Technology.LITHIUM, LithiumChemistry.LFP, (2.5, 3.65), 3.3),
    "LeadAcid": Kind("Lead-acid", Technology.LEAD_ACID, LeadAcidChemistry.GEL, (1.75, 2.42), 7.0),
    "RedoxStack": Kind("Redox-flow stack", Technology.REDOX_STACK, "", (0.9, 1.6), 8.0),
}


def typical(low_v: float | None, high_v: float | None) -> tuple[str, int]:
    """Return the kind and the cells in series whose range is nearest to these voltages (V)."""
    if not high_v:
        return "NMC", 1
    tried = []
    for place, (name, kind) in enumerate(KINDS.items()):
        cells = min(max(1, round(high_v / kind.cell_v[1])), MAX_CELLS)
        far = abs(high_v / (cells * kind.cell_v[1]) - 1)
        if low_v is not None:
            far += abs(low_v / (cells * kind.cell_v[0]) - 1)
        tried.append((far + A_CELL_MORE * cells, place, name, cells))
    *_, name, cells = min(tried)
    return name, cells
