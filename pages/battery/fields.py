"""The fields of a battery in forms: what they are called and which technology has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from components.sent import Sent
from cycling.battery.description import TEXT_WIDTHS, NewBattery
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Technology,
)
from pages.sent import MAX_NUMBER

CELLS = (Technology.LITHIUM, Technology.LEAD_ACID)
STACK = (Technology.REDOX_STACK,)


class Kind(StrEnum):
    """How a field is filled."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    CHOICE = "choice"
    DAY = "day"


@dataclass(frozen=True)
class Field:
    """A field of the form; `only` names the technologies that have it."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    optional: bool = False
    width: int = MAX_NUMBER
    choices: type[StrEnum] | None = None
    only: tuple[Technology, ...] = tuple(Technology)
    initial: str = ""


def _volts(name: str, label: str, **more: Sent) -> Field:
    return Field(name, label, Kind.NUMBER, "V", **more)


def _degrees(name: str, label: str, **more: Sent) -> Field:
    return Field(name, label, Kind.NUMBER, "°C", optional=True, **more)


FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("technology", "Technology", Kind.CHOICE, choices=Technology, initial="Lithium"),
        Field("name", "Name", width=TEXT_WIDTHS["name"][1]),
        Field("serial_number", "Serial number", width=TEXT_WIDTHS["serial_number"][1]),
        Field("manufacturer", "Manufacturer", width=TEXT_WIDTHS["manufacturer"][1]),
        Field("model", "Model", width=TEXT_WIDTHS["model"][1]),
        Field("fabrication_date", "Made on", Kind.DAY),
        Field("description", "Description", optional=True, width=MAX_DESCRIPTION),
        Field(
            "lithium",
            "Chemistry",
            Kind.CHOICE,
            choices=LithiumChemistry,
            only=(Technology.LITHIUM,),
        ),
        Field(
            "lead_acid",
            "Electrolyte",
            Kind.CHOICE,
            choices=LeadAcidChemistry,
            only=(Technology.LEAD_ACID,),
        ),
        Field("capacity_ah", "Capacity", Kind.NUMBER, "Ah", only=CELLS),
        Field("capacity_rate", "Rated at", optional=True, width=20, only=CELLS),
        Field("cells", "Cells in series", Kind.WHOLE, initial="1"),
        Field("parallel", "Cells in parallel", Kind.WHOLE, initial="1"),
        Field("electrode_size_cm2", "Electrode size", Kind.NUMBER, "cm²", only=STACK),
        Field(
            "electrode_composition",
            "Electrode composition",
            optional=True,
            width=MAX_NAME,
            only=STACK,
        ),
        Field("bipolar_type", "Bipolar plate", Kind.CHOICE, choices=BipolarType, only=STACK),
        Field("membrane_type", "Membrane", Kind.CHOICE, choices=MembraneType, only=STACK),
        Field("electrolyte_type", "Electrolyte", Kind.CHOICE, choices=ElectrolyteType, only=STACK),
        _volts("voltage_min_v", "Lowest voltage"),
        _volts("voltage_max_v", "Highest voltage"),
        _volts("cell_voltage_min_v", "Lowest cell voltage", optional=True),
        _volts("cell_voltage_max_v", "Highest cell voltage", optional=True),
        Field("current_max_a", "Largest charge current", Kind.NUMBER, "A"),
        Field("current_min_a", "Largest discharge current", Kind.NUMBER, "A"),
        _volts("safety_voltage_min_v", "Off below", optional=True),
        _volts("safety_voltage_max_v", "Off above", optional=True),
        _degrees("temperature_min_degc", "Lowest temperature"),
        _degrees("temperature_max_degc", "Highest temperature"),
        _degrees("charge_temperature_min_degc", "Charge above"),
    )
}
CHEMISTRY = {Technology.LITHIUM: "lithium", Technology.LEAD_ACID: "lead_acid"}


def fields_of(technology: Technology) -> list[Field]:
    """Return the fields that a technology has, in the order of the form."""
    return [field for field in FIELDS.values() if technology in field.only]


def in_order(names: Iterable[str]) -> list[str]:
    """Return field names in the order of the form."""
    wanted = set(names)
    return [name for name in FIELDS if name in wanted]


def typed_as(battery: NewBattery) -> dict[str, str]:
    """Return what somebody would have typed to describe this battery."""
    given = {name: getattr(battery, name, None) for name in FIELDS}
    if battery.technology in CHEMISTRY:
        given[CHEMISTRY[battery.technology]] = battery.chemistry
    given["current_min_a"] = -battery.current_min_a
    return {name: _as_typed(value) for name, value in given.items()}


def _as_typed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value or 0:.15g}"  # no "-0"
    return value.isoformat() if isinstance(value, date) else str(value)
