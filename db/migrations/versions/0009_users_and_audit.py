"""When users signed in last, and indexes that the audit page reads by.

Every step looks first whether it is done, as in 0001.
"""

import sqlalchemy as sa
from alembic import op

from db.migrations.tables import AT, index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SIGNED_IN = (
    "UPDATE bem_users SET last_sign_in_at = (SELECT MAX(bem_audit.at) FROM bem_audit"
    " WHERE bem_audit.action = 'login' AND bem_audit.user_name = bem_users.name)"
    " WHERE last_sign_in_at IS NULL"
)


def upgrade() -> None:
    present = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("bem_users")}
    if "last_sign_in_at" not in present:
        op.add_column("bem_users", sa.Column("last_sign_in_at", AT, nullable=True))
    for name in ("user_name", "action", "target"):
        index(f"ix_bem_audit_{name}_at", "bem_audit", [name, "at"])
    op.execute(SIGNED_IN)
