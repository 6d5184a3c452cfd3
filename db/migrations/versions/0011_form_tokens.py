"""Tokens of forms that were sent: a form that is sent twice does its deed once.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa

from db.migrations.tables import AT, exact_text, index, table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_form_tokens",
        sa.Column("token_hash", exact_text(64), nullable=False),
        sa.Column("user_name", sa.String(length=60), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("spent_at", AT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_bem_form_tokens"),
    )
    index("ix_bem_form_tokens_spent_at", "bem_form_tokens", ["spent_at"])
