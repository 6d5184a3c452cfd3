"""Tokens of forms that were sent: a form that is sent twice does its deed once."""

from db.migrations import column
from db.migrations.tables import table

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_form_tokens",
        column.exact(64, "token_hash", key=True),
        column.text(60, "user_name"),
        column.text(120, "target"),
        column.moment("spent_at"),
        indexes=[["spent_at"]],
    )
