"""The few numbers of the cycles of each experiment, for tables and tiles."""

from db.migrations import column
from db.migrations.tables import table

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_cycle_summaries",
        column.number("experiment_id", key=True),
        column.number("revision", "method"),
        column.flag("is_running"),
        column.number("cycles"),
        column.number("last_cycle", null=True),
        column.real("last_capacity_ah", "last_ce_pct", "retention_pct", "mean_ce_pct", null=True),
        column.json("capacities_ah"),
        indexes=[("method",), ("is_running",)],
    )
