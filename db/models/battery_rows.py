"""The rows of a battery: made of what a person describes, and read as that."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from math import ceil, floor
from typing import Any, TypeVarTuple

from sqlalchemy import Select, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.description import NewBattery
from cycling.terms import BipolarType, ElectrolyteType, MembraneType, Technology
from db.models.batteries import (
    LEAD_ACID_WORDS,
    LITHIUM_WORDS,
    OTHER,
    Battery,
    BatteryDetails,
    LeadAcid,
    Lithium,
    RedoxStack,
)

Columns = TypeVarTuple("Columns")

NOT_RECORDED = "Not recorded"
# Where the day is not known: the first one that MySQL has, before any that a form takes.
NO_DAY = date(1000, 1, 1)
EXACT = (
    "voltage_min_v",
    "voltage_max_v",
    "cell_voltage_min_v",
    "cell_voltage_max_v",
    "current_min_a",
    "current_max_a",
)
ONLY_OURS = (
    "parallel",
    "safety_voltage_min_v",
    "safety_voltage_max_v",
    "temperature_min_degc",
    "temperature_max_degc",
    "charge_temperature_min_degc",
)
# What cycles are counted by, and no running experiment goes by.
FOR_CYCLES = (
    "kind",
    "active_mass_g",
    "electrolyte_mol_per_l",
    "electrolyte_electrons",
    "formation_cycles",
)
FIXED_CHEMISTRIES: Mapping[Technology, tuple[str, ...]] = {
    Technology.LITHIUM: LITHIUM_WORDS,
    Technology.LEAD_ACID: LEAD_ACID_WORDS,
}
# The capacity in mAh, of what `with_capacity` joins.
CAPACITY_MAH: SQLColumnExpression[float | None] = func.coalesce(
    Lithium.capacity_mah, LeadAcid.capacity_mah, BatteryDetails.capacity_ah * 1000
)

Kind = Lithium | LeadAcid | RedoxStack


def fixed_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of Battery; limits that are no whole mV or mA are rounded inwards."""
    return {
        "name": printable(new.name),
        "description": new.description.strip(),
        "manufacturer": printable(new.manufacturer),
        "model": printable(new.model),
        "serial_number": printable(new.serial_number),
        "fabrication_date": new.fabrication_date or NO_DAY,
        "technology": new.technology,
        "cells": new.cells,
        **{name: _milli(field, getattr(new, field)) for field, name in _fixed_names().items()},
    }


def kind_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of Lithium, LeadAcid or RedoxStack, "Other" for what is not known."""
    if _is_stack(new):
        return {
            "electrode_size_cm2_x100": _hundredths(new.electrode_size_cm2 or 0),
            "electrode_composition": printable(new.electrode_composition or "") or NOT_RECORDED,
            "bipolar_type": new.bipolar_type or BipolarType.OTHER,
            "membrane_type": new.membrane_type or MembraneType.OTHER,
            "electrolyte_type": new.electrolyte_type or ElectrolyteType.OTHER,
        }
    return {
        "capacity_mah": (new.capacity_ah or 0) * 1000,
        "chemistry": new.chemistry if _is_fixed(new) else OTHER,
    }


def detail_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of our own table."""
    values = {name: getattr(new, name) for name in (*EXACT, *ONLY_OURS, *FOR_CYCLES)}
    return {
        **values,
        "capacity_rate": new.capacity_rate.strip() or None,
        "chemistry": None if _is_stack(new) or _is_fixed(new) else new.chemistry,
        "capacity_ah": new.capacity_ah if _is_stack(new) else None,
        "electrode_size_cm2": new.electrode_size_cm2,
    }


def _is_stack(new: NewBattery) -> bool:
    return new.technology is Technology.REDOX_STACK


def _is_fixed(new: NewBattery) -> bool:
    """Whether the fixed column has a word for the chemistry."""
    return new.chemistry in FIXED_CHEMISTRIES.get(new.technology, ())


def kind_table(technology: Technology) -> type[Kind]:
    """Return the model that a technology's fields stand in."""
    tables: dict[Technology, type[Kind]] = {
        Technology.LITHIUM: Lithium,
        Technology.LEAD_ACID: LeadAcid,
        Technology.REDOX_STACK: RedoxStack,
    }
    return tables[technology]


def with_capacity(
    query: Select[*Columns], battery_id: SQLColumnExpression[int]
) -> Select[*Columns]:
    """Join what CAPACITY_MAH needs of a battery."""
    return (
        query.outerjoin(Lithium, Lithium.battery_id == battery_id)
        .outerjoin(LeadAcid, LeadAcid.battery_id == battery_id)
        .outerjoin(BatteryDetails, BatteryDetails.battery_id == battery_id)
    )


