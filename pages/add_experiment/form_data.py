"""What the form of a new experiment says: from the browser, from a draft, and what is wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cycling.errors import InputError
from cycling.names import check_description, check_name
from cycling.terms import Polarity, Technology
from db.commands.queue import Electrolyte
from pages.add_experiment.ids import ELECTROLYTE_FIELDS, QUANTITIES, Ids

CHOOSE, WRITE = "choose", "write"
MOST_ROWS = 40
LARGEST_ID = 2**31 - 1
MOST_TYPED = 1_000  # characters of a short field that travel; longer ones are refused anyway
LONGEST_TEXT = 1_000_001  # one more than a profile may have, so that its error says it
LARGEST_AMOUNT = 1_000_000


@dataclass(frozen=True)
class Pair:
    """A battery for a station; `connected`: the user says that it is connected there."""

    battery_id: int | None = None
    station_id: int | None = None
    connected: bool = False


@dataclass(frozen=True)
class Typed:
    """The whole form. `source` is CHOOSE for a library version, WRITE for the text.

    `electrolytes` are texts by the ids of their fields; `token` is the form's own number.
    """

    token: str = ""
    name: str = ""
    description: str = ""
    technology: Technology | None = None
    pairs: tuple[Pair, ...] = (Pair(),)
    source: str = WRITE
    version_id: int | None = None
    text: str = ""
    electrolytes: Mapping[str, str] = field(default_factory=dict)
    acknowledged: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain values, as the browser sends them."""
        return {
            "token": self.token,
            "name": self.name,
            "description": self.description,
            "technology": self.technology.value if self.technology else "",
            "pairs": [[one.battery_id, one.station_id, one.connected] for one in self.pairs],
            "source": self.source,
            "version": self.version_id,
            "text": self.text,
            "electrolytes": dict(self.electrolytes),
            "acknowledged": self.acknowledged,
        }


def typed_from(plain: object) -> Typed:
    """Read a form; what is missing or no such value is empty, whoever sent it."""
    if not isinstance(plain, Mapping):
        return Typed()
    amounts = plain.get("electrolytes")
    amounts = amounts if isinstance(amounts, Mapping) else {}
    return Typed(
        token=_text(plain.get("token"), 40),
        name=_text(plain.get("name")),
        description=_text(plain.get("description")),
        technology=_technology(plain.get("technology")),
        pairs=tuple(_pairs(plain.get("pairs"))) or (Pair(),),
        source=CHOOSE if plain.get("source") == CHOOSE else WRITE,
        version_id=_id(plain.get("version")),
        text=_text(plain.get("text"), LONGEST_TEXT),
        electrolytes={name: _text(amounts.get(name)) for name in ELECTROLYTE_FIELDS},
        acknowledged=plain.get("acknowledged") is True,
    )


def word_problems(typed: Typed) -> dict[str, str]:
    """Return what is wrong with name and description, by the id of the field."""
    found: dict[str, str] = {}
    if not typed.name.strip():
        found[Ids.NAME] = "Give the experiment a name."
    for control, check, text in (
        (Ids.NAME, check_name, typed.name),
        (Ids.DESCRIPTION, check_description, typed.description),
    ):
        try:
            check(text)
        except InputError as error:
            found.setdefault(control, str(error))
    return found


def profile_problem(typed: Typed) -> str:
    """Say that no profile is chosen or written; blank if one is."""
    if typed.source == CHOOSE:
        return "" if typed.version_id else "Choose a profile, or write one."
    return "" if typed.text.strip() else "Write the profile, choose one, or upload one as text."


def electrolyte_problems(typed: Typed) -> dict[str, str]:
    """Return what is wrong with the electrolytes of a stack, by the id of the field."""
    found: dict[str, str] = {}
    for polarity in Polarity:
        for name in (Ids.quantity(polarity, one) for one in QUANTITIES):
            text = typed.electrolytes.get(name, "").strip()
            if _amount(text) is None:
                found[name] = "Give a whole number."
        found |= _out_of_range(typed, polarity, found)
    return found


def electrolytes(typed: Typed) -> tuple[Electrolyte, ...]:
    """Return both sides of a form whose electrolytes have no problems."""
    return tuple(
        Electrolyte(polarity, *(_value(typed, polarity, one) for one in QUANTITIES))
        for polarity in Polarity
    )


def _out_of_range(typed: Typed, polarity: Polarity, wrong: Mapping[str, str]) -> dict[str, str]:
    volume, soc, low, high = (Ids.quantity(polarity, one) for one in QUANTITIES)
    found: dict[str, str] = {}
    if volume not in wrong and not _value(typed, polarity, "volume"):
        found[volume] = "Give a volume above 0."
    if soc not in wrong and _value(typed, polarity, "soc") > 100:
        found[soc] = "Give 0 to 100 %."
    if not {low, high} & wrong.keys():
        least, most = (_value(typed, polarity, one) for one in QUANTITIES[2:])
        if least > most:
            found[high] = "At least the lowest flow rate."
    return found


def _value(typed: Typed, polarity: Polarity, quantity: str) -> int:
    return _amount(typed.electrolytes[Ids.quantity(polarity, quantity)].strip()) or 0


def _amount(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 7):
        return None
    return int(text) if int(text) <= LARGEST_AMOUNT else None


def _pairs(given: object) -> Iterator[Pair]:
    for one in given[:MOST_ROWS] if isinstance(given, list) else ():
        if isinstance(one, list) and len(one) == 3:
            yield Pair(_id(one[0]), _id(one[1]), one[2] is True)


def _text(given: object, longest: int = MOST_TYPED) -> str:
    if not isinstance(given, str):
        return ""
    return given[:longest].encode(errors="replace").decode()  # half a character is a question mark


def _id(given: object) -> int | None:
    if not isinstance(given, int) or isinstance(given, bool):
        return None
    return given if 0 < given <= LARGEST_ID else None


def _technology(given: object) -> Technology | None:
    return next((one for one in Technology if one.value == given), None)
