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
    parsed = parse(text)
    if parsed.profile is None:
        return Checked(None, None, parsed.problems)
    resolved = resolve(parsed.profile, capacity_ah)
    problems = [*parsed.problems, *resolved.problems]
    program = resolved.program
    known = program is not None
    if program is None and capacity_ah is None:
        program = resolve(parsed.profile, 1).program  # what does not hang on the capacity
    if program is not None:
        problems += review(program, currents_known=known)
        problems += check_row_count(program)
    if resolved.program is not None:
        problems += check_ranges(resolved.program, battery, station)
        if station is not None:
            problems += check_station(resolved.program, station)
    return Checked(parsed.profile, resolved.program, in_order(problems))
