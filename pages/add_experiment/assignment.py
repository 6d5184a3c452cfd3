"""A battery on a station with a profile: what forbids it, and what it waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from components import formatting
from cycling.battery.description import NewBattery
from cycling.profile import Problem
from cycling.profile.problems import errors_of, folded
from db.queries.experiments.form_choices import OfferedBattery, OfferedStation
from db.queries.stations.queue import names
from db.terms import NO_HINDRANCE
from pages.add_experiment.form_data import Pair
from pages.profile.check import CheckedView

GONE_BATTERY = "This battery does not exist any more. Choose another one."
GONE_STATION = "This station is not in use any more. Choose another one."


@dataclass(frozen=True)
class Assignment:
    """One pair of the form; what is not chosen or does not exist is None. `place` counts from 0."""

    place: int
    pair: Pair
    battery: OfferedBattery | None
    details: NewBattery | None
    station: OfferedStation | None
    view: CheckedView | None
    chosen_before: str = ""  # that an earlier pair has the same battery or station

    @property
    def is_chosen(self) -> bool:
        """Whether both are chosen and exist."""
        return self.battery is not None and self.station is not None

    @property
    def battery_label(self) -> str:
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
        return self.is_chosen and not (self.is_confirmed or self.is_busy or self.bound_text)

    @property
    def bound_text(self) -> str:
        """Say that another station has the battery; blank if none has."""
        bound = self.battery.bound_to if self.battery else None
        if bound is None or bound.id == self.pair.station_id or self.battery is None:
            return ""
        name = self.battery.name
        if bound.runs:
            return f"{name} runs on {bound.name}. Choose that station, or another battery."
        return f"{name} is in the queue of {bound.name}. Choose that station, or cancel that first."

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
        if self.bound_text:
            return self.bound_text
        elsewhere = self.battery.confirmed_on
        moved = elsewhere is not None and elsewhere.id != pair.station_id
        if elsewhere is not None and moved and not pair.connected:
            do = "" if not self.can_confirm else " Say below that it is connected here now."
            return f"{self.battery.name} was confirmed on {elsewhere.name}.{do}"
        return ""

    @property
    def refusal(self) -> str:
        """Say why what is chosen cannot be queued there; blank if it can."""
        return self.problem if self.is_chosen else ""

    @property
    def held_text(self) -> str:
        """Say what it will wait for; blank if it is queued at once."""
        if not self.is_chosen or self.station is None or self.is_confirmed or self.pair.connected:
            return ""
        return f"Held until {self.battery_label} is confirmed on {self.station.name}."

    @property
    def alarm_text(self) -> str:
        """Say that an alarm keeps its station from the next experiment; blank where none does."""
        now = self.station.now if self.station else None
        if now is None or now.is_wattrex or all(one.code in NO_HINDRANCE for one in now.alarms):
            return ""
        return f"Waits until somebody has acknowledged the alarm of {now.name}."


def first_error(problems: Sequence[Problem]) -> str:
    """Return the first error as a sentence, with how many more there are; blank without one."""
    errors = folded(errors_of(problems))
    if not errors:
        return ""
    more = f" ({formatting.counted(len(errors) - 1, 'more error')})" if len(errors) > 1 else ""
    return f"{capitalised(errors[0].sentence)}{more}"


def capitalised(sentence: str) -> str:
    """Return a sentence with a capital at its beginning, and all else as it is."""
    return sentence[:1].upper() + sentence[1:]


def queue_text(assignment: Assignment) -> str:
    """Say where in the station's queue it will stand; what waits for another battery is passed."""
    station = assignment.station
    if station is None:
        return ""
    running = [station.now.experiment.name] if station.now.experiment else []
    waiting = [*station.now.queue, *_same_battery(assignment)]
    if not running and not waiting:
        return "first in the queue, nothing runs there"
    return f"behind {names([*running, *waiting])}"


def release_text(assignment: Assignment) -> str:
    """Name what begins before it because the form says that its battery is connected."""
    held = _same_battery(assignment) if assignment.pair.connected else []
    if not held:
        return ""
    verb = (
        "is held for this battery: it begins"
        if len(held) == 1
        else ("are held for this battery: they begin")
    )
    return f"{names(held)} {verb} before this one, as the battery is connected."


def _same_battery(assignment: Assignment) -> list[str]:
    """Return the names of what is held there until this battery is confirmed."""
    if assignment.station is None or assignment.is_confirmed:
        return []
    return [
        one.name
        for one in assignment.station.now.held
        if one.battery is not None and one.battery.id == assignment.pair.battery_id
    ]
