"""Numbers on the command line that may carry their unit: 2.5, 2500mA, "4200 mV"."""

import re
from collections.abc import Callable

import typer

from cycling.units import TO_BASE, known_unit

_QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\D*)", re.ASCII)
_PREFIXES = ("", "n", "u", "m", "k")


def quantity(base: str) -> Callable[[str], float]:
    """Return what reads a number of this unit (V, A, Ah), or of its thousands and thousandths."""
    units = [prefix + base for prefix in _PREFIXES if prefix + base in TO_BASE]

    def read(text: str) -> float:
        plain = text.strip().replace("\u2212", "-")
        if plain.lower() in ("nan", "inf", "-inf"):
            return float(plain)  # the check of the field says what is wrong with it
        match = _QUANTITY.fullmatch(plain)
        unit = (known_unit(match[2]) or match[2]) if match and match[2] else base
        if match is None or unit not in units:
            raise typer.BadParameter(
                f"{text!r} is not a number in {base}. Write it like 2.5, with a point; another "
                f"unit goes behind it: {', '.join(one for one in units if one != base)}."
            )
        multiply, divide = TO_BASE[unit]
        return float(match[1]) * multiply / divide

    return read
