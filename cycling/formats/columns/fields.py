"""What a column of a file can be, and in which units."""

from enum import StrEnum
from typing import NamedTuple


class Field(StrEnum):
    """What a column is; the values are what `--map COLUMN=FIELD[:UNIT]` takes."""

    TEST_TIME = "test_time"
    CLOCK = "clock"
    VOLTAGE = "voltage"
    CURRENT = "current"
    CHARGE_CURRENT = "charge_current"
    DISCHARGE_CURRENT = "discharge_current"
    POWER = "power"
    CHARGE_POWER = "charge_power"
    DISCHARGE_POWER = "discharge_power"
    CYCLE = "cycle"
    STEP = "step"
    STEP_ID = "step_id"
    STEP_TIME = "step_time"
    CHARGE_CAPACITY = "charge_capacity"
    DISCHARGE_CAPACITY = "discharge_capacity"
    CAPACITY = "capacity"
    CHARGE_ENERGY = "charge_energy"
    DISCHARGE_ENERGY = "discharge_energy"
    ENERGY = "energy"
    STATE = "state"
    PAUSED = "paused"
    EXTENDED = "extended"
    IGNORED = "ignored"

    @property
    def label(self) -> str:
        """The field's name on the page."""
        return _FACTS[self].label

    @property
    def units(self) -> tuple[str, ...]:
        """Units offered for it, ours first; none where the unit is free text or there is none."""
        return _FACTS[self].units

    @property
    def becomes(self) -> str:
        """The column of ours that it turns into; "" for extended and ignored ones."""
        return _FACTS[self].becomes

    @property
    def channel(self) -> tuple[str, str] | None:
        """Name and unit of the extended channel that keeps it; None where a column does."""
        if self not in CHANNEL_FIELDS:
            return None
        name, _, unit = self.becomes.rpartition(" / ")
        return name, unit

    @property
    def single(self) -> bool:
        """Whether a file has at most one such column."""
        return self not in (Field.EXTENDED, Field.IGNORED)


DURATION_UNIT, MINUTES_UNIT, DAYS_UNIT = "h:min:s", "min:s", "d:h:min:s"
TIME_OF_DAY = "time of day"
WRITTEN_DURATIONS = (DURATION_UNIT, MINUTES_UNIT, DAYS_UNIT, TIME_OF_DAY)
UNIX_S, UNIX_MS, UNIX_US, UNIX_NS = "Unix s", "Unix ms", "Unix us", "Unix ns"
SINCE_1904, EXCEL_DAYS = "s since 1904", "Excel days"
YEAR_FIRST, DAY_FIRST, MONTH_FIRST = "year first", "day first", "month first"
UNIX_UNITS = {"s": UNIX_S, "ms": UNIX_MS, "us": UNIX_US, "ns": UNIX_NS}
ABSOLUTE_CLOCKS = (*UNIX_UNITS.values(), SINCE_1904)  # in UTC, whatever the zone
NUMERIC_CLOCKS = (*ABSOLUTE_CLOCKS, EXCEL_DAYS)
DURATIONS = (Field.TEST_TIME, Field.STEP_TIME)
WHOLE_NUMBERS = (Field.CYCLE, Field.STEP, Field.STEP_ID, Field.PAUSED)
# The instrument's own counters. When they start again (never, with each cycle, with each step) and
# whether `capacity` and `energy` have a sign is up to the instrument.
COUNTERS = (
    Field.CHARGE_CAPACITY,
    Field.DISCHARGE_CAPACITY,
    Field.CAPACITY,
    Field.CHARGE_ENERGY,
    Field.DISCHARGE_ENERGY,
    Field.ENERGY,
)
# What some files give in two columns, one for charge and one for discharge: their difference.
APART = {
    Field.CURRENT: (Field.CHARGE_CURRENT, Field.DISCHARGE_CURRENT),
    Field.POWER: (Field.CHARGE_POWER, Field.DISCHARGE_POWER),
}
# Fields that no column of the measures holds: they are kept as extended channels of fixed names.
CHANNEL_FIELDS = (Field.STEP_ID, Field.STEP_TIME, *COUNTERS)


class _Facts(NamedTuple):
    label: str
    becomes: str = ""
    units: tuple[str, ...] = ()


_CLOCK_UNITS = (*NUMERIC_CLOCKS[:2], YEAR_FIRST, DAY_FIRST, MONTH_FIRST, *NUMERIC_CLOCKS[2:])
_TIME_UNITS = ("s", "ms", "us", "min", "h", "d", *WRITTEN_DURATIONS[:3])
_CURRENT_UNITS = ("A", "mA", "uA", "nA", "kA")
_POWER_UNITS = ("W", "mW", "uW", "kW")
_CHARGE_UNITS = ("Ah", "mAh", "uAh", "nAh", "C", "mC", "uC")
_ENERGY_UNITS = ("Wh", "mWh", "uWh", "kWh", "J", "mJ", "kJ")
_FACTS = {
    Field.TEST_TIME: _Facts("Test time", "Test Time / s", (*_TIME_UNITS, TIME_OF_DAY)),
    Field.CLOCK: _Facts("Clock time", "Unix Time / s", _CLOCK_UNITS),
    Field.VOLTAGE: _Facts("Voltage", "Voltage / V", ("V", "mV", "uV", "kV")),
    Field.CURRENT: _Facts("Current", "Current / A", _CURRENT_UNITS),
    Field.CHARGE_CURRENT: _Facts("Charge current", "Current / A", _CURRENT_UNITS),
    Field.DISCHARGE_CURRENT: _Facts("Discharge current", "Current / A", _CURRENT_UNITS),
    Field.POWER: _Facts("Power", "Power / W", _POWER_UNITS),
    Field.CHARGE_POWER: _Facts("Charge power", "Power / W", _POWER_UNITS),
    Field.DISCHARGE_POWER: _Facts("Discharge power", "Power / W", _POWER_UNITS),
    Field.CYCLE: _Facts("Cycle", "Cycle Count / 1", ("1",)),
    Field.STEP: _Facts("Step", "Step Count / 1", ("1",)),
    Field.STEP_ID: _Facts("Step ID", "Step ID / 1", ("1",)),
    Field.STEP_TIME: _Facts("Step time", "Step Time / s", _TIME_UNITS),
    Field.CHARGE_CAPACITY: _Facts("Charge capacity", "Charging Capacity / Ah", _CHARGE_UNITS),
    Field.DISCHARGE_CAPACITY: _Facts(
        "Discharge capacity", "Discharging Capacity / Ah", _CHARGE_UNITS
    ),
    Field.CAPACITY: _Facts("Capacity", "Capacity / Ah", _CHARGE_UNITS),
    Field.CHARGE_ENERGY: _Facts("Charge energy", "Charging Energy / Wh", _ENERGY_UNITS),
    Field.DISCHARGE_ENERGY: _Facts("Discharge energy", "Discharging Energy / Wh", _ENERGY_UNITS),
    Field.ENERGY: _Facts("Energy", "Energy / Wh", _ENERGY_UNITS),
    Field.STATE: _Facts("State"),
    Field.PAUSED: _Facts("Paused", "Paused / 1", ("1",)),
    Field.EXTENDED: _Facts("Extended measure"),
    Field.IGNORED: _Facts("Not imported"),
}

# What stands in the column Paused of our own CSV of a station's run; blank where it is not known.
RUNNING, PAUSED, INTERRUPTED = 0, 1, 2  # interrupted: paused, because its station had been off

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
