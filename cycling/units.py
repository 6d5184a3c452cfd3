"""Units as instruments spell them, and how to reach the ones that we show (V, A, W, Ah, Wh, s)."""

import re
import unicodedata
from collections.abc import Mapping
from math import floor

# unit -> (multiply by, divide by) to s, V, A, W, Ah, Wh or 1: dividing by 1000 is exact to the
# last bit, times 0.001 is not.
TO_BASE: dict[str, tuple[float, float]] = {
    "s": (1, 1),
    "ms": (1, 1e3),
    "us": (1, 1e6),
    "ns": (1, 1e9),
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
    "Ah": (1, 1),
    "mAh": (1, 1e3),
    "uAh": (1, 1e6),
    "nAh": (1, 1e9),
    "C": (1, 3600),
    "mC": (1, 3.6e6),
    "uC": (1, 3.6e9),
    "Wh": (1, 1),
    "mWh": (1, 1e3),
    "uWh": (1, 1e6),
    "kWh": (1e3, 1),
    "J": (1, 3600),
    "mJ": (1, 3.6e6),
    "kJ": (1e3, 3600),
    "1": (1, 1),
}

# What people may type in the place of a unit of ours, by that: (multiply by, divide by).
TYPED: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "V": {one: TO_BASE[one] for one in ("V", "mV", "uV", "kV")},
    "A": {one: TO_BASE[one] for one in ("A", "mA", "uA", "nA", "kA")},
    "Ah": {one: TO_BASE[one] for one in ("Ah", "mAh", "uAh", "nAh")},
    "g": {"g": (1, 1), "mg": (1, 1e3), "ug": (1, 1e6), "kg": (1e3, 1)},
    "cm²": {"cm2": (1, 1), "mm2": (1, 100), "m2": (1e4, 1)},
    "mol/L": {"mol/L": (1, 1), "mmol/L": (1, 1e3), "M": (1, 1), "mM": (1, 1e3)},
    "°C": {"°C": (1, 1), "degC": (1, 1), "C": (1, 1)},
}
LONGEST_S = 1e13

_OTHER_UNITS = (
    *("As", "VA", "VAh"),
    *("ohm", "mohm", "uohm", "kohm", "Mohm", "F", "mF", "uF", "nF", "S", "Hz", "kHz", "%"),
    *("deg", "rad"),
    *("degC", "degF", "K", "Pa", "kPa", "MPa", "bar", "mbar", "psi", "N", "kN", "g", "mg", "kg"),
    *("mA/cm2", "A/cm2", "uA/cm2", "mAh/cm2", "Ah/g", "mAh/g", "uAh/g", "Wh/g", "mWh/g", "mA/g"),
    *("A/g", "Ah/kg", "Wh/kg", "mAh/V", "Ah/V", "V/s", "mV/s", "V/h", "A/s", "A/h", "V/Ah"),
    *(
        "mAh/V.g",
        "L/min",
        "mL/min",
        "L/h",
        "rpm",
        "m",
        "cm",
        "mm",
        "um",
        "ppm",
        "h:min:s",
        "min:s",
        "d:h:min:s",
    ),
)

_KNOWN = {unit: unit for unit in (*TO_BASE, *_OTHER_UNITS) if unit != "1"}

