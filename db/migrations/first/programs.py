"""Users and their acts, jobs, the master node, and what WattRex units need: the first revision."""

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
    table(
        "bem_jobs",
        column.key("id", reused=True),
        column.text(40, "kind"),
        column.words("state", "jobstate", "queued", "running", "done", "failed", "cancelled"),
        column.json("payload"),
        column.json("result", null=True),
        column.text(None, "error", null=True),
        column.big("done", "total"),
        column.number("attempts"),
        column.flag("cancel_asked"),
        column.text(60, "user_name"),
        column.exact(80, "worker", null=True),
        column.moment("created_at"),
        column.moment("beat_at", "ended_at", null=True),
        indexes=[["state", "created_at"]],
    )
    table(
        "bem_uploads",
        column.exact(32, "id", key=True),
        column.text(255, "file_name"),
        column.big("size_bytes"),
        column.exact(64, "sha256"),
        column.by_user("created_at"),
        indexes=[["created_at"], ["sha256"]],
    )
    table(
        "bem_leases",
        column.exact(40, "name", key=True),
        column.exact(80, "holder"),
        column.number("epoch"),
        column.moment("beat_at", "expires_at"),
        column.json("detail"),
    )
    table(
        "bem_refused_messages",
        column.key("id"),
        column.moment("at"),
        column.text(200, "topic"),
        column.text(250, "reason"),
        column.number("size_bytes"),
        column.text(200, "beginning"),
    )
    table(
        "bem_refused_counts",
        column.exact(60, "sender", key=True),
        column.exact(40, "kind", key=True),
        column.big("count"),
        column.moment("last_at"),
    )
    table(
        "bem_wattrex_units",
        column.to("unit_id", "ComputationalUnit.CUID", key=True),
        column.moment("seen_at", null=True),
        column.real("clock_offset_s", "measures_offset_s", null=True),
        column.moment("asked_at", null=True),
    )
    table(
        "bem_wattrex_strangers",
        column.big("claimed_id", key=True),
        column.text(250, "reason"),
        column.moment("first_at", "last_at"),
    )
    table(
        "bem_experiment_names",
        column.number("experiment_id", key=True),
        column.text(30, "name"),
        column.text(250, "description"),
        column.by_user("at"),
    )
    table(
        "bem_sync_repairs",
        column.key("id"),
        column.number("experiment_id", "station_id"),
        column.words("state", "repairstate", "open", "helped", "restored"),
        column.big("last_id"),
        column.by_user("at"),
        column.moment("ended_at", null=True),
        column.json("outcome"),
        indexes=[["experiment_id"], ["state"]],
    )
    table(
        "bem_set_aside_rows",
        column.number("repair_id", key=True),
        column.exact(20, "kind", key=True),
        column.big("number", key=True),
        column.number("further", key=True),
        column.json("columns"),
    )
