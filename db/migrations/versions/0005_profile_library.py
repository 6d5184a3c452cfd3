"""The library of profiles: texts, their versions, and the fixed profiles made of them.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from db.migrations.tables import AT, ID, MYSQL, exact_text, table

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), *MYSQL)


def upgrade() -> None:
    table(
        "bem_profiles",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=250), nullable=False),
        sa.Column("archived", sa.Boolean(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bem_profiles"),
        sa.UniqueConstraint("name", name="uq_bem_profiles_name"),
        sqlite_autoincrement=True,
    )
    table(
        "bem_profile_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("profile_id", ID, nullable=True),
        sa.Column("number", ID, nullable=False),
        sa.Column("once", exact_text(64), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("text", LONG_TEXT, nullable=False),
        sa.Column("comment", sa.String(length=250), nullable=False),
        sa.Column("summary", sa.JSON(), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("created_at", AT, nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["bem_profiles.id"], name="fk_bem_profile_versions_profile_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_bem_profile_versions"),
        sa.UniqueConstraint(
            "profile_id", "number", name="uq_bem_profile_versions_profile_id_number"
        ),
        sa.UniqueConstraint("once", name="uq_bem_profile_versions_once"),
        sqlite_autoincrement=True,
    )
    table(
        "bem_compiled_versions",
        sa.Column("version_id", ID, nullable=False),
        sa.Column("capacity", exact_text(30), nullable=False),
        sa.Column("profile_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["bem_profile_versions.id"],
            name="fk_bem_compiled_versions_version_id",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["Profile.ProfID"], name="fk_bem_compiled_versions_profile_id"
        ),
        sa.PrimaryKeyConstraint("version_id", "capacity", name="pk_bem_compiled_versions"),
        sa.UniqueConstraint("profile_id", name="uq_bem_compiled_versions_profile_id"),
    )
