"""Tables and indexes that a revision makes, unless an interrupted run has made them before.

Constraints and indexes are named as those of the models.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa
from alembic import op

from db.migrations.column import Columns
from db.models import Base

_described: ContextVar[sa.MetaData | None] = ContextVar("described", default=None)


@contextmanager
def described() -> Iterator[sa.MetaData]:
    """Collect the tables and indexes that a migration would make, and make none of them.

    So that an old database can be compared with what a migration says, not with a copy of it.
    """
    metadata = sa.MetaData(naming_convention=Base.metadata.naming_convention)
    before = _described.set(metadata)
    try:
        yield metadata
    finally:
        _described.reset(before)


def table(
    name: str,
    *parts: Columns | sa.Constraint,
    indexes: Sequence[Sequence[str]] = (),
    **options: bool,
) -> None:
    """Create a table and its indexes unless they are there."""
    items = [one for part in parts for one in (part if isinstance(part, list) else [part])]
    if (metadata := _described.get()) is not None:
        sa.Table(name, metadata, *items)
    else:
        op.create_table(
            name,
            *items,
            if_not_exists=True,
            sqlite_autoincrement=any(one.info.get("counts_on") for one in items),
            mysql_engine="InnoDB",
            mysql_charset="utf8mb4",
            mariadb_engine="InnoDB",
            mariadb_charset="utf8mb4",
            **options,
        )
    for columns in indexes:
        index(name, *columns)


def index(table_name: str, *columns: str) -> None:
    """Create an index unless it is there (MySQL has no IF NOT EXISTS for it)."""
    name = "_".join(("ix", table_name, *columns))
    if (metadata := _described.get()) is not None:
        sa.Index(name, *(metadata.tables[table_name].c[column] for column in columns))
        return
    present = {row["name"] for row in sa.inspect(op.get_bind()).get_indexes(table_name)}
    if name not in present:
        op.create_index(name, table_name, columns)
