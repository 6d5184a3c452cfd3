"""A battery on a station with a profile: what is known, what forbids it, what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components import formatting
from cycling.battery.description import NewBattery
from cycling.errors import NotFoundError
from cycling.profile import Problem
from cycling.profile.problems import errors_in
from cycling.terms import Technology
from db.engine import Database
from db.queries.batteries.detail import battery_sheet
from db.queries.experiments.form_choices import (
    OfferedBattery,
    OfferedStation,
    offered_batteries,
    offered_stations,
)
from db.queries.profiles.library import version_text
from pages.add_experiment.form_data import CHOOSE, Pair, Typed
from pages.profile.check import CheckedView, battery_for_check, checked

GONE_BATTERY = "This battery does not exist any more. Choose another one."
GONE_STATION = "This station is not in use any more. Choose another one."


@dataclass(frozen=True)
class Seat:
    """One pair of the form with everything that is known of it; `place` counts from 0."""

    place: int
    pair: Pair
    battery: OfferedBattery | None
    sheet: NewBattery | None
    station: OfferedStation | None
    view: CheckedView | None
    chosen_before: str = ""  # that an earlier pair has the same battery or station

    @property
    def is_chosen(self) -> bool:
        """Whether both are chosen and exist."""
        return self.battery is not None and self.station is not None

    @property
    def battery_words(self) -> str:
        """The battery with its serial number."""
        if self.battery is None:
            return ""
        return f"{self.battery.name} (SN {self.battery.serial_number})"

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has confirmed this battery on this station."""
        confirmed = self.station.now.confirmed if self.station else None
        return confirmed is not None and self.pair.battery_id == confirmed.id

    @property
    def is_busy(self) -> bool:
        """Whether the station works with another battery, so that nothing can be confirmed now."""
        running = self.station.now.experiment if self.station else None
        return running is not None and running.battery.id != self.pair.battery_id

    @property
    def can_confirm(self) -> bool:
        """Whether the user may say here that the battery is connected."""
        return self.is_chosen and not (self.is_confirmed or self.is_busy or self.bound_words)

    @property
    def bound_words(self) -> str:
        """Say that another station has the battery; blank if none has."""
        bound = self.battery.bound_to if self.battery else None
        if bound is None or bound.id == self.pair.station_id or self.battery is None:
            return ""
        return (
            f"{self.battery.name} runs on {bound.name} or waits there. Choose that station, or "
            "cancel it there first."
        )

    @cached_property
    def problem(self) -> str:
        """Say why this pair cannot be queued whatever the profile is; blank if it can."""
        pair = self.pair
        if pair.battery_id is None:
            return "Choose a battery."
        if self.battery is None:
            return GONE_BATTERY
        if pair.station_id is None:
            return "Choose a station."
        if self.station is None:
            return GONE_STATION
        if self.chosen_before:
            return self.chosen_before
        if self.station.now.out is not None:
            return f"{self.station.name} is out of service: {self.station.now.out.reason}"
        if self.bound_words:
            return self.bound_words
        elsewhere = self.battery.confirmed_on
        moved = elsewhere is not None and elsewhere.id != pair.station_id
        if elsewhere is not None and moved and not pair.connected:
            do = "" if not self.can_confirm else " Say below that it is connected here now."
            return f"{self.battery.name} was confirmed on {elsewhere.name}.{do}"
        return ""

    @property
    def held_words(self) -> str:
        """Say what it will wait for; blank if it is queued at once."""
        if not self.is_chosen or self.station is None or self.is_confirmed or self.pair.connected:
            return ""
        return f"Held until {self.battery_words} is confirmed on {self.station.name}."


@dataclass(frozen=True)
class Situation:
    """The form as it stands in the laboratory at this moment."""

    typed: Typed
    text: str
    seats: tuple[Seat, ...]

    @property
    def main(self) -> Seat:
        """The pair that is drawn."""
        return self.seats[0]

    @property
    def has_stack(self) -> bool:
        """Whether a redox-flow stack is among the batteries."""
        return any(
            one.battery is not None and one.battery.technology is Technology.REDOX_STACK
            for one in self.seats
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is said about the text for the first pair."""
        return self.main.view.problems if self.main.view else ()

    @property
    def hazards(self) -> tuple[Problem, ...]:
        """The warnings of all pairs that somebody must acknowledge."""
        found = [
            problem
            for seat in self.seats
            if seat.view is not None
            for problem in seat.view.problems
            if problem.is_hazard
        ]
        return tuple(dict.fromkeys(found))


def situation(database: Database, typed: Typed) -> Situation:
    """Look up what the form names, and check its profile for every pair."""
    wanted = {one.battery_id for one in typed.pairs if one.battery_id is not None}
    batteries = {one.id: one for one in offered_batteries(database, wanted)}
    stations = {one.id: one for one in offered_stations(database)}
    text = text_of(database, typed)
    seats = []
    for place, pair in enumerate(typed.pairs):
        battery = batteries.get(pair.battery_id or 0)
        station = stations.get(pair.station_id or 0)
        sheet = battery_sheet(database, battery.id).battery if battery else None
        view = checked_for(text, sheet, station) if text.strip() else None
        before = _chosen_before(pair, typed.pairs[:place])
        seats.append(Seat(place, pair, battery, sheet, station, view, before))
    return Situation(typed, text, tuple(seats))


def _chosen_before(pair: Pair, others: Sequence[Pair]) -> str:
    if any(pair.battery_id == other.battery_id for other in others):
        return "This battery is chosen twice. Choose another one."
    if any(pair.station_id == other.station_id for other in others):
        return "This station is chosen twice. Choose another one."
    return ""


def text_of(database: Database, typed: Typed) -> str:
    """Return the text of the profile, "" without one."""
    if typed.source != CHOOSE:
        return typed.text
    if typed.version_id is None:
        return ""
    try:
        return version_text(database, typed.version_id)
    except NotFoundError:
        return ""


def checked_for(text: str, sheet: NewBattery | None, station: OfferedStation | None) -> CheckedView:
    """Check a text for a battery and a station, as far as they are known."""
    return checked(
        text,
        battery=battery_for_check(sheet) if sheet else None,
        station=station.can if station else None,
        capacity_ah=sheet.capacity_ah if sheet else None,
    )


def first_error(problems: Sequence[Problem]) -> str:
    """Return the first error as a sentence, with how many more there are; blank without one."""
    errors = [one for one in problems if one.severity == "error"]
    if not errors:
        return ""
    more = f" ({formatting.counted(len(errors) - 1, 'more error')})" if len(errors) > 1 else ""
    first = errors[0].sentence
    return f"{first[0].upper()}{first[1:]}{more}"


def has_errors(seat: Seat) -> bool:
    """Whether the profile cannot be carried out by this pair."""
    return seat.view is None or errors_in(seat.view.problems)


def queue_words(seat: Seat) -> str:
    """Say where in the station's queue it will stand."""
    station = seat.station
    if station is None:
        return ""
    running = station.now.experiment
    waiting = station.waiting
    if running is None and not waiting:
        return "first in the queue, nothing runs there"
    ahead = []
    if running is not None:
        ahead.append(running.name)
    if waiting:
        ahead.append(f"{waiting} waiting" if running else formatting.counted(waiting, "other"))
    return f"behind {' and '.join(ahead)}"
