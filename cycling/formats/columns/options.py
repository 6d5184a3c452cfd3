"""The command line's `--map COLUMN=FIELD[:UNIT]`."""

from collections.abc import Sequence
from dataclasses import replace

from cycling.errors import InputError
from cycling.formats.columns.fields import NUMERIC_CLOCKS, WRITTEN_DURATIONS, Field
from cycling.formats.columns.labels import UNIT_LENGTH
from cycling.formats.columns.mapping import Column, Mapping, unknown_unit
from cycling.formats.problems import TIME_UNIT
from cycling.units import known_unit

_LISTED = 40
_BOTH_WAYS = (
    {Field.CHARGE_CAPACITY, Field.DISCHARGE_CAPACITY},
    {Field.CHARGE_ENERGY, Field.DISCHARGE_ENERGY},
)


def apply_options(mapping: Mapping, options: Sequence[str]) -> Mapping:
    """`mapping` with the user's choices; InputError names what exists when one is unknown.

    COLUMN is a label as in the file, or `#3` for the third column.
    """
    own_choices: set[int] = set()
    for option in options:
        label, field, unit = _parts(option)
        column = _find(mapping, label)
        mapping = mapping.with_column(column.index, field, _checked_unit(field, unit))
        own_choices.add(column.index)
        mapping = _displaced(mapping, field, own_choices, column.field)
        if (
            field in (Field.TEST_TIME, Field.STEP_TIME)
            and unit
            and TIME_UNIT not in mapping.accepted
        ):
            mapping = replace(mapping, accepted=(*mapping.accepted, TIME_UNIT))
    return mapping


def _parts(option: str) -> tuple[str, Field, str]:
    label, equals, target = option.rpartition("=")
    name, _, unit = target.partition(":")
    if not equals or not label:
        raise InputError(
            f"--map {option!r} has no '='. Write COLUMN=FIELD or COLUMN=FIELD:UNIT, "
            "for example 'Strom=current:mA'."
        )
    try:
        return label, Field(name.strip().lower()), unit.strip()
    except ValueError:
        fields = ", ".join(Field)
        raise InputError(f"--map {option!r}: no field {name!r}. Use one of: {fields}.") from None


def _find(mapping: Mapping, label: str) -> Column:
    matches = [c for c in mapping.columns if c.label == label]
    matches = matches or [
        c for c in mapping.columns if c.label.strip().lower() == label.strip().lower()
    ]
    matches = matches or [c for c in mapping.columns if f"#{c.index + 1}" == label.strip()]
    if len(matches) > 1:
        numbers = " or ".join(f"#{c.index + 1}" for c in matches)
        raise InputError(
            f"--map: {len(matches)} columns are named {label!r}. Write {numbers} instead."
        )
    if not matches:
        names = [c.shown for c in mapping.columns]
        more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
        raise InputError(
            f"--map: the file has no column {label!r}. It has: {', '.join(names[:_LISTED])}{more}."
        )
    return matches[0]


def _checked_unit(field: Field, unit: str) -> str | None:
    if not unit:
        return None
    if not field.units:
        if len(unit) > UNIT_LENGTH:
            raise InputError(f"--map: the unit {unit!r} is longer than {UNIT_LENGTH} characters.")
        return unit
    same = {u.lower(): u for u in field.units}
    spelling = unit if unit in field.units else same.get(unit.lower(), known_unit(unit) or unit)
    if spelling not in field.units:
        raise InputError(f"--map: {unknown_unit(unit, field)}")
    return spelling


def _displaced(mapping: Mapping, field: Field, own_choices: set[int], was: Field) -> Mapping:
    """The column that we had taken for `field` ourselves makes room for the user's.

    Where counters of charge and discharge are the other way round, both change places.
    """
    if not field.single:
        return mapping
    for column in mapping.columns:
        if column.field is field and column.index not in own_choices:
            textual = (
                field is Field.STATE
                or column.unit in WRITTEN_DURATIONS
                or (field is Field.CLOCK and column.unit not in NUMERIC_CLOCKS)
            )
            other = Field.IGNORED if textual else Field.EXTENDED
            if {was, field} in _BOTH_WAYS:
                other = was
            mapping = mapping.with_column(column.index, other)
    return mapping
