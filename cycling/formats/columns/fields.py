"""What a column of a file can be, and in which units."""

from enum import StrEnum
from typing import NamedTuple


class Field(StrEnum):
    """What a column is; the values are what `--map COLUMN=FIELD[:UNIT]` takes."""

    TEST_TIME = "test_time"
    CLOCK = "clock"
    VOLTAGE = "voltage"
    CURRENT = "current"
    POWER = "power"
    CYCLE = "cycle"
    STEP = "step"
    STEP_ID = "step_id"
    EXTENDED = "extended"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        """The field's name on the page."""
        return _FACTS[self].label

    @property
    def units(self) -> tuple[str, ...]:
        """Units offered for it, ours first; none where the unit is free text."""
        return _FACTS[self].units

    @property
    def becomes(self) -> str:
        """The column of ours that it turns into; "" for extended and ignored ones."""
        return _FACTS[self].becomes

    @property
    def single(self) -> bool:
        """Whether a file has at most one such column."""
        return self not in (Field.EXTENDED, Field.IGNORED)


DURATION_UNIT = "h:min:s"
UNIX_S, UNIX_MS, EXCEL_DAYS = "Unix s", "Unix ms", "Excel days"
YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "year first", "day first", "month first"
NUMERIC_CLOCKS = (UNIX_S, UNIX_MS, EXCEL_DAYS)
WHOLE_NUMBERS = (Field.CYCLE, Field.STEP, Field.STEP_ID)
STEP_ID_CHANNEL = ("Step ID", "1")


class _Facts(NamedTuple):
    label: str
    becomes: str = ""
    units: tuple[str, ...] = ()


_CLOCK_UNITS = (UNIX_S, UNIX_MS, YEAR_FIRST, DAY_FIRST, MONTH_FIRST, EXCEL_DAYS)
_FACTS = {
    Field.TEST_TIME: _Facts(
        "Test time", "Test Time / s", ("s", "ms", "us", "min", "h", "d", DURATION_UNIT)
    ),
    Field.CLOCK: _Facts("Clock time", "Unix Time / s", _CLOCK_UNITS),
    Field.VOLTAGE: _Facts("Voltage", "Voltage / V", ("V", "mV", "uV", "kV")),
    Field.CURRENT: _Facts("Current", "Current / A", ("A", "mA", "uA", "nA", "kA")),
    Field.POWER: _Facts("Power", "Power / W", ("W", "mW", "uW", "kW")),
    Field.CYCLE: _Facts("Cycle", "Cycle Count / 1", ("1",)),
    Field.STEP: _Facts("Step", "Step Count / 1", ("1",)),
    Field.STEP_ID: _Facts("Step ID", "Step ID / 1", ("1",)),
    Field.EXTENDED: _Facts("Extended measure"),
    Field.IGNORED: _Facts("Not imported"),
}

# Columns of our own CSV, in their order.
OWN_FIELDS = (
    Field.TEST_TIME,
    Field.CLOCK,
    Field.VOLTAGE,
    Field.CURRENT,
    Field.POWER,
    Field.CYCLE,
    Field.STEP,
)
