"""One PyBaMM step, a sentence or a call, as a line of our language.

The words say the direction: a charge is positive here. In calls (`pybamm.step.current(1)`) PyBaMM
counts a discharge positive, so the sign is turned.
"""

import re

_PERIOD = re.compile(r"\s*\(\s*(.+?)\s+period\s*\)\s*$", re.IGNORECASE)
_STEP = re.compile(
    r"(rest|charge|discharge|hold)\b\s*(?:at\s+(.+?))?((?:\s*(?:or\s+)?(?:for|until)\s.*)?)"
)
_CLAUSE = re.compile(r"(?:or\s+)?(for|until)\s+(.+?)(?=\s+(?:or\s+)?(?:for|until)\s|$)")
_KINDS = {"V": "VOLTAGE", "A": "CURRENT", "C": "CURRENT", "W": "POWER"}


class NotExpressibleError(ValueError):
    """A step has no words in our language; says which part."""


def split_period(text: str) -> tuple[str, str | None]:
    """Return a sentence without its `(1 minute period)`, and that period."""
    match = _PERIOD.search(text)
    return (text, None) if match is None else (text[: match.start()], match[1])


def sentence(text: str) -> str:
    """Return the line that means the same as "Charge at 1 C until 4.2 V".

    Raise NotExpressibleError.
    """
    plain = " ".join(text.split())
    if re.search(r"\d\s*oC\b", plain):
        raise NotExpressibleError("a temperature of the room cannot be set: leave it out")
    if plain.lower().startswith("run "):
        raise NotExpressibleError("a drive cycle cannot be expressed")
    match = re.fullmatch(_STEP, _lower_words(plain))
    if match is None:
        raise NotExpressibleError(
            'this is no step: write it like "Charge at 1 C until 4.2 V", "Hold at 4.2 V until '
            'C/50" or "Rest for 1 hour"'
        )
    verb, at, clauses = match.groups()
    limits = [_limit(word, value) for word, value in _CLAUSE.findall(clauses.strip())]
    if verb == "rest":
        return _rest(at, limits)
    if at is None:
        raise NotExpressibleError(f"{verb} needs a value, like {verb} at 1 C")
    value, kind = amount(at)
    if verb == "hold":
        if kind != "VOLTAGE":
            raise NotExpressibleError("hold takes a voltage, like Hold at 4.2 V")
        return ", ".join(["CV", value, *limits])
    if kind not in ("CURRENT", "POWER") or value.startswith("-"):
        raise NotExpressibleError(f"{verb} takes a current or a power without a sign")
    mode = "CC" if kind == "CURRENT" else "CP"
    return ", ".join([mode, value if verb == "charge" else f"-{value}", *limits])


def _lower_words(text: str) -> str:
    """Return the text with its words in small letters, its units as they are."""
    verbs = {"rest", "charge", "discharge", "hold", "at", "for", "until", "or"}
    return " ".join(word.lower() if word.lower() in verbs else word for word in text.split(" "))


def _rest(at: str | None, limits: list[str]) -> str:
    if at is not None or len(limits) != 1 or not limits[0].startswith("TIME, "):
        raise NotExpressibleError("a rest takes a time only, like Rest for 1 hour")
    return limits[0].replace("TIME", "WAIT")


def _limit(word: str, value: str) -> str:
    if word == "for":
        return f"TIME, {value.replace(' ', '')}"
    size, kind = amount(value)
    return f"{kind}, {size.removeprefix('-')}"


def amount(text: str) -> tuple[str, str]:
    """Return a value in our spelling and what it limits: ("C/50", "CURRENT")."""
    plain = text.replace(" ", "")
    if re.search(r"(?i)ohm|Ω", plain):
        raise NotExpressibleError(f"{text} is a resistance, which no step of ours holds")
    if re.fullmatch(r"-?[\d.]*C(/[\d.]+)?", plain):
        return plain, "CURRENT"
    kind = _KINDS.get(plain[-1:])
    if kind is None or plain[-1:] == "C":
        raise NotExpressibleError(f"{text} has no unit that we know: A, mA, C, V, mV, W or mW")
    return plain, kind


def call(name: str, value: str | None, arguments: dict[str, list[str]]) -> str:
    """Return the line for `pybamm.step.current(1, duration="1 hour", termination="2.5 V")`.

    A positive value discharges. Raise NotExpressibleError.
    """
    duration = arguments.get("duration", [])
    limits = [_limit("for", f"{one}s" if _bare(one) else one) for one in duration]
    limits += [_limit("until", one) for one in arguments.get("termination", [])]
    if name == "rest":
        if len(limits) != 1 or not duration:
            raise NotExpressibleError("a rest takes a duration only")
        return limits[0].replace("TIME", "WAIT")
    units = {"current": "A", "c_rate": "C", "voltage": "V", "power": "W"}
    if name not in units or value is None or not _bare(value):
        raise NotExpressibleError(f"pybamm.step.{name} with these arguments")
    if name == "voltage":
        return ", ".join(["CV", f"{value}V", *limits])
    opposite = value[1:] if value.startswith("-") else f"-{value}"
    return ", ".join(["CP" if name == "power" else "CC", opposite + units[name], *limits])


def _bare(text: str) -> bool:
    return re.fullmatch(r"-?[\d.]+(?:e-?\d+)?", text) is not None
