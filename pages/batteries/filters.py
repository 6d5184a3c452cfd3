"""What the table of batteries is narrowed to, in its address and in its controls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from components.sent import Sent
from cycling.terms import Technology
from db.queries.batteries.filters import BatteryFilter, LifeBetween, LifeFigure
from db.queries.batteries.use import BatteryState
from pages.experiments.filters import ends_of
from pages.sent import MAX_SHOWN, asked_values, searched_text, unknown_choices

FIGURES = tuple(str(one) for one in LifeFigure)
PARTS = ("state", "station", *FIGURES)  # what the panel has
NAMES = ("technology", "q", *PARTS)
MODEL_PATH = "/model"
LABELS = {
    "state": "State",
    "station": "Where",
    "last_capacity": "Last capacity / Ah",
    "retention": "Retention / %",
    "efc": "EFC",
    "resistance": "R 10 s / Ω",
}


@dataclass(frozen=True)
class BatteryView:
    """The narrowing of the table as texts; unknown values of an address are dropped."""

    technologies: tuple[str, ...] = ()
    text: str = ""
    states: tuple[str, ...] = ()
    stations: tuple[str, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)

    def to_store(self) -> dict[str, Any]:
        """Return what the page's store and address hold."""
        return {
            "technology": list(self.technologies),
            "q": self.text,
            "state": list(self.states),
            "station": list(self.stations),
            **{name: self.figures.get(name, "") for name in FIGURES},
        }

    def to_filter(self) -> BatteryFilter:
        """Return the filter for the database."""
        return BatteryFilter(
            technologies=tuple(map(Technology, self.technologies)),
            text=self.text,
            states=tuple(map(BatteryState, self.states)),
            stations=tuple(map(int, self.stations)),
            between=tuple(
                LifeBetween(LifeFigure(name), *ends)
                for name, words in self.figures.items()
                if (ends := ends_of(words)) is not None
            ),
        )

    def without(self, part: str) -> "BatteryView":
        """Return the view with one filter of the panel removed, "" for all of them."""
        store = self.to_store()
        for name in PARTS:
            if part in (name, ""):
                store[name] = ""
        return view_of(store)


def model_address(manufacturer: str, model: str) -> str:
    """Return the address of the page with all cells of a model."""
    return f"{MODEL_PATH}?{urlencode({'manufacturer': manufacturer, 'model': model})}"


def view_of(given: object) -> BatteryView:
    """Read a view from the store or from an address's query; nothing in it can fail."""
    store = given if isinstance(given, Mapping) else {}
    technologies, states = (asked_values(store.get(name)) for name in ("technology", "state"))
    stations = [one for one in asked_values(store.get("station")) if _is_id(one)]
    return BatteryView(
        technologies=tuple(str(one) for one in Technology if one in technologies),
        text=searched_text(store.get("q")),
        states=tuple(str(one) for one in BatteryState if one in states),
        stations=tuple(dict.fromkeys(str(int(one)) for one in stations)),
        figures={name: words for name in FIGURES if (words := _range(store.get(name)))},
    )


def problems_of(query: Mapping[str, Sent]) -> list[str]:
    """Say what of an address nobody knows, but for its stations."""
    problems = unknown_choices("Technology", query.get("technology"), Technology)
    problems += unknown_choices("State", query.get("state"), BatteryState)
    return problems + [
        f"{LABELS[name]} “{str(query[name])[:MAX_SHOWN]}” is no range: that filter is left out. "
        "Write it like 80-90, <80 or >100."
        for name in FIGURES
        if query.get(name) and not _range(query[name])
    ]


def _range(given: object) -> str:
    text = given.strip()[:MAX_SHOWN] if isinstance(given, str) else ""
    return text if ends_of(text) is not None else ""


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
