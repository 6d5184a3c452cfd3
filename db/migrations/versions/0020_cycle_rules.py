"""Rules on cycles, END TEST of profiles, and how far the cycles of what runs were judged."""

import sqlalchemy as sa
from alembic import op

from db.migrations import column
from db.migrations.tables import table

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

PROFILES = "bem_profile_details"


def upgrade() -> None:
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_columns(PROFILES)}
    for one in column.real("end_below_pct", null=True):
        if one.name not in present:
            op.add_column(PROFILES, one)
    table(
        "bem_cycle_rules",
        column.number("experiment_id", key=True),
        column.text(20, "kind", key=True),
        column.real("threshold", null=True),
        column.number("cycles"),
        column.flag("stops"),
        column.by_user("chosen_at"),
    )
    table(
        "bem_cycle_watch",
        column.number("experiment_id", key=True),
        column.number("through", null=True),
        column.json("alarms"),
        column.json("resistance", null=True),
        column.flag("is_over"),
        indexes=[["is_over"]],
    )
