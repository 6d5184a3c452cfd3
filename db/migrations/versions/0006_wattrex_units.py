"""WattRex units, the names that outlive their synchroniser, and its repairs.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa

from db.migrations.tables import AT, ID, exact_text, index, table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_wattrex_units",
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("seen_at", AT, nullable=True),
        sa.Column("clock_offset_s", sa.Double(), nullable=True),
        sa.Column("measures_offset_s", sa.Double(), nullable=True),
        sa.Column("asked_at", AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["ComputationalUnit.CUID"], name="fk_bem_wattrex_units_unit_id"
        ),
        sa.PrimaryKeyConstraint("unit_id", name="pk_bem_wattrex_units"),
    )
    table(
        "bem_wattrex_strangers",
        sa.Column("claimed_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("first_at", AT, nullable=False),
        sa.Column("last_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("claimed_id", name="pk_bem_wattrex_strangers"),
    )
    table(
        "bem_experiment_names",
        sa.Column("experiment_id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", name="pk_bem_experiment_names"),
    )
    _repairs()


def _repairs() -> None:
    table(
        "bem_sync_repairs",
        sa.Column("id", ID, nullable=False),
        sa.Column("experiment_id", ID, nullable=False),
        sa.Column("station_id", ID, nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "helped",
                "restored",
                name="repairstate",
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_sync_repairs"),
        sqlite_autoincrement=True,
    )
    index("ix_bem_sync_repairs_experiment_id", "bem_sync_repairs", ["experiment_id"])
    index("ix_bem_sync_repairs_state", "bem_sync_repairs", ["state"])
    table(
        "bem_set_aside_rows",
        sa.Column("repair_id", ID, autoincrement=False, nullable=False),
        sa.Column("kind", exact_text(20), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("further", ID, autoincrement=False, nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "repair_id", "kind", "number", "further", name="pk_bem_set_aside_rows"
        ),
    )
