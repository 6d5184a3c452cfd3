"""Computational units and the devices that they find; the tables without bem_ are shared."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cycling.terms import Availability, Connection, DeviceType
from db.models.base import IDS_STAY_USED, Base, SignedInt, exact_text

VIRTUAL_UNIT = 1  # of imported experiments
PROTOCOL = "bem/v1"  # the user of units that speak it


class CompatibleDevice(Base):
    """A kind of device that cyclers can drive; limits in mV and mA."""

    __tablename__ = "CompatibleDevices"
    __table_args__ = (
        UniqueConstraint("Name", "Manufacturer", "Model", "DeviceType"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("CompDevID", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(30))
    manufacturer: Mapped[str] = mapped_column("Manufacturer", String(30))
    model: Mapped[str] = mapped_column("Model", String(30))
    device_type: Mapped[DeviceType] = mapped_column("DeviceType")
    min_software_version: Mapped[int] = mapped_column("MinSWVersion")
    voltage_min_mv: Mapped[int | None] = mapped_column("VoltMin", SignedInt)
    voltage_max_mv: Mapped[int | None] = mapped_column("VoltMax", SignedInt)
    current_min_ma: Mapped[int | None] = mapped_column("CurrMin", SignedInt)
    current_max_ma: Mapped[int | None] = mapped_column("CurrMax", SignedInt)


class LinkConfiguration(Base):
    """Serial-line settings of a kind of device."""

    __tablename__ = "LinkConfiguration"

    compatible_device_id: Mapped[int] = mapped_column(
        "CompDevID", ForeignKey("CompatibleDevices.CompDevID"), primary_key=True
    )
    property: Mapped[str] = mapped_column("Property", String(30), primary_key=True)
    value: Mapped[str] = mapped_column("Value", String(30))


class AvailableMeasure(Base):
    """A channel that a kind of device offers; the name is the driver's attribute."""

    __tablename__ = "AvailableMeasures"
    __table_args__ = IDS_STAY_USED

    id: Mapped[int] = mapped_column("MeasType", primary_key=True)
    compatible_device_id: Mapped[int] = mapped_column(
        "CompDevID", ForeignKey("CompatibleDevices.CompDevID")
    )
    name: Mapped[str] = mapped_column("MeasName", String(20))


class ComputationalUnit(Base):
    """The small computer in the lab that runs cycler software."""

    __tablename__ = "ComputationalUnit"
    __table_args__ = (
        UniqueConstraint("MAC", "HostName", "IP", "Port"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("CUID", primary_key=True)
    mac: Mapped[str] = mapped_column("MAC", String(20))
    host_name: Mapped[str] = mapped_column("HostName", String(50))
    ip: Mapped[str] = mapped_column("IP", String(20))
    port: Mapped[int] = mapped_column("Port")
    user: Mapped[str] = mapped_column("User", String(30))
    last_connection: Mapped[datetime] = mapped_column("LastConnection")
    available: Mapped[Availability] = mapped_column("Available")


class DetectedDevice(Base):
    """A device that a unit has found on one of its links."""

    __tablename__ = "DetectedDevices"
    __table_args__ = (
        UniqueConstraint("CUID", "CompDevID", "LinkName"),
        IDS_STAY_USED,
    )

    id: Mapped[int] = mapped_column("DevID", primary_key=True)
    unit_id: Mapped[int] = mapped_column("CUID", ForeignKey("ComputationalUnit.CUID"))
    compatible_device_id: Mapped[int] = mapped_column(
        "CompDevID", ForeignKey("CompatibleDevices.CompDevID")
    )
    serial_number: Mapped[str] = mapped_column("SN", String(30))
    link_name: Mapped[str] = mapped_column("LinkName", String(30))
    connection: Mapped[Connection] = mapped_column("ConnStatus")


class Unit(Base):
    """What we know of a computational unit that speaks bem/v1, beside its fixed row.

    `online` follows the unit's presence message; `seen_at` is the time of its last message by the
    database's clock, `clock_offset_s` how far the unit's clock was ahead then.
    """

    __tablename__ = "bem_units"

    unit_id: Mapped[int] = mapped_column(ForeignKey("ComputationalUnit.CUID"), primary_key=True)
    hardware_id: Mapped[str] = mapped_column(exact_text(40), unique=True)
    software: Mapped[str] = mapped_column(String(60))
    simulated: Mapped[bool]
    speed: Mapped[float]
    online: Mapped[bool]
    seen_at: Mapped[datetime]
    clock_offset_s: Mapped[float | None]


class DeviceAbilities(Base):
    """What a detected device can do, as its unit said: `protocol.messages.Abilities` as JSON.

    "channels" beside it lists its `ChannelOffer`s: [{"name": ..., "unit": ...}].
    """

    __tablename__ = "bem_device_abilities"

    device_id: Mapped[int] = mapped_column(ForeignKey("DetectedDevices.DevID"), primary_key=True)
    abilities: Mapped[dict[str, Any]]
