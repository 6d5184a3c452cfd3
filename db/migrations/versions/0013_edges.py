"""The source of an experiment says to which step the interval over an edge of steps belongs."""

import sqlalchemy as sa
from alembic import op

from db.migrations import column

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("bem_imports")}
    if "edge" not in columns:
        op.add_column("bem_imports", column.text(8, "edge", null=True)[0])
