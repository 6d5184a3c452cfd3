"""The tables of release 0.2.0; the revisions before were never released and are part of it."""

from db.migrations import first

revision = "0010"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    first.upgrade()
