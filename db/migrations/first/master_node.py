"""The lease of the master node, and the messages that it refused: the first revision."""

from db.migrations import column
from db.migrations.tables import table


def make_tables() -> None:
    """Make the tables that are not there."""
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
