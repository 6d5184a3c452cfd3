"""What pages say about profiles: ranges, durations, what was found."""

from math import ceil, floor, log10

from components import formatting
from components.instruction_labels import short_duration
from components.sent import Sent
from cycling.battery.typical import KINDS, typical
from cycling.profile import Problem
from cycling.profile.language.tree import LimitKind
from cycling.profile.problems import errors_of, folded, line_words
from cycling.profile.simulation.expected import CUT_OFF, MAX_STEPS, Expected
from cycling.profile.summary import PER_CAPACITY, Extent, ProfileSummary
from db.queries.profiles.library import LibraryFacts
from pages.profile.check import CheckedView
from pages.sent import MAX_SHOWN, read_id

UNBOUNDED = "not bounded"
TIME_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))
SURE = 0.005  # of a value: less is not said


def unknown_version(
    profile: LibraryFacts, asked: Sent, instead: str = "this is the newest one"
) -> list[str]:
    """Say that an address asks for a version that a profile does not have."""
    if not asked or read_id(asked) in {one.number for one in profile.versions}:
        return []
    return [f"There is no version “{str(asked)[:MAX_SHOWN]}”: {instead}."]


def extent_words(extent: Extent | None, otherwise: str) -> str:
    """Write a range: 2.5 to 4.2 V, −1C to 0.5C."""
    if extent is None:
        return otherwise
    if extent.low is None or extent.high is None:
        return _one_sided(extent)
    if extent.unit == PER_CAPACITY:
        return f"{_rate(extent.low)} to {_rate(extent.high)}"
    high = formatting.quantity(extent.high, extent.unit)
    return high if extent.low == extent.high else f"{formatting.quantity(extent.low, '')} to {high}"


def voltage_words(summary: ProfileSummary) -> str:
    """Write the voltages of a profile."""
    return extent_words(summary.voltage, "rests only")


def current_words(summary: ProfileSummary) -> str:
    """Write the currents of a profile."""
    return extent_words(summary.current, "by the capacity")


def duration_words(summary: ProfileSummary) -> str:
    """Write how long a profile takes, as far as it says."""
    if summary.duration_s is None:
        return "by the battery"
    return about_duration(summary.duration_s, summary.duration_off_s)


def duration_basis(summary: ProfileSummary) -> str:
    """Say which battery a duration holds for; blank where it is the same for all."""
    if not summary.duration_s or not is_uncertain(summary.duration_s, summary.duration_off_s):
        return ""
    extent = summary.voltage
    name, cells = typical(extent.low, extent.high) if extent else typical(None, None)
    size = f"{cells} cells of " if cells > 1 else ""
    return f"for {size}{KINDS[name].words}"


def about_duration(value_s: float, off_s: float | None) -> str:
    """Write an expected duration and how far it may be off: about 13 d 20 h ± 1.1 d.

    How far has the largest unit that it fills, and decimals only where the duration has a smaller
    one: 1 d 6 h ± 2 h.
    """
    if not is_uncertain(value_s, off_s):
        return short_duration(value_s)
    if off_s is None:
        return f"about {short_duration(value_s)}"
    unit, unit_s = next((one for one in TIME_UNITS if off_s >= one[1]), TIME_UNITS[-1])
    digit_s = next((one for _, one in TIME_UNITS if off_s >= 2 * one), 1.0)
    words = short_duration(round(value_s / digit_s) * digit_s or value_s)
    off = off_s / unit_s
    if words.endswith(f" {unit}"):
        off = ceil(round(off, 1))
    return f"about {words} ± {formatting.quantity(float(f'{off:.2g}'), unit)}"


def is_uncertain(value_s: float, off_s: float | None) -> bool:
    """Whether a duration may be so far off that it is said; None: nobody knows how far."""
    return off_s is None or off_s >= max(1.0, min(SURE * value_s, _shown_to_s(value_s) / 2))


def _shown_to_s(value_s: float) -> float:
    """Return the smaller of the two units (s) in which a duration is written."""
    return next(
        (smaller for unit, smaller in ((86400.0, 3600.0), (3600.0, 60.0)) if value_s >= unit), 1.0
    )


def expected_duration(view: CheckedView) -> str:
    """Write how long a test is expected to take; blank where that cannot be told."""
    total, ends = view.throughput, view.throughput_range
    if total is None:
        return ""
    off_s = None
    if ends is not None:
        low, high = (one.duration_s for one in ends)
        off_s = max(total.duration_s - low, high - total.duration_s)
    return about_duration(total.duration_s, off_s)


