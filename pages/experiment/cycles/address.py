"""What the tab of cycles shows, in its address and in its controls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from components.sent import Sent
from cycling.analysis.cycles.kinds import CycleKind
from cycling.analysis.cycles.metrics import METRICS, Basis
from pages.experiment.tabs import Tab
from pages.sent import MAX_SHOWN, asked_values, unknown_choices

Ints = NDArray[np.int64]

MAX_TEXT = 400  # of the chosen cycles


class XAxis(StrEnum):
    """Along what cycles are drawn."""

    CYCLE = "cycle"
    EFC = "efc"
    THROUGHPUT = "throughput"
    DAYS = "days"


class Per(StrEnum):
    """By what a capacity is given."""

    TOTAL = "total"
    MASS = "mass"
    AREA = "area"
    NOMINAL = "nominal"

    @property
    def basis(self) -> Basis:
        """The same as the engine calls it."""
        return Basis[self.name]


KINDS = {
    "cycle": CycleKind.CYCLE,
    "check": CycleKind.CHECK,
    "other": CycleKind.OTHER_RATE,
    "formation": CycleKind.FORMATION,
    "incomplete": CycleKind.INCOMPLETE,
}
NAMES = ("x", "per", "rate", "kind", "cycles", "columns", "fade", "sort")
COLUMNS = tuple(one.name for one in METRICS)
USUAL = {"charge_ah", "discharge_ah", "ce_pct", "ee_pct", "retention_pct", "hysteresis_v"}
USUAL |= {"charge_end_v", "discharge_end_v", "duration_s"}
SHOWN = tuple(one for one in COLUMNS if one in USUAL)


@dataclass(frozen=True)
class View:
    """What is drawn and listed; no rates or kinds are all of them.

    `chosen` are cycles as they are typed, "1, 5, 10-20"; `sort` is a column, `-` before it turns it
    around; with `fade` projection and knee are drawn.
    """

    x: XAxis = XAxis.CYCLE
    per: Per = Per.TOTAL
    rates: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    chosen: str = ""
    columns: tuple[str, ...] = SHOWN
    sort: str = ""
    fade: bool = False

    @property
    def words(self) -> dict[str, Any]:
        """What an address says of it, and the page's store."""
        usual = View()
        said = {"x": self.x, "per": self.per, "rate": self.rates, "kind": self.kinds}
        said |= {"cycles": self.chosen, "sort": self.sort, "fade": "1" if self.fade else ""}
        said["columns"] = ",".join(self.columns) if self.columns != usual.columns else ""
        unsaid = {"x": usual.x, "per": usual.per}
        return {name: one for name, one in said.items() if one and unsaid.get(name) != one}

    def address(self, experiment_id: int) -> str:
        """Return the address of the tab as it is."""
        query = urlencode({"tab": Tab.CYCLES, **self.words}, doseq=True)
        return f"/experiments/{experiment_id}?{query}"


def from_store(given: object) -> View:
    """Read a view from an address's query or from the store; nothing in it can fail."""
    store = given if isinstance(given, Mapping) else {}
    x, per = str(store.get("x")), str(store.get("per"))
    columns = set(_columns(store.get("columns")))
    return View(
        x=XAxis(x) if x in set(XAxis) else XAxis.CYCLE,
        per=Per(per) if per in set(Per) else Per.TOTAL,
        rates=tuple(dict.fromkeys(asked_values(store.get("rate")))),
        kinds=tuple(one for one in dict.fromkeys(asked_values(store.get("kind"))) if one in KINDS),
        chosen=" ".join(asked_values(store.get("cycles")))[:MAX_TEXT],
        columns=tuple(one for one in COLUMNS if one in columns) or SHOWN,
        sort=" ".join(asked_values(store.get("sort"))[:1]),
        fade=str(store.get("fade")) == "1",
    )


def problems_of(query: Mapping[str, Sent], rates: Sequence[str], bases: Sequence[Per]) -> list[str]:
    """Say what of an address nobody knows; `rates` and `bases` are those of the experiment."""
    problems = unknown_choices("Axis", query.get("x"), XAxis)
    problems += unknown_choices("Capacity per", query.get("per"), Per)
    view = from_store(query)
    if view.per not in bases:
        problems += [f"{WITHOUT[view.per]}: the capacity is shown in Ah."]
    problems += unknown_choices("Kind", query.get("kind"), KINDS)
    problems += [
        f"No cycle is of the rate “{one[:MAX_SHOWN]}”: that filter is left out."
        for one in view.rates
        if one not in rates
    ]
    names = [one for one in _columns(query.get("columns")) if one not in COLUMNS]
    problems += [f"There is no column “{one[:MAX_SHOWN]}”: it is left out." for one in names[:3]]
    if view.sort and view.sort.removeprefix("-") not in {*COLUMNS, "number", "rate", "kind"}:
        problems += [f"The table cannot be sorted by “{view.sort[:MAX_SHOWN]}”."]
    _chosen, unknown = cycles_in(view.chosen)
    return [*problems, *([f"“{unknown[:MAX_SHOWN]}” names no cycles."] if unknown else [])]


WITHOUT = {
    Per.MASS: "The active mass is not known",
    Per.AREA: "The area of the electrode is not known",
    Per.NOMINAL: "The battery has no nominal capacity",
}


def cycles_in(text: str) -> tuple[list[tuple[int, int]], str]:
    """Return the ranges of cycles that a text names, "1, 5, 10-20", and what of it names none."""
    ranges, unknown = [], []
    for part in text.replace("\N{EN DASH}", "-").replace(",", " ").split():
        first, _dash, last = part.partition("-")
        if _is_number(first) and (not _dash or _is_number(last)):
            ends = sorted((int(first), int(last or first)))
            ranges.append((ends[0], ends[1]))
        else:
            unknown.append(part)
    return ranges, " ".join(unknown)


def chosen_numbers(text: str, number: Ints) -> Ints:
    """Return which of these cycles a text names, in their order."""
    which = np.zeros(len(number), np.bool_)
    for first, last in cycles_in(text)[0]:
        which |= (number >= first) & (number <= last)
    return np.unique(number[which])


def _columns(given: Sent) -> list[str]:
    return [one for text in asked_values(given) for one in text.split(",") if one]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
