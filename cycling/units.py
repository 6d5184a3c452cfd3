"""Units as instruments spell them, and how to reach the ones that we show (V, A, W, s)."""

import re
from math import floor

# unit -> (multiply by, divide by) to s, V, A, W or 1: dividing by 1000 is exact to the last bit,
# times 0.001 is not.
TO_BASE: dict[str, tuple[float, float]] = {
    "s": (1, 1),
    "ms": (1, 1e3),
    "us": (1, 1e6),
    "min": (60, 1),
    "h": (3600, 1),
    "d": (86400, 1),
    "V": (1, 1),
    "mV": (1, 1e3),
    "uV": (1, 1e6),
    "kV": (1e3, 1),
    "A": (1, 1),
    "mA": (1, 1e3),
    "uA": (1, 1e6),
    "nA": (1, 1e9),
    "kA": (1e3, 1),
    "W": (1, 1),
    "mW": (1, 1e3),
    "uW": (1, 1e6),
    "kW": (1e3, 1),
    "1": (1, 1),
}

_OTHER_UNITS = (
    *("Ah", "mAh", "uAh", "As", "C", "mC", "Wh", "mWh", "uWh", "kWh", "J", "kJ", "VA", "VAh"),
    *("ohm", "mohm", "uohm", "kohm", "Mohm", "F", "mF", "S", "Hz", "kHz", "%", "deg", "rad"),
    *("degC", "degF", "K", "Pa", "kPa", "MPa", "bar", "mbar", "psi", "N", "kN", "g", "mg", "kg"),
    *("mA/cm2", "A/cm2", "mAh/g", "mWh/g", "mA/g", "mAh/V", "Ah/V", "V/s", "mV/s", "V/Ah"),
    *("mAh/V.g", "L/min", "mL/min", "L/h", "rpm", "m", "cm", "mm", "um", "ppm", "h:min:s"),
)

_KNOWN = {unit: unit for unit in (*TO_BASE, *_OTHER_UNITS) if unit != "1"}

_SPELLINGS = {
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("msec", "millisecond", "milliseconds"), "ms"),
    **dict.fromkeys(("usec", "microsecond", "microseconds"), "us"),
    **dict.fromkeys(("mins", "minute", "minutes"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("volt", "volts"), "V"),
    **dict.fromkeys(("millivolt", "millivolts"), "mV"),
    **dict.fromkeys(("amp", "amps", "ampere", "amperes"), "A"),
    **dict.fromkeys(("milliamp", "milliamps", "milliampere", "milliamperes"), "mA"),
    **dict.fromkeys(("microamp", "microamps", "microampere", "microamperes"), "uA"),
    **dict.fromkeys(("watt", "watts"), "W"),
    **dict.fromkeys(("milliwatt", "milliwatts"), "mW"),
    **dict.fromkeys(("ohms", "ω"), "ohm"),
    **dict.fromkeys(("mω", "mohms", "milliohm", "milliohms"), "mohm"),
    **dict.fromkeys(("amp-hr", "a-h", "ampere hour"), "Ah"),
    **dict.fromkeys(("watt-hr", "w-h"), "Wh"),
    **dict.fromkeys(("celsius", "℃"), "degC"),
    "kelvin": "K",
    "percent": "%",
    **dict.fromkeys(("hh:mm:ss", "h:m:s", "hh:mm:ss.ms", "h:min:s.ms", "h:mm:ss"), "h:min:s"),
    **dict.fromkeys(("hms", "hh:mm:ss.sss", "hh:mm:ss.000"), "h:min:s"),
}

# "\ufffd" is what is left of a degree sign that some other program failed to decode.
_DEGREE = re.compile(r"(?:[°º˚\ufffd?]|deg\.?|degree[s]?|o)\s?([CFcf])")
_LOWER = {unit.lower(): unit for unit in reversed(_KNOWN)} | {"ma": "mA", "ms": "ms", "mw": "mW"}


def known_unit(text: str, *, any_case: bool = False) -> str | None:
    """Our spelling of a unit ("µA" -> "uA", "Sec" -> "s", "°C" -> "degC"), None if unknown."""
    plain = re.sub(r"[µμ]", "u", text.strip()).replace("²", "2").replace("A.h", "Ah")
    plain = plain.replace("W.h", "Wh").replace("Ω", "ohm").replace("Ω", "ohm")
    if match := _DEGREE.fullmatch(plain):
        return "deg" + match[1].upper()
    if plain in _KNOWN:
        return plain
    lower = plain.lower()
    return _SPELLINGS.get(lower) or (_LOWER.get(lower) if any_case else _LOWER_SAFE.get(lower))


# Without a hint, another case is taken only where it cannot mean another size ("MA" may be mega).
_LOWER_SAFE = {k: v for k, v in _LOWER.items() if len(k) >= 2 and v[0] not in "mM"} | {
    "v": "V",
    "a": "A",
    "w": "W",
    "mah": "mAh",
    "mohm": "mohm",
    "min": "min",
    "ma": "mA",
    "mv": "mV",
    "mw": "mW",
    "ms": "ms",
}


def canonical_unit(text: str, name: str = "") -> str:
    """Our spelling of a column's unit; an unknown one stays as it is, none is "1"."""
    stripped = text.strip()
    if stripped in ("C", "c") and "temp" in name.lower():
        return "degC"
    return known_unit(stripped) or stripped or "1"


def duration_words(seconds: float) -> str:
    """Write a duration (s, not below 0) in its two largest units, rounded: 24 h 52 min is 1 d 1 h.

    `duration` in assets/js/clock.js writes the same.
    """
    whole = floor(seconds + 0.5)
    for unit, length, smaller, smaller_s, next_s in (
        ("min", 60, "s", 1, 3600),
        ("h", 3600, "min", 60, 86_400),
        ("d", 86_400, "h", 3600, None),
    ):
        if whole < 60:
            break
        rounded = floor(whole / smaller_s + 0.5) * smaller_s
        if next_s is None or rounded < next_s:
            return f"{rounded // length} {unit} {rounded % length // smaller_s} {smaller}"
    return f"{whole} s"
