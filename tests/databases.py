"""Migrated databases that cost a test some milliseconds."""

import os
import shutil
from pathlib import Path

import pytest
from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    create_engine,
    make_url,
    text,
)
from sqlalchemy.orm import Session

from db import migrations
from db.engine import Database, connect

MYSQL_URL = os.environ.get("BEM_TEST_MYSQL_URL")  # docs/testing.md says how to get one
SERVER_ENGINES = [
    pytest.param("mariadb", id="mariadb", marks=pytest.mark.mariadb),
    *([pytest.param("mysql", id="mysql", marks=pytest.mark.mysql)] if MYSQL_URL else []),
]
ENGINES = [pytest.param("sqlite", id="sqlite"), *SERVER_ENGINES]


class SqliteTemplate:
    """One migrated SQLite file, copied for each test."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"
        migrate(sqlite_url(self._file))

    def copy(self, folder: Path) -> str:
        """Return the URL of a fresh copy, in place of what an earlier test left there."""
        return put(self._file, folder)


class Engines:
    """Opens databases again and again; the statements of each are compiled once."""

    def __init__(self) -> None:
        self._kept: dict[str, Database] = {}

    def open(self, url: str) -> Database:
        """Return a database with events and caches of its own; connections end with it."""
        if url not in self._kept:
            self._kept[url] = connect(url)
        return Database(self._kept[url].engine.execution_options())


class Snapshot:
    """The rows that a database has now, to be put back after a test."""

    def __init__(self, url: str) -> None:
        self._database = connect(url)  # it finds out by itself that a test has killed the server
        self._tables = MetaData()
        with self._database.engine.connect() as connection:
            self._tables.reflect(connection)
            self._rows = {
                table: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in self._tables.sorted_tables
            }
            self._counters = _counters(connection)
            quoted = connection.dialect.identifier_preparer.quote
        self._by_name = {table.name: table for table in reversed(self._rows)}
        self._which_are_filled = " UNION ALL ".join(
            f"SELECT '{name}', EXISTS (SELECT 1 FROM {quoted(name)})" for name in self._by_name
        )

    def put_back_rows(self) -> None:
        """Put the rows of every table back. Ids go on counting, so none is given out twice."""
        with self._database.write() as session:
            if not self._database.is_sqlite:
                session.execute(text("SET foreign_key_checks = 0"))  # a station's parent
            filled = self._filled(session)
            for table in filled:
                session.execute(table.delete())
            for table, rows in self._rows.items():
                if rows:
                    session.execute(table.insert(), rows)
            if not self._database.is_sqlite:
                session.execute(text("SET foreign_key_checks = 1"))

    def _filled(self, session: Session) -> list[Table]:
        """Return the tables with rows; what refers to others comes first."""
        rows = session.connection().exec_driver_sql(self._which_are_filled)
        return [self._by_name[name] for name, is_filled in rows if is_filled]

    def put_back_counters(self) -> None:
        """Let ids count from where they were (MariaDB and MySQL)."""
        with self._database.engine.connect() as connection:
            for name, counter in _counters(connection).items():
                if counter != self._counters[name]:
                    connection.exec_driver_sql(
                        f"ALTER TABLE `{name}` AUTO_INCREMENT = {self._counters[name]}"
                    )

    def close(self) -> None:
        """Close the connections."""
        self._database.dispose()


class ServerSchema:
    """One migrated schema on a MariaDB or MySQL server, put back before each test.

    Making a schema takes half a second; putting the seed rows back takes 20 ms.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        create(url)
        migrate(url)
        self._seeds = Snapshot(url)

    def reset(self) -> None:
        """Put everything back to what the migrations made, ids included."""
        self._seeds.put_back_rows()
        self._seeds.put_back_counters()

    def close(self) -> None:
        """Drop the schema."""
        self._seeds.close()
        drop(self._url)


def put(template: Path, folder: Path) -> str:
    """Copy a SQLite file to bem.sqlite in a folder, in place of one that is there; its URL."""
    target = folder / "bem.sqlite"
    for part in folder.glob(f"{target.name}*"):  # also its log
        part.unlink()
    shutil.copyfile(template, target)
    return sqlite_url(target)


def sqlite_url(file: Path) -> str:
    """Return the SQLAlchemy URL of a SQLite file."""
    return f"sqlite:///{file}"


def create(url: str) -> None:
    """Make an empty schema, in place of one that an interrupted run left behind."""
    drop(url)
    _on_server(url, "CREATE DATABASE `{}` CHARACTER SET utf8mb4")


def drop(url: str) -> None:
    """Drop a schema if it is there."""
    _on_server(url, "DROP DATABASE IF EXISTS `{}`")


def _on_server(url: str, statement: str) -> None:
    parsed = make_url(url)
    engine = create_engine(parsed.set(database=""))
    with engine.connect() as connection:
        connection.exec_driver_sql(statement.format(parsed.database))
    engine.dispose()


def migrate(url: str) -> None:
    """Bring a database to our revision."""
    database = connect(url)
    migrations.upgrade(database)
    database.dispose()


def _counters(connection: Connection) -> dict[str, int]:
    if connection.dialect.name == "sqlite":
        return {}
    if not getattr(
        connection.dialect, "is_mariadb", False
    ):  # MySQL answers from yesterday's statistics otherwise
        connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
    rows = list(
        connection.exec_driver_sql(
            "SELECT table_name, auto_increment FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND auto_increment IS NOT NULL"
        )
    )
    return {row[0]: row[1] for row in rows}
