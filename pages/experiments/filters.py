"""What the experiments table is narrowed to, in its address and in its controls."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from cycling.terms import ExperimentState, Technology
from db.queries.experiments.filters import Between, CycleFigure, Filter
from pages.sent import MAX_SHOWN, day_of, end_of, searched_text, start_of

NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
BETWEEN = re.compile(f"{NUMBER}-{NUMBER}")
SIDE = re.compile(f"([<>]=?|){NUMBER}")
Ends = tuple[float | None, float | None]
FACETS = ("technology", "status", "battery", "station", "profile", "tag", "owner")
MAX_OWNER = 60
FIGURES = tuple(str(one) for one in CycleFigure)
PARTS = (*FACETS, "from", "to", "q", *FIGURES)
WHOLE = "whole"  # a search looks through all numbers, not only the newest
LABELS = {
    "technology": "Technology",
    "status": "Status",
    "battery": "Battery",
    "station": "Station",
    "profile": "Profile",
    "tag": "Tag",
    "owner": "Owner",
    "from": "Created from",
    "to": "Created to",
    "q": "Text",
    "cycles": "Cycles",
    "capacity": "Last capacity / Ah",
    "retention": "Retention / %",
    "ce": "Mean CE / %",
}


# what addresses of before say: the database's own words
FORMER_STATUS = {
    "FINISHED": (ExperimentState.FINISHED.value, ExperimentState.STOPPED.value),
    **{word: (word.lower(),) for word in ("RUNNING", "PAUSED", "QUEUED", "ERROR")},
}


@dataclass(frozen=True)
class View:
    """The narrowing of the table as texts; unknown values of an address are dropped."""

    facets: Mapping[str, tuple[str, ...]]
    created_from: str = ""
    created_to: str = ""
    text: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)
    whole: bool = False

    def to_store(self) -> dict[str, Any]:
        """Return what the page's store and address hold."""
        store: dict[str, Any] = {name: list(values) for name, values in self.facets.items()}
        figures = {name: self.figures.get(name, "") for name in FIGURES}
        return {
            **store,
            "from": self.created_from,
            "to": self.created_to,
            "q": self.text,
            **figures,
            WHOLE: "1" if self.whole else "",
        }

    def without(self, part: str) -> "View":
        """Return the view with one filter removed."""
        store = self.to_store()
        store[str(part)] = [] if part in FACETS else ""
        return from_store(store)


def from_store(given: object) -> View:
    """Read a view from the store or from an address's query; nothing in it can fail."""
    store = given if isinstance(given, Mapping) else {}
    return View(
        facets={name: _values(name, store.get(name)) for name in FACETS},
        created_from=day_of(store.get("from")),
        created_to=day_of(store.get("to")),
        text=searched_text(store.get("q")),
        figures={name: _written(store.get(name)) for name in FIGURES if _written(store.get(name))},
        whole=store.get(WHOLE) == "1" and bool(searched_text(store.get("q")).strip()),
    )


def to_filter(view: View, zone: tzinfo) -> Filter:
    """Return the filter for the database; days begin and end in the viewer's zone."""
    facets = view.facets
    return Filter(
        technologies=tuple(Technology(value) for value in facets["technology"]),
        states=tuple(ExperimentState(value) for value in facets["status"]),
        batteries=tuple(int(value) for value in facets["battery"]),
        stations=tuple(int(value) for value in facets["station"]),
        profiles=tuple(int(value) for value in facets["profile"]),
        created_from=start_of(view.created_from, zone),
        created_to=end_of(view.created_to, zone),
        text=view.text,
        tags=tuple(int(value) for value in facets["tag"]),
        owners=facets["owner"],
        between=tuple(
            Between(CycleFigure(name), *ends)
            for name, words in view.figures.items()
            if (ends := ends_of(words)) is not None
        ),
    )


def ends_of(text: str) -> Ends | None:
    """Return the least and the greatest number that a text names; None for what names none.

    "80-90", "<80", ">= 100", or one number.
    """
    plain = text.replace(" ", "").replace("%", "").replace("\N{EN DASH}", "-")
    if found := BETWEEN.fullmatch(plain):
        low, high = sorted((float(found[1]), float(found[2])))
        return low, high
    found = SIDE.fullmatch(plain)
    if not found:
        return None
    side, number = found[1], float(found[2])
    if not side:
        return number, number
    return (None, number) if side.startswith("<") else (number, None)


def unknown_figures(query: Mapping[str, object]) -> list[str]:
    """Say which numbers of an address are none."""
    return [
        f"{LABELS[name]} “{str(query[name])[:MAX_SHOWN]}” is no range: that filter is left out. "
        "Write it like 80-90, <80 or >100."
        for name in FIGURES
        if query.get(name) and ends_of(str(query[name])) is None
    ]


def _written(given: object) -> str:
    text = given.strip()[:MAX_SHOWN] if isinstance(given, str) else ""
    return text if ends_of(text) is not None else ""


def _values(name: str, given: object) -> tuple[str, ...]:
    listed = given if isinstance(given, list | tuple) else [given]
    texts = [str(value) for value in listed if value not in (None, "")]
    if name == "owner":
        return tuple(dict.fromkeys(text[:MAX_OWNER] for text in map(searched_text, texts) if text))
    if name == "status":
        texts = [word for text in texts for word in FORMER_STATUS.get(text, (text,))]
    known = (text for text in texts if _is_known(name, text))
    return tuple(dict.fromkeys(str(int(text)) if text.isdigit() else text for text in known))


def _is_known(name: str, text: str) -> bool:
    if name == "technology":
        return text in set(Technology)
    if name == "status":
        return text in set(ExperimentState)
    return text.isascii() and text.isdigit() and len(text) < 10
