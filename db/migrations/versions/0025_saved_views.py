"""Saved views of the experiments table, and indexes for its orders."""

import sqlalchemy as sa
from alembic import op

from db.migrations import column
from db.migrations.tables import index, table

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ORDERS = (
    ("Experiment", "DateBegin"),
    ("Experiment", "DateFinish"),
    ("bem_plans", "state"),
    ("bem_plans", "user_name"),
    ("bem_imports", "user_name"),
    ("bem_plans", "created_at", "experiment_id"),
    ("bem_cycle_summaries", "cycles"),
    ("bem_cycle_summaries", "last_capacity_ah"),
    ("bem_cycle_summaries", "retention_pct"),
    ("bem_cycle_summaries", "mean_ce_pct"),
)


def upgrade() -> None:
    table(
        "bem_saved_views",
        column.key("id"),
        column.exact(60, "key"),
        column.text(60, "name"),
        column.exact(60, "owner"),
        column.json("filters"),
        column.by_user("saved_at"),
        sa.UniqueConstraint("owner", "key"),
    )
    table(
        "bem_start_views",
        column.exact(60, "user_name", key=True),
        column.number("view_id"),
        indexes=[["view_id"]],
    )
    for table_name, *columns in ORDERS:
        index(table_name, *columns)
    if op.get_bind().dialect.name == "sqlite":  # names are in order without regard to case
        op.execute('DROP INDEX IF EXISTS "ix_Experiment_Name"')
        op.execute('CREATE INDEX "ix_Experiment_Name" ON "Experiment" ("Name" COLLATE NOCASE)')
