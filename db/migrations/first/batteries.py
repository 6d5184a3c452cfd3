"""Batteries: the first revision."""

import sqlalchemy as sa

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "Battery",
        column.key("BatID"),
        column.text(30, "Name"),
        column.text(250, "Description", null=True),
        column.text(20, "Manufacturer", "Model"),
        column.text(30, "SN"),
        column.day("FabDate"),
        column.words("Tech", "technology", "Lithium", "LeadAcid", "RedoxStack"),
        column.number("CellsNum"),
        column.signed("CellVoltMin", "CellVoltMax", null=True),
        column.signed("VoltMin", "VoltMax", "CurrMin", "CurrMax"),
        sa.UniqueConstraint("Name", "Manufacturer", "Model", "SN"),
        indexes=[["Tech"]],
    )
    table(
        "Lithium",
        column.to("BatID", "Battery.BatID", key=True),
        column.real("Capacity"),
        column.words("Chemistry", "lithiumchemistry", "NMC", "NCA", "LMO", "LFP", "LCO", "Other"),
    )
    table(
        "LeadAcid",
        column.to("BatID", "Battery.BatID", key=True),
        column.real("Capacity"),
        column.words("Chemistry", "leadacidchemistry", "Liquid", "Gel", "Other"),
    )
    table(
        "RedoxStack",
        column.to("BatID", "Battery.BatID", key=True),
        column.number("ElectrodeSize"),
        column.text(30, "ElectrodeComposition"),
        column.words(
            "BipolarType", "bipolartype", "Papyex Mersen", "Composite Schunk", "Graphite", "Other"
        ),
        column.words(
            "MembraneType",
            "membranetype",
            "Fumasep-Anionic",
            "Fumasep-Cathionic",
            "Nafion",
            "Vanadion",
            "PEEK",
            "Other",
        ),
        column.words(
            "ElectrolyteType",
            "electrolytetype",
            "All-vanadium",
            "All-iron",
            "Vanadium-based",
            "Iron-based",
            "Other",
        ),
    )
    table(
        "bem_battery_details",
        column.to("battery_id", "Battery.BatID", key=True),
        column.exact(40, "form_token", unique=True, null=True),
        column.text(20, "capacity_rate", null=True),
        column.number("parallel"),
        column.real(
            "voltage_min_v",
            "voltage_max_v",
            "cell_voltage_min_v",
            "cell_voltage_max_v",
            "current_min_a",
            "current_max_a",
            "safety_voltage_min_v",
            "safety_voltage_max_v",
            "temperature_min_degc",
            "temperature_max_degc",
            "charge_temperature_min_degc",
            null=True,
        ),
    )
