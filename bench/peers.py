"""The same work done by an engine's own means: the limits that we are measured against."""

import csv
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from db.engine import Database, connect
from tests.databases import create, migrate, sqlite_url
from tests.machine import MARIADB
from tests.servers import MariaDb

TABLES = {  # the columns that an import fills, those of the key first
    "GenericMeasures": "MeasID, Timestamp, InstrID, Voltage, Current, Power, TestTime, Step, Cycle",
    "ExtendedMeasures": "UsedMeasID, MeasID, Value",
}
EXPORTED = ("Timestamp", "TestTime", "Voltage", "Current", "Power", "Cycle", "Step")


class Peer(Protocol):
    """An engine with a migrated database, and its own tools."""

    engine: str
    loader: str
    exporter: str
    url: str
    database: Database
    server_pid: int | None

    def keep(self, experiment_id: int) -> None:
        """Take the measures of an experiment out, in the order of the keys, to load them."""

    def load(self, experiment_id: int) -> None:
        """Load what was kept as another experiment."""

    def export(self, experiment_id: int, channel_ids: Sequence[int], file: Path) -> None:
        """Write an experiment's measures with these channels to a file."""

    def scan(self, experiment_id: int, channel_ids: Sequence[int], file: Path) -> None:
        """Write the same values, the measures first and then each channel, not brought together."""


class SqlitePeer:
    """SQLite by Python's own `sqlite3`; exports by its shell, where that is installed."""

    engine = "SQLite"
    loader = "sqlite3 executemany"
    server_pid: int | None = None

    def __init__(self, folder: Path) -> None:
        self._file = folder / "bench.sqlite"
        self._shell = shutil.which("sqlite3")
        self.exporter = "pivot query by its shell" if self._shell else "sqlite3 rows, csv.writer"
        self.url = sqlite_url(self._file)
        migrate(self.url)
        self.database = connect(self.url)
        self._connection = sqlite3.connect(self._file)
        self._connection.execute("PRAGMA synchronous=NORMAL")  # as ours
        self._kept: dict[str, list[tuple[object, ...]]] = {}

    def keep(self, experiment_id: int) -> None:
        """Take the measures of an experiment into memory."""
        for table in TABLES:
            self._kept[table] = self._connection.execute(_select(table, experiment_id)).fetchall()

    def load(self, experiment_id: int) -> None:
        """Insert them in one transaction."""
        with self._connection:
            for table, columns in TABLES.items():
                marks = ", ".join("?" * (columns.count(",") + 1))
                insert = f"INSERT INTO {table} (ExpID, {columns}) VALUES ({experiment_id}, {marks})"
                self._connection.executemany(insert, self._kept[table])

    def export(self, experiment_id: int, channel_ids: Sequence[int], file: Path) -> None:
        """Write the rows of the pivot query as they come."""
        self._write([pivot(experiment_id, channel_ids)], file)

    def scan(self, experiment_id: int, channel_ids: Sequence[int], file: Path) -> None:
        """Write the rows of one query after the other."""
        self._write(scans(experiment_id, channel_ids), file)

    def close(self) -> None:
        """Close the connections."""
        self._connection.close()
        self.database.dispose()

    def _write(self, queries: Sequence[str], file: Path) -> None:
        if self._shell is not None:
            with file.open("wb") as output:
                command = [self._shell, "-csv", str(self._file), "; ".join(queries)]
                subprocess.run(command, stdout=output, check=True)
            return
        with file.open("w", encoding="utf-8", newline="") as written:
            for sql in queries:
                csv.writer(written).writerows(self._connection.execute(sql))


