"""A battery as a person describes it, and what is wrong or unusual about the description."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite

from cycling.errors import InputError
from cycling.names import MAX_NAME, check_description, check_name
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Technology,
)

MAX_VALUE = 2_000_000.0  # A, V, Ah or cm2: what fits the fixed columns as thousandths
SMALLEST_CM2 = 0.01
MAX_CELLS = 10_000
COLDEST_DEGC, HOTTEST_DEGC = -273.15, 1000.0
MARGIN, LEAST_MARGIN_V = 0.01, 0.05  # of a safety limit beyond the battery's range
FIRST_DAY = date(1900, 1, 1)
TEXT_WIDTHS = {
    "name": ("name", MAX_NAME),
    "manufacturer": ("manufacturer", 20),
    "model": ("model", 20),
    "serial_number": ("serial number", 30),
}

_RATE = re.compile(r"(?P<c>\d*\.?\d+) ?C|C ?/ ?(?P<part>\d*\.?\d+)|C(?P<hours>\d*\.?\d+)", re.ASCII)


@dataclass(frozen=True)
class NewBattery:
    """A battery as a person describes it: V, A, Ah, cm2, degC; `cells` are those in series.

    The voltages and currents bound what a profile may reach. The safety voltages lie outside them;
    without them the margin of `safety_range_v` counts.
    """

    name: str
    manufacturer: str
    model: str
    serial_number: str
    fabrication_date: date
    technology: Technology
    cells: int
    voltage_min_v: float
    voltage_max_v: float
    current_min_a: float
    current_max_a: float
    description: str = ""
    cell_voltage_min_v: float | None = None
    cell_voltage_max_v: float | None = None
    capacity_ah: float | None = None
    chemistry: str | None = None
    electrode_size_cm2: float | None = None
    electrode_composition: str | None = None
    bipolar_type: BipolarType | None = None
    membrane_type: MembraneType | None = None
    electrolyte_type: ElectrolyteType | None = None
    parallel: int = 1
    capacity_rate: str = ""
    safety_voltage_min_v: float | None = None
    safety_voltage_max_v: float | None = None
    temperature_min_degc: float | None = None
    temperature_max_degc: float | None = None
    charge_temperature_min_degc: float | None = None


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field of NewBattery, in a sentence."""

    field: str
    text: str


def problems(new: NewBattery, today: date | None = None) -> tuple[Problem, ...]:
    """Return what is wrong, field by field; nothing for a battery that can be registered."""
    return tuple(
        problem
        for check in (_texts, _build, _ranges, _technology, _safety, _temperatures)
        for problem in check(new)
    ) + tuple(_made(new, today))


def safety_range_v(new: NewBattery) -> tuple[float, float]:
    """Return the voltages at which a station switches off, in V.

    Those that were given, else the battery's range and 1 % or 50 mV beyond it, whichever is more.
    """
    low, high = new.safety_voltage_min_v, new.safety_voltage_max_v
    return (
        new.voltage_min_v - _margin(new.voltage_min_v) if low is None else low,
        new.voltage_max_v + _margin(new.voltage_max_v) if high is None else high,
    )


def rate_c(text: str) -> float | None:
    """Return a rate in units of 1/h: 0.2 for "C/5", "0.2C" and, for lead-acid, "C5"; else None."""
    match = _RATE.fullmatch(text.strip().upper())
    if match is None:
        return None
    hours = float(match["part"] or match["hours"] or 0)
    rate = float(match["c"]) if match["c"] else 1 / hours if hours else 0
    return rate if 0 < rate <= 1000 and isfinite(rate) else None


def next_serial_number(serial_number: str) -> str:
    """Count the last number in a serial number on: "24A-0099" gives "24A-0100"."""
    match = re.search(r"(\d+)(\D*)$", serial_number, re.ASCII)
    if match is None:
        return ""
    digits = match[1]
    return f"{serial_number[: match.start()]}{int(digits) + 1:0{len(digits)}d}{match[2]}"


def _margin(voltage_v: float) -> float:
    return max(MARGIN * abs(voltage_v), LEAST_MARGIN_V)


def _texts(new: NewBattery) -> Iterator[Problem]:
    for field, (label, width) in TEXT_WIDTHS.items():
        yield from _problem(field, check_name, str(getattr(new, field)), label, width)
    yield from _problem("description", check_description, new.description)


def _problem(field: str, check: Callable[..., str], *arguments: str | int) -> Iterator[Problem]:
    """Yield what a check says about a text."""
    try:
        check(*arguments)
    except InputError as error:
        yield Problem(field, str(error))


def _build(new: NewBattery) -> Iterator[Problem]:
    if not 1 <= new.cells <= MAX_CELLS:
        yield Problem("cells", "The number of cells must be between 1 and 10,000.")
    if not 1 <= new.parallel <= MAX_CELLS:
        yield Problem("parallel", "The number of cells in parallel must be between 1 and 10,000.")


