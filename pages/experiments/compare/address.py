"""What is compared, in the address and in the controls of the page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

from components.sent import Sent
from cycling.analysis.campaign.cells import BY_NAME, Axis
from cycling.analysis.campaign.courses import ALL_RATES, MAIN_RATE
from cycling.analysis.campaign.which_cycle import LAST_CYCLE, WhichCycle, which_cycle
from pages.experiment.cycles.address import Per
from pages.experiment.dqdv.address import Half
from pages.experiments.chosen import chosen_text, ranges, read_chosen
from pages.experiments.compare.groups import GROUPS
from pages.sent import MAX_SHOWN, asked_values, unknown_choices

Word = TypeVar("Word", bound=StrEnum)

NAMES = (
    *("experiments", "y", "x", "per", "rate", "group", "show", "band", "hidden", "at"),
    *("curve", "half", "cycle"),
)
MAX_PANELS = 4
MAX_RATE = 20  # letters
USUAL_Y = "discharge_ah"
MAIN, NO_GROUP = "main", "none"  # as the controls say it
RATES = {MAIN: "Main rate of each", ALL_RATES: "All complete cycles"}


class Show(StrEnum):
    """What is drawn of a group."""

    MEAN = "mean"
    LINES = "lines"
    BOTH = "both"


class Spread(StrEnum):
    """What the band around a mean is."""

    DEVIATION = "std"
    ERROR = "sem"
    RANGE = "range"
    NONE = "none"


class Curve(StrEnum):
    """What is drawn of one cycle of each."""

    NONE = "none"
    VOLTAGE = "voltage"
    DQDV = "dqdv"


@dataclass(frozen=True)
class View:
    """What is compared: `members` by their numbers, up to four `metrics` over one axis.

    `group` is a name of GROUPS, "" for none; `hidden` are members that are left out of graph and
    means; `at` is the place on the axis whose values are listed, None for the last common one.
    `curve` is drawn of a `half` of the `cycle` of each.
    """

    members: tuple[int, ...] = ()
    metrics: tuple[str, ...] = (USUAL_Y,)
    x: Axis = Axis.CYCLE
    per: Per = Per.TOTAL
    rate: str = MAIN_RATE
    group: str = ""
    show: Show = Show.MEAN
    band: Spread = Spread.DEVIATION
    hidden: tuple[int, ...] = ()
    at: float | None = None
    curve: Curve = Curve.NONE
    half: Half = Half.DISCHARGE
    cycle: WhichCycle = LAST_CYCLE

    @property
    def query(self) -> dict[str, Any]:
        """What an address says of it: what is as usual is left out."""
        said: dict[str, Any] = {
            "experiments": ranges(self.members).replace(" ", ""),
            "y": list(self.metrics) if self.metrics != (USUAL_Y,) else [],
            "x": self.x if self.x is not Axis.CYCLE else "",
            "per": self.per if self.per is not Per.TOTAL else "",
            "rate": self.rate,
            "group": self.group,
            "show": self.show if self.show is not Show.MEAN else "",
            "band": self.band if self.band is not Spread.DEVIATION else "",
            "hidden": ranges(self.hidden).replace(" ", ""),
            "at": "" if self.at is None else f"{self.at:g}",
            "curve": self.curve if self.curve is not Curve.NONE else "",
            "half": self.half if self.half is not Half.DISCHARGE else "",
            "cycle": self.cycle.text if self.cycle != LAST_CYCLE else "",
        }
        return {name: one for name, one in said.items() if one}

    @property
    def of_curves(self) -> dict[str, Any]:
        """What of it the curves of one cycle depend on."""
        names = ("experiments", "hidden", "per", "rate", "group", "curve", "half", "cycle")
        return {name: one for name, one in self.query.items() if name in names}

    @property
    def visible(self) -> tuple[int, ...]:
        """The members that are drawn."""
        return tuple(one for one in self.members if one not in self.hidden)


def view_of(given: object) -> View:
    """Read a view from an address's query or from the store; nothing in it can fail."""
    store = given if isinstance(given, Mapping) else {}
    members, _problems = read_chosen(chosen_text(store.get("experiments")))
    hidden, _problems = read_chosen(chosen_text(store.get("hidden")))
    metrics = [one for one in dict.fromkeys(asked_values(store.get("y"))) if one in BY_NAME]
    group, rate = _first(store.get("group")), _first(store.get("rate"))[:MAX_RATE]
    return View(
        members=tuple(members),
        metrics=tuple(metrics[:MAX_PANELS]) or (USUAL_Y,),
        x=_word(Axis, store.get("x"), Axis.CYCLE),
        per=_word(Per, store.get("per"), Per.TOTAL),
        rate=MAIN_RATE if rate == MAIN else rate,
        group=group if group in GROUPS else "",
        show=_word(Show, store.get("show"), Show.MEAN),
        band=_word(Spread, store.get("band"), Spread.DEVIATION),
        hidden=tuple(one for one in hidden if one in members),
        at=place_of(store.get("at")),
        curve=_word(Curve, store.get("curve"), Curve.NONE),
        half=_word(Half, store.get("half"), Half.DISCHARGE),
        cycle=which_cycle(_first(store.get("cycle"))[:MAX_SHOWN]) or LAST_CYCLE,
    )


def problems_of(query: Mapping[str, Sent]) -> list[str]:
    """Say what of an address nobody knows."""
    _members, problems = read_chosen(chosen_text(query.get("experiments")))
    names = asked_values(query.get("y"))
    problems += [
        f"There is no metric “{one[:MAX_SHOWN]}”: it is left out."
        for one in names[:MAX_PANELS]
        if one not in BY_NAME
    ]
    if len(names) > MAX_PANELS:
        problems.append(f"At most {MAX_PANELS} metrics are drawn: the others are left out.")
    for label, name, known in _choices():
        problems += unknown_choices(label, query.get(name), known)
    view = view_of(query)
    hidden, _problems = read_chosen(chosen_text(query.get("hidden")))
    strangers = [one for one in hidden if one not in view.members]
    if strangers:
        problems.append(f"{ranges(strangers)} cannot be hidden: not compared here.")
    if asked_values(query.get("at")) and view.at is None:
        problems.append(f"“{_first(query.get('at'))[:MAX_SHOWN]}” is no place on the axis.")
    cycle = _first(query.get("cycle"))[:MAX_SHOWN]
    if cycle and which_cycle(cycle) is None:
        problems.append(f"“{cycle}” names no cycle. Write its number, first, last or 80%.")
    return problems


def _choices() -> list[tuple[str, str, Iterable[str]]]:
    return [
        ("Axis", "x", Axis),
        ("Capacity per", "per", Per),
        ("Group", "group", [NO_GROUP, *GROUPS]),
        ("Show", "show", Show),
        ("Band", "band", Spread),
        ("Curve", "curve", Curve),
        ("Half", "half", Half),
    ]


def place_of(given: Sent) -> float | None:
    """Return a place on the axis, None for what is none."""
    text = _first(given).replace(",", ".")
    try:
        place = float(text)
    except ValueError:
        return None
    return place if isfinite(place) and place >= 0 else None


def _first(given: Sent) -> str:
    return " ".join(asked_values(given)[:1])


def _word(words: type[Word], given: Sent, usual: Word) -> Word:
    text = _first(given)
    return words(text) if text in set(words) else usual