_WORDS = {
    "V": ("volt", "volts", "伏"),
    "A": ("amp", "amps", "ampere", "amperes", "安"),
    "W": ("watt", "watts", "瓦"),
    "Ah": ("amp-hr", "amp-hrs", "amp hr", "amphr", "a-h", "amp-hour", "amp-hours", "ampere hour"),
    "Wh": ("watt-hr", "watt-hrs", "watt hr", "watthr", "w-h", "watt-hour", "watt-hours"),
    "s": ("sec", "secs", "second", "seconds", "sek", "sekunden", "秒"),
}
_PREFIXES = {"m": ("m", "milli", "毫"), "u": ("u", "micro", "微")}
_SPELLINGS = {
    **{word: unit for unit, words in _WORDS.items() for word in words},
    **{
        prefix + word: short + unit
        for unit, words in _WORDS.items()
        for short, prefixes in _PREFIXES.items()
        for prefix in prefixes
        for word in words
    },
    **dict.fromkeys(("min.", "mins", "minute", "minutes", "minuten", "分", "分钟"), "min"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "std", "stunden", "小时"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("安时",), "Ah"),
    **dict.fromkeys(("毫安时",), "mAh"),
    **dict.fromkeys(("瓦时",), "Wh"),
    **dict.fromkeys(("毫瓦时",), "mWh"),
    **dict.fromkeys(("ohms", "ω"), "ohm"),
    **dict.fromkeys(("mω", "mohms", "milliohm", "milliohms"), "mohm"),
    **dict.fromkeys(("celsius", "cel"), "degC"),
    **dict.fromkeys(("hertz",), "Hz"),
    **dict.fromkeys(("degree", "degrees"), "deg"),
    **dict.fromkeys(("с", "сек", "초"), "s"),
    **dict.fromkeys(("мин", "분"), "min"),
    **dict.fromkeys(("ч", "час"), "h"),
    **{"в": "V", "мв": "mV", "а": "A", "ма": "mA", "мка": "uA", "вт": "W", "мвт": "mW"},
    **{
        "а.ч": "Ah",
        "ма.ч": "mAh",
        "вт.ч": "Wh",
        "мвт.ч": "mWh",
        "ач": "Ah",
        "мач": "mAh",
        "мкач": "uAh",
        "втч": "Wh",
        "мвтч": "mWh",
    },
    "kelvin": "K",
    "percent": "%",
    "hms": "h:min:s",
}
_DURATION = re.compile(
    r"(d\D{1,3})?h{1,4}(ours?)?:m{1,2}(in)?(:s{1,2}(ec)?([.:,]\w+)?)?", re.IGNORECASE
)
_DAYS = re.compile(r"d{1,3}(ays?)?:h{1,4}(ours?)?:m{1,2}(in)?:s{1,2}(ec)?([.,]\w+)?", re.IGNORECASE)
_MINUTES = re.compile(r"m{1,3}(in(utes)?)?:s{1,2}(ec(onds)?)?([.:,]\w+)?", re.IGNORECASE)

# A degree or micro sign that another program failed to decode is "?" or "\ufffd".
_BROKEN = "\ufffd?"
_DEGREE = re.compile(r"(?:[°º˚]|deg\.?|degree[s]?|o)\s?([CFcf])|[\ufffd?]\s?([Cc])")
_MICRO = re.compile(r"[\ufffd?](A|Ah|V|W|Wh|F|s|m|S|ohm)")
_LOWER = {unit.lower(): unit for unit in reversed(_KNOWN)} | {"ma": "mA", "ms": "ms", "mw": "mW"}


def known_unit(text: str, *, any_case: bool = False) -> str | None:
    """Our spelling of a unit ("µA" -> "uA", "Sec" -> "s", "°C" -> "degC"), None if unknown."""
    stripped = text.strip().replace("Â", "")
    if match := _DEGREE.fullmatch(stripped):
        return "deg" + (match[1] or match[2]).upper()
    plain = re.sub(r"[µμ]", "u", unicodedata.normalize("NFKC", stripped))
    plain = plain.replace("A.h", "Ah").replace("W.h", "Wh").replace("Ω", "ohm").replace("·", "")
    if match := _DEGREE.fullmatch(plain):
        return "deg" + (match[1] or match[2]).upper()
    if match := _MICRO.fullmatch(plain):
        return "u" + match[1]
    if plain in _KNOWN:
        return plain
    if _DAYS.fullmatch(plain):
        return "d:h:min:s"
    if _DURATION.fullmatch(plain):
        return "h:min:s"
    if _MINUTES.fullmatch(plain):
        return "min:s"
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
    "mwh": "mWh",
    "ms": "ms",
}


def canonical_unit(text: str, name: str = "") -> str:
    """Our spelling of a column's unit; an unknown one stays as it is, none is "1"."""
    stripped = text.strip()
    if "temp" in name.lower():
        if stripped in ("C", "c"):
            return "degC"
        if stripped[:1] in _BROKEN and stripped[1:].strip() in ("F", "f"):
            return "degF"
    return known_unit(stripped) or stripped or "1"


def duration_words(seconds: float) -> str:
    """Write a duration (s, not below 0) in its two largest units, rounded: 24 h 52 min is 1 d 1 h.

    `duration` in assets/js/clock.js writes the same.
    """
    if seconds >= LONGEST_S:  # of a damaged file; more digits say nothing
        return f"{seconds / 86_400:.2g} d"
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


def typed_factor(text: str, unit: str) -> tuple[float, float] | None:
    """Return what a number with the unit `text` is multiplied and divided by to be in `unit`.

    Of TYPED; another case is taken where it can mean nothing else: "MAH" is mAh, "MV" is nothing.
    None where it is no unit of that quantity.
    """
    plain = re.sub(r"[µμ]", "u", text).replace("²", "2").replace("^2", "2")
    factors = TYPED[unit]
    if plain in factors:
        return factors[plain]
    alike = [one for one in factors if one.lower() == plain.lower()]
    is_mega = plain[:1] == "M" and unit not in ("Ah", "cm²")
    return factors[alike[0]] if len(alike) == 1 and not is_mega else None
