"""Measures, and the columnar copy of them: the first revision."""

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "GenericMeasures",
        column.number("ExpID", "MeasID", key=True),
        column.moment("Timestamp"),
        column.number("InstrID"),
        column.real("Voltage", "Current", "Power", null=True),
        column.words(
            "PowerMode", "powermode", "DISABLE", "WAIT", "CC_MODE", "CV_MODE", "CP_MODE", null=True
        ),
        column.real("TestTime", null=True),
        column.signed("Step", "Cycle", null=True),
        sqlite_with_rowid=False,
    )
    table(
        "ExtendedMeasures",
        column.number("ExpID", "UsedMeasID", "MeasID", key=True),
        column.real("Value", null=True),
        sqlite_with_rowid=False,
    )
    table(
        "Status",
        column.number("ExpID", "StatusID", key=True),
        column.number("DevID"),
        column.moment("Timestamp"),
        column.words("Status", "devicestatus", "OK", "COMM_ERROR", "INTERNAL_ERROR"),
        column.small("ErrorCode"),
    )
    table(
        "Alarm",
        column.number("ExpID", "AlarmID", key=True),
        column.moment("Timestamp"),
        column.number("Code"),
        column.signed("Value"),
    )
    table(
        "bem_series",
        column.number("experiment_id", key=True),
        column.number("revision", "measures"),
        column.big("last_id"),
        column.flag("has_power", "settled"),
        column.moment("checked_at", null=True),
        indexes=[["settled", "checked_at"]],
    )
    table(
        "bem_series_channels",
        column.number("experiment_id", "used_measure_id", key=True),
        column.big("last_id"),
        column.number("known"),
    )
    table(
        "bem_series_chunks",
        column.number("experiment_id", key=True),
        column.exact(16, "channel", key=True),
        column.number("number", key=True),
        column.number("measures"),
        column.big("id_sum", "first_us", "last_us"),
        column.blob("coarse", "fine", "samples"),
    )
    table(
        "bem_statistics",
        column.number("experiment_id", key=True),
        column.number("revision", "method"),
        column.json("result"),
    )
