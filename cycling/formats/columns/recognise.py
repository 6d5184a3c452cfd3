"""Recognising a table's format, and what each of its columns is.

A reader for another vendor is one more entry in RECOGNISERS: a function that gives the mapping
of its files and None for all others. The first that answers counts; the last one always does.
"""

from collections.abc import Callable
from dataclasses import replace

from cycling.formats.columns.apart import with_counters, with_parts
from cycling.formats.columns.bdf import label_of
from cycling.formats.columns.fields import (
    CHANNEL_FIELDS,
    COUNTERS,
    OWN_FIELDS,
    UNIX_UNITS,
    YEAR_FIRST,
    Field,
)
from cycling.formats.columns.guess import extended, guess_fields, plain_column
from cycling.formats.columns.labels import restored, split_label, split_own
from cycling.formats.columns.mapping import Column, Mapping
from cycling.formats.columns.measured import with_measured_said
from cycling.formats.columns.times import with_times
from cycling.formats.text.table import TextTable
from cycling.formats.values.clock_units import clock_unit

BDF = "BDF CSV"
OLD_CSV = "Old application CSV"
OLD_EXPORT = "Old application export"
TEXT_TABLE = "Text table"

# Formats that say themselves that current above zero charges; data may still contradict it.
SIGNED_FORMATS = (BDF, "BDF parquet", OLD_CSV, OLD_EXPORT)

OWN_HEADER = tuple(field.becomes for field in OWN_FIELDS)
_ESSENTIAL = (Field.VOLTAGE, Field.CURRENT, Field.TEST_TIME, Field.CLOCK)
_OTHERS = (
    *(Field.POWER, Field.CYCLE, Field.STEP, Field.STEP_ID, Field.STEP_TIME, Field.STATE),
    *COUNTERS,
)
_OWN_OTHERS = {field.becomes: field for field in (Field.PAUSED, *CHANNEL_FIELDS)}

_BDF_NAMES = {
    **{
        split_own(field.becomes)[0].lower(): field
        for field in (*OWN_FIELDS, Field.PAUSED, *CHANNEL_FIELDS)
        if field not in (Field.CAPACITY, Field.ENERGY)  # which of several it is, names say better
    },
    "step index": Field.STEP_ID,
}


def propose(table: TextTable) -> Mapping:
    """The format and the columns of a table as far as they can be recognised."""
    for recogniser in (*RECOGNISERS, _text_table):
        if mapping := recogniser(table):
            return with_times(table, with_measured_said(with_counters(with_parts(mapping))))
    raise AssertionError


def _own_export(table: TextTable) -> Mapping | None:
    """Our own CSV: columns by position, channel names exactly as they were."""
    count = len(OWN_FIELDS)
    if table.labels[:count] != OWN_HEADER:
        return None
    columns = []
    for index, label in enumerate(table.labels):
        if index < count:
            own = OWN_FIELDS[index]
            columns.append(Column(index, label, own, own.units[0], own.label))
        elif field := _OWN_OTHERS.get(label):
            columns.append(Column(index, label, field, field.units[0], field.label))
        else:
            columns.append(extended(table, index, *split_own(label)))
    return Mapping(BDF, tuple(columns))


def _bdf(table: TextTable) -> Mapping | None:
    """Battery Data Format: preferred labels or machine names; look-alikes are left aside."""
    columns = [plain_column(table, index) for index in range(len(table.labels))]
    for index, label in enumerate(table.labels):
        match = _bdf_field(label)
        if match and (any(table.sample_of(index)) or match[0] in _ESSENTIAL[:3]):
            columns[index] = Column(index, label, *match, columns[index].name)
    fields = {column.field for column in columns}
    if not fields.issuperset((Field.VOLTAGE, Field.CURRENT)):
        return None
    if fields.isdisjoint((Field.TEST_TIME, Field.CLOCK)):
        return None
    missing = [field for field in (*_ESSENTIAL, *_OTHERS) if field not in fields]
    guessed = guess_fields(table, _one_step_id(columns), missing)
    return Mapping(BDF, tuple(_moving(table, guessed)))


def _bdf_field(label: str) -> tuple[Field, str] | None:
    if machine := label_of(label):
        name, unit = machine
    elif " / " in label:
        name, unit = split_label(label)[0], split_label(label)[1] or "1"
    else:
        return None
    field = _BDF_NAMES.get(name.lower())
    if field is Field.CLOCK:
        unit = UNIX_UNITS.get(unit, "")
    return (field, unit) if field and unit in field.units else None


def _one_step_id(columns: list[Column]) -> list[Column]:
    """`Step ID` is the step's id where a file has `Step Index` as well."""
    candidates = [c for c in columns if c.field is Field.STEP_ID]
    if len(candidates) < 2:
        return columns
    ids = [c for c in candidates if "index" not in c.label.lower()] or candidates[:1]
    return [
        Column(c.index, c.label, Field.EXTENDED, "1", c.name)
        if c in candidates and c not in ids
        else c
        for c in columns
    ]


def _old_csv(table: TextTable) -> Mapping | None:
    """What users of the old application imported: timestamp, voltage, current, ... in V and A."""
    if table.labels[:3] != ("timestamp", "voltage", "current"):
        return None
    if clock_unit(table.sample_of(0)) not in (YEAR_FIRST, None):
        return None  # another program's, that has the same names
    fields = {
        "timestamp": (Field.CLOCK, YEAR_FIRST),
        "voltage": (Field.VOLTAGE, "V"),
        "current": (Field.CURRENT, "A"),
        "instr_id": (Field.STEP_ID, "1"),
    }
    return _named(table, OLD_CSV, fields)


def _old_export(table: TextTable) -> Mapping | None:
    """What the old application exported: its table of measures, in mV, mA and mW."""
    if not {"MeasID", "Timestamp", "Voltage", "Current"}.issubset(table.labels):
        return None
    fields = {
        "Timestamp": (Field.CLOCK, YEAR_FIRST),
        "MeasID": (Field.IGNORED, "1"),
        "Voltage": (Field.VOLTAGE, "mV"),
        "Current": (Field.CURRENT, "mA"),
        "Power": (Field.POWER, "mW"),
        "InstrID": (Field.STEP_ID, "1"),
    }
    return _named(table, OLD_EXPORT, fields)


def _named(table: TextTable, name: str, fields: dict[str, tuple[Field, str]]) -> Mapping:
    """A mapping by exact labels; every other column is a measure, or text."""
    columns = []
    for index, label in enumerate(table.labels):
        column = plain_column(table, index)
        match = fields.get(restored(label))
        if match and (match[0] in _ESSENTIAL or any(table.sample_of(index))):
            column = Column(index, label, *match, column.name)
        columns.append(column)
    return Mapping(name, tuple(columns))


def _text_table(table: TextTable) -> Mapping:
    """Any table with a header: every column by its label and its cells."""
    columns = [plain_column(table, index) for index in range(len(table.labels))]
    guessed = guess_fields(table, columns, (*_ESSENTIAL, *_OTHERS))
    return Mapping(TEXT_TABLE, tuple(_moving(table, guessed)))


def _moving(table: TextTable, columns: list[Column]) -> list[Column]:
    """The columns without a step time that stands still: it says nothing of any step."""
    rows = len(table.sample)
    return [
        replace(c, field=Field.IGNORED)
        if c.field is Field.STEP_TIME and rows > 2 and len(set(table.sample_of(c.index))) == 1
        else c
        for c in columns
    ]


RECOGNISERS: tuple[Callable[[TextTable], Mapping | None], ...] = (
    _own_export,
    _bdf,
    _old_csv,
    _old_export,
)
