"""The form of a new experiment beside the laboratory as it is at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass

from cycling.battery.description import NewBattery
from cycling.errors import NotFoundError
from cycling.profile import Problem, StationCapabilities
from cycling.terms import Technology
from db.engine import Database
from db.queries.batteries.detail import battery_descriptions
from db.queries.experiments.form_choices import (
    offered_batteries,
    offered_stations,
    voltages_at_rest,
)
from db.queries.profiles.library import version_text
from db.queries.stations.capabilities import station_capabilities
from pages.add_experiment.assignment import Assignment
from pages.add_experiment.form_data import FormData, Pair
from pages.profile.check import CheckedView, battery_for_check, checked
from pages.profile.choice import CHOOSE


@dataclass(frozen=True)
class FormState:
    """A form with what its ids stand for, and the check of its profile for every pair."""

    form: FormData
    text: str
    assignments: tuple[Assignment, ...]

    @property
    def main(self) -> Assignment:
        """The pair that is drawn."""
        return self.assignments[0]

    @property
    def refusal(self) -> str:
        """Say why the laboratory takes one of the pairs not; blank if it takes all."""
        return next((one.refusal for one in self.assignments if one.refusal), "")

    @property
    def has_stack(self) -> bool:
        """Whether a redox-flow stack is among the batteries."""
        return any(
            one.battery is not None and one.battery.technology is Technology.REDOX_STACK
            for one in self.assignments
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the profile for the first pair."""
        return self.main.view.problems if self.main.view else ()

    @property
    def hazards(self) -> tuple[Problem, ...]:
        """The warnings of all pairs that somebody must acknowledge, each once."""
        problems = [
            problem
            for assignment in self.assignments
            if assignment.view is not None
            for problem in assignment.view.problems
            if problem.is_hazard
        ]
        return tuple(dict.fromkeys(problems))


def form_state(database: Database, form: FormData) -> FormState:
    """Return the state of a form. Its statements are as many for 40 pairs as for one."""
    ids = {pair.battery_id for pair in form.pairs if pair.battery_id is not None}
    batteries = {one.id: one for one in offered_batteries(database, ids)}
    details = battery_descriptions(database, ids)
    stations = {one.id: one for one in offered_stations(database)}
    text = profile_text(database, form)
    assignments = []
    open_vs = open_voltages(database, form.pairs)
    for place, (pair, open_v) in enumerate(zip(form.pairs, open_vs, strict=True)):
        battery = details.get(pair.battery_id or 0)
        station = stations.get(pair.station_id or 0)
        assignments.append(
            Assignment(
                place,
                pair,
                batteries.get(pair.battery_id or 0),
                battery,
                station,
                checked_for(
                    text,
                    battery,
                    station.can if station else None,
                    open_v,
                ),
                _chosen_before(pair, form.pairs[:place]),
            )
        )
    return FormState(form, text, tuple(assignments))


def main_equipment(
    database: Database, form: FormData
) -> tuple[NewBattery | None, StationCapabilities | None]:
    """Return the battery and the station of the first pair, with three statements."""
    battery_id, station_id = form.pairs[0].battery_id or 0, form.pairs[0].station_id or 0
    battery = battery_descriptions(database, [battery_id]).get(battery_id)
    can = station_capabilities(database, [station_id], only_in_use=True)
    return battery, can.get(station_id)


def profile_text(database: Database, form: FormData) -> str:
    """Return the text of the profile that is written or chosen, "" without one."""
    if form.source != CHOOSE:
        return form.text
    if form.version_id is None:
        return ""
    try:
        return version_text(database, form.version_id)
    except NotFoundError:
        return ""


def main_open_voltage(database: Database, form: FormData) -> float | None:
    """Return the voltage (V) at rest of the first pair, as far as it is known."""
    return open_voltages(database, form.pairs[:1])[0]


def open_voltages(database: Database, pairs: Sequence[Pair]) -> list[float | None]:
    """Return the voltage (V) with which the battery of each pair would begin, None if not known.

    It is known of one that is confirmed, or that the form says is connected.
    """
    stations = {pair.station_id for pair in pairs if pair.station_id is not None}
    measured = voltages_at_rest(database, stations)
    at_rest = [measured.get(pair.station_id or 0) for pair in pairs]
    return [
        round(one.voltage_v, 3)
        if one is not None and one.is_of(pair.battery_id, connected=pair.connected)
        else None
        for pair, one in zip(pairs, at_rest, strict=True)
    ]


def checked_for(
    text: str,
    battery: NewBattery | None,
    station: StationCapabilities | None,
    open_v: float | None = None,
) -> CheckedView | None:
    """Check a text for a battery and a station, as far as they are chosen; None for a blank one.

    `open_v` is the voltage (V) with which the battery begins, if that is known.
    """
    if not text.strip():
        return None
    return checked(
        text,
        battery=battery_for_check(battery, open_v) if battery else None,
        station=station,
        capacity_ah=battery.capacity_ah if battery else None,
    )


def _chosen_before(pair: Pair, others: Sequence[Pair]) -> str:
    if any(pair.battery_id == other.battery_id for other in others):
        return "This battery is chosen twice. Choose another one."
    if any(pair.station_id == other.station_id for other in others):
        return "This station is chosen twice. Choose another one."
    return ""
