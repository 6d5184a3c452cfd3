"""What the life of a battery is drawn by, in the address and in the controls of the tab."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from components.sent import Sent
from cycling.analysis.campaign.cells import BY_NAME, Axis
from cycling.analysis.campaign.courses import ALL_RATES
from pages.experiment.cycles.address import Per
from pages.experiments.compare.address import MAX_PANELS, MAX_RATE, USUAL_Y
from pages.sent import MAX_SHOWN, asked_values, unknown_choices

TAB = "life"
NAMES = ("y", "x", "per", "rate")
EVERY_RATE = ""
OF_EACH = "each"  # as the control says it
RATES = {OF_EACH: "Each rate its line", ALL_RATES: "All complete cycles"}


class Along(StrEnum):
    """Along what a life is drawn: days of test time, or those of the calendar with its gaps."""

    CYCLE = "cycle"
    EFC = "efc"
    THROUGHPUT = "throughput"
    DAYS = "days"
    CALENDAR = "calendar"

    @property
    def axis(self) -> Axis:
        """The axis that has it."""
        return Axis.DAYS if self is Along.CALENDAR else Axis(self.value)


@dataclass(frozen=True)
class View:
    """What is drawn: up to four metrics over one axis, of each rate its line or of one."""

    metrics: tuple[str, ...] = (USUAL_Y,)
    x: Along = Along.CYCLE
    per: Per = Per.TOTAL
    rate: str = EVERY_RATE

    @property
    def query(self) -> dict[str, Any]:
        """What an address says of it: what is as usual is left out."""
        said: dict[str, Any] = {
            "y": list(self.metrics) if self.metrics != (USUAL_Y,) else [],
            "x": self.x if self.x is not Along.CYCLE else "",
            "per": self.per if self.per is not Per.TOTAL else "",
            "rate": self.rate,
        }
        return {name: one for name, one in said.items() if one}

    @property
    def store(self) -> dict[str, Any]:
        """What the script writes into the store when a control is used."""
        return {"y": list(self.metrics), "x": self.x, "per": self.per, "rate": self.rate}


def view_of(given: object) -> View:
    """Read a view from an address's query or from the store; nothing in it can fail."""
    store = given if isinstance(given, Mapping) else {}
    metrics = [one for one in dict.fromkeys(asked_values(store.get("y"))) if one in BY_NAME]
    x, per, rate = (" ".join(asked_values(store.get(name))[:1]) for name in ("x", "per", "rate"))
    return View(
        metrics=tuple(metrics[:MAX_PANELS]) or (USUAL_Y,),
        x=Along(x) if x in set(Along) else Along.CYCLE,
        per=Per(per) if per in set(Per) else Per.TOTAL,
        rate=EVERY_RATE if rate == OF_EACH else rate[:MAX_RATE],
    )


def problems_of(query: Mapping[str, Sent]) -> list[str]:
    """Say what of an address nobody knows."""
    names = asked_values(query.get("y"))
    problems = [
        f"There is no metric “{one[:MAX_SHOWN]}”: it is left out."
        for one in names[:MAX_PANELS]
        if one not in BY_NAME
    ]
    if len(names) > MAX_PANELS:
        problems.append(f"At most {MAX_PANELS} metrics are drawn: the others are left out.")
    problems += unknown_choices("Axis", query.get("x"), Along)
    return problems + unknown_choices("Capacity per", query.get("per"), Per)
