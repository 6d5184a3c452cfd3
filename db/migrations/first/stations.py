"""Stations, their channels, what they do and are asked: the first revision."""

import sqlalchemy as sa

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "CyclerStation",
        column.key("CSID"),
        column.to("CUID", "ComputationalUnit.CUID"),
        column.text(30, "Name", "Location"),
        column.moment("RegisterDate"),
        column.to("Parent", "CyclerStation.CSID", null=True),
        column.flag("Deprecated", default=sa.text("0")),
    )
    table(
        "UsedDevices",
        column.to("CSID", "CyclerStation.CSID", key=True),
        column.to("DevID", "DetectedDevices.DevID", key=True),
    )
    table(
        "UsedMeasures",
        column.key("UsedMeasID"),
        column.number("CSID", "DevID"),
        column.to("MeasType", "AvailableMeasures.MeasType"),
        column.text(40, "CustomName", null=True),
        sa.ForeignKeyConstraint(["CSID", "DevID"], ["UsedDevices.CSID", "UsedDevices.DevID"]),
    )
    table(
        "bem_station_details",
        column.to("station_id", "CyclerStation.CSID", key=True),
        column.real("voltage_min_v", "voltage_max_v", "current_min_a", "current_max_a", null=True),
        column.day("calibrated_on", null=True),
    )
    table(
        "bem_channels",
        column.to("used_measure_id", "UsedMeasures.UsedMeasID", key=True, ondelete="CASCADE"),
        column.exact(120, "name"),
        column.exact(30, "unit"),
        column.number("station_id", default="1"),
        sa.UniqueConstraint("station_id", "name", "unit"),
    )
    table(
        "bem_station_live",
        column.to("station_id", "CyclerStation.CSID", key=True),
        column.words("state", "stationstate", "idle", "running", "paused", "error"),
        column.moment("state_since"),
        column.text(250, "detail"),
        column.moment("seen_at"),
        column.moment("contact_lost_at", null=True),
        column.flag("output_on", null=True),
        column.number("experiment_id", "instruction_id", null=True),
        column.real("instruction_began_s", null=True),
        column.number("step", "cycle", null=True),
        column.real("test_time_s", null=True),
        column.moment("measured_at", null=True),
        column.real("voltage_v", "current_a", "temperature_degc", null=True),
        column.number("pending"),
        column.json("trend"),
    )
    table(
        "bem_confirmed_batteries",
        column.to("station_id", "CyclerStation.CSID", key=True),
        column.to("battery_id", "Battery.BatID"),
        column.by_user("confirmed_at"),
        indexes=[["battery_id"]],
    )
    table(
        "bem_out_of_service",
        column.to("station_id", "CyclerStation.CSID", key=True),
        column.text(250, "reason"),
        column.by_user("since"),
    )
    table(
        "bem_alarms",
        column.key("id"),
        column.exact(80, "mark", unique=True),
        column.number("station_id"),
        column.number("experiment_id", null=True),
        column.text(40, "code"),
        column.text(250, "text"),
        column.moment("at"),
        column.moment("acknowledged_at", null=True),
        column.text(60, "acknowledged_by", null=True),
        column.text(250, "comment", null=True),
        indexes=[["experiment_id"], ["station_id", "acknowledged_at"]],
    )
    table(
        "bem_commands",
        column.key("id"),
        column.words("kind", "stationcommand", "pause", "resume", "stop", "detect", "launch"),
        column.words("state", "commandstate", "pending", "sent", "done", "refused", "expired"),
        column.number("unit_id"),
        column.number("station_id", "experiment_id", null=True),
        column.text(250, "reason"),
        column.by_user("created_at"),
        column.moment("expires_at", "sent_at", null=True),
        column.number("tries"),
        column.moment("answered_at", null=True),
        column.text(250, "answer", null=True),
        column.flag("output_off", null=True),
        indexes=[["state", "created_at"], ["station_id", "created_at"]],
    )
