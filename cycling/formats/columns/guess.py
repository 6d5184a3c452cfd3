"""A best guess of what each column of an unknown text table is, from its label and its cells."""

from collections.abc import Iterable

from cycling.formats.columns.fields import (
    DURATION_UNIT,
    DURATIONS,
    UNIX_MS,
    UNIX_S,
    WHOLE_NUMBERS,
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
from cycling.formats.text.layout import is_numeric
from cycling.formats.text.table import TextTable
from cycling.formats.values.clock_units import clock_unit, is_clock, mostly
from cycling.formats.values.clocks import is_duration

# Names in our order of preference, as `plain_name` gives them.
NAMES: dict[Field, tuple[str, ...]] = {
    Field.VOLTAGE: (
        *("voltage", "cell voltage", "terminal voltage", "battery voltage", "ecell", "ewe"),
        *("ewe ece", "volts", "volt", "potential", "spannung", "tension", "voltaje", "u", "v", "e"),
    ),
    Field.CURRENT: (
        *("current", "cell current", "battery current", "amps", "amp", "strom", "courant"),
        *("corriente", "i", "control i"),
    ),
    Field.TEST_TIME: (
        *("test time", "total time", "cumulative time", "elapsed time", "time elapsed", "run time"),
        *("testtime", "time", "zeit", "tiempo", "temps", "relative time", "test", "t"),
    ),
    Field.CLOCK: (
        *("unix time", "timestamp", "date time", "datetime", "absolute time", "realtime"),
        *("real time", "system time", "clock time", "clock", "dpt time", "date", "datum", "fecha"),
        *("time", "time stamp", "start time"),
    ),
    Field.POWER: ("power", "watts", "watt", "leistung", "potencia", "p"),
    Field.CYCLE: (
        *("cycle count", "cycle index", "cycle number", "cycle id", "cycle no", "cycle"),
        *("total cycle", "cycles", "cyc", "zyklus", "ciclo"),
    ),
    Field.STEP: ("step count", "executed step"),
    Field.STEP_ID: (
        *("step id", "step index", "step number", "step no", "instr id", "instrid", "step"),
        *("schritt", "paso", "ns"),
    ),
    Field.STEP_TIME: (
        *("step time", "steptime", "dauer schritt", "state time", "step duration", "t step"),
        *("工步时间", "步骤时间", "步次时间"),
    ),
    Field.CHARGE_CAPACITY: (
        *("charging capacity", "charge capacity", "chg capacity", "chg cap", "charge cap"),
        *(
            "cap chg",
            "capacity charge",
            "q charge",
            "ah cha",
            "ah chg",
            "ah charge",
            "ladekapazität",
        ),
        *("充电容量", "充電容量", "충전용량", "충전 용량"),
    ),
    Field.DISCHARGE_CAPACITY: (
        *("discharging capacity", "discharge capacity", "dchg capacity", "dchg cap"),
        *("discharge cap", "dis cap", "cap dchg", "capacity discharge", "q discharge", "ah dch"),
        *("ah dchg", "ah discharge", "entladekapazität"),
        *("放电容量", "放電容量", "방전용량", "방전 용량"),
    ),
    Field.CAPACITY: (
        *("step capacity", "capacity", "cap", "q charge discharge", "q qo", "net capacity"),
        *("amp hr", "ah accu", "ah step", "ah", "kapazität", "capacidad", "capacité", "ladung"),
        *("m amp hr", "容量", "용량"),
    ),
    Field.CHARGE_ENERGY: (
        *("charging energy", "charge energy", "chg energy", "energy charge", "chg eng", "wh cha"),
        *("wh chg", "wh charge", "充电能量", "充電能量", "충전에너지"),
    ),
    Field.DISCHARGE_ENERGY: (
        *("discharging energy", "discharge energy", "dchg energy", "energy discharge"),
        *("dchg eng", "wh dch", "wh dchg", "wh discharge", "放电能量", "放電能量", "방전에너지"),
    ),
    Field.ENERGY: (
        *("step energy", "energy", "ener", "net energy", "watt hr", "wh accu", "wh step", "wh"),
        *("energie", "energía", "énergie", "能量", "에너지"),
    ),
}
_PLACES = {
    field: {same_name(name): place for place, name in reversed(list(enumerate(names)))}
    for field, names in NAMES.items()
}
_NO_VALUE = ("nan", "n/a", "na", "null", "-", "--")


def name_place(name: str, field: Field) -> int | None:
    """Place of a name among those of a field, None if it is none of them."""
    return _PLACES[field].get(same_name(name))


def plain_column(table: TextTable, index: int) -> Column:
    """The column as an extended measure, or as not imported where its cells are text or blank."""
    name, unit = split_label(table.labels[index])
    field = Field.EXTENDED if holds_numbers(table.sample_of(index)) else Field.IGNORED
    return extended(table, index, name, unit or "1", field)


def extended(
    table: TextTable, index: int, name: str, unit: str, field: Field = Field.EXTENDED
) -> Column:
    """A column under its channel name; one without a label is called by its number."""
    channel = name[:NAME_LENGTH].strip() or f"Column {index + 1}"
    return Column(index, table.labels[index], field, unit[:UNIT_LENGTH] or "1", channel)


def holds_numbers(cells: Iterable[str]) -> bool:
    """Whether cells are plain numbers (or say that there is none), and at least one is."""
    texts = [c for c in cells if c and c.lower() not in _NO_VALUE]
    return bool(texts) and all(map(_is_plain_number, texts))


def _is_plain_number(cell: str) -> bool:
    return is_numeric(cell) and not is_duration(cell) and not is_clock(cell)


def guess_fields(table: TextTable, columns: list[Column], fields: Iterable[Field]) -> list[Column]:
    """`columns` with the best candidate for each wanted field made that field."""
    used_indices = {c.index for c in columns if c.field.single}
    columns_now = list(columns)
    for field in fields:
        best: tuple[int, int, str] | None = None
        for index in range(len(columns)):
            candidate = None if index in used_indices else _rank(table, index, field)
            if candidate and (best is None or candidate[0] < best[0]):
                best = (candidate[0], index, candidate[1])
        if best:
            _, index, unit = best
            used_indices.add(index)
            old = columns_now[index]
            columns_now[index] = Column(index, old.label, field, unit, old.name)
    return columns_now


def _rank(table: TextTable, index: int, field: Field) -> tuple[int, str] | None:
    """Place of a column among the candidates for `field`, and its unit; None if it is none."""
    name, unit = _name_and_unit(table.labels[index], field)
    place = _PLACES[field].get(name)
    if place is None:
        return None
    cells = table.sample_of(index)
    fitting = _clock_unit(table, cells, unit) if field is Field.CLOCK else _unit(field, unit, cells)
    return (place, fitting) if fitting else None


def _name_and_unit(label: str, field: Field) -> tuple[str, str | None]:
    name, unit = split_label(label)
    if unit is None and same_name(name) not in _PLACES[field]:
        name, unit = split_suffix(label)
    return same_name(name), unit


def _unit(field: Field, unit: str | None, cells: list[str]) -> str | None:
    """The unit that a column has as `field`; None if label or cells speak against the field."""
    texts = [c for c in cells if c]
    if not texts:
        return None
    if field in DURATIONS and mostly(is_duration, texts):
        return DURATION_UNIT
    if not mostly(_is_plain_number, texts):
        return None
    if field in WHOLE_NUMBERS and not mostly(_is_whole, texts):
        return None
    if unit is None:
        looks_like_clock = field is Field.TEST_TIME and clock_unit(cells) in (UNIX_S, UNIX_MS)
        return None if looks_like_clock else field.units[0]
    return unit if unit in field.units and unit != DURATION_UNIT else None


def _is_whole(cell: str) -> bool:
    try:
        return float(cell.replace(",", ".")).is_integer()
    except (ValueError, OverflowError):
        return False


def _clock_unit(table: TextTable, cells: list[str], unit: str | None) -> str | None:
    guess = clock_unit(cells, elapsed_s(table))
    if unit in ("s", "ms"):
        unix_unit = UNIX_S if unit == "s" else UNIX_MS
        return guess if guess == unix_unit else None
    return guess


def elapsed_s(table: TextTable) -> float | None:
    """Seconds between the first and the last row by a plain column of times, if there is one."""
    for index, label in enumerate(table.labels):
        name, unit = _name_and_unit(label, Field.TEST_TIME)
        if _PLACES[Field.TEST_TIME].get(name, 7) < 7 and unit in (None, "s"):
            cells = [c for c in table.sample_of(index) if c]
            if len(cells) > 1 and _is_plain_number(cells[0]) and _is_plain_number(cells[-1]):
                first, last = (float(cells[i].replace(",", ".")) for i in (0, -1))
                return last - first
    return None
