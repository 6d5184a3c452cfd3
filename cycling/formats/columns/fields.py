"""What a column of a file can be, and in which units."""

from enum import StrEnum


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
        return _LABELS[self]

    @property
    def units(self) -> tuple[str, ...]:
        """Units offered for it, ours first; none where the unit is free text."""
        return _UNITS.get(self, ())

    @property
    def becomes(self) -> str:
        """The column of ours that it turns into; "" for extended and ignored ones."""
        return _BECOMES.get(self, "")

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

_LABELS = {
    Field.TEST_TIME: "Test time",
    Field.CLOCK: "Clock time",
    Field.VOLTAGE: "Voltage",
    Field.CURRENT: "Current",
    Field.POWER: "Power",
    Field.CYCLE: "Cycle",
    Field.STEP: "Step",
    Field.STEP_ID: "Step ID",
    Field.EXTENDED: "Extended measure",
    Field.IGNORED: "Not imported",
}

_UNITS = {
    Field.TEST_TIME: ("s", "ms", "us", "min", "h", "d", DURATION_UNIT),
    Field.CLOCK: (UNIX_S, UNIX_MS, YEAR_FIRST, DAY_FIRST, MONTH_FIRST, EXCEL_DAYS),
    Field.VOLTAGE: ("V", "mV", "uV", "kV"),
    Field.CURRENT: ("A", "mA", "uA", "nA", "kA"),
    Field.POWER: ("W", "mW", "uW", "kW"),
    Field.CYCLE: ("1",),
    Field.STEP: ("1",),
    Field.STEP_ID: ("1",),
}

_BECOMES = {
    Field.TEST_TIME: "Test Time / s",
    Field.CLOCK: "Unix Time / s",
    Field.VOLTAGE: "Voltage / V",
    Field.CURRENT: "Current / A",
    Field.POWER: "Power / W",
    Field.CYCLE: "Cycle Count / 1",
    Field.STEP: "Step Count / 1",
    Field.STEP_ID: "Step ID / 1",
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
