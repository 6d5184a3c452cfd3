"""Column types and the declarative base."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import JSON, DateTime, Dialect, Double, Enum, Integer, MetaData, String
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator, TypeEngine

MYSQL = ("mysql", "mariadb")

Id = Integer().with_variant(mysql.INTEGER(unsigned=True), *MYSQL)
SignedInt = Integer()
Number: Double[float] = Double()

# table arguments
IDS_STAY_USED = {"sqlite_autoincrement": True}  # the id of a deleted row is never given again
ONE_TREE = {"sqlite_with_rowid": False}  # one B-tree to write, not two


def exact_text(length: int) -> String:
    """Text that compares byte by byte on every engine (keys, tokens, channel names)."""
    return String(length).with_variant(
        mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), *MYSQL
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in Python, UTC with microseconds in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return DATETIME(6) on MySQL and MariaDB, text on SQLite."""
        if dialect.name in MYSQL:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: nobody knows its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Name the zone that the database does not store."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """Common registry of all tables; constraint names are the same on every engine."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Id,
        float: Number,
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[float]: JSON(),
        list[list[int]]: JSON(),
        list[list[float]]: JSON(),
        StrEnum: Enum(  # ENUM on MySQL and MariaDB, checked text on SQLite
            StrEnum,
            values_callable=lambda members: [member.value for member in members],
            create_constraint=True,
            length=40,
        ),
    }
