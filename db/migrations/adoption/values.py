"""Which values of an old column would not fit into the new one: conditions in SQL."""

from db.migrations.adoption.shape import TEXTS, Column
from db.migrations.adoption.steps import gets_empty_text

WHOLE = {
    "tinyint": 8,
    "smallint": 16,
    "mediumint": 24,
    "int": 32,
    "bigint": 64,
}
FRACTIONS = ("float", "double", "decimal")
INSTANTS = ("datetime", "timestamp", "date")
NUMBER = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$"
WHOLE_NUMBER = "^[-+]?[0-9]{1,18}$"


def misfits(has: Column, wants: Column) -> list[tuple[str, str]]:
    """Return (condition, what is wrong) pairs; nothing for a column whose values all fit."""
    name = f"`{has.name}`"
    pairs = []
    if has.nullable and not wants.nullable and not gets_empty_text(has, wants):
        pairs.append((f"{name} IS NULL", "has no value"))
    if has.kind in INSTANTS:
        pairs.append((f"CAST({name} AS CHAR) LIKE '0000-00-00%'", "is no date"))
    if has.type == wants.type:
        return pairs
    if wants.kind == "enum":
        pairs += _words(name, has, wants)
    elif wants.kind in TEXTS:
        pairs += _texts(name, has, wants)
    elif wants.kind in WHOLE:
        pairs += _whole(name, has, wants)
    elif wants.kind in FRACTIONS and has.kind in TEXTS:
        pairs.append((f"{name} NOT REGEXP '{NUMBER}'", "is no number"))
    elif wants.kind == "date" and has.kind in ("datetime", "timestamp"):
        pairs.append((f"TIME({name}) <> 0", "has a time of day"))
    return pairs


def _words(name: str, has: Column, wants: Column) -> list[tuple[str, str]]:
    words = wants.type.removeprefix("enum(").removesuffix(")")
    if has.kind == "enum" and set(_split(has.type)) <= set(_split(wants.type)):
        return []
    return [(f"CAST({name} AS CHAR) NOT IN ({words})", f"is none of {words}")]


def _split(kind: str) -> list[str]:
    return kind.lower().removeprefix("enum(").removesuffix(")").split(",")


def _texts(name: str, has: Column, wants: Column) -> list[tuple[str, str]]:
    length = _length(wants)
    if has.kind in ("char", "varchar") and _length(has) <= length:
        return []
    return [(f"CHAR_LENGTH({name}) > {length}", f"is longer than {length} characters")]


def _length(column: Column) -> int:
    return int(column.type.partition("(")[2].rstrip(")"))


def _whole(name: str, has: Column, wants: Column) -> list[tuple[str, str]]:
    least, most = _range(wants)
    outside = f"{name} < {least} OR {name} > {most}"
    if has.kind in TEXTS:
        return [(f"{name} NOT REGEXP '{WHOLE_NUMBER}' OR {outside}", "is no whole number")]
    if has.kind in FRACTIONS:
        return [(f"{name} <> ROUND({name}) OR {outside}", "is no whole number")]
    if has.kind not in WHOLE:
        return []
    old_least, old_most = _range(has)
    if least <= old_least and old_most <= most:
        return []
    return [(outside, f"is outside {least} to {most}")]


def _range(column: Column) -> tuple[int, int]:
    bits = WHOLE[column.kind]
    if "unsigned" in column.type:
        return 0, 2**bits - 1
    return -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
