"""The columns that revisions build tables of: each function returns one for every name."""

from typing import Any, Protocol, TypedDict, Unpack

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
    """Whether a column is of the primary key, may be NULL, has each value once; its default."""

    key: bool
    null: bool
    unique: bool
    default: str | sa.TextClause


class Kind(Protocol):
    """Returns a column of one type for every name."""

    def __call__(self, *names: str, **options: Unpack[Options]) -> Columns:
        """Return the columns."""


def _kind(type_: TypeEngine[Any]) -> Kind:
    def columns(*names: str, **options: Unpack[Options]) -> Columns:
        return _columns(type_, names, options)

    return columns


number = _kind(ID)  # whole numbers from 0
signed = _kind(sa.Integer())
small = _kind(sa.SmallInteger())  # whole numbers of two bytes
big = _kind(sa.BigInteger())  # of eight
real = _kind(sa.Double())  # numbers with fractions
flag = _kind(sa.Boolean())
moment = _kind(AT)  # date and time with microseconds
day = _kind(sa.Date())
long_text = _kind(LONG_TEXT)  # up to 16 MiB
json = _kind(sa.JSON())
blob = _kind(BLOB)  # bytes, up to 16 MiB


def key(name: str, *, reused: bool = False) -> Columns:
    """The primary key, which the database counts up; `reused`: SQLite may give an id again."""
    return [sa.Column(name, ID, primary_key=True, info={"counts_on": not reused})]


def to(
    name: str, target: str, *, ondelete: str | None = None, **options: Unpack[Options]
) -> Columns:
    """The key of a row in another table; `target` is "Table.Column"."""
    return _columns(ID, (name,), options, sa.ForeignKey(target, ondelete=ondelete))


def text(length: int | None, *names: str, **options: Unpack[Options]) -> Columns:
    """Text of at most so many characters, of up to 64 KiB for None."""
    return _columns(sa.String(length) if length else sa.Text(), names, options)


def by_user(*moments: str) -> Columns:
    """The name of who did something, and when."""
    return [*text(60, "user_name"), *moment(*moments)]


def exact(length: int, *names: str, **options: Unpack[Options]) -> Columns:
    """Text that compares byte by byte: keys, tokens, names of channels."""
    binary = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return _columns(sa.String(length).with_variant(binary, *MYSQL), names, options)


def words(name: str, kind: str, *values: str, **options: Unpack[Options]) -> Columns:
    """One of some words: ENUM on MySQL and MariaDB, text with a check named `kind` on SQLite."""
    enum = sa.Enum(*values, name=kind, create_constraint=True, length=40)
    return _columns(enum, (name,), options)


def _columns(
    type_: TypeEngine[Any],
    names: tuple[str, ...],
    options: Options,
    *constraints: sa.ForeignKey,
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
            server_default=options.get("default"),
        )
        for name in names
    ]
