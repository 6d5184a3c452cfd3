"""What the experiments table is narrowed to, in its address and in its controls."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from cycling.terms import ExperimentState, Technology
from db.queries.experiments.filters import Filter
from pages.sent import day_of, end_of, searched_text, start_of

FACETS = ("technology", "status", "battery", "station", "profile")
PARTS = (*FACETS, "from", "to", "q")
LABELS = {
    "technology": "Technology",
    "status": "Status",
    "battery": "Battery",
    "station": "Station",
    "profile": "Profile",
    "from": "Created from",
    "to": "Created to",
    "q": "Text",
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

    def to_store(self) -> dict[str, Any]:
        """Return what the page's store and address hold."""
        store: dict[str, Any] = {name: list(values) for name, values in self.facets.items()}
        return {**store, "from": self.created_from, "to": self.created_to, "q": self.text}

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
    )


def _values(name: str, given: object) -> tuple[str, ...]:
    listed = given if isinstance(given, list | tuple) else [given]
    texts = [str(value) for value in listed if value not in (None, "")]
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
