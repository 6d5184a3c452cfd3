"""Users, sessions, and the audit trail: the first revision."""

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
    table(
        "bem_users",
        column.key("id", reused=True),
        column.text(60, "name", unique=True),
        column.text(200, "password_hash"),
        column.words("role", "role", "viewer", "operator", "admin"),
        column.flag("disabled"),
        column.moment("created_at"),
        column.moment("last_seen_at", "last_sign_in_at", null=True),
    )
    table(
        "bem_sessions",
        column.exact(64, "token_hash", key=True),
        column.to("user_id", "bem_users.id", ondelete="CASCADE"),
        column.moment("created_at", "seen_at"),
        indexes=[["user_id"]],
    )
    table(
        "bem_login_links",
        column.exact(64, "token_hash", key=True),
        column.to("user_id", "bem_users.id", ondelete="CASCADE"),
        column.moment("expires_at"),
        column.moment("used_at", null=True),
    )
    table(
        "bem_login_failures",
        column.key("id", reused=True),
        column.moment("at"),
        column.exact(45, "address"),
        column.exact(60, "user_name"),
        indexes=[["address", "at"], ["user_name", "at"]],
    )
    table(
        "bem_audit",
        column.key("id", reused=True),
        column.moment("at"),
        column.text(60, "user_name"),
        column.text(45, "address"),
        column.text(40, "action"),
        column.text(120, "target"),
        column.json("detail"),
        indexes=[["action", "at"], ["at"], ["target", "at"], ["user_name", "at"]],
    )
