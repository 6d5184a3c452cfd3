"""What the tab of pulses shows, in its address and in its controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from components.sent import Sent
from cycling.analysis.voltage.pulses import TIMES_S
from pages.experiment.tabs import Tab
from pages.sent import MAX_SHOWN, asked_values, unknown_choices

NAMES = ("show", "at", "x", "full", "soc", "length")
END = "end"
AT = {f"{one:g}": f"{one:g} s" for one in TIMES_S} | {END: "end"}
MAX_LENGTH_UM = 1e5
FULL_PCT = 100.0


class Show(StrEnum):
    """What is shown of an experiment; only what it has."""

    PULSES = "pulses"
    RESTS = "rests"
    GITT = "gitt"
    OCV = "ocv"


class XAxis(StrEnum):
    """Along what resistances are drawn."""

    SOC = "soc"
    CHARGE = "charge"
    CYCLE = "cycle"
    TIME = "time"


@dataclass(frozen=True)
class View:
    """What is shown: resistance after `at` seconds ("end": at the end), along an axis.

    `full_pct` is the state of charge where the cell was fullest; `soc_pct` that at which somebody
    wants to know the resistance, None: nobody does; `length_um` the diffusion length
    of a titration, None: nobody has typed one.
    """

    show: Show = Show.PULSES
    at: str = "10"
    x: XAxis = XAxis.SOC
    full_pct: float = FULL_PCT
    soc_pct: float | None = None
    length_um: float | None = None

    @property
    def query(self) -> dict[str, Any]:
        """What an address says of it: what is as usual is left out."""
        usual = View()
        said: dict[str, Any] = {"tab": Tab.PULSES}
        said |= {"show": self.show} if self.show is not usual.show else {}
        said |= {"at": self.at} if self.at != usual.at else {}
        said |= {"x": self.x} if self.x is not usual.x else {}
        said |= {"full": f"{self.full_pct:g}"} if self.full_pct != usual.full_pct else {}
        said |= {} if self.soc_pct is None else {"soc": f"{self.soc_pct:g}"}
        return said | ({"length": f"{self.length_um:g}"} if self.length_um is not None else {})


def view_of(query: Mapping[str, Sent]) -> View:
    """Read a view from an address or from controls; nothing in it can fail."""
    show, at, x = (str(query.get(name)) for name in ("show", "at", "x"))
    full_pct = _number(query.get("full"), 0.0, FULL_PCT)
    usual = View()
    return View(
        show=Show(show) if show in set(Show) else usual.show,
        at=at if at in AT else usual.at,
        x=XAxis(x) if x in set(XAxis) else usual.x,
        full_pct=usual.full_pct if full_pct is None else full_pct,
        soc_pct=_number(query.get("soc"), 0.0, FULL_PCT),
        length_um=_number(query.get("length"), 0.0, MAX_LENGTH_UM) or None,
    )


def problems_of(query: Mapping[str, Sent]) -> list[str]:
    """Say what of an address nobody knows."""
    problems = unknown_choices("Show", query.get("show"), Show)
    problems += unknown_choices("At", query.get("at"), AT)
    problems += unknown_choices("Axis", query.get("x"), XAxis)
    for name, words, highest in (
        ("full", "a state of charge in %, from 0 to 100", FULL_PCT),
        ("soc", "a state of charge in %, from 0 to 100", FULL_PCT),
        ("length", "a length in µm", MAX_LENGTH_UM),
    ):
        given = " ".join(asked_values(query.get(name)))
        if given and _number(given, 0.0, highest) is None:
            problems.append(f"“{given[:MAX_SHOWN]}” is not {words}: it is left out.")
    return problems


def _number(given: Sent, lowest: float, highest: float) -> float | None:
    try:
        value = float(given)
    except (TypeError, ValueError):
        return None
    return value if lowest <= value <= highest else None
