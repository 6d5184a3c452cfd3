"""The columns that revisions build tables of: each function returns one for every name."""

from typing import Any, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeEngine

MYSQL = ("mysql", "mariadb")
ID = sa.Integer().with_variant(mysql.INTEGER(unsigned=True), *MYSQL)
AT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), *MYSQL)
BLOB = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), *MYSQL)
LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT(), *MYSQL)

Columns = list[sa.Column[Any]]


class Options(TypedDict, total=False):
    """Whether a column is part of the primary key, may be NULL, has each value once."""

    key: bool
    null: bool
    unique: bool


def key(name: str, *, reused: bool = False) -> Columns:
    """The primary key, which the database counts up; `reused`: SQLite may give an id again."""
    return [sa.Column(name, ID, primary_key=True, info={"counts_on": not reused})]


def to(
    name: str, target: str, *, ondelete: str | None = None, **options: Unpack[Options]
) -> Columns:
    """The key of a row in another table; `target` is "Table.Column"."""
    return _columns(ID, (name,), options, sa.ForeignKey(target, ondelete=ondelete))


def number(*names: str, default: str | None = None, **options: Unpack[Options]) -> Columns:
    """Whole numbers from 0."""
    return _columns(ID, names, options, server_default=default)


def signed(*names: str, **options: Unpack[Options]) -> Columns:
    """Whole numbers."""
    return _columns(sa.Integer(), names, options)


def small(*names: str, **options: Unpack[Options]) -> Columns:
    """Whole numbers of two bytes."""
    return _columns(sa.SmallInteger(), names, options)


def big(*names: str, **options: Unpack[Options]) -> Columns:
    """Whole numbers of eight bytes."""
    return _columns(sa.BigInteger(), names, options)


def real(*names: str, **options: Unpack[Options]) -> Columns:
    """Numbers with fractions."""
    return _columns(sa.Double(), names, options)


def flag(*names: str, default: sa.TextClause | None = None, **options: Unpack[Options]) -> Columns:
    """Yes or no."""
    return _columns(sa.Boolean(), names, options, server_default=default)


def moment(*names: str, **options: Unpack[Options]) -> Columns:
    """Date and time with microseconds."""
    return _columns(AT, names, options)


def day(*names: str, **options: Unpack[Options]) -> Columns:
    """Dates."""
    return _columns(sa.Date(), names, options)


def text(length: int | None, *names: str, **options: Unpack[Options]) -> Columns:
    """Text of at most so many characters, of up to 64 KiB for None."""
    return _columns(sa.String(length) if length else sa.Text(), names, options)


def by_user(*moments: str) -> Columns:
    """The name of who did something, and when."""
    return [*text(60, "user_name"), *moment(*moments)]


def long_text(*names: str, **options: Unpack[Options]) -> Columns:
    """Text of up to 16 MiB."""
    return _columns(LONG_TEXT, names, options)


def exact(length: int, *names: str, **options: Unpack[Options]) -> Columns:
    """Text that compares byte by byte: keys, tokens, names of channels."""
    binary = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return _columns(sa.String(length).with_variant(binary, *MYSQL), names, options)


def words(name: str, kind: str, *values: str, **options: Unpack[Options]) -> Columns:
    """One of some words: ENUM on MySQL and MariaDB, text with a check named `kind` on SQLite."""
    enum = sa.Enum(*values, name=kind, create_constraint=True, length=40)
    return _columns(enum, (name,), options)


def json(*names: str, **options: Unpack[Options]) -> Columns:
    """Values as JSON."""
    return _columns(sa.JSON(), names, options)


def blob(*names: str, **options: Unpack[Options]) -> Columns:
    """Bytes, up to 16 MiB."""
    return _columns(BLOB, names, options)


def _columns(
    type_: TypeEngine[Any],
    names: tuple[str, ...],
    options: Options,
    *constraints: sa.ForeignKey,
    server_default: str | sa.TextClause | None = None,
) -> Columns:
    return [
        sa.Column(
            name,
            type_,
            *constraints,
            primary_key=options.get("key", False),
            autoincrement=False,
            nullable=options.get("null", False),
            unique=options.get("unique"),
            server_default=server_default,
        )
        for name in names
    ]
