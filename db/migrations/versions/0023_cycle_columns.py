"""Columns of the cycle tables, by which cells are compared."""

from db.migrations import column
from db.migrations.tables import table

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_cycle_columns",
        column.number("experiment_id", key=True),
        column.exact(8, "part", key=True),
        column.blob("content"),
    )
