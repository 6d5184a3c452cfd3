"""Whether a file's voltage and current can be those of a battery."""

import math
from dataclasses import dataclass, replace

import numpy as np

from cycling.formats.checks.inferred import accepted
from cycling.formats.checks.plausible import usual_size
from cycling.formats.checks.verification import Verification
from cycling.formats.columns.fields import Field
from cycling.formats.columns.mapping import Mapping
from cycling.formats.problems import Problem

# Cells are tested beyond their limits, and packs have several. A wrong unit is off by 1000, that
# of a time by 60 or more; a capacity that was typed for another cell must not stop an import.
_VOLTAGE_FACTOR, _CURRENT_FACTOR, _CHARGE_FACTOR = 2.0, 10.0, 30.0
_LITTLE, _SWING = 0.01, 0.5  # of the capacity, while the voltage goes through half its range
_OVER = 1.2  # no unit is wrong, but no such cell is charged so far
_TINY, _TINY_CURRENT, _THOUSAND = 0.05, 0.001, 1000.0


@dataclass(frozen=True)
class BatteryLimits:
    """What a battery allows, in V and A; None where it is not known."""

    least_v: float | None = None
    most_v: float | None = None
    most_a: float | None = None
    capacity_ah: float | None = None


def battery_problems(checked: Verification, battery: BatteryLimits) -> tuple[Problem, ...]:
    """Questions about a file that the battery cannot have; those that are accepted are warnings."""
    sizes = checked.most_v, checked.most_a, checked.most_ah
    usual = usual_size(checked.preview.voltage_v), usual_size(checked.preview.current_a)
    problems = implausible(checked.mapping, *sizes, battery, usual=usual, row=checked.most_v_row)
    problems += _too_little_charge(checked, battery)
    return tuple(accepted(checked.mapping, problem) for problem in problems)


def _too_little_charge(checked: Verification, battery: BatteryLimits) -> list[Problem]:
    """Warn of a test that goes through the battery's voltages with hardly any of its charge."""
    voltage = checked.preview.voltage_v
    voltage = voltage[np.isfinite(voltage)]
    least_v, most_v, capacity = battery.least_v, battery.most_v, battery.capacity_ah
    if not (least_v and most_v and capacity and len(voltage)):
        return []
    low, high = float(voltage.min()), float(voltage.max())
    inside = least_v / _VOLTAGE_FACTOR <= low and high <= _OVER * most_v
    is_swing = inside and high - low >= _SWING * (most_v - least_v) > 0
    if not is_swing or not 0 < checked.most_ah < _LITTLE * capacity:
        return []
    text = (
        f"The voltage goes from {low:.4g} to {high:.4g} V, but no more than {checked.most_ah:.4g} "
        f"Ah flow in one direction, and the battery has {capacity:,.4g} Ah. If that is wrong, "
        "choose the units of current and time, or another battery."
    )
    return [Problem("warning", text, code="battery-little")]


def implausible(
    mapping: Mapping,
    most_v: float,
    most_a: float,
    most_ah: float,
    battery: BatteryLimits,
    *,
    usual: tuple[float, float] = (math.nan, math.nan),
    row: int | None = None,
) -> list[Problem]:
    """Questions about voltage (V), current (A) and charge (Ah) beyond what a battery can have.

    `usual` are the usual sizes of voltage and current: a few spikes are no wrong unit. `row` is
    that of the highest voltage.
    """
    problems = []
    usual_v, usual_a = usual
    limit = battery.most_v
    if limit and math.isfinite(most_v):
        if most_v > _VOLTAGE_FACTOR * limit:
            question = _too_much(mapping, Field.VOLTAGE, most_v, limit, usual_v)
            problems.append(replace(question, row=row if usual_v <= limit else None))
        elif most_v > _OVER * limit:
            problems.append(_over(mapping, most_v, limit, row))
        elif 0 < most_v < _TINY * (battery.least_v or limit):
            problems.append(_too_little(mapping, most_v, battery.least_v or limit, limit))
    limit = battery.most_a
    if limit and math.isfinite(most_a) and most_a > _CURRENT_FACTOR * limit:
        problems.append(_too_much(mapping, Field.CURRENT, most_a, limit, usual_a))
    capacity = battery.capacity_ah
    if capacity and math.isfinite(most_ah) and most_ah > _CHARGE_FACTOR * capacity:
        text = (
            f"{most_ah:,.4g} Ah flow without a change of direction, and the battery has "
            f"{capacity:,.4g} Ah. Choose the units of current and time, or another battery."
        )
        problems.append(Problem("question", text, code="battery-charge"))
    return problems


def _over(mapping: Mapping, value: float, limit: float, row: int | None) -> Problem:
    column = mapping.column(Field.VOLTAGE)
    label = column.shown if column else Field.VOLTAGE.label
    text = (
        f"Column {label!r} goes up to {value:,.4g} V in this row, and the battery allows "
        f"{limit:,.4g} V. Correct the row, or choose another battery, if that is wrong."
    )
    return Problem("warning", text, row=row, column=label, code="battery-over")


def _too_much(mapping: Mapping, field: Field, value: float, limit: float, usual: float) -> Problem:
    base, unit = field.units[:2]
    column = mapping.column(field)
    label = column.shown if column else field.label
    fits = _of_unit(field, usual if math.isfinite(usual) else value, limit)
    hint = f" Its unit may be {unit}." if column and column.unit == base and fits else ""
    remedy = "Choose the column's unit, or another battery."
    if usual <= limit:
        remedy = (
            f"Most values are at {usual:,.4g} {base} or below: correct the few that are not, or "
            "choose another battery."
        )
    text = (
        f"Column {label!r} goes up to {value:,.4g} {base}, and the battery allows "
        f"{limit:,.4g} {base}.{hint} {remedy}"
    )
    option = f"{label}={field}:{unit}" if hint else ""
    return Problem("question", text, column=label, code=f"battery-{field}", option=option)


def _of_unit(field: Field, usual: float, limit: float) -> bool:
    """Whether values would be usual for the battery as thousandths of their unit."""
    is_voltage = field is Field.VOLTAGE
    least, most = (_TINY, _VOLTAGE_FACTOR) if is_voltage else (_TINY_CURRENT, _CURRENT_FACTOR)
    return least * limit <= usual / _THOUSAND <= most * limit


def _too_little(mapping: Mapping, value: float, least: float, most: float) -> Problem:
    """Ask where another unit would be right; a channel without a cell is a warning."""
    column = mapping.column(Field.VOLTAGE)
    label = column.shown if column else "Voltage"
    end = "lowest" if least < most else "highest"
    text = (
        f"Column {label!r} goes up to only {value:.4g} V, and the battery's {end} voltage "
        f"is {least:,.4g} V. "
        "Choose the column's unit, or another battery."
    )
    fits = least / _VOLTAGE_FACTOR <= value * _THOUSAND <= most * _VOLTAGE_FACTOR
    return Problem("question" if fits else "warning", text, column=label, code="battery-voltage")
