"""Computational units and their devices: the first revision."""

import sqlalchemy as sa

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "CompatibleDevices",
        column.key("CompDevID"),
        column.text(30, "Name", "Manufacturer", "Model"),
        column.words(
            "DeviceType",
            "devicetype",
            "Source",
            "BiSource",
            "Load",
            "Meter",
            "Epc",
            "Bms",
            "Bk",
            "Flow",
        ),
        column.number("MinSWVersion"),
        column.signed("VoltMin", "VoltMax", "CurrMin", "CurrMax", null=True),
        sa.UniqueConstraint("Name", "Manufacturer", "Model", "DeviceType"),
    )
    table(
        "LinkConfiguration",
        column.to("CompDevID", "CompatibleDevices.CompDevID", key=True),
        column.text(30, "Property", key=True),
        column.text(30, "Value"),
    )
    table(
        "AvailableMeasures",
        column.key("MeasType"),
        column.to("CompDevID", "CompatibleDevices.CompDevID"),
        column.text(20, "MeasName"),
    )
    table(
        "ComputationalUnit",
        column.key("CUID"),
        column.text(20, "MAC"),
        column.text(50, "HostName"),
        column.text(20, "IP"),
        column.number("Port"),
        column.text(30, "User"),
        column.moment("LastConnection"),
        column.words("Available", "availability", "ON", "OFF"),
        sa.UniqueConstraint("MAC", "HostName", "IP", "Port"),
    )
    table(
        "DetectedDevices",
        column.key("DevID"),
        column.to("CUID", "ComputationalUnit.CUID"),
        column.to("CompDevID", "CompatibleDevices.CompDevID"),
        column.text(30, "SN", "LinkName"),
        column.words("ConnStatus", "connection", "CONNECTED", "DISCONNECTED"),
        sa.UniqueConstraint("CUID", "CompDevID", "LinkName"),
    )
    table(
        "bem_units",
        column.to("unit_id", "ComputationalUnit.CUID", key=True),
        column.exact(40, "hardware_id", unique=True),
        column.text(60, "software"),
        column.flag("simulated"),
        column.real("speed"),
        column.flag("online"),
        column.moment("seen_at"),
        column.real("clock_offset_s", null=True),
    )
    table(
        "bem_device_abilities",
        column.to("device_id", "DetectedDevices.DevID", key=True),
        column.json("abilities"),
    )
