"""Jobs of the worker, and uploaded files: the first revision."""

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
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
