"""What `bem import` is told of the run itself: its profile, and the electrolytes of a stack."""

import os
from collections.abc import Sequence
from pathlib import Path

from bem.files.profile_text import text_of
from cycling.battery.electrolyte import QUANTITIES, Electrolyte, electrolyte, side_problems
from cycling.errors import InputError, NotFoundError
from cycling.terms import Polarity
from db.commands.experiments.run_profiles import GivenProfile
from db.engine import Database
from db.queries.profiles.library import find_profile, version_text

SIDES = {"pos": Polarity.POSITIVE, "neg": Polarity.NEGATIVE}
LABELS = dict(
    zip(QUANTITIES, ("volume", "SOC", "lowest flow rate", "highest flow rate"), strict=True)
)


def given_profile(database: Database, option: str) -> GivenProfile:
    """Return the profile of a file, or the newest version of a library profile. Raises InputError.

    A file counts before a profile of the library with the same name.
    """
    if os.path.exists(option):  # noqa: PTH110 - False also for what no path can be
        file = Path(option)
        return GivenProfile(text_of(file), file.stem)
    try:
        found = find_profile(database, option)
    except NotFoundError as error:
        raise InputError(
            f"{option} is not there, and no profile of the library has it as its number or name. "
            "Name a text file, or a profile that exists."
        ) from error
    version = found.last.id
    return GivenProfile(version_text(database, version), found.name, version)


def given_electrolytes(options: Sequence[str]) -> tuple[Electrolyte, ...]:
    """Return both sides, or none without options. Raises InputError naming the option."""
    sides: dict[Polarity, Electrolyte] = {}
    for option in options:
        one = _side(option)
        if one.polarity in sides:
            raise InputError(f"--electrolyte {option}: this side is given twice. Keep one.")
        sides[one.polarity] = one
    if len(sides) == 1:
        raise InputError(f"--electrolyte {options[0]}: give the other side, too, or none.")
    return tuple(sides[one] for one in Polarity if one in sides)


def _side(option: str) -> Electrolyte:
    name, _, amounts = option.partition(":")
    polarity, texts = SIDES.get(name.strip().lower()), amounts.split(",")
    if polarity is None or len(texts) != len(QUANTITIES):
        raise InputError(
            f"--electrolyte {option} is not SIDE:VOLUME,SOC,MIN,MAX. Write it like "
            "pos:1000,50,10,60: pos or neg, mL, %, mL/min, mL/min."
        )
    by_quantity = dict(zip(QUANTITIES, texts, strict=True))
    for quantity, words in side_problems(by_quantity).items():
        raise InputError(f"--electrolyte {option}: {LABELS[quantity]}: {words}")
    return electrolyte(polarity, by_quantity)
