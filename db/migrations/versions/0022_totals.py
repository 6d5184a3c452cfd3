"""What the samples of chunks add up to is kept beside them; rows that were put back are kept."""

import sqlalchemy as sa
from alembic import op

from db.migrations import column
from db.migrations.tables import table

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    table(
        "bem_series_totals",
        column.number("experiment_id", "number", key=True),
        column.number("chunks"),
        column.exact(32, "recipe"),
        column.big("totals_crc"),
        column.blob("totals"),
    )
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("bem_series")}
    if "keeps_rows" not in present:
        op.add_column("bem_series", *column.flag("keeps_rows", default="0"))
