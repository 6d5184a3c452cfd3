"""Batteries and what kind they are; the tables without bem_ are shared with other programs."""

from collections.abc import Collection, Iterable
from datetime import date
from math import ceil, floor
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from cycling.battery.description import NewBattery
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Polarity,
    Technology,
)
from db.models.base import IDS_STAY_USED, Base, SignedInt, exact_text

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


class Battery(Base):
    """The thing under test; limits in mV and mA."""

    __tablename__ = "Battery"
    __table_args__ = (
        UniqueConstraint("Name", "Manufacturer", "Model", "SN"),
        Index(None, "Tech"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("BatID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    description: Mapped[str | None] = mapped_column("Description", String(250))
    manufacturer: Mapped[str] = mapped_column("Manufacturer", String(20))
    model: Mapped[str] = mapped_column("Model", String(20))
    serial_number: Mapped[str] = mapped_column("SN", String(30))
    fabrication_date: Mapped[date] = mapped_column("FabDate")
    technology: Mapped[Technology] = mapped_column("Tech")
    cells: Mapped[int] = mapped_column("CellsNum")
    cell_voltage_min_mv: Mapped[int | None] = mapped_column("CellVoltMin", SignedInt)
    cell_voltage_max_mv: Mapped[int | None] = mapped_column("CellVoltMax", SignedInt)
    voltage_min_mv: Mapped[int] = mapped_column("VoltMin", SignedInt)
    voltage_max_mv: Mapped[int] = mapped_column("VoltMax", SignedInt)
    current_min_ma: Mapped[int] = mapped_column("CurrMin", SignedInt)
    current_max_ma: Mapped[int] = mapped_column("CurrMax", SignedInt)


class Lithium(Base):
    """Fields of a lithium battery; capacity in mAh."""

    __tablename__ = "Lithium"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    capacity_mah: Mapped[float] = mapped_column("Capacity")
    chemistry: Mapped[LithiumChemistry] = mapped_column("Chemistry")


class LeadAcid(Base):
    """Fields of a lead-acid battery; capacity in mAh."""

    __tablename__ = "LeadAcid"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    capacity_mah: Mapped[float] = mapped_column("Capacity")
    chemistry: Mapped[LeadAcidChemistry] = mapped_column("Chemistry")


class RedoxStack(Base):
    """Fields of a redox-flow stack; electrode size in cm2 x 100."""

    __tablename__ = "RedoxStack"

    battery_id: Mapped[int] = mapped_column("BatID", ForeignKey("Battery.BatID"), primary_key=True)
    electrode_size_cm2_x100: Mapped[int] = mapped_column("ElectrodeSize")
    electrode_composition: Mapped[str] = mapped_column("ElectrodeComposition", String(30))
    bipolar_type: Mapped[BipolarType] = mapped_column("BipolarType")
    membrane_type: Mapped[MembraneType] = mapped_column("MembraneType")
    electrolyte_type: Mapped[ElectrolyteType] = mapped_column("ElectrolyteType")


class RedoxElectrolyte(Base):
    """Electrolyte of one side of a stack during an experiment."""

    __tablename__ = "RedoxElectrolyte"

    experiment_id: Mapped[int] = mapped_column(
        "ExpID", ForeignKey("Experiment.ExpID"), primary_key=True
    )
    battery_id: Mapped[int] = mapped_column(
        "BatID", ForeignKey("RedoxStack.BatID"), primary_key=True
    )
    polarity: Mapped[Polarity] = mapped_column("Polarity", primary_key=True)
    volume: Mapped[int] = mapped_column("ElectrolyteVol")
    initial_soc: Mapped[int] = mapped_column("InitialSOC")
    min_flow_rate: Mapped[int] = mapped_column("MinFlowRate")
    max_flow_rate: Mapped[int] = mapped_column("MaxFlowRate")


class BatteryDetails(Base):
    """What we know of a battery beside its fixed row: V, A, degC, exact where that is rounded.

    A battery that another program added has no row here.
    """

    __tablename__ = "bem_battery_details"

    battery_id: Mapped[int] = mapped_column(ForeignKey("Battery.BatID"), primary_key=True)
    # of forms before bem_form_tokens; nothing writes it any more
    form_token: Mapped[str | None] = mapped_column(exact_text(40), unique=True)
    capacity_rate: Mapped[str | None] = mapped_column(String(20))  # as "C/20"
    parallel: Mapped[int] = mapped_column(default=1)  # the fixed CellsNum counts those in series
    voltage_min_v: Mapped[float | None]
    voltage_max_v: Mapped[float | None]
    cell_voltage_min_v: Mapped[float | None]
    cell_voltage_max_v: Mapped[float | None]
    current_min_a: Mapped[float | None]
    current_max_a: Mapped[float | None]
    safety_voltage_min_v: Mapped[float | None]
    safety_voltage_max_v: Mapped[float | None]
    temperature_min_degc: Mapped[float | None]
    temperature_max_degc: Mapped[float | None]
    charge_temperature_min_degc: Mapped[float | None]


Kind = Lithium | LeadAcid | RedoxStack


def fixed_values(new: NewBattery) -> dict[str, Any]:
    """Return the columns of Battery; limits that are no whole mV or mA are rounded inwards."""
    return {
        "name": printable(new.name),
        "description": new.description.strip(),
        "manufacturer": printable(new.manufacturer),
        "model": printable(new.model),
        "serial_number": printable(new.serial_number),
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
            "electrode_composition": printable(new.electrode_composition or "") or NOT_RECORDED,
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
