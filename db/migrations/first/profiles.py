"""Profiles for cyclers, and their library: the first revision."""

import sqlalchemy as sa

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "Profile",
        column.key("ProfID"),
        column.text(40, "Name"),
        column.text(250, "Description"),
        column.signed("VoltMax", "VoltMin", "CurrMax", "CurrMin", null=True),
        indexes=[["Name"]],
    )
    table(
        "Instructions",
        column.number("InstrID", key=True),
        column.to("ProfID", "Profile.ProfID", key=True),
        column.words("Mode", "mode", "WAIT", "CC_MODE", "CV_MODE", "CP_MODE"),
        column.signed("SetPoint"),
        column.words("LimitType", "limittype", "TIME", "VOLTAGE", "CURRENT", "POWER"),
        column.signed("LimitPoint"),
    )
    table(
        "bem_profiles",
        column.key("id"),
        column.text(40, "name", unique=True),
        column.text(250, "description"),
        column.flag("archived"),
        column.by_user("created_at"),
    )
    table(
        "bem_profile_versions",
        column.key("id"),
        column.to("profile_id", "bem_profiles.id", null=True),
        column.number("number"),
        column.exact(64, "once", unique=True, null=True),
        column.text(40, "name"),
        column.long_text("text"),
        column.text(250, "comment"),
        column.json("summary"),
        column.by_user("created_at"),
        sa.UniqueConstraint("profile_id", "number"),
    )
    table(
        "bem_compiled_versions",
        column.to("version_id", "bem_profile_versions.id", key=True),
        column.exact(30, "capacity", key=True),
        column.to("profile_id", "Profile.ProfID", unique=True),
    )
    table(
        "bem_profile_details",
        column.to("profile_id", "Profile.ProfID", key=True),
        column.number("version_id", null=True),
        column.real("capacity_ah", "record_s", "record_v", "expected_s", null=True),
        column.json("safety"),
        indexes=[["version_id"]],
    )
    table(
        "bem_instruction_details",
        column.number("profile_id", "instruction_id", key=True),
        column.json("exact", null=True),
        column.number("line", "step", "cycle", "cycles", null=True),
        column.json("loops"),
        column.real("expected_s", null=True),
    )
