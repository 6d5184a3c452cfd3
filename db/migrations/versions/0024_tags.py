"""Tags of experiments, and owners that somebody has chosen."""

from db.migrations import column
from db.migrations.tables import table

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_tags",
        column.key("id"),
        column.exact(40, "key", unique=True),
        column.text(40, "name"),
        column.text(8, "colour"),
    )
    table(
        "bem_experiment_tags",
        column.number("experiment_id", key=True),
        column.number("tag_id", key=True),
        indexes=[["tag_id"]],
    )
    table(
        "bem_experiment_owners",
        column.number("experiment_id", key=True),
        column.text(60, "owner"),
        column.by_user("chosen_at"),
        indexes=[["owner"]],
    )
