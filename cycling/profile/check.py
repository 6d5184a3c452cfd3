"""Everything that can be said about a profile text, in one call."""

from dataclasses import dataclass
from decimal import Decimal

from cycling.profile.checks.capabilities import StationCapabilities, check_station
from cycling.profile.checks.ranges import check_full_current, check_ranges
from cycling.profile.checks.reach import BatteryLimits
from cycling.profile.checks.review import review
from cycling.profile.language.parser import parse
from cycling.profile.language.tree import Profile
from cycling.profile.problems import Problem, errors_in, in_order, without_repeats
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

    Beside lines that cannot be read the others are checked each by itself. What is not given is not
    checked, except that C-rates need a capacity (Ah). Raise ValueError for a capacity that is not
    above 0.
    """
    reading = parse(text)
    tree, is_whole = reading.profile or reading.readable, reading.profile is not None
    if tree is None:
        return Checked(None, None, reading.problems)
    exact = resolve(tree, capacity_ah)
    problems = [*reading.problems, *exact.problems]
    if is_whole and exact.program is not None and station is not None:
        problems += check_full_current(exact.program, station)
    program = exact.program
    currents_known = program is not None
    if program is None and capacity_ah is None:
        program = resolve(tree, 1).program  # what does not hang on the capacity
    if program is not None:
        problems += review(program, currents_known=currents_known, in_order_of_text=is_whole)
        problems += check_row_count(program) if is_whole else ()
    if exact.program is not None:
        problems += check_ranges(exact.program, battery, station, in_order_of_text=is_whole)
        if station is not None:
            problems += check_station(exact.program, station)
    findings = in_order(without_repeats(problems))
    return Checked(reading.profile, exact.program if is_whole else None, findings)
