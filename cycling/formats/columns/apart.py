"""Columns of charge and of discharge that only their units tell: current, power, counters."""

import re
from dataclasses import replace

from cycling.formats.columns.fields import APART, Field
from cycling.formats.columns.labels import plain_name
from cycling.formats.columns.mapping import MAX_LABEL, Column, Inference, Mapping
from cycling.formats.problems import quoted_list
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


_COUNTERS = (
    (Field.CAPACITY, Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY),
    (Field.ENERGY, Field.CHARGE_ENERGY, Field.DISCHARGE_ENERGY),
)


def with_counters(mapping: Mapping) -> Mapping:
    """The mapping with two columns such as Charge (mAh) and Discharge (mAh) as counters.

    There must be one of each in such a unit, and no column that is a counter by its name. Of others
    in such a unit it is said that they are not used.
    """
    for fields in _COUNTERS:
        units = [unit for unit in fields[0].units if unit not in ("C", "J")]
        columns = [c for c in mapping.columns if c.field is Field.EXTENDED and c.unit in units]
        found = _of_each_way(columns)
        if any(map(mapping.column, fields)) or not columns:
            continue
        if not found:
            mapping = replace(mapping, inferred=(*mapping.inferred, _unused(columns, fields)))
            continue
        for column, field in zip(found, fields[1:], strict=True):
            mapping = mapping.with_column(column.index, field, column.unit)
        text = (
            f"Columns {found[0].shown!r} and {found[1].shown!r} are the instrument's counters, by "
            "their names and units."
        )
        mapping = replace(mapping, inferred=(*mapping.inferred, Inference("columns", text)))
    return mapping


def _unused(columns: list[Column], fields: tuple[Field, ...]) -> Inference:
    """Say that columns in the unit of a counter are none, and what to do if they are."""
    single, names = len(columns) == 1, quoted_list([column.shown for column in columns])
    *others, last = (repr(field.label) for field in fields)
    text = (
        f"{'Column' if single else 'Columns'} {names} {'is' if single else 'are'} in the unit of a "
        f"counter, and nothing says what {'it counts' if single else 'they count'}: our integral "
        f"is the source. Choose {', '.join(others)} or {last} if the instrument counted "
        f"{'it' if single else 'them'}."
    )
    return Inference("columns", text[:MAX_LABEL])


def _of_each_way(columns: list[Column]) -> list[Column]:
    """The one column of charge and the one of discharge; none where there are not both."""
    ways = [direction(_plain(column)) for column in columns]
    if sorted(way for way in ways if abs(way) == 1) != [-1.0, 1.0]:
        return []
    return [columns[ways.index(way)] for way in (1.0, -1.0)]


def with_parts(mapping: Mapping) -> Mapping:
    """The mapping with both parts of the current, and of the power, where no column has it whole.

    There must be one column of each: with several it is not clear which are meant.
    """
    for field, parts in APART.items():
        if mapping.column(field) or any(map(mapping.column, parts)):
            continue
        columns = [c for c in mapping.columns if c.field is Field.EXTENDED and _is_part(c, field)]
        found = _of_each_way(columns)
        if not found:
            continue
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
