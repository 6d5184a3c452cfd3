"""An experiment may have no rows of measures: what is stored of it as columns is the record."""

import sqlalchemy as sa
from alembic import op

from db.migrations import column

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SERIES = "bem_series"


def upgrade() -> None:
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_columns(SERIES)}
    for one in (
        *column.flag("has_rows", default="1"),
        *column.moment("first_at", "last_at", null=True),
        *column.real("first_test_s", "last_test_s", null=True),
    ):
        if one.name not in present:
            op.add_column(SERIES, one)
