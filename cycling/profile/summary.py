"""What a profile is about, for a list of many: its ranges, duration and cycles.

A text with C-rates says different things for different batteries. It is looked at for two
capacities: what stays the same is absolute, what doubles is a C-rate.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from cycling.battery.typical import KINDS, typical
from cycling.conversion import convert
from cycling.profile import (
    Problem,
    Profile,
    Program,
    Span,
    check_profile,
    parse,
    reach,
    resolve,
)
from cycling.profile.problems import errors_in
from cycling.profile.simulation.expected import Expected
from cycling.profile.simulation.expected_curve import simulate_curve

SAME = 1e-6  # of a value
PER_CAPACITY = "C"


@dataclass(frozen=True)
class Extent:
    """Lowest and highest value in `unit` (V, A or C), None where nothing bounds it."""

    low: float | None
    high: float | None
    unit: str


@dataclass(frozen=True)
class ProfileSummary:
    """What the library says about a text.

    `voltage` is None where it only rests, `current` where it hangs on the capacity in another way
    than a C-rate; `duration_s` where it cannot be told without a battery. That is the one expected
    of a typical battery, `duration_off_s` how far another one may be from it. `ends` are the
    voltages that steps themselves go to, without those at which only SAFETY aborts. Both are None
    in summaries of older versions.
    """

    steps: int
    cycles: int
    needs_capacity: bool
    voltage: Extent | None
    current: Extent | None
    duration_s: float | None
    duration_off_s: float | None = None
    ends: Extent | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain values, for a column."""
        return asdict(self)


def summary_from(plain: Mapping[str, Any]) -> ProfileSummary:
    """Read what `to_json` has written."""
    return convert(plain, ProfileSummary)


def text_problems(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with a text whatever the battery and the station are."""
    profile = parse(text).profile
    capacity_ah = 1.0 if profile is not None and needs_capacity(profile) else None
    return check_profile(text, capacity_ah).problems


def needs_capacity(profile: Profile) -> bool:
    """Whether a profile has C-rates or shares of the capacity."""
    return resolve(profile).program is None and resolve(profile, 1).program is not None


@lru_cache(maxsize=64)  # one profile is queued for many batteries; it is simulated five times
def summarised(text: str) -> ProfileSummary:
    """Return the summary of a text without errors. Raise ValueError for one with errors."""
    problems = text_problems(text)
    profile = parse(text).profile
    if profile is None or errors_in(problems):
        raise ValueError(f"The profile has errors: {problems[0].sentence}")
    relative = needs_capacity(profile)
    one, two = (resolve(profile, ah if relative else None).program for ah in (1, 2))
    if one is None or two is None:
        raise ValueError("The profile means nothing for a battery of 2 Ah.")
    duration_s, off_s = _duration(profile, _voltage(one), relative=relative)
    return ProfileSummary(
        steps=one.instruction_count,
        cycles=one.cycle_count,
        needs_capacity=relative,
        voltage=_voltage(one),
        current=_current(one, two),
        duration_s=duration_s,
        duration_off_s=off_s,
        ends=_ends_v(one),
    )


def with_ends(summary: ProfileSummary, text: str) -> ProfileSummary:
    """Return the summary of an older version with the voltages that its steps go to."""
    program = _program(text)
    return summary if program is None else replace(summary, ends=_ends_v(program))


@lru_cache(maxsize=512)
def _program(text: str) -> Program | None:
    profile = parse(text).profile
    if profile is None:
        return None
    return resolve(profile, 1 if needs_capacity(profile) else None).program


def _voltage(program: Program) -> Extent | None:
    span = reach(program).voltage_v
    return None if span is None else Extent(*_ends(span), "V")


def _ends_v(program: Program) -> Extent:
    span = reach(program).ends_v
    return Extent(*(_ends(span) if span else (None, None)), "V")


def _current(one: Program, two: Program) -> Extent | None:
    first, second = _ends(reach(one).current_a), _ends(reach(two).current_a)
    if _all_same(first, second):
        return Extent(*first, "A")
    doubled = tuple(None if end is None else 2 * end for end in first)
    return Extent(*first, PER_CAPACITY) if _all_same(doubled, second) else None


def _duration(
    profile: Profile, voltage: Extent | None, *, relative: bool
) -> tuple[float | None, float | None]:
    """Return the duration (s) for a typical battery and how far it may be off.

    Unknown where it hangs on a capacity that the profile does not name.
    """
    name, cells = typical(voltage.low, voltage.high) if voltage else typical(None, None)
    kind = KINDS[name]
    courses = []
    for capacity_ah in (kind.capacity_ah,) if relative else (1.0, 2.0):
        program = resolve(profile, capacity_ah).program
        if program is None:
            return None, None
        courses.append(simulate_curve(program, kind.model(capacity_ah, cells)))
    first, last = courses[0], courses[-1]
    if not (first.is_known and last.is_known) or not _same(first.duration_s, last.duration_s):
        return None, None
    return first.duration_s, _off_s(first)


def _off_s(course: Expected) -> float | None:
    band = course.band
    if band is None or band.low is None or band.high is None:
        return None
    low_s, high_s = band.low.duration_s, band.high.duration_s
    return max(course.duration_s - low_s, high_s - course.duration_s)


def _ends(span: Span) -> tuple[float | None, float | None]:
    return (
        None if span.low is None else float(span.low),
        None if span.high is None else float(span.high),
    )


def _all_same(some: tuple[float | None, ...], others: tuple[float | None, ...]) -> bool:
    return all(_same(one, other) for one, other in zip(some, others, strict=True))


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= SAME * max(abs(one), abs(other))
