"""What is wrong with the description of a battery, field by field."""

from collections.abc import Callable, Iterator
from datetime import date

from cycling.battery.description import KINDS, ONE_CELL, TEXT_WIDTHS, NewBattery, Problem, rate_c
from cycling.errors import InputError
from cycling.names import MAX_NAME, check_description, check_name
from cycling.terms import LeadAcidChemistry, LithiumChemistry, Technology

MAX_VALUE = 2_000_000.0  # A, V, Ah or cm2: what fits the fixed columns as thousandths
SMALLEST_CM2 = 0.01  # of a stack
MAX_ELECTRONS = 100
MAX_CELLS = 10_000
MAX_FORMATION = 10_000
COLDEST_DEGC, HOTTEST_DEGC = -273.15, 1000.0
FIRST_DAY = date(1900, 1, 1)
OF_CELLS, OF_STACKS = "Lithium cells", "redox-flow stacks"


def problems(new: NewBattery, today: date | None = None) -> tuple[Problem, ...]:
    """Return what is wrong, field by field; nothing for a battery that can be registered."""
    return tuple(
        problem
        for check in (_texts, _kind, _build, _ranges, _technology, _active, _safety, _temperatures)
        for problem in check(new)
    ) + tuple(_made(new, today))


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


def _kind(new: NewBattery) -> Iterator[Problem]:
    kinds = KINDS[new.technology]
    if new.cell_kind not in kinds:
        words = ", ".join(kinds)
        yield Problem("kind", f"The kind of a {new.technology.word} battery is: {words}.")
    elif new.cell_kind in ONE_CELL and (new.cells, new.parallel) != (1, 1):
        field = "cells" if new.cells != 1 else "parallel"
        text = "A half cell or symmetric cell is one cell: give 1 in series and 1 in parallel."
        yield Problem(field, text)


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
    yield from _only("electrolyte_mol_per_l", new.electrolyte_mol_per_l, OF_STACKS)
    yield from _only("electrolyte_electrons", new.electrolyte_electrons, OF_STACKS)
    if new.technology is Technology.LITHIUM:
        area = new.electrode_size_cm2
        yield from _positive("electrode_size_cm2", "electrode area in cm2", area)
        yield from _positive("active_mass_g", "active mass in g", new.active_mass_g)
    else:
        yield from _only("electrode_size_cm2", new.electrode_size_cm2, f"{OF_CELLS} and stacks")
        yield from _only("active_mass_g", new.active_mass_g, OF_CELLS)
        cells = f"{OF_CELLS} and {OF_STACKS}"
        yield from _only("formation_cycles", new.formation_cycles or None, cells)
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
    yield from _positive("capacity_ah", "capacity in Ah", new.capacity_ah)
    yield from _only("active_mass_g", new.active_mass_g, OF_CELLS)
    concentration = new.electrolyte_mol_per_l
    yield from _positive("electrolyte_mol_per_l", "concentration in mol/L", concentration)
    electrons = new.electrolyte_electrons
    if electrons is not None and not 0 < electrons <= MAX_ELECTRONS:
        text = f"Give the electrons of a molecule, above 0 and up to {MAX_ELECTRONS}."
        yield Problem("electrolyte_electrons", text)
    field = "electrode_composition"
    yield from _problem(field, check_description, composition, "electrode composition", MAX_NAME)


def _active(new: NewBattery) -> Iterator[Problem]:
    if not 0 <= new.formation_cycles <= MAX_FORMATION:
        text = f"The number of formation cycles must be between 0 and {MAX_FORMATION:,}."
        yield Problem("formation_cycles", text)


def _positive(field: str, words: str, value: float | None) -> Iterator[Problem]:
    if value is not None and not 0 < value < MAX_VALUE:
        yield Problem(field, f"Give the {words}, above 0, or leave it empty.")


def _only(field: str, value: float | None, batteries: str) -> Iterator[Problem]:
    """Refuse what another technology has: nothing that was given is dropped in silence."""
    if value is not None:
        yield Problem(field, f"This is for {batteries} only: leave it empty.")


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
    if new.fabrication_date is None:
        return
    if new.fabrication_date < FIRST_DAY:
        yield Problem("fabrication_date", "Give a day after 1900.")
    elif today is not None and new.fabrication_date > today:
        yield Problem("fabrication_date", "This day is in the future. Give the day it was made.")
