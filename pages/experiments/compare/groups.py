"""By what compared experiments are grouped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from components import formatting
from db.queries.experiments.compared import ComparedExperiment

ALL = "all"
UNKNOWN, NO_TAG = "not known", "no tag"


@dataclass(frozen=True)
class Grouping:
    """A fact of an experiment: its label, and what it is as a text, "" where there is `none`."""

    label: str
    of: Callable[[ComparedExperiment], str]
    none: str = UNKNOWN


def _capacity(one: ComparedExperiment) -> str:
    capacity_ah = one.battery.capacity_ah
    return formatting.small_quantity(capacity_ah, "Ah") if capacity_ah else ""


def _mass(one: ComparedExperiment) -> str:
    mass_g = one.battery.active_mass_g
    return formatting.small_quantity(mass_g, "g") if mass_g else ""


GROUPS: Mapping[str, Grouping] = {
    ALL: Grouping("All together", lambda _one: "All"),
    "battery": Grouping(
        "Battery", lambda one: f"{one.battery.name} (SN {one.battery.serial_number})"
    ),
    "model": Grouping(
        "Model", lambda one: f"{one.battery.manufacturer} {one.battery.model}".strip()
    ),
    "chemistry": Grouping("Chemistry", lambda one: one.battery.chemistry or ""),
    "kind": Grouping("Kind of cell", lambda one: str(one.battery.cell_kind)),
    "technology": Grouping(
        "Technology", lambda one: formatting.technology_word(one.battery.technology)
    ),
    "capacity": Grouping("Nominal capacity", _capacity),
    "mass": Grouping("Active mass", _mass),
    "electrolyte": Grouping("Electrolyte", lambda one: str(one.battery.electrolyte_type or "")),
    "tag": Grouping("Tag", lambda one: ", ".join(one.tags), NO_TAG),
    "owner": Grouping("Owner", lambda one: one.owner),
    "profile": Grouping("Profile", lambda one: one.profile),
    "station": Grouping("Station", lambda one: one.station),
}


def grouped(experiments: Sequence[ComparedExperiment], name: str) -> dict[str, list[int]]:
    """Return the groups by their labels, each the places of its experiments in their order."""
    by = GROUPS[name]
    groups: dict[str, list[int]] = {}
    for place, one in enumerate(experiments):
        text = by.of(one)
        label = f"“{text}”" if text == by.none else text or by.none
        groups.setdefault(label, []).append(place)
    return dict(sorted(groups.items(), key=lambda pair: (pair[0] == by.none, pair[0].lower())))
