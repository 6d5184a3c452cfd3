"""What was deleted by an admin: its measures are removed bit by bit, and who asks is told.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa

from db.migrations.tables import AT, ID, index, table

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_deleted_experiments",
        sa.Column("experiment_id", ID, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("measures", sa.BigInteger(), nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("deleted_at", AT, nullable=False),
        sa.Column("cleared_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_bem_deleted_experiments"),
    )
    index("ix_bem_deleted_experiments_cleared_at", "bem_deleted_experiments", ["cleared_at"])
