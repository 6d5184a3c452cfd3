"""Numbers on the command line that may carry their unit: 2.5, 2500mA, "4200 mV"."""

import re
from collections.abc import Callable

import typer

from cycling.units import TYPED, typed_factor

_QUANTITY = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([^\d\s].*)?", re.ASCII)


def quantity(base: str) -> Callable[[str], float]:
    """Return what reads a number of this unit of TYPED, or of another one of the same quantity."""

    def read(text: str) -> float:
        plain = text.strip().replace("\u2212", "-")
        if plain.lower() in ("nan", "inf", "-inf"):
            return float(plain)  # the check of the field says what is wrong with it
        match = _QUANTITY.fullmatch(plain)
        factor = typed_factor(match[2] or base, base) if match else None
        if match is None or factor is None:
            others = ", ".join(one for one in TYPED[base] if one != base)
            raise typer.BadParameter(
                f"{text!r} is not a number in {base}. Write it like 2.5, with a point; another "
                f"unit goes behind it: {others}."
            )
        return float(match[1]) * factor[0] / factor[1]

    return read
