"""What pages say about profiles: ranges, durations, what was found."""

from collections.abc import Sequence

from components import formatting
from components.instruction_labels import short_duration
from cycling.profile import Problem
from cycling.profile.summary import PER_CAPACITY, Extent, ProfileSummary

UNBOUNDED = "not bounded"
MAX_LINES = 6


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
    return short_duration(summary.duration_s)


def steps_words(summary: ProfileSummary) -> str:
    """Write what is executed: 402 steps, 100 cycles."""
    words = formatting.counted(summary.steps, "step")
    return f"{words}, {formatting.counted(summary.cycles, 'cycle')}" if summary.cycles else words


def problem_words(problems: tuple[Problem, ...]) -> str:
    """Say how much is wrong and where: 3 errors in the profile, lines 2, 4 and 9."""
    errors = [one for one in problems if one.severity == "error"]
    warnings = len(problems) - len(errors)
    if errors:
        return f"{formatting.counted(len(errors), 'error')} in the profile, {_lines(errors)}"
    return formatting.counted(warnings, "warning") if warnings else "No errors"


def _lines(errors: Sequence[Problem]) -> str:
    """Name all lines, or the first few and how many more there are."""
    lines = sorted({one.line for one in errors})
    if len(lines) == 1:
        return f"line {lines[0]}"
    if len(lines) <= MAX_LINES:
        return f"lines {', '.join(map(str, lines[:-1]))} and {lines[-1]}"
    named = ", ".join(map(str, lines[:MAX_LINES]))
    return f"lines {named} and {len(lines) - MAX_LINES:,} more"


def _one_sided(extent: Extent) -> str:
    unit = "" if extent.unit == PER_CAPACITY else extent.unit
    for end, words in ((extent.low, "from"), (extent.high, "up to")):
        if end is not None:
            shown = _rate(end) if not unit else formatting.quantity(end, unit)
            return f"{words} {shown}, else {UNBOUNDED}"
    return UNBOUNDED


def _rate(value: float) -> str:
    return f"{formatting.quantity(value, '')}C" if value else "0"
