"""What each battery has come to over all of its experiments."""

from db.migrations import column
from db.migrations.tables import table

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_battery_life",
        column.number("battery_id", key=True),
        column.number("experiments", "pending", "cycles"),
        column.real(
            *("last_capacity_ah", "retention_pct", "equivalent_full_cycles", "resistance_ohm"),
            null=True,
        ),
    )
