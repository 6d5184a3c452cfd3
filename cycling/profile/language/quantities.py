"""Numbers with units: as written, so that a C-rate stays a C-rate, and in base units."""

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from enum import StrEnum
from functools import lru_cache

from cycling.profile.problems import NOWHERE, Place

RATE, PERCENT = "C", "%"
MAX_VALUE, SMALLEST = Decimal("1e9"), Decimal("1e-9")
MAX_DIGITS = 15
MAX_NUMBER = 60  # characters
_WIDE = Context(prec=MAX_NUMBER + 5)  # rounds nothing that is written
NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?"

# Factors to s, V, A, W, Ah, Wh and degC; exact, as everything here is decimal.
FACTORS = {
    **{"s": Decimal(1), "ms": Decimal("0.001"), "min": Decimal(60), "h": Decimal(3600)},
    **{"d": Decimal(86400)},
    **{"V": Decimal(1), "mV": Decimal("0.001")},
    **{"A": Decimal(1), "mA": Decimal("0.001"), "uA": Decimal("0.000001")},
    **{"W": Decimal(1), "mW": Decimal("0.001"), "kW": Decimal(1000)},
    **{"Ah": Decimal(1), "mAh": Decimal("0.001")},
    **{"Wh": Decimal(1), "mWh": Decimal("0.001"), "kWh": Decimal(1000)},
    "degC": Decimal(1),
}
_ONE = Decimal(1)
UNWRITTEN = frozenset({"s", "V", "A", "W", "degC"})  # what a number without a unit means


class Kind(StrEnum):
    """What a number measures."""

    TIME = "time"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER = "power"
    CAPACITY = "capacity"
    ENERGY = "energy"
    TEMPERATURE = "temperature"


UNITS: dict[Kind, tuple[str, ...]] = {  # the first is meant where none is written
    Kind.TIME: ("s", "ms", "min", "h", "d"),
    Kind.VOLTAGE: ("V", "mV"),
    Kind.CURRENT: ("A", "mA", "uA", RATE),
    Kind.POWER: ("W", "mW", "kW"),
    Kind.CAPACITY: ("Ah", "mAh", PERCENT),
    Kind.ENERGY: ("Wh", "mWh", "kWh"),
    Kind.TEMPERATURE: ("degC",),
}
_SPELLINGS: dict[Kind, dict[str, str]] = {
    Kind.TIME: {
        **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
        **dict.fromkeys(("mins", "minute", "minutes"), "min"),
        **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
        **dict.fromkeys(("day", "days"), "d"),
    },
    Kind.TEMPERATURE: {"°c": "degC", "c": "degC", "℃": "degC"},
    Kind.CURRENT: {"µa": "uA", "μa": "uA"},
}
EXAMPLES = {
    Kind.TIME: "600, 10min or 4h",
    Kind.VOLTAGE: "4.2 or 4200mV",
    Kind.CURRENT: "1.5, 1250mA, 0.5C or C/2",
    Kind.POWER: "10 or 500mW",
    Kind.CAPACITY: "1.5Ah or 50%",
    Kind.ENERGY: "5Wh",
    Kind.TEMPERATURE: "45",
}
_NUMBER = re.compile(rf"[+-]?{NUMBER}")
_PARTS = re.compile(rf"([+-]?)({NUMBER})(.*)")
_RATE = re.compile(rf"([+-]?)({NUMBER})?[cC](?:/({NUMBER}))?")


