"""The kinds of battery that a profile of the library can be drawn for, and which one it suits."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.sent import Sent
from cycling.profile.summary import ProfileSummary
from cycling.terms import LeadAcidChemistry, LithiumChemistry, Technology
from pages.profile.check import HOURS_OF_LARGEST, CheckedBattery

MAX_CELLS = 1_000
MAX_AH, MIN_AH = 1e6, 1e-6


@dataclass(frozen=True)
class Kind:
    """A kind of cell: its words, the range (V) that profiles use, a usual capacity (Ah)."""

    words: str
    technology: Technology
    chemistry: str
    cell_v: tuple[float, float]
    capacity_ah: float


KINDS: Mapping[str, Kind] = {
    "NMC": Kind("Lithium, NMC", Technology.LITHIUM, LithiumChemistry.NMC, (2.5, 4.2), 3.0),
    "NCA": Kind("Lithium, NCA", Technology.LITHIUM, LithiumChemistry.NCA, (2.5, 4.2), 4.8),
    "LFP": Kind("Lithium, LFP", Technology.LITHIUM, LithiumChemistry.LFP, (2.5, 3.65), 3.3),
    "LeadAcid": Kind("Lead-acid", Technology.LEAD_ACID, LeadAcidChemistry.GEL, (1.75, 2.42), 7.0),
    "RedoxStack": Kind("Redox-flow stack", Technology.REDOX_STACK, "", (0.9, 1.6), 8.0),
}


@dataclass(frozen=True)
class Chosen:
    """The battery that a profile is drawn for."""

    kind: str
    cells: int
    capacity_ah: float

    @property
    def battery(self) -> CheckedBattery:
        """What `checked` takes."""
        kind = KINDS[self.kind]
        return CheckedBattery(kind.technology, kind.chemistry, self.cells)


def suited(summary: ProfileSummary | None) -> Chosen:
    """Return the battery whose range is nearest to that of a profile."""
    if summary is None or summary.voltage is None or not summary.voltage.high:
        return Chosen("NMC", 1, KINDS["NMC"].capacity_ah)
    high, low = summary.voltage.high, summary.voltage.low
    tried = []
    for place, (name, kind) in enumerate(KINDS.items()):
        cells = min(max(1, round(high / kind.cell_v[1])), MAX_CELLS)
        far = abs(high / (cells * kind.cell_v[1]) - 1)
        if low is not None:
            far += abs(low / (cells * kind.cell_v[0]) - 1)
        tried.append((far + 0.02 * cells, place, name, cells))
    *_, name, cells = min(tried)
    return Chosen(name, cells, _capacity(summary, KINDS[name]))


def chosen(
    kind: Sent = None, cells: Sent = None, capacity_ah: Sent = None, *, otherwise: Chosen
) -> Chosen:
    """Read what a page or an address says; what makes no sense is as in `otherwise`."""
    name = kind if isinstance(kind, str) and kind in KINDS else otherwise.kind
    count, size = _number(cells), _number(capacity_ah)
    is_count = count is not None and count.is_integer() and 1 <= count <= MAX_CELLS
    is_size = size is not None and MIN_AH <= size <= MAX_AH
    return Chosen(
        name,
        int(count) if is_count and count is not None else otherwise.cells,
        size if is_size and size is not None else otherwise.capacity_ah,
    )


def _capacity(summary: ProfileSummary, kind: Kind) -> float:
    """Return the capacity that its currents are meant for, if they are absolute."""
    current = summary.current
    if summary.needs_capacity or current is None or current.unit != "A":
        return kind.capacity_ah
    largest = max((abs(end) for end in (current.low, current.high) if end is not None), default=0)
    return float(f"{HOURS_OF_LARGEST * largest:.3g}") or kind.capacity_ah


def _number(given: Sent) -> float | None:
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    try:
        return float(given)
    except (ValueError, OverflowError):
        return None
