"""The fields of a battery in forms: what they are called and which technology has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from components.sent import Sent
from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.description import ONE_CELL, TEXT_WIDTHS, NewBattery
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

LITHIUM = (Technology.LITHIUM,)
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
    """A field of the form; `only` names the technologies that have it.

    `of_packs`: what is one cell by its kind has it not. `stored` is the field of NewBattery where
    that has another name.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    unit: str = ""
    optional: bool = False
    width: int = MAX_NUMBER
    choices: type[StrEnum] | None = None
    only: tuple[Technology, ...] = tuple(Technology)
    initial: str = ""
    of_packs: bool = False
    stored: str = ""

    @property
    def target(self) -> str:
        """The field of NewBattery."""
        return self.stored or self.name


def _volts(name: str, label: str, **more: Sent) -> Field:
    return Field(name, label, Kind.NUMBER, "V", **more)


def _optional(name: str, label: str, unit: str, **more: Sent) -> Field:
    return Field(name, label, Kind.NUMBER, unit, optional=True, **more)


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
        Field("fabrication_date", "Made on", Kind.DAY, optional=True),
        Field("description", "Description", optional=True, width=MAX_DESCRIPTION),
        Field(
            "kind",
            "Kind",
            Kind.CHOICE,
            optional=True,
            choices=CellKind,
            only=LITHIUM,
            initial=CellKind.FULL,
        ),
        Field(
            "lithium",
            "Chemistry",
            Kind.CHOICE,
            choices=LithiumChemistry,
            only=LITHIUM,
            stored="chemistry",
        ),
        Field(
            "lead_acid",
            "Electrolyte",
            Kind.CHOICE,
            choices=LeadAcidChemistry,
            only=(Technology.LEAD_ACID,),
            stored="chemistry",
        ),
        Field("capacity_ah", "Capacity", Kind.NUMBER, "Ah", only=CELLS),
        Field("capacity_rate", "Rated at", optional=True, width=20, only=CELLS),
        _optional("active_mass_g", "Active mass", "g", only=LITHIUM),
        _optional(
            "electrode_area_cm2", "Electrode area", "cm²", only=LITHIUM, stored="electrode_size_cm2"
        ),
        Field("cells", "Cells in series", Kind.WHOLE, initial="1", of_packs=True),
        Field("parallel", "Cells in parallel", Kind.WHOLE, initial="1", of_packs=True),
        Field("electrode_size_cm2", "Electrode size", Kind.NUMBER, "cm²", only=STACK),
        Field(
            "electrode_composition",
            "Electrode composition",
            optional=True,
            width=MAX_NAME,
            only=STACK,
        ),
        _optional("stack_capacity_ah", "Nominal capacity", "Ah", only=STACK, stored="capacity_ah"),
        Field("bipolar_type", "Bipolar plate", Kind.CHOICE, choices=BipolarType, only=STACK),
        Field("membrane_type", "Membrane", Kind.CHOICE, choices=MembraneType, only=STACK),
        Field("electrolyte_type", "Electrolyte", Kind.CHOICE, choices=ElectrolyteType, only=STACK),
        _optional("electrolyte_mol_per_l", "Concentration", "mol/L", only=STACK),
        _optional("electrolyte_electrons", "Electrons a molecule", "", only=STACK),
        Field(
            "formation_cycles",
            "Formation cycles",
            Kind.WHOLE,
            optional=True,
            only=LITHIUM + STACK,
        ),
        _volts("voltage_min_v", "Lowest voltage"),
        _volts("voltage_max_v", "Highest voltage"),
        _volts("cell_voltage_min_v", "Lowest cell voltage", optional=True, of_packs=True),
        _volts("cell_voltage_max_v", "Highest cell voltage", optional=True, of_packs=True),
        Field("current_max_a", "Largest charge current", Kind.NUMBER, "A"),
        Field("current_min_a", "Largest discharge current", Kind.NUMBER, "A"),
        _volts("safety_voltage_min_v", "Off below", optional=True),
        _volts("safety_voltage_max_v", "Off above", optional=True),
        _degrees("temperature_min_degc", "Lowest temperature"),
        _degrees("temperature_max_degc", "Highest temperature"),
        _degrees("charge_temperature_min_degc", "Charge above"),
    )
}


def fields_of(technology: Technology, kind: CellKind | None = None) -> list[Field]:
    """Return the fields that a battery has, in the order of the form."""
    is_one_cell = technology in LITHIUM and kind in ONE_CELL
    return [
        field
        for field in FIELDS.values()
        if technology in field.only and not (field.of_packs and is_one_cell)
    ]


def field_names(technology: Technology, stored: Iterable[str]) -> frozenset[str]:
    """Return the names in the form of fields of NewBattery."""
    wanted = set(stored)
    return frozenset(field.name for field in fields_of(technology) if field.target in wanted)


def in_order(names: Iterable[str]) -> list[str]:
    """Return field names in the order of the form."""
    wanted = set(names)
    return [name for name in FIELDS if name in wanted]


def typed_as(battery: NewBattery) -> dict[str, str]:
    """Return what somebody would have typed to describe this battery."""
    given: dict[str, Any] = dict.fromkeys(FIELDS)
    for field in fields_of(battery.technology):
        given[field.name] = getattr(battery, field.target)
    if battery.technology in LITHIUM:
        given["kind"] = battery.cell_kind
    given["current_min_a"] = -battery.current_min_a
    return {name: _as_typed(value) for name, value in given.items()}


def _as_typed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        short = f"{value or 0:.15g}"  # no "-0"
        return short if float(short) == value else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)
