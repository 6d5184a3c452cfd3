"""Column labels: a name and its unit, in the ways that instruments write them."""

import re
import unicodedata
from collections.abc import Iterator

from cycling.formats.columns.fields import WRITTEN_DURATIONS, Field
from cycling.units import canonical_unit, known_unit

NAME_LENGTH = 100
UNIT_LENGTH = 20

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_PLAIN_LETTERS = str.maketrans("łıø", "lio")
_BRACKETS = str.maketrans("【】〔〕", "[][]")
_ELECTRIC_UNITS = {
    unit
    for field in (Field.VOLTAGE, Field.CURRENT, Field.POWER, Field.CHARGE_CAPACITY, Field.ENERGY)
    for unit in field.units
} - {"C", "J"}
_BRACKETED = re.compile(r"(.*\S)\s*[\(\[\{]([^\(\)\[\]\{\}]*)[\)\]\}]\s*")


def neutralised(label: str) -> str:
    """`label` with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + label if _FORMULA.match(label) else label


def restored(label: str) -> str:
    """The label that `neutralised` was given."""
    return label[1:] if label.startswith("'") and _FORMULA.match(label) else label


def channel_label(name: str, unit: str) -> str:
    """`Name / unit`; a channel without dimension has the unit 1."""
    return f"{name.strip()} / {unit.strip() or '1'}"


def split_own(label: str) -> tuple[str, str]:
    """Name and unit of a channel in our own export, exactly as they were written."""
    name, slash, unit = restored(label).rpartition(" / ")
    return (name, unit) if slash else (unit, "1")


def split_label(label: str) -> tuple[str, str | None]:
    """Name and unit (None where the label names none) of a column of any file."""
    text = _plain_text(label)
    if _is_all_unit(text):
        return text, known_unit(text)
    name, slash, unit = text.rpartition(" / ")
    if slash and name and len(unit) <= UNIT_LENGTH:
        return name, canonical_unit(unit, name)
    if (match := _BRACKETED.fullmatch(text)) and (own_unit := _within_brackets(match[2], match[1])):
        return match[1], own_unit
    for sign in ("/", "#", ",", " in "):
        for name, unit in _splits(text, sign):
            if own_unit := _unit(unit, name):
                return name.strip(), own_unit
    return text, None


def _plain_text(label: str) -> str:
    """The label with wide signs as their usual ones (（V） -> (V)), without a comment's sign."""
    text = unicodedata.normalize("NFKC", restored(label).replace("\u02da", "\u00b0"))
    text = " ".join(text.translate(_BRACKETS).split())
    return text.lstrip("~") or text


def _is_all_unit(text: str) -> bool:
    """Whether a whole label is a unit: Volts, mAmps, Amp-hr, mAh/g."""
    unit = known_unit(text)
    is_time = unit in ("s", "min", "h") and len(text) > len("mins")  # a word: Hours, Minutes
    return is_time or (
        unit is not None and (unit in _ELECTRIC_UNITS or "/" in unit) and "°" not in text
    )


def _splits(text: str, sign: str) -> Iterator[tuple[str, str]]:
    """A text at each of its signs: (`Q`, `mAh/g`) before (`Q/mAh`, `g`)."""
    places = [match.start() for match in re.finditer(re.escape(sign), text)]
    return ((text[:place], text[place + len(sign) :]) for place in places if text[:place].strip())


def _within_brackets(text: str, name: str) -> str | None:
    """The unit between brackets; of an explanation the word that is one ("Hours in hh:mm:ss")."""
    if len(text) <= UNIT_LENGTH and (" " not in text.strip() or known_unit(text)):
        return canonical_unit(text, name)
    units = [unit for word in text.split() if (unit := known_unit(word))]
    written = [unit for unit in units if unit in WRITTEN_DURATIONS]
    if written:
        return written[0]
    return units[0] if units else (text if len(text) <= UNIT_LENGTH else None)


def _unit(text: str, name: str) -> str | None:
    unit = canonical_unit(text, name)
    return unit if known_unit(unit) else None


def split_suffix(label: str) -> tuple[str, str | None]:
    """Name and unit of a machine name: `current_ma` -> (`current`, `mA`)."""
    name, separator, unit = restored(label).strip().rpartition("_")
    if not separator:
        name, separator, unit = label.strip().rpartition(" ")
    own_unit = known_unit(unit, any_case=True) if name else None
    return (name, own_unit) if own_unit else (label, None)


def plain_name(name: str) -> str:
    """`name` for comparing: lower case, words apart, no signs ("Step_Index" -> "step index")."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return " ".join(re.findall(r"[^\W_]+", apart.lower()))


def same_name(name: str) -> str:
    """`plain_name` without blanks and accents: "TestTime", "Test_Time" and "CapaCity" are alike.

    An é stays: "décharge" is not "de charge".
    """
    plain = plain_name(unicodedata.normalize("NFC", name)).replace(" ", "")
    return plain if plain.isascii() else "".join(map(_without_accent, plain))


def _without_accent(letter: str) -> str:
    if letter == "é":
        return letter
    parts = unicodedata.normalize("NFKD", letter.translate(_PLAIN_LETTERS))
    return "".join(part for part in parts if not unicodedata.combining(part))