def _ranges(new: NewBattery) -> Iterator[Problem]:
    if not -MAX_VALUE < new.voltage_min_v < new.voltage_max_v < MAX_VALUE:
        yield Problem("voltage_max_v", "The lowest voltage must be below the highest one.")
    currents = -MAX_VALUE < new.current_min_a <= 0 <= new.current_max_a < MAX_VALUE
    if not currents:
        field = "current_max_a" if new.current_min_a <= 0 else "current_min_a"
        yield Problem(field, "The discharge and charge currents must be positive numbers.")
    elif new.current_min_a == new.current_max_a:
        yield Problem("current_max_a", "Give a largest charge or discharge current above 0 A.")
    low = -MAX_VALUE if new.cell_voltage_min_v is None else new.cell_voltage_min_v
    high = MAX_VALUE if new.cell_voltage_max_v is None else new.cell_voltage_max_v
    if not -MAX_VALUE <= low < high <= MAX_VALUE:
        field = "cell_voltage_min_v" if new.cell_voltage_max_v is None else "cell_voltage_max_v"
        yield Problem(field, "The lowest cell voltage must be below the highest one.")
    else:
        yield from _cells_against_pack(new)


def _cells_against_pack(new: NewBattery) -> Iterator[Problem]:
    """The battery's range must be one that its cells, each within theirs, can have."""
    low, high = new.cell_voltage_min_v, new.cell_voltage_max_v
    if low is not None and new.voltage_max_v <= low * new.cells:
        yield Problem(
            "cell_voltage_min_v",
            f"{new.cells} x {low:g} V is {new.cells * low:g} V at least, but the battery ends at "
            f"{new.voltage_max_v:g} V. Correct the cells in series or one of the voltages.",
        )
    if high is not None and new.voltage_min_v >= high * new.cells:
        yield Problem(
            "cell_voltage_max_v",
            f"{new.cells} x {high:g} V is {new.cells * high:g} V at most, but the battery begins "
            f"at {new.voltage_min_v:g} V. Correct the cells in series or one of the voltages.",
        )


def _technology(new: NewBattery) -> Iterator[Problem]:
    if new.technology is Technology.REDOX_STACK:
        yield from _stack(new)
        return
    if new.capacity_ah is None or not 0 < new.capacity_ah < MAX_VALUE:
        yield Problem("capacity_ah", "The capacity is missing; give it in Ah, above 0.")
    if new.capacity_rate and rate_c(new.capacity_rate) is None:
        yield Problem("capacity_rate", "Write the rate as C/20, 0.5C or, for lead-acid, C20.")
    kinds = LeadAcidChemistry if new.technology is Technology.LEAD_ACID else LithiumChemistry
    if new.chemistry and new.chemistry not in list(kinds):
        yield Problem("chemistry", f"The chemistry must be one of: {', '.join(kinds)}.")


def _stack(new: NewBattery) -> Iterator[Problem]:
    size, composition = new.electrode_size_cm2, new.electrode_composition or ""
    if size is None or not SMALLEST_CM2 <= size < MAX_VALUE:
        yield Problem(
            "electrode_size_cm2", f"Give the electrode size in cm2, {SMALLEST_CM2} or more."
        )
    field = "electrode_composition"
    yield from _problem(field, check_description, composition, "electrode composition", MAX_NAME)


def _safety(new: NewBattery) -> Iterator[Problem]:
    low, high = new.safety_voltage_min_v, new.safety_voltage_max_v
    if low is not None and not -MAX_VALUE < low <= new.voltage_min_v:
        yield Problem(
            "safety_voltage_min_v",
            f"The safety limit lies outside the battery's range: {new.voltage_min_v:g} V or less.",
        )
    if high is not None and not new.voltage_max_v <= high < MAX_VALUE:
        yield Problem(
            "safety_voltage_max_v",
            f"The safety limit lies outside the battery's range: {new.voltage_max_v:g} V or more.",
        )


def _temperatures(new: NewBattery) -> Iterator[Problem]:
    low, high = new.temperature_min_degc, new.temperature_max_degc
    charge = new.charge_temperature_min_degc
    temperatures = {
        "temperature_min_degc": low,
        "temperature_max_degc": high,
        "charge_temperature_min_degc": charge,
    }
    for field, value in temperatures.items():
        if value is not None and not COLDEST_DEGC <= value <= HOTTEST_DEGC:
            yield Problem(field, "Give a temperature between -273.15 and 1000 °C.")
    if low is not None and high is not None and not low < high:
        yield Problem("temperature_max_degc", "The lowest temperature must be below the highest.")
    if charge is not None and high is not None and not charge < high:
        yield Problem(
            "charge_temperature_min_degc",
            "The lowest temperature for charging must be below the highest temperature.",
        )


def _made(new: NewBattery, today: date | None) -> Iterator[Problem]:
    if new.fabrication_date < FIRST_DAY:
        yield Problem("fabrication_date", "Give a day after 1900.")
    elif today is not None and new.fabrication_date > today:
        yield Problem("fabrication_date", "This day is in the future. Give the day it was made.")
