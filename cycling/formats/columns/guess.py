"""A best guess of what each column of an unknown text table is, from its label and its cells."""

from collections.abc import Iterable
from dataclasses import dataclass

from cycling.formats.columns.bdf import label_of
from cycling.formats.columns.durations import written_unit
from cycling.formats.columns.fields import (
    DURATIONS,
    SINCE_1904,
    TIME_OF_DAY,
    UNIX_UNITS,
    WHOLE_NUMBERS,
    WRITTEN_DURATIONS,
    Field,
)
from cycling.formats.columns.labels import (
    NAME_LENGTH,
    UNIT_LENGTH,
    same_name,
    split_label,
    split_suffix,
)
from cycling.formats.columns.mapping import Column
from cycling.formats.columns.measured import measured_of
from cycling.formats.columns.names import OPEN_TIMES, PLACES, TIMES_OF_DAY
from cycling.formats.columns.time_values import Candidate
from cycling.formats.columns.times import is_step_time, test_time
from cycling.formats.text.layout import is_numeric
from cycling.formats.text.split_clock import SplitClock
from cycling.formats.text.table import TextTable
from cycling.formats.values.cell_units import split_cell, unit_of_cells
from cycling.formats.values.clock_units import clock_unit, is_clock, mostly, names_day
from cycling.formats.values.durations import is_duration
from cycling.formats.values.numbers import says_none
from cycling.formats.values.states import are_states, direction
from cycling.formats.values.times_of_day import is_time_of_day, names_half

_NEED_A_UNIT = ("test", "step")
_MEASURED = (Field.VOLTAGE, Field.CURRENT, Field.POWER)
_ANY_NAME = 1000  # place of a column that only its cells recommend


@dataclass(frozen=True, order=True)
class _Choice:
    place: int
    index: int
    unit: str

    @property
    def candidate(self) -> Candidate:
        """The column with its unit, as one of its times."""
        return Candidate(self.index, self.unit)


def name_place(name: str, field: Field) -> int | None:
    """Place of a name among those of a field, None if it is none of them by its name alone."""
    plain = same_name(name)
    is_open = field in DURATIONS and plain in (*OPEN_TIMES, *_NEED_A_UNIT)
    return None if is_open else PLACES[field].get(plain)


def plain_column(table: TextTable, index: int) -> Column:
    """The column as an extended measure, or as not imported where its cells are text or blank."""
    name, unit = split_label(table.labels[index])
    if unit is None and (machine := label_of(table.labels[index])):
        name, unit = machine
    cells = table.sample_of(index)
    field = Field.EXTENDED if holds_numbers(cells) else Field.IGNORED
    unit = unit or unit_of_cells(cells, name)
    return extended(table, index, name, unit or "1", field)


def extended(
    table: TextTable, index: int, name: str, unit: str, field: Field = Field.EXTENDED
) -> Column:
    """A column under its channel name; one without a label is called by its number."""
    channel = name[:NAME_LENGTH].strip() or f"Column {index + 1}"
    return Column(index, table.labels[index], field, unit[:UNIT_LENGTH] or "1", channel)


def holds_numbers(cells: Iterable[str]) -> bool:
    """Whether cells are plain numbers (or say that there is none), and at least one is."""
    texts = [c for c in cells if c and not says_none(c)]
    return bool(texts) and all(map(_is_plain_number, texts))


def _is_plain_number(cell: str) -> bool:
    if is_numeric(cell):
        return not is_duration(cell) and not is_clock(cell)
    return split_cell(cell) is not None


def guess_fields(table: TextTable, columns: list[Column], fields: Iterable[Field]) -> list[Column]:
    """`columns` with the best candidate for each wanted field made that field."""
    used_indices = {c.index for c in columns if c.field.single}
    columns_now = list(columns)
    for field in fields:
        choices = _ranked(table, field, used_indices)
        best = _best(table, field, choices, columns_now)
        if best:
            used_indices.add(best.index)
            old = columns_now[best.index]
            columns_now[best.index] = Column(best.index, old.label, field, best.unit, old.name)
    return columns_now


def _ranked(table: TextTable, field: Field, used: set[int]) -> list[_Choice]:
    """Candidates for a field, the best first."""
    ranks = ((index, _rank(table, index, field)) for index in range(len(table.labels)))
    choices = [_Choice(rank[0], index, rank[1]) for index, rank in ranks if rank]
    return sorted(choice for choice in choices if choice.index not in used)