def description_of(session: Session, battery: Battery) -> NewBattery:
    """Return a battery as it was described.

    Our exact limits count only as long as the fixed columns say the same: another program may have
    changed those.
    """
    table: Any = kind_table(battery.technology)
    return _description(
        battery, session.get(BatteryDetails, battery.id), session.get(table, battery.id)
    )


def descriptions(session: Session, battery_ids: Collection[int]) -> dict[int, NewBattery]:
    """Return batteries as they were described, by id, with one statement; only those that exist."""
    rows = session.execute(
        select(Battery, BatteryDetails, Lithium, LeadAcid, RedoxStack)
        .outerjoin(BatteryDetails, BatteryDetails.battery_id == Battery.id)
        .outerjoin(Lithium, Lithium.battery_id == Battery.id)
        .outerjoin(LeadAcid, LeadAcid.battery_id == Battery.id)
        .outerjoin(RedoxStack, RedoxStack.battery_id == Battery.id)
        .where(Battery.id.in_(battery_ids))
    )
    return {
        row[0].id: _description(row[0], row[1], _kind(row[0].technology, row[2:])) for row in rows
    }


def _kind(technology: Technology, rows: Iterable[object]) -> Kind | None:
    table = kind_table(technology)
    return next((row for row in rows if isinstance(row, table)), None)


def _description(battery: Battery, details: BatteryDetails | None, kind: Kind | None) -> NewBattery:
    ours = _ours(details) if details else {}
    return NewBattery(
        name=battery.name,
        description=battery.description or "",
        manufacturer=battery.manufacturer,
        model=battery.model,
        serial_number=battery.serial_number,
        fabrication_date=None if battery.fabrication_date == NO_DAY else battery.fabrication_date,
        technology=battery.technology,
        cells=battery.cells,
        capacity_rate=(details.capacity_rate if details else None) or "",
        **_limits(battery, details),
        **_kind_fields(kind, details),
        **ours,
    )


def _ours(details: BatteryDetails) -> dict[str, Any]:
    values = {name: getattr(details, name) for name in (*ONLY_OURS, *FOR_CYCLES)}
    return {
        **values,
        "kind": CellKind(details.kind) if details.kind else None,
        "formation_cycles": details.formation_cycles or 0,
    }


def printable(text: str) -> str:
    """Return a text of one line without blanks at its ends, none of them doubled."""
    return " ".join(text.split())


def _limits(battery: Battery, details: BatteryDetails | None) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    for field, name in _fixed_names().items():
        fixed: int | None = getattr(battery, name)
        exact = getattr(details, field) if details else None
        agrees = exact is not None and _milli(field, exact) == fixed
        limits[field] = exact if agrees else None if fixed is None else fixed / 1000
    return limits


def chemistry_of(fixed: str | None, ours: str | None) -> str:
    """Return the chemistry by the fixed column, and by ours where that one says Other."""
    return ours if ours and fixed == OTHER else fixed or ""


def size_cm2(fixed_x100: int | None, exact_cm2: float | None) -> float | None:
    """Return the size of electrodes: the exact one, unless another program has changed the other.

    Only stacks have a fixed one.
    """
    if fixed_x100 is None or (exact_cm2 is not None and _hundredths(exact_cm2) == fixed_x100):
        return exact_cm2
    return fixed_x100 / 100


def _hundredths(size: float) -> int:
    return round(size * 100)


def _kind_fields(kind: Kind | None, details: BatteryDetails | None) -> dict[str, Any]:
    if kind is None:  # another program has not written it yet
        return {}
    exact_cm2 = details.electrode_size_cm2 if details else None
    if not isinstance(kind, RedoxStack):
        return {
            "capacity_ah": kind.capacity_mah / 1000,
            "chemistry": chemistry_of(kind.chemistry, details.chemistry if details else None),
            "electrode_size_cm2": exact_cm2,
        }
    composition = kind.electrode_composition
    return {
        "capacity_ah": details.capacity_ah if details else None,
        "electrode_size_cm2": size_cm2(kind.electrode_size_cm2_x100, exact_cm2),
        "electrode_composition": "" if composition == NOT_RECORDED else composition,
        "bipolar_type": kind.bipolar_type,
        "membrane_type": kind.membrane_type,
        "electrolyte_type": kind.electrolyte_type,
    }


def _fixed_names() -> dict[str, str]:
    return {field: field[:-2] + ("_mv" if field.endswith("_v") else "_ma") for field in EXACT}


def _milli(field: str, value: float | None) -> int | None:
    if value is None:
        return None
    thousandths = round(value * 1000, 6)  # 4.35 V is 4350 mV, not 4349.999...
    return ceil(thousandths) if "_min_" in field else floor(thousandths)
