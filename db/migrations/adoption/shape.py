"""What a table is like, as the first revision wants it and as it stands in the database."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, text
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateColumn

DIALECT = mysql.dialect()
TEXTS = ("char", "varchar", "text", "tinytext", "mediumtext", "longtext", "enum")


@dataclass(frozen=True)
class Column:
    """A column; its type is written as information_schema does on both servers."""

    name: str
    type: str
    nullable: bool
    counts: bool  # AUTO_INCREMENT
    refreshes: bool = False  # ON UPDATE CURRENT_TIMESTAMP
    charset: str | None = None
    has_default: bool = False
    definition: str = ""  # as DDL; only of what is wanted

    @property
    def kind(self) -> str:
        """The word that the type begins with."""
        return re.split(r"[ (]", self.type, maxsplit=1)[0]


@dataclass(frozen=True)
class Reference:
    """A foreign key."""

    name: str
    columns: tuple[str, ...]
    table: str
    table_columns: tuple[str, ...]


@dataclass
class Shape:
    """A table with its keys."""

    name: str
    columns: dict[str, Column] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    unique: dict[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    references: dict[str, Reference] = field(default_factory=dict)
    engine: str = "InnoDB"
    charset: str = "utf8mb4"
    rows: int = 0  # as the server estimates them
    size_bytes: int = 0


Shapes = dict[str, Shape]


def wanted() -> Shapes:
    """Return the fixed tables as the first revision makes them."""
    from db.migrations import first
    from db.migrations.tables import described

    with described() as metadata:
        first.make_tables()
    return {
        table.name: _wanted(table)
        for table in metadata.sorted_tables
        if not table.name.startswith("bem_")
    }


def _wanted(table: sa.Table) -> Shape:
    shape = Shape(table.name, {column.name: _column(column) for column in table.columns})
    shape.key = tuple(column.name for column in table.primary_key)
    shape.indexes = {str(one.name): tuple(one.columns.keys()) for one in table.indexes}
    for one in table.constraints:
        if isinstance(one, sa.UniqueConstraint):
            shape.unique[str(one.name)] = tuple(one.columns.keys())
        if isinstance(one, sa.ForeignKeyConstraint):
            targets = [element.target_fullname.split(".") for element in one.elements]
            shape.references[str(one.name)] = Reference(
                str(one.name),
                tuple(one.column_keys),
                targets[0][0],
                tuple(column for _, column in targets),
            )
    return shape


def _column(column: sa.Column[Any]) -> Column:
    definition = str(CreateColumn(column).compile(dialect=DIALECT))
    return Column(
        name=column.name,
        type=_plain_type(column.type.compile(dialect=DIALECT)),
        nullable=bool(column.nullable),
        counts="AUTO_INCREMENT" in definition,
        charset="utf8mb4" if isinstance(column.type, sa.String) else None,
        has_default=column.server_default is not None,
        definition=definition,
    )


def _plain_type(written: str) -> str:
    """Write a type as information_schema does, without display widths."""
    if written.startswith(("ENUM(", "enum(")):  # its words keep their case
        return "enum(" + written[5:]
    plain = written.lower().replace("integer", "int")
    if plain in ("bool", "tinyint(1)"):
        return "tinyint(1)"
    return re.sub(r"^(\w*int)\(\d+\)", r"\1", plain)


def present(connection: Connection) -> Shapes:
    """Read every table of the database as it is."""
    shapes = {
        name: Shape(name, engine=engine, charset=charset, rows=int(rows), size_bytes=int(size))
        for name, engine, charset, rows, size in _rows(
            connection,
            "SELECT TABLE_NAME, ENGINE, SUBSTRING_INDEX(TABLE_COLLATION, '_', 1),"
            " COALESCE(TABLE_ROWS, 0), COALESCE(DATA_LENGTH + INDEX_LENGTH, 0)"
            " FROM information_schema.TABLES"
            " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'",
        )
    }
    _read_columns(connection, shapes)
    _read_indexes(connection, shapes)
    for reference_of, reference in references(connection):
        if reference_of in shapes:
            shapes[reference_of].references[reference.name] = reference
    return shapes


def _read_columns(connection: Connection, shapes: Shapes) -> None:
    for table, name, kind, nullable, extra, charset, default in _rows(
        connection,
        "SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, EXTRA, CHARACTER_SET_NAME,"
        " COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
        " ORDER BY TABLE_NAME, ORDINAL_POSITION",
    ):
        if table not in shapes:  # a view
            continue
        shapes[table].columns[name] = Column(
            name=name,
            type=_plain_type(kind),
            nullable=nullable == "YES",
            counts="auto_increment" in extra.lower(),
            refreshes="on update" in extra.lower(),
            charset=charset,
            has_default=default is not None and default != "NULL",
        )


def _read_indexes(connection: Connection, shapes: Shapes) -> None:
    indexes: dict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for table, name, repeats, column in _rows(
        connection,
        "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME FROM information_schema.STATISTICS"
        " WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    ):
        indexes[table, name, not repeats].append(column)
    for (table, name, unique), columns in indexes.items():
        if name == "PRIMARY":
            shapes[table].key = tuple(columns)
        elif unique:
            shapes[table].unique[name] = tuple(columns)
        else:
            shapes[table].indexes[name] = tuple(columns)


def references(connection: Connection) -> list[tuple[str, Reference]]:
    """Read the foreign keys, each with the table that has it."""
    pairs_of: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    for table, name, to_table, column, to_column in _rows(
        connection,
        "SELECT TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_NAME, COLUMN_NAME,"
        " REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE"
        " WHERE TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL"
        " ORDER BY TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION",
    ):
        pairs_of[table, name, to_table].append((column, to_column))
    return [
        (
            table,
            Reference(name, tuple(c for c, _ in pairs), to_table, tuple(c for _, c in pairs)),
        )
        for (table, name, to_table), pairs in pairs_of.items()
    ]


def _rows(connection: Connection, statement: str) -> Iterable[Any]:
    return connection.execute(text(statement)).fetchall()
