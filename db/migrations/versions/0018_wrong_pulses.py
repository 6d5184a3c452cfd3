"""Pulses that somebody has unticked."""

from db.migrations import column
from db.migrations.tables import table

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_wrong_pulses",
        column.number("experiment_id", "measure_id", key=True),
        column.by_user("unticked_at"),
    )
