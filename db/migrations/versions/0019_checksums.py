"""Stored chunks have checksums of their blobs, and a sum of the values of their rows.

Those that are there get theirs as the worker makes them anew, so every copy is to be looked at.
"""

import sqlalchemy as sa
from alembic import op

from db.migrations import column

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

CHUNKS = "bem_series_chunks"


def upgrade() -> None:
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_columns(CHUNKS)}
    names = ("value_sum", "coarse_crc", "fine_crc", "samples_crc")
    for one in column.big(*names, null=True):
        if one.name not in present:
            op.add_column(CHUNKS, one)
    op.execute(sa.text("UPDATE bem_series SET settled = 0, checked_at = NULL"))
