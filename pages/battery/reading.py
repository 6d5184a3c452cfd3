"""A battery from what somebody typed: what it is, what is wrong, what is unusual."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from components.sent import Sent
from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.cautions import cautions
from cycling.battery.description import NewBattery, Problem
from cycling.battery.problems import problems
from cycling.errors import InputError
from cycling.terms import Technology
from cycling.units import TYPED, typed_factor
from pages.battery.fields import STACK, Field, Kind, field_names, fields_of
from pages.sent import typed_day, typed_number, typed_text

# A number and a unit after it; digits that are none of ours are no number.
_WITH_UNIT = re.compile(
    r"([^A-Za-zµμ°]*[\d.](?:[eE][+-]?\d+)?)\s*([A-Za-zµμ°]+(?:/[A-Za-z]+)?(?:\^?[2²])?)"
)
VOLTAGES = frozenset({"voltage_min_v", "voltage_max_v"})
CURRENTS = frozenset({"current_min_a", "current_max_a"})
PACK = VOLTAGES | {"cells", "cell_voltage_min_v", "cell_voltage_max_v"}
# What must be readable before something can be said about a field.
NEEDS: Mapping[str, frozenset[str]] = {
    "voltage_min_v": VOLTAGES | {"cells"},
    "voltage_max_v": VOLTAGES | {"cells"},
    "cell_voltage_min_v": PACK,
    "cell_voltage_max_v": PACK,
    "current_min_a": CURRENTS | {"capacity_ah"},
    "current_max_a": CURRENTS | {"capacity_ah"},
    "capacity_rate": CURRENTS | {"capacity_ah"},
    "safety_voltage_min_v": VOLTAGES,
    "safety_voltage_max_v": VOLTAGES,
}


@dataclass(frozen=True)
class Reading:
    """What was typed, read: problems and cautions by field, the battery if there is no problem."""

    battery: NewBattery | None
    problems: Mapping[str, str]
    cautions: Mapping[str, str]
    partial: NewBattery
    unread: frozenset[str]


def read(typed: Mapping[str, Any], today: date) -> Reading:
    """Read the fields of a form, whatever the browser sent."""
    technology = _technology(typed.get("technology"))
    wrong: dict[str, str] = {}
    if technology is None:
        wrong["technology"] = "Choose the technology."
    kind = technology or Technology.LITHIUM
    values: dict[str, Any] = {}
    for field in fields_of(kind, _cell_kind(typed.get("kind"))):
        if field.name == "technology":
            continue
        try:
            values[field.target] = _value(field, typed.get(field.name))
        except InputError as error:
            wrong[field.name] = str(error)
    partial = _battery(kind, values, today)
    unread = frozenset(wrong)
    for problem in problems(partial, today):
        if _can_be_said(problem, kind, unread):
            wrong.setdefault(_field_of(problem, kind), problem.text)
    countable = partial if partial.cells > 0 else replace(partial, cells=1)
    unusual = {
        _field_of(one, kind): one.text
        for one in cautions(countable)
        if _can_be_said(one, kind, unread) and not wrong.keys() & _needed(one, kind)
    }
    return Reading(None if wrong else partial, wrong, unusual, partial, unread)


def _technology(given: object) -> Technology | None:
    return Technology(given) if isinstance(given, str) and given in set(Technology) else None


def _cell_kind(given: object) -> CellKind | None:
    return CellKind(given) if isinstance(given, str) and given in set(CellKind) else None


def _value(field: Field, given: object) -> Sent:
    """Return what a field holds; raises InputError with what to do."""
    text = typed_text(given)
    if not text and not field.optional:
        raise InputError(_missing(field))
    text = text or (field.initial if field.optional else "")
    if field.kind is Kind.TEXT:
        return text if field.name == "description" else " ".join(text.split())
    if not text:
        return None
    if field.kind is Kind.CHOICE:
        return _choice(field, text)
    if field.kind is Kind.DAY:
        return typed_day(text)
    return _whole(field, text) if field.kind is Kind.WHOLE else _number(field, text)


def _missing(field: Field) -> str:
    words = field.label[0].lower() + field.label[1:]
    if field.kind is Kind.CHOICE:
        other = "" if field.name == "technology" else ", Other if it is not known"
        return f"Choose the {words}{other}."
    return f"Give the {words}{f' in {field.unit}' if field.unit else ''}."


def _choice(field: Field, text: str) -> StrEnum:
    choices = field.choices or Technology
    if text not in set(choices):
        raise InputError(f"Choose one of: {', '.join(choices)}.")
    return choices(text)


def _number(field: Field, text: str) -> float:
    number, factor = text, (1.0, 1.0)
    if field.unit and (parts := _WITH_UNIT.fullmatch(text)):
        number, factor = parts[1], _factor(field, parts[2])
    value = typed_number(number, "3.7" if field.unit == "V" else "2.5") * factor[0] / factor[1]
    if field.name in CURRENTS and value < 0:
        raise InputError("Give a positive number; the field says which direction it is.")
    return value


def _factor(field: Field, unit: str) -> tuple[float, float]:
    """Return how to get from a unit that somebody has typed to that of the field."""
    factor = typed_factor(unit, field.unit)
    if factor is None:
        *others, last = TYPED[field.unit]
        words = f"{', '.join(others)} or {last}"
        raise InputError(f"{unit} does not fit here. Write {words}, or no unit.")
    return factor


def _whole(field: Field, text: str) -> int:
    if len(text) > 9 or not re.fullmatch(r"\d+(\.0)?", text, re.ASCII):
        raise InputError(f"Give a whole number, {0 if field.optional else 1} or more.")
    return int(float(text))


def _battery(kind: Technology, values: Mapping[str, Any], today: date) -> NewBattery:
    """Return the battery, with values that nothing is wrong with in the place of missing ones."""
    blank = NewBattery(
        name="x",
        manufacturer="x",
        model="x",
        serial_number="x",
        fabrication_date=today,
        technology=kind,
        cells=1,
        voltage_min_v=0.0,
        voltage_max_v=1.0,
        current_min_a=-1.0,
        current_max_a=1.0,
        capacity_ah=None if kind in STACK else 1.0,
        electrode_size_cm2=1.0 if kind in STACK else None,
    )
    given = dict(values)
    if "chemistry" in given:
        given["chemistry"] = str(given["chemistry"])
    if "current_min_a" in given:
        given["current_min_a"] = -given["current_min_a"]
    given["formation_cycles"] = given.get("formation_cycles") or 0
    return replace(blank, **given)


def _field_of(problem: Problem, kind: Technology) -> str:
    names = field_names(kind, {problem.field})
    return min(names, default=problem.field)


def _needed(problem: Problem, kind: Technology) -> frozenset[str]:
    of_kind = {field.name for field in fields_of(kind)}
    return (NEEDS.get(problem.field, frozenset()) | {_field_of(problem, kind)}) & of_kind


def _can_be_said(problem: Problem, kind: Technology, unread: frozenset[str]) -> bool:
    return not _needed(problem, kind) & unread
