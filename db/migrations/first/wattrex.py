"""What WattRex units and their synchroniser need: the first revision."""

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "bem_wattrex_units",
        column.to("unit_id", "ComputationalUnit.CUID", key=True),
        column.moment("seen_at", null=True),
        column.real("clock_offset_s", "measures_offset_s", null=True),
        column.moment("asked_at", null=True),
    )
    table(
        "bem_wattrex_strangers",
        column.big("claimed_id", key=True),
        column.text(250, "reason"),
        column.moment("first_at", "last_at"),
    )
    table(
        "bem_experiment_names",
        column.number("experiment_id", key=True),
        column.text(30, "name"),
        column.text(250, "description"),
        column.by_user("at"),
    )
    table(
        "bem_sync_repairs",
        column.key("id"),
        column.number("experiment_id", "station_id"),
        column.words("state", "repairstate", "open", "helped", "restored"),
        column.big("last_id"),
        column.by_user("at"),
        column.moment("ended_at", null=True),
        column.json("outcome"),
        indexes=[["experiment_id"], ["state"]],
    )
    table(
        "bem_set_aside_rows",
        column.number("repair_id", key=True),
        column.exact(20, "kind", key=True),
        column.big("number", key=True),
        column.number("further", key=True),
        column.json("columns"),
    )
