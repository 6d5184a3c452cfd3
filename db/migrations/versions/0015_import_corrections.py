"""What users have corrected of files of a layout, for the next file of that layout."""

from db.migrations import column
from db.migrations.tables import table

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_import_corrections",
        column.exact(64, "layout", key=True),
        column.text(255, "file_name"),
        column.json("answers"),
        column.by_user("corrected_at"),
    )
