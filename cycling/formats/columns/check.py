"""Whether a mapping can be read at all: it fits the file and says which column is which."""

import re
from collections.abc import Iterator

from cycling.errors import InputError
from cycling.formats.columns.fields import APART, Field
from cycling.formats.columns.guess import name_place
from cycling.formats.columns.labels import plain_name, split_label
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.columns.recognise import OWN_HEADER
from cycling.formats.problems import Problem, quoted_list
from cycling.formats.text.table import TextTable
from cycling.formats.values.dates import word_behind

# Words in the names of columns without a unit that are surely no current.
_NO_CURRENT = re.compile(
    r"temp|time|cap|energy|so[ch]\b|cycle|step|rec|point|\bpt\b|index|count|number|mode|error|flag"
    r"|range|changes|counter|ox red|mark|channel|test|press|resist|ohm|volt|loop|\bn[sro]\b|\bid\b"
)

_SIZES = ("g", "mg", "kg", "cm2", "m2", "cm^2", "cm²")


def mapping_problems(table: TextTable, mapping: Mapping) -> tuple[Problem, ...]:
    """What keeps a file from being read with this mapping; InputError if it is another file's."""
    if not mapping.fits(table.labels):
        raise InputError(
            f"The chosen columns are not those of {table.file_name}. "
            "Open the file again and check its columns."
        )
    return (*_missing(table, mapping), *_twice(mapping), *_ambiguous(table, mapping))


def _missing(table: TextTable, mapping: Mapping) -> Iterator[Problem]:
    for field in (Field.VOLTAGE, Field.CURRENT):
        power = _flowing_power(table, mapping) if field is Field.CURRENT else None
        has_none = field is Field.CURRENT and not power and has_no_current(mapping)
        if not mapping.has(field) and not has_none:
            text = f"No column is {field.label}. Choose the one that is."
            per = next((c for c in mapping.columns if _is_per_size(c)), None)
            if field is Field.CURRENT and per:
                text = (
                    f"Column {per.shown!r} is a current per area or mass, and no column is "
                    "Current. Export the current itself."
                )
            elif power:
                text = (
                    f"No column is Current, and from the power in column {power.shown!r} alone "
                    "charge is not counted. Export the file with its current, or set that column "
                    "to 'Extended measure' to import the voltage alone."
                )
            elif field is Field.CURRENT:
                text = (
                    f"No column is {field.label}. Choose the one that is, or the two of "
                    "Charge current and Discharge current."
                )
            yield Problem("error", text, code=f"missing-{field}")
    times = (Field.TEST_TIME, Field.CLOCK, Field.STEP_TIME)
    if not any(map(mapping.column, times)):
        text = "No column is Test time or Clock time. Choose at least one of them."
        for column in mapping.columns:
            if word := next(filter(None, map(word_behind, table.sample_of(column.index))), ""):
                text = (
                    f"No column is Test time or Clock time: {word!r} behind the times of column "
                    f"{column.shown!r} is no zone and no half of the day that is read. "
                    "Export them without it, in hours of 24 or with an offset such as +02:00."
                )
                break
        yield Problem("error", text, code="missing-time")


def _flowing_power(table: TextTable, mapping: Mapping) -> Column | None:
    """A column of power that is not 0: a current flows, though no column has it."""
    fields = (Field.POWER, *APART[Field.POWER])
    columns = [column for field in fields if (column := mapping.column(field))]
    return next(
        (c for c in columns if any(re.search("[1-9]", cell) for cell in table.sample_of(c.index))),
        None,
    )


def has_no_current(mapping: Mapping) -> bool:
    """Whether no column can be the current: a file of a rest has voltage alone."""
    return not mapping.has(Field.CURRENT) and not any(map(_may_be_current, mapping.columns))


def _may_be_current(column: Column) -> bool:
    if column.field is Field.IGNORED:  # text, where a current was expected
        return (
            column.label != ""
            and name_place(split_label(column.label)[0], Field.CURRENT) is not None
        )
    if column.field is not Field.EXTENDED:
        return column.field in APART[Field.CURRENT]
    if column.unit in Field.CURRENT.units or _is_per_size(column):
        return True
    return column.unit == "1" and not _NO_CURRENT.search(plain_name(column.name))


def _is_per_size(column: Column) -> bool:
    """Whether a column is a current per area or mass: mA/cm2, A/g."""
    unit = column.unit.partition("/")
    return column.field is Field.EXTENDED and unit[0] in Field.CURRENT.units and unit[2] in _SIZES


def _twice(mapping: Mapping) -> Iterator[Problem]:
    for field, columns in mapping.twice():
        text = (
            f"{_named(columns)} are both {field.label}. "
            "Set all but one of them to another field or to 'Not imported'."
        )
        yield Problem("error", text, column=columns[1].shown, code="twice")


def _ambiguous(table: TextTable, mapping: Mapping) -> Iterator[Problem]:
    """A field whose label stands over two columns; our own export may have such channels."""
    if table.labels[: len(OWN_HEADER)] == OWN_HEADER:
        return
    for column in mapping.columns:
        if not column.field.single:
            continue
        same = [c for c in mapping.columns if c.label == column.label]
        others = [c for c in same if c.field is Field.EXTENDED]
        if others and column.label:
            text = (
                f"{_named((column, *others))} have the same name; column #{column.index + 1} "
                f"was taken for {column.field.label}. Set those that are not meant to "
                "'Not imported'."
            )
            yield Problem("error", text, column=column.shown, code="duplicate-label")


def _named(columns: tuple[Column, ...]) -> str:
    labels = {c.shown for c in columns}
    if len(labels) == 1:
        return f"Columns {' and '.join(f'#{c.index + 1}' for c in columns)} {columns[0].shown!r}"
    return f"Columns {quoted_list([c.shown for c in columns])}"
