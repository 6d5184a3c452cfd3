"""Current or power in two columns, one of charge and one of discharge: their difference."""

import re
from dataclasses import replace

from cycling.formats.columns.fields import APART, Field
from cycling.formats.columns.labels import plain_name
from cycling.formats.columns.mapping import Column, Inference, Mapping
from cycling.formats.values.states import direction

# What a column without a unit must name to be a current, or a power.
_NAMES = {
    Field.CURRENT: re.compile(
        r"curr|strom|corr?i?ent|courant|amps|ток|prąd|proud|akım|stroom|ström|电流|電流|전류"
        r"|\bi\b|\bcur\b"
    ),
    Field.POWER: re.compile(
        r"power|leistung|poten|puissance|мощн|moc\b|výkon|güç|功率|電力|전력|\bp\b|\bpwr\b"
    ),
}


def with_parts(mapping: Mapping) -> Mapping:
    """The mapping with both parts of the current, and of the power, where no column has it whole.

    There must be one column of each: with several it is not clear which are meant.
    """
    for field, parts in APART.items():
        if mapping.column(field) or any(map(mapping.column, parts)):
            continue
        columns = [c for c in mapping.columns if c.field is Field.EXTENDED and _is_part(c, field)]
        ways = [direction(_plain(column)) for column in columns]
        if sorted(way for way in ways if abs(way) == 1) != [-1.0, 1.0]:
            continue
        found = [columns[ways.index(way)] for way in (1.0, -1.0)]
        for column, part in zip(found, parts, strict=True):
            mapping = mapping.with_column(column.index, part)
        text = (
            f"{field.label} is column {found[0].shown!r} less column {found[1].shown!r}, of their "
            "magnitudes: above zero it charges."
        )
        kind = "current" if field is Field.CURRENT else "power"
        mapping = replace(mapping, inferred=(*mapping.inferred, Inference(kind, text)))
    return mapping


def _is_part(column: Column, field: Field) -> bool:
    if column.unit == "1":
        return bool(_NAMES[field].search(_plain(column)))
    return column.unit in field.units


def _plain(column: Column) -> str:
    return plain_name(column.name)
