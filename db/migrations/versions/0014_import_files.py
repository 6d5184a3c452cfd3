"""The files of an import: hash, size, what their heads say, and their measures in short.

Imports of before get the row of their file, as far as it is in `bem_imports`.
"""

import sqlalchemy as sa
from alembic import op

from db.migrations import column
from db.migrations.tables import table

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_import_files",
        column.number("experiment_id", "number", key=True),
        column.text(255, "file_name"),
        column.exact(64, "sha256"),
        column.text(200, "part"),
        column.big("size_bytes", null=True),
        column.big("measures"),
        column.json("facts"),
        column.json("digest", null=True),
        column.flag("kept", default=sa.text("0")),
        indexes=[["sha256"], ["measures"]],
    )
    op.execute(
        "INSERT INTO bem_import_files"
        " (experiment_id, number, file_name, sha256, part, measures, facts, kept)"
        " SELECT experiment_id, 0, file_name, sha256, '', measures, '{}', 0 FROM bem_imports"
        " WHERE published_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM bem_import_files AS file"
        " WHERE file.experiment_id = bem_imports.experiment_id)"
    )
