"""What every migration builds with: column types, tables and indexes that may be there already."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

MYSQL = ("mysql", "mariadb")
ID = sa.Integer().with_variant(mysql.INTEGER(unsigned=True), *MYSQL)
AT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), *MYSQL)

_described: ContextVar[sa.MetaData | None] = ContextVar("described", default=None)


@contextmanager
def described() -> Iterator[sa.MetaData]:
    """Collect the tables and indexes that a migration would make, and make none of them.

    So that an old database can be compared with what a migration says, not with a copy of it.
    """
    metadata = sa.MetaData()
    before = _described.set(metadata)
    try:
        yield metadata
    finally:
        _described.reset(before)


def exact_text(length: int) -> sa.String:
    """Text that compares byte by byte."""
    return sa.String(length).with_variant(
        mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), *MYSQL
    )


def table(name: str, *columns: sa.schema.SchemaItem, **options: bool) -> None:
    """Create a table unless it is there."""
    if (metadata := _described.get()) is not None:
        sa.Table(name, metadata, *columns)
        return
    op.create_table(
        name,
        *columns,
        if_not_exists=True,
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mariadb_charset="utf8mb4",
        **options,
    )


def index(name: str, table_name: str, columns: list[str]) -> None:
    """Create an index unless it is there (MySQL has no IF NOT EXISTS for it)."""
    if (metadata := _described.get()) is not None:
        sa.Index(name, *(metadata.tables[table_name].c[column] for column in columns))
        return
    present = {row["name"] for row in sa.inspect(op.get_bind()).get_indexes(table_name)}
    if name not in present:
        op.create_index(name, table_name, columns)
