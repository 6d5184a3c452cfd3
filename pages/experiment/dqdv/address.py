"""What the tab of dQ/dV shows, in its address and in its controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.sent import Sent
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.cycles.table import CycleTable
from pages.experiment.tabs import Tab
from pages.sent import MAX_SHOWN, asked_values, unknown_choices

Ints = NDArray[np.int64]

NAMES = ("half", "curve", "show", "cycles", "rate", "reference", "difference", "bin", "smooth")
BINS_MV = (1.0, 2.0, 5.0, 10.0, 20.0)
SMOOTHINGS = (0.0, 1.0, 2.0, 3.0)  # times what is usual: 5 mV, or 0.5 % of the charge
MAX_RATE = 20  # letters
ALL_RATES = "all"
ALL_CYCLES = (0, 2**31 - 1)


class Half(StrEnum):
    """Which halves of cycles are drawn."""

    CHARGE = "charge"
    DISCHARGE = "discharge"
    BOTH = "both"

    @property
    def directions(self) -> tuple[Direction, ...]:
        """The same as the engine has them."""
        return tuple(Direction) if self is Half.BOTH else (Direction(self.value),)


class Curve(StrEnum):
    """Which derivative."""

    DQDV = "dqdv"
    DVDQ = "dvdq"


class Show(StrEnum):
    """Curves of some cycles, or a map of all."""

    CURVES = "curves"
    MAP = "map"


@dataclass(frozen=True)
class View:
    """What is drawn; `reference` is a cycle, None for none, `rate` the label of a class, "" all."""

    half: Half = Half.DISCHARGE
    curve: Curve = Curve.DQDV
    show: Show = Show.CURVES
    cycles: tuple[int, int] | None = None
    rate: str = ""
    reference: int | None = None
    is_difference: bool = False
    bin_mv: float = 5.0
    smoothing: float = 1.0

    @property
    def query(self) -> dict[str, Any]:
        """What an address says of it: what is as usual is left out."""
        usual = View()
        said: dict[str, Any] = {"tab": Tab.DQDV}
        said |= {"half": self.half} if self.half is not usual.half else {}
        said |= {"curve": self.curve} if self.curve is not usual.curve else {}
        said |= {"show": self.show} if self.show is not usual.show else {}
        said |= {"cycles": f"{self.cycles[0]}-{self.cycles[1]}"} if self.cycles else {}
        said |= {"rate": self.rate} if self.rate else {}
        said |= {"reference": self.reference} if self.reference is not None else {}
        said |= {"difference": "1"} if self.is_difference else {}
        said |= {"bin": f"{self.bin_mv:g}"} if self.bin_mv != usual.bin_mv else {}
        said |= {"smooth": f"{self.smoothing:g}"} if self.smoothing != usual.smoothing else {}
        return said


def view_of(query: Mapping[str, Sent]) -> View:
    """Read a view from an address or from controls; nothing in it can fail."""
    half, curve, show = (str(query.get(name)) for name in ("half", "curve", "show"))
    rate = " ".join(asked_values(query.get("rate"))[:1])[:MAX_RATE]
    bin_mv, smoothing = _number(query.get("bin")), _number(query.get("smooth"))
    usual = View()
    return View(
        half=Half(half) if half in set(Half) else usual.half,
        curve=Curve(curve) if curve in set(Curve) else usual.curve,
        show=Show(show) if show in set(Show) else usual.show,
        cycles=cycles_of(query.get("cycles")),
        rate="" if rate == ALL_RATES else rate,
        reference=cycle_of(query.get("reference")),
        is_difference=str(query.get("difference")) == "1",
        bin_mv=bin_mv if bin_mv in BINS_MV else usual.bin_mv,
        smoothing=smoothing if smoothing in SMOOTHINGS else usual.smoothing,
    )


def problems_of(query: Mapping[str, Sent], table: CycleTable) -> list[str]:
    """Say what of an address nobody knows, or the experiment does not have."""
    number, view = table.number, view_of(query)
    problems = unknown_choices("Half", query.get("half"), Half)
    problems += unknown_choices("Curve", query.get("curve"), Curve)
    problems += unknown_choices("Show", query.get("show"), Show)
    problems += unknown_choices("Bin in mV", query.get("bin"), [f"{one:g}" for one in BINS_MV])
    smoothings = [f"{one:g}" for one in SMOOTHINGS]
    problems += unknown_choices("Smoothing", query.get("smooth"), smoothings)
    for name, read in (("cycles", cycles_of), ("reference", cycle_of)):
        given = " ".join(asked_values(query.get(name)))
        if given and read(query.get(name)) is None:
            what = name.removesuffix("s")
            problems.append(f"“{given[:MAX_SHOWN]}” names no {what} by its number.")
    if view.rate and view.rate not in table.rate_class.labels:
        problems.append(f"No cycle is of the rate “{view.rate}”: all are shown.")
    if view.reference is not None and view.reference not in number:
        problems.append(f"There is no cycle {view.reference} to be the reference.")
    if view.cycles and not len(number[within(view.cycles, number)]):
        problems.append(f"There are no cycles from {view.cycles[0]} to {view.cycles[1]}.")
    return problems


def cycles_of(given: Sent) -> tuple[int, int] | None:
    """Return the first and the last cycle of "1-20", or of two numbers."""
    if isinstance(given, list | tuple) and len(given) == 2:
        ends = [cycle_of(one) for one in given]
    else:
        ends = [cycle_of(one) for one in str(given).split("-")]
    ends = ends * 2 if len(ends) == 1 else ends
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return None
    return min(ends[0], ends[1]), max(ends[0], ends[1])


def cycle_of(given: Sent) -> int | None:
    """Return the number of a cycle, None for what is none."""
    text = str(int(given)) if isinstance(given, float) and given == given // 1 else str(given)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def chosen(view: View, table: CycleTable) -> Ints:
    """Return the cycles that a view selects, in their order; all rates where it names none."""
    which = within(view.cycles, table.number)
    if view.rate in table.rate_class.labels:
        which &= table.rate_class.of == table.rate_class.labels.index(view.rate)
    return np.unique(table.number[which])


def within(cycles: tuple[int, int] | None, number: Ints) -> NDArray[np.bool_]:
    """Return which cycles are in a range; None: all."""
    first, last = cycles or ALL_CYCLES
    return (number >= first) & (number <= last)


def spread(numbers: Ints, most: int) -> list[int]:
    """Return at most so many of them, evenly spread, with the first and the last."""
    places = np.unique(np.linspace(0, len(numbers) - 1, min(most, len(numbers))).round())
    return [int(one) for one in numbers[places.astype(np.int64)]] if len(numbers) else []


def _number(given: Sent) -> float:
    try:
        return float(given)
    except (TypeError, ValueError):
        return float("nan")
