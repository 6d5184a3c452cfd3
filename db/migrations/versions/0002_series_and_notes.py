"""The series store, computed statistics, notes.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from db.migrations.tables import AT, ID, MYSQL, exact_text, index, table

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BLOB = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL)


def upgrade() -> None:
    table(
        "bem_series",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("measures", ID, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("has_power", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("checked_at", AT, nullable=True),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_bem_series"),
    )
    index("ix_bem_series_settled_checked_at", "bem_series", ["settled", "checked_at"])
    table(
        "bem_series_channels",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("used_measure_id", ID, autoincrement=False, nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("known", ID, nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", "used_measure_id", name="pk_bem_series_channels"),
    )
    table(
        "bem_series_chunks",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("channel", exact_text(16), nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("measures", ID, nullable=False),
        sa.Column("id_sum", sa.BigInteger(), nullable=False),
        sa.Column("first_us", sa.BigInteger(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=False),
        sa.Column("coarse", BLOB, nullable=False),
        sa.Column("fine", BLOB, nullable=False),
        sa.Column("samples", BLOB, nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", "channel", "number", name="pk_bem_series_chunks"),
    )
    table(
        "bem_statistics",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("revision", ID, nullable=False),
        sa.Column("method", ID, nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_bem_statistics"),
    )
    table(
        "bem_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("experiment_id", ID, nullable=False),
        sa.Column("at", AT, nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_notes"),
        sqlite_autoincrement=True,
    )
    index("ix_bem_notes_experiment_id", "bem_notes", ["experiment_id"])
