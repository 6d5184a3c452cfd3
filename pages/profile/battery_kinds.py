"""The battery that a profile of the library is drawn for: what it suits, or what was chosen."""

from dataclasses import dataclass

from components.sent import Sent
from cycling.battery.typical import KINDS, MAX_CELLS, Kind, typical
from cycling.profile.summary import ProfileSummary
from pages.profile.check import HOURS_OF_LARGEST, CheckedBattery
from pages.sent import MAX_SHOWN

MAX_AH, MIN_AH = 1e6, 1e-6


@dataclass(frozen=True)
class BatteryChoice:
    """The battery that a profile is drawn for."""

    kind: str
    cells: int
    capacity_ah: float

    @property
    def battery(self) -> CheckedBattery:
        """What `checked` takes."""
        kind = KINDS[self.kind]
        return CheckedBattery(kind.technology, kind.chemistry, self.cells)


def suited(summary: ProfileSummary | None) -> BatteryChoice:
    """Return the battery whose range is nearest to that of a profile."""
    if summary is None or summary.voltage is None or not summary.voltage.high:
        return BatteryChoice("NMC", 1, KINDS["NMC"].capacity_ah)
    name, cells = typical(summary.voltage.low, summary.voltage.high)
    return BatteryChoice(name, cells, _capacity(summary, KINDS[name]))


def battery_choice(
    kind: Sent = None, cells: Sent = None, capacity_ah: Sent = None, *, otherwise: BatteryChoice
) -> BatteryChoice:
    """Read what a page or an address says; what makes no sense is as in `otherwise`."""
    name = kind if isinstance(kind, str) and kind in KINDS else otherwise.kind
    count, size = _number(cells), _number(capacity_ah)
    is_count = count is not None and count.is_integer() and 1 <= count <= MAX_CELLS
    is_size = size is not None and MIN_AH <= size <= MAX_AH
    return BatteryChoice(
        name,
        int(count) if is_count and count is not None else otherwise.cells,
        size if is_size and size is not None else otherwise.capacity_ah,
    )


def unknown_choices(
    choice: BatteryChoice, kind: Sent = None, cells: Sent = None, capacity_ah: Sent = None
) -> list[str]:
    """Say which of an address's values are none that can be drawn; `choice` is drawn."""
    asked = (
        ("kind of battery", kind, kind, choice.kind),
        ("number of cells", cells, _number(cells), choice.cells),
        ("capacity in Ah", capacity_ah, _number(capacity_ah), choice.capacity_ah),
    )
    return [
        f"“{str(given)[:MAX_SHOWN]}” is no {name}: the one that suits the profile is drawn."
        for name, given, read, drawn in asked
        if given not in (None, "") and read != drawn
    ]


def _capacity(summary: ProfileSummary, kind: Kind) -> float:
    """Return the capacity that its currents are meant for, if they are absolute."""
    current = summary.current
    if summary.needs_capacity or current is None or current.unit != "A":
        return kind.capacity_ah
    largest = max((abs(end) for end in (current.low, current.high) if end is not None), default=0)
    return float(f"{HOURS_OF_LARGEST * largest:.3g}") or kind.capacity_ah


def _number(entry: Sent) -> float | None:
    if isinstance(entry, bool) or not isinstance(entry, int | float | str):
        return None
    try:
        return float(entry)
    except (ValueError, OverflowError):
        return None