def _best(
    table: TextTable, field: Field, choices: list[_Choice], columns: list[Column]
) -> _Choice | None:
    if field is Field.TEST_TIME:
        clocks = _ranked(table, Field.CLOCK, {c.index for c in columns if c.field.single})
        clock = next((c for c in clocks if names_day(table.sample_of(c.index))), None)
        taken = test_time(
            table,
            [choice.candidate for choice in choices],
            clock.candidate if clock else None,
        )
        best = next((c for c in choices if taken and c.index == taken.index), None)
        return None if best and clock and best.unit == TIME_OF_DAY else best
    if not choices:
        return None
    best = choices[0]
    time = next((c for c in columns if c.field is Field.TEST_TIME), None)
    if field is Field.STEP_TIME:
        explicit = [c for c in choices if is_step_time(table, c.candidate, time)]
        return explicit[0] if explicit else None
    return best


def _rank(table: TextTable, index: int, field: Field) -> tuple[int, str] | None:
    """Place of a column among the candidates for `field`, and its unit; None if it is none."""
    name, unit = _name_and_unit(table.labels[index], field)
    cells = table.sample_of(index)
    split = table.rewriting
    if field in DURATIONS and isinstance(split, SplitClock) and index == split.time:
        return None  # it is in the clock
    place = _place(name, field)
    if place is None:
        if not _speaks_for_itself(field, cells):
            return None
        place = _ANY_NAME
    if field is Field.STATE:
        return (place, "1") if are_states(cells) else None
    fitting = _clock_unit(cells, unit) if field is Field.CLOCK else _unit(field, name, unit, cells)
    return (place, fitting) if fitting else None


def _place(name: str, field: Field) -> int | None:
    """Place of a name among those of a field; a name that says that it was measured comes first."""
    place = PLACES[field].get(name)
    if place is None and field in _MEASURED and (rest := measured_of(name)):
        place = PLACES[field].get(rest)
        return None if place is None else place - len(PLACES[field])
    return place


def _speaks_for_itself(field: Field, cells: list[str]) -> bool:
    """Whether cells say what a column is whatever its name: full dates, words for charge."""
    if field is Field.CLOCK:
        return names_day(cells) and len(set(cells)) > 1
    return field is Field.STATE and any(
        len(cell) > 2 and direction(cell) in (1, -1) for cell in set(cells)
    )


def _name_and_unit(label: str, field: Field) -> tuple[str, str | None]:
    if label.startswith("|"):  # the magnitude of an impedance's voltage or current
        return "", None
    name, unit = split_label(label)
    if unit is None and _place(same_name(name), field) is None:
        name, unit = split_suffix(label)
    return same_name(name), unit


def _unit(field: Field, name: str, unit: str | None, cells: list[str]) -> str | None:
    """The unit that a column has as `field`; None if label or cells speak against the field."""
    texts = [c for c in cells if c]
    if not texts:
        return None
    if field is Field.TEST_TIME and (name in TIMES_OF_DAY or any(map(names_half, texts))):
        return TIME_OF_DAY if mostly(is_time_of_day, texts) else None
    if field in DURATIONS and mostly(is_duration, texts):
        return written_unit(texts, unit)
    if not mostly(_is_plain_number, texts):
        return None
    if field in WHOLE_NUMBERS and not mostly(_is_whole, texts):
        return None
    unit = unit or unit_of_cells(texts)
    if unit is None and name in _NEED_A_UNIT and field in DURATIONS:
        return None  # the number of a test or of a step
    if unit is None:
        looks_like_clock = field is Field.TEST_TIME and clock_unit(cells) in UNIX_UNITS.values()
        return None if looks_like_clock else field.units[0]
    return unit if unit in field.units and unit not in WRITTEN_DURATIONS else None


def _is_whole(cell: str) -> bool:
    try:
        return float(cell.replace(",", ".")).is_integer()
    except (ValueError, OverflowError):
        return False


def _clock_unit(cells: list[str], unit: str | None) -> str | None:
    guess = clock_unit(cells)
    if unit in UNIX_UNITS and not names_day(cells):
        fits = guess == UNIX_UNITS[unit] or (unit == "s" and guess == SINCE_1904)
        return guess if fits else None
    return guess
