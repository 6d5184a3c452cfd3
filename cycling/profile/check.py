"""Everything that can be said about a profile text, in one call."""

from dataclasses import dataclass
from decimal import Decimal

from cycling.profile.checks.capabilities import StationCapabilities, check_station
from cycling.profile.checks.ranges import check_ranges
from cycling.profile.checks.reach import BatteryLimits
from cycling.profile.checks.review import review
from cycling.profile.language.parser import parse
from cycling.profile.language.tree import Profile
from cycling.profile.problems import Problem, errors_in, in_order
from cycling.profile.program.instructions import Program
from cycling.profile.program.resolve import resolve
from cycling.profile.program.rows import check_row_count


@dataclass(frozen=True, slots=True)
class Checked:
    """The tree, the exact program, and all problems; what an error prevents is None."""

    profile: Profile | None
    program: Program | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not errors_in(self.problems)


def check_profile(
    text: str,
    capacity_ah: Decimal | float | None = None,
    *,
    battery: BatteryLimits | None = None,
    station: StationCapabilities | None = None,
) -> Checked:
    """Parse, resolve and review a profile, and hold it against a battery and a station.

    What is not given is not checked, except that C-rates need a capacity (Ah). Raise ValueError
    for a capacity that is not above 0.
    """
    reading = parse(text)
    if reading.profile is None:
        return Checked(None, None, reading.problems)
    exact = resolve(reading.profile, capacity_ah)
    problems = [*reading.problems, *exact.problems]
    program = exact.program
    currents_known = program is not None
    if program is None and capacity_ah is None:
        program = resolve(reading.profile, 1).program  # what does not hang on the capacity
    if program is not None:
        problems += review(program, currents_known=currents_known)
        problems += check_row_count(program)
    if exact.program is not None:
        problems += check_ranges(exact.program, battery, station)
        if station is not None:
            problems += check_station(exact.program, station)
    return Checked(reading.profile, exact.program, in_order(problems))
