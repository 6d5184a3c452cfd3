"""An instruction in the words of the profile language: CC −1.5 A until 2.5 V."""

from collections.abc import Sequence
from math import floor

from components import formatting
from cycling.terms import LimitType, Mode

Limits = Sequence[tuple[str, float]]  # kind and value: s, V, A, W, Ah, Wh, degC

MODES = {Mode.CC: ("CC", "A"), Mode.CV: ("CV", "V"), Mode.CP: ("CP", "W")}
UNITS = {
    "VOLTAGE": "V",
    "CURRENT": "A",
    "POWER": "W",
    "CAPACITY": "Ah",
    "ENERGY": "Wh",
    "TEMPERATURE": "°C",
}


def instruction_words(
    mode: Mode, set_point: float, limits: Limits, max_current_a: float | None = None
) -> str:
    """Say what a station does and what ends it; the set-point is in A, V or W by the mode."""
    times = [value for kind, value in limits if kind == LimitType.TIME]
    others = [(kind, value) for kind, value in limits if kind != LimitType.TIME]
    if mode is Mode.WAIT:
        words = "WAIT"
    else:
        name, unit = MODES[mode]
        words = f"{name} {formatting.quantity(set_point, unit)}"
    if max_current_a is not None:
        words += f" at {formatting.quantity(max_current_a, 'A')} at most"
    if not others:
        between = " " if mode is Mode.WAIT else " for "
        return words + "".join(between + set_duration(value) for value in times[:1])
    ends = [formatting.quantity(value, UNITS.get(kind, "")) for kind, value in others]
    ends += [set_duration(value) for value in times]
    return f"{words} until {' or '.join(ends)}"


def set_duration(seconds: float) -> str:
    """Write a duration that somebody has set, to the last digit: 10 min, 1 d 52 min, 90.5 s."""
    whole, parts = int(seconds), []
    if whole < 2 * formatting.MINUTE and seconds % formatting.MINUTE:
        return formatting.quantity(seconds, "s")
    for unit, length in (("d", formatting.DAY), ("h", formatting.HOUR), ("min", formatting.MINUTE)):
        count, whole = divmod(whole, length)
        parts += [f"{count} {unit}"] if count else []
    rest = whole + seconds - int(seconds)
    return " ".join([*parts, *([formatting.quantity(rest, "s")] if rest or not parts else [])])


def short_duration(seconds: float) -> str:
    """Write a duration without what is zero: 10 min, 2 h, 1 h 30 min."""
    words = formatting.duration(seconds).split(" ")
    return " ".join(words[:2] if len(words) == 4 and words[2] == "0" else words)


def clock_duration(seconds: float) -> str:
    """Write how long something runs as instruments do: 0:34:00, 10:00.

    It is rounded as any duration, so that a first instruction and the test time are the same.
    """
    whole = max(0, floor(seconds + 0.5))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