class NotAQuantityError(ValueError):
    """A text is no number of this kind; says what to write."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as written: value / divisor, in its unit. `C/3` is 1 / 3 in C."""

    value: Decimal
    unit: str
    divisor: Decimal = _ONE
    place: Place = field(default=NOWHERE, compare=False)

    @property
    def needs_capacity(self) -> bool:
        """Whether it is relative to the capacity of the battery."""
        return self.unit in (RATE, PERCENT)

    def amount(self, capacity_ah: Decimal | None = None) -> Decimal:
        """Return it in s, V, A, W, Ah, Wh or degC.

        Raise ValueError for a C-rate or a share of the capacity where that is not known.
        """
        if not self.needs_capacity:
            return self.value * FACTORS[self.unit]
        if capacity_ah is None:
            raise ValueError("The capacity of the battery is not known.")
        whole = Decimal(100) if self.unit == PERCENT else self.divisor
        return self.value * capacity_ah / whole

    @property
    def text(self) -> str:
        """Return it as it is written in canonical text."""
        if self.unit == RATE and self.divisor != 1:
            sign = "-" if self.value < 0 else ""
            size = "" if abs(self.value) == 1 else plain(abs(self.value))
            return f"{sign}{size}C/{plain(self.divisor)}"
        return plain(self.value) + ("" if self.unit in UNWRITTEN else self.unit)

    @property
    def words(self) -> str:
        """Return it for a sentence, with its unit."""
        return f"{self.text} {self.unit}" if self.unit in UNWRITTEN else self.text


def plain(value: Decimal) -> str:
    """Return a number without an exponent and without idle zeros."""
    text = format(value.normalize(_WIDE), "f")
    return "0" if text == "-0" else text


def read_number(text: str) -> Decimal:
    """Return a plain finite number in ASCII digits; raise NotAQuantityError for anything else."""
    if len(text) > MAX_NUMBER:
        raise NotAQuantityError(f"The number is too long: {MAX_DIGITS} digits are enough.")
    if not _NUMBER.fullmatch(text):
        raise NotAQuantityError("Write a number in digits with a decimal point, like 4.2.")
    value = _WIDE.create_decimal(text).normalize(_WIDE) + 0
    if abs(value) > MAX_VALUE or 0 < abs(value) < SMALLEST:
        raise NotAQuantityError("The number is out of any range: write 0, or 1e-9 to 1e9.")
    if len(value.as_tuple().digits) > MAX_DIGITS:
        raise NotAQuantityError(f"The number is too long: {MAX_DIGITS} digits are enough.")
    return value


def read_quantity(text: str, kind: Kind, place: Place = NOWHERE) -> Quantity:
    """Return a number with its unit, `4.2`, `10min`, `-C/3`; no blanks inside.

    Raise NotAQuantityError, whose text says what to write.
    """
    value, unit, divisor = _read(text, kind)
    return Quantity(value, unit, divisor, place)


@lru_cache(maxsize=4096)  # a profile says the same few numbers again and again
def _read(text: str, kind: Kind) -> tuple[Decimal, str, Decimal]:
    """Return value, unit and divisor."""
    if kind is Kind.CURRENT and (rate := _RATE.fullmatch(text)):
        sign, times, below = rate.groups()
        divisor = read_number(below) if below else _ONE
        if divisor <= 0:
            raise NotAQuantityError("C is divided by a number above 0, like C/2.")
        return read_number(sign + (times or "1")), RATE, divisor
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise NotAQuantityError(f"Write a {kind} in digits, like {EXAMPLES[kind]}.")
    return read_number(parts[1] + parts[2]), _unit(parts[3], kind), _ONE


def _unit(text: str, kind: Kind) -> str:
    """Return our spelling of a unit; another case is taken where it can mean nothing else."""
    units = UNITS[kind]
    if not text:
        return units[0]
    if text in units:
        return text
    lower = text.lower()
    if lower in _SPELLINGS.get(kind, {}):
        return _SPELLINGS[kind][lower]
    mega = text.startswith("M") and lower != "min"  # MW is no mW
    spellings = [unit for unit in units if unit.lower() == lower]
    if spellings and not mega:
        return spellings[0]
    names = ", ".join(units)
    raise NotAQuantityError(f"The unit of a {kind} is one of {names}: write {EXAMPLES[kind]}.")
