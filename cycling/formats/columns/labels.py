"""Column labels: a name and its unit, in the ways that instruments write them."""

import re

from cycling.units import canonical_unit, known_unit

NAME_LENGTH = 100
UNIT_LENGTH = 20

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
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
    text = " ".join(restored(label).split())
    name, slash, unit = text.rpartition(" / ")
    if slash and name and len(unit) <= UNIT_LENGTH:
        return name, canonical_unit(unit, name)
    name, slash, unit = text.rpartition("/")
    if slash and name.strip() and (own_unit := _unit(unit, name)):
        return name.strip(), own_unit
    if (match := _BRACKETED.fullmatch(text)) and len(match[2]) <= UNIT_LENGTH:
        return match[1], canonical_unit(match[2], match[1])
    return text, None


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
    """`plain_name` without its blanks: "TestTime", "Test_Time" and "CapaCity" are as others."""
    return plain_name(name).replace(" ", "")
