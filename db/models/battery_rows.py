"""A battery between its description and its rows: the fixed ones in mV, mA, mAh, and ours."""

from collections.abc import Collection, Iterable
from math import ceil, floor
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Technology,
)
from db.models import Battery, BatteryDetails, LeadAcid, Lithium, RedoxStack

NOT_RECORDED = "Not recorded"
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
Kind = Lithium | LeadAcid | RedoxStack


def fixed_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of Battery; limits that are no whole mV or mA are rounded inwards."""
    return {
        "name": shown(new.name),
        "description": new.description.strip(),
        "manufacturer": shown(new.manufacturer),
        "model": shown(new.model),
        "serial_number": shown(new.serial_number),
        "fabrication_date": new.fabrication_date,
        "technology": new.technology,
        "cells": new.cells,
        **{name: _milli(field, getattr(new, field)) for field, name in _fixed_names().items()},
    }


def kind_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of Lithium, LeadAcid or RedoxStack, "Other" for what is not known."""
    if new.technology is Technology.REDOX_STACK:
        return {
            "electrode_size_cm2_x100": round((new.electrode_size_cm2 or 0) * 100),
            "electrode_composition": shown(new.electrode_composition or "") or NOT_RECORDED,
            "bipolar_type": new.bipolar_type or BipolarType.OTHER,
            "membrane_type": new.membrane_type or MembraneType.OTHER,
            "electrolyte_type": new.electrolyte_type or ElectrolyteType.OTHER,
        }
    kinds = LeadAcidChemistry if new.technology is Technology.LEAD_ACID else LithiumChemistry
    return {
        "capacity_mah": (new.capacity_ah or 0) * 1000,
        "chemistry": kinds(new.chemistry or kinds.OTHER),
    }


def detail_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of our own table."""
    values = {name: getattr(new, name) for name in (*EXACT, *ONLY_OURS)}
    return {**values, "capacity_rate": new.capacity_rate.strip() or None}


def kind_table(technology: Technology) -> type[Kind]:
    """Return the model that a technology's fields stand in."""
    tables: dict[Technology, type[Kind]] = {
        Technology.LITHIUM: Lithium,
        Technology.LEAD_ACID: LeadAcid,
        Technology.REDOX_STACK: RedoxStack,
    }
    return tables[technology]


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
    ours = {name: getattr(details, name) for name in ONLY_OURS} if details else {}
    return NewBattery(
        name=battery.name,
        description=battery.description or "",
        manufacturer=battery.manufacturer,
        model=battery.model,
        serial_number=battery.serial_number,
        fabrication_date=battery.fabrication_date,
        technology=battery.technology,
        cells=battery.cells,
        capacity_rate=(details.capacity_rate if details else None) or "",
        **_limits(battery, details),
        **_kind_fields(kind),
        **ours,
    )


def shown(text: str) -> str:
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


def _kind_fields(kind: Kind | None) -> dict[str, Any]:
    if kind is None:  # another program has not written it yet
        return {}
    if not isinstance(kind, RedoxStack):
        return {"capacity_ah": kind.capacity_mah / 1000, "chemistry": str(kind.chemistry)}
    composition = kind.electrode_composition
    return {
        "electrode_size_cm2": kind.electrode_size_cm2_x100 / 100,
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