def about_quantity(value: float, ends: tuple[float, float] | None) -> str:
    """Write an expected quantity and how far it may be off: 2.8 ± 0.3, about 2.8."""
    off = 0.0 if ends is None else max(value - ends[0], ends[1] - value)
    if off < SURE * value or not off:
        about = "about " if ends is None and value else ""
        return f"{about}{formatting.quantity(float(f'{value:.3g}'), '')}"
    places = -floor(log10(float(f"{off:.1g}")))
    rounded = round(value, places)
    return f"{formatting.quantity(rounded, '')} ± {formatting.quantity(round(off, places), '')}"


def throughput_words(view: CheckedView) -> list[str]:
    """Write charge in and out (Ah) and energy in and out (Wh), and how far each may be off.

    Without a value where they cannot be told.
    """
    total, ends = view.throughput, view.throughput_range
    if total is None:
        return []
    between = [None] * len(total) if ends is None else list(zip(*ends, strict=True))
    return [about_quantity(*one) for one in zip(total, between, strict=True)][1:]


def course_words(curve: Expected) -> str:
    """Say how far a course goes, and what of it is assumed; blank where nothing need be said."""
    if curve.aborted_by is not None:
        return f"until the safety limit in line {int(curve.line[-1])}"
    if curve.beyond is not None:
        return f"line {curve.beyond} goes beyond what the battery holds"
    if curve.unending is not None:
        return f"line {curve.unending} does not end"
    if not curve.complete:
        return f"the first {formatting.counted(int(CUT_OFF * MAX_STEPS), 'step')}"
    if curve.assumed_rounds:
        rounds = formatting.counted(curve.assumed_rounds, "round")
        return f"{rounds} not simulated, assumed to be like the last before"
    if curve.band is not None and curve.band.low is None:
        return "on a smaller battery it may end before"
    return ""


def start_words(curve: Expected) -> str:
    """Say with which charge a course begins, and how that is known; blank where it only rests."""
    start = curve.start
    if start is None:
        return ""
    low, high = round(100 * start.low_soc), round(100 * start.high_soc)
    charge = f"{low} %" if low == high else f"{low} to {high} %"
    if start.open_v is None:
        return f"assumed to begin {charge} charged; from another charge ± does not hold"
    return f"from {formatting.quantity(start.open_v, 'V')}, as it is measured now: {charge} charged"


def trip_words(view: CheckedView) -> str:
    """Say that the station is expected to switch off, where and why; blank where it is not.

    It is the profile's SAFETY, or what the battery itself allows.
    """
    curve = view.curve if view.program is not None else None
    if curve is None or curve.aborted_by is None or view.program is None:
        return ""
    own, last_v = view.program.safety_range(curve.aborted_by), float(curve.voltage_v[-1])
    is_battery = own is None or (
        curve.aborted_by is LimitKind.VOLTAGE and own.low <= last_v <= own.high
    )
    whose = "that the battery allows" if is_battery else "of SAFETY"
    where = f"in line {int(curve.line[-1])}"
    after = f"after about {formatting.duration(curve.duration_s)}"
    return (
        f"The station is expected to switch off {where}, {after}: the {curve.aborted_by.lower()} "
        f"leaves the range {whose}. Nothing after it runs, and the experiment ends in error."
    )


def steps_words(summary: ProfileSummary) -> str:
    """Write what is executed: 402 steps, 100 cycles."""
    words = formatting.counted(summary.steps, "step")
    return f"{words}, {formatting.counted(summary.cycles, 'cycle')}" if summary.cycles else words


def problem_words(problems: tuple[Problem, ...]) -> str:
    """Say how much is wrong and where: 3 errors in the profile, lines 2, 4 and 9."""
    errors = errors_of(problems)
    if errors:
        count = formatting.counted(len(errors), "error")
        return f"{count} in the profile, {line_words(one.line for one in errors)}"
    warnings = len(folded(problems))
    return formatting.counted(warnings, "warning") if warnings else "No errors"


def _one_sided(extent: Extent) -> str:
    unit = "" if extent.unit == PER_CAPACITY else extent.unit
    for end, words in ((extent.low, "from"), (extent.high, "up to")):
        if end is not None:
            text = _rate(end) if not unit else formatting.quantity(end, unit)
            return f"{words} {text}, else {UNBOUNDED}"
    return UNBOUNDED


def _rate(value: float) -> str:
    return f"{formatting.quantity(value, '')}C" if value else "0"