class MariaDbPeer:
    """MariaDB by its own command-line client."""

    engine = "MariaDB"
    loader = "LOAD DATA by the client"
    exporter = "pivot query by the client"

    def __init__(self, server: MariaDb, client: str, folder: Path) -> None:
        self._folder = folder
        self._command = [client, "--no-defaults", "--local-infile=1", "--batch", "--quick"]
        self._command += ["--host=127.0.0.1", f"--port={server.port}", "--user=root", "bench"]
        self.server_pid: int | None = server.pid
        self.url = server.url("bench")
        create(self.url)
        migrate(self.url)
        self.database = connect(self.url)

    def keep(self, experiment_id: int) -> None:
        """Write the measures of an experiment to files. None of them is blank."""
        for table in TABLES:
            self._run(_select(table, experiment_id), self._file(table), "--skip-column-names")

    def load(self, experiment_id: int) -> None:
        """Load the files, each with one statement."""
        statements = [
            f"LOAD DATA LOCAL INFILE '{self._file(table)}' INTO TABLE {table} ({columns}) "
            f"SET ExpID = {experiment_id}"
            for table, columns in TABLES.items()
        ]
        self._run("; ".join(statements), self._folder / "load.txt")

    def export(self, experiment_id: int, channel_ids: Sequence[int], file: Path) -> None:
        """Let the client write the rows of the pivot query."""
        self._run(pivot(experiment_id, channel_ids), file, "--skip-column-names")

    def scan(self, experiment_id: int, channel_ids: Sequence[int], file: Path) -> None:
        """Let the client write the rows of one query after the other."""
        self._run("; ".join(scans(experiment_id, channel_ids)), file, "--skip-column-names")

    def close(self) -> None:
        """Close the connections."""
        self.database.dispose()

    def _file(self, table: str) -> Path:
        return self._folder / f"{table}.tsv"

    def _run(self, sql: str, output: Path, *options: str) -> None:
        with output.open("wb") as written:
            command = [*self._command, *options, f"--execute={sql}"]
            subprocess.run(command, stdout=written, check=True)


@contextmanager
def sqlite(folder: Path) -> Iterator[SqlitePeer]:
    """A migrated SQLite file."""
    peer = SqlitePeer(folder)
    try:
        yield peer
    finally:
        peer.close()


@contextmanager
def mariadb(folder: Path) -> Iterator[MariaDbPeer | None]:
    """A migrated schema on a MariaDB server of our own; None if there is no server or client."""
    client = shutil.which("mariadb")
    if MARIADB.find() is None or client is None:
        yield None
        return
    server = MariaDb(folder)
    try:
        server.start()
        peer = MariaDbPeer(server, client, folder)
        _give_memory(peer.database)
        try:
            yield peer
        finally:
            peer.close()
    finally:
        server.kill()


def plain_query(database: Database, *statements: str) -> None:
    """Run SQL and fetch its rows by the driver alone, in a connection that is open."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for sql in statements:
            cursor.execute(sql)
            cursor.fetchall()
    finally:
        connection.close()


def _give_memory(database: Database) -> None:
    """Give the server of the tests the memory that one in use has."""
    with database.engine.connect() as connection:
        for name in ("innodb_buffer_pool_size", "innodb_log_file_size"):
            connection.exec_driver_sql(f"SET GLOBAL {name} = {512 * 1024**2}")


def pivot(experiment_id: int, channel_ids: Sequence[int]) -> str:
    """SQL for a line a measure: a join for each further channel, along the keys of both tables.

    Grouping the channels first took longer, on MariaDB by many times.
    """
    listed = [f"g.{name}" for name in EXPORTED] + [f"x{id_}.Value" for id_ in channel_ids]
    joins = [
        f"LEFT JOIN ExtendedMeasures x{id_} ON x{id_}.ExpID = {experiment_id} "
        f"AND x{id_}.UsedMeasID = {id_} AND x{id_}.MeasID = g.MeasID"
        for id_ in channel_ids
    ]
    return (
        f"SELECT {', '.join(listed)} FROM GenericMeasures g {' '.join(joins)} "
        f"WHERE g.ExpID = {experiment_id} ORDER BY g.MeasID"
    )


def scans(experiment_id: int, channel_ids: Sequence[int]) -> list[str]:
    """SQL that fetches the same values in the order of the keys, without a join."""
    ordered = f"WHERE ExpID = {experiment_id}"
    return [
        f"SELECT {', '.join(EXPORTED)} FROM GenericMeasures {ordered} ORDER BY MeasID",
        *(
            f"SELECT Value FROM ExtendedMeasures {ordered} AND UsedMeasID = {id_} ORDER BY MeasID"
            for id_ in channel_ids
        ),
    ]


def _select(table: str, experiment_id: int) -> str:
    key = "UsedMeasID, MeasID" if table == "ExtendedMeasures" else "MeasID"
    return f"SELECT {TABLES[table]} FROM {table} WHERE ExpID = {experiment_id} ORDER BY {key}"
