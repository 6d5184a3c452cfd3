"""The scripts beside docker-compose.yml, on a real server: accounts, health, backup and restore."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
import sqlalchemy
from sqlalchemy import create_engine, inspect

from db import migrations, series
from db.engine import connect
from tests.conftest import require
from tests.databases import migrate
from tests.machine import MARIADB_DUMP, ROOT
from tests.servers import MariaDb
from tests.unit.db.lab import add_cell, block, import_blocks, import_with_rows

SCRIPTS = ROOT / "deploy" / "database"
PASSWORDS = {
    "DATABASE_MIGRATE_PASSWORD": "migrate-0123456789",
    "DATABASE_PASSWORD": "use-0123456789abcdef",
    "DATABASE_BACKUP_PASSWORD": "backup-0123456789",
}


class Deployment:
    """The database of docker-compose.yml on a MariaDB server: its accounts, and its scripts."""

    def __init__(self, server: MariaDb, folder: Path) -> None:
        self.server = server
        self.backups = folder / "backups"
        self.backups.mkdir()
        self.environment = {
            **os.environ,
            **{f"{name}_FILE": str(self.write(name, PASSWORDS[name])) for name in PASSWORDS},
            "MYSQL_ROOT_PASSWORD": "",
            "DATABASE_SOCKET": str(server.folder / "data" / "mariadbd.sock"),
            "DATABASE_HOST": "127.0.0.1",
            "DATABASE_PORT": str(server.port),
            "BACKUP_FOLDER": str(self.backups),
            "BACKUP_KEEP": "2",
        }

    def write(self, name: str, password: str) -> Path:
        """Put a password into a file, as Compose does."""
        file = self.backups.parent / name
        file.write_text(password)
        return file

    def run(self, script: str, *arguments: str, **environment: str):
        return subprocess.run(
            ["bash", SCRIPTS / script, *arguments],
            env={**self.environment, **environment},
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )

    def url(self, user: str, variable: str) -> str:
        return f"mysql+pymysql://{user}:{PASSWORDS[variable]}@127.0.0.1:{self.server.port}/bem"

    @property
    def used(self) -> str:
        return self.url("bem", "DATABASE_PASSWORD")

    @property
    def migrating(self) -> str:
        return self.url("bem_migrate", "DATABASE_MIGRATE_PASSWORD")


def as_root(server: MariaDb, *statements: str) -> None:
    with pymysql.connect(host="127.0.0.1", port=server.port, user="root") as connection:
        for statement in statements:
            connection.cursor().execute(statement)


@pytest.fixture
def deployment(mariadb_server: MariaDb, tmp_path: Path) -> Iterator[Deployment]:
    require(MARIADB_DUMP)
    made = Deployment(mariadb_server, tmp_path)
    said = made.run("users.sh")
    assert said.returncode == 0, said.stderr
    yield made
    mariadb_server.start()
    as_root(
        mariadb_server,
        "DROP DATABASE IF EXISTS bem",
        "DROP USER bem, bem_migrate, bem_backup",
    )


def rows_of(url: str) -> dict[str, list[tuple]]:
    """Every row of every table."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            name: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM `{name}`")))
            for name in inspect(connection).get_table_names()
        }
    engine.dispose()
    return found


def fill(url: str) -> None:
    database = connect(url)
    battery_id = add_cell(database, "LFP-012 °µ")
    experiment_id = import_with_rows(database, [block(500)], battery_id=battery_id)
    import_blocks(database, [block(500)], battery_id=battery_id)
    series.catch_up(database, experiment_id)  # binary rows
    database.dispose()


def test_who_changes_tables_and_who_changes_rows_are_two(deployment: Deployment):
    migrate(deployment.migrating)
    fill(deployment.used)
    database = connect(deployment.used)
    migrations.check(database)
    for statement in (
        "DROP TABLE bem_users",
        "CREATE TABLE x (y INT)",
        "ALTER TABLE Battery ADD z INT",
    ):
        with pytest.raises(sqlalchemy.exc.DBAPIError, match="denied"), database.write() as session:
            session.connection().exec_driver_sql(statement)
    database.dispose()


def test_who_copies_can_change_nothing(deployment: Deployment):
    migrate(deployment.migrating)
    database = connect(deployment.url("bem_backup", "DATABASE_BACKUP_PASSWORD"))
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="denied"), database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM bem_users")
    database.dispose()


def test_a_password_that_could_end_a_statement_is_refused(deployment: Deployment):
    said = deployment.run("users.sh", DATABASE_PASSWORD="x' OR 1 = '1")
    assert said.returncode == 1
    assert "DATABASE_PASSWORD: letters" in said.stderr


def test_the_health_check_asks_as_our_services_do(deployment: Deployment):
    assert deployment.run("health.sh").returncode == 0
    in_the_environment = PASSWORDS["DATABASE_PASSWORD"]
    assert deployment.run("health.sh", DATABASE_PASSWORD=in_the_environment).returncode == 0
    assert deployment.run("health.sh", DATABASE_PASSWORD="wrong").returncode == 1
    deployment.server.kill()
    assert deployment.run("health.sh").returncode == 1


def test_a_restored_backup_has_every_row(deployment: Deployment):
    migrate(deployment.migrating)
    fill(deployment.used)
    before = rows_of(deployment.used)
    assert len(before["GenericMeasures"]) == 500
    assert before["bem_series"]
    assert before["bem_series_chunks"]
    name = deployment.run("backup.sh", "once").stdout.strip()
    assert deployment.run("backup.sh", "health").returncode == 0

    fill_more = connect(deployment.migrating)
    with fill_more.write() as session:
        session.connection().exec_driver_sql("DELETE FROM GenericMeasures WHERE MeasID > 3")
        session.connection().exec_driver_sql("CREATE TABLE newer (x INT)")
    fill_more.dispose()
    assert rows_of(deployment.used) != before

    said = deployment.run("backup.sh", "restore", name)
    assert said.returncode == 0, said.stderr
    assert rows_of(deployment.used) == before

    shown = (deployment.backups / name).read_bytes()
    again = subprocess.run(
        ["bash", SCRIPTS / "backup.sh", "restore", "-"],
        env=deployment.environment,
        input=shown,
        check=True,
        capture_output=True,
    )
    assert b"bem db check" in again.stdout
    assert rows_of(deployment.used) == before


def test_old_dumps_go_and_failed_ones_leave_the_earlier(deployment: Deployment):
    migrate(deployment.migrating)
    for day in ("20260101", "20260102"):
        (deployment.backups / f"bem-{day}T000000Z.sql.gz").write_bytes(b"old")
    failed = deployment.run("backup.sh", "once", DATABASE_BACKUP_PASSWORD="wrong")
    assert failed.returncode == 1
    assert "The dump failed" in failed.stderr
    assert len(list(deployment.backups.iterdir())) == 2
    newest = deployment.run("backup.sh", "once").stdout.strip()
    kept = deployment.run("backup.sh", "list").stdout.split()
    assert kept == ["bem-20260102T000000Z.sql.gz", newest]


def test_a_dump_that_was_cut_off_replaces_nothing(deployment: Deployment):
    migrate(deployment.migrating)
    name = deployment.run("backup.sh", "once").stdout.strip()
    whole = (deployment.backups / name).read_bytes()
    (deployment.backups / name).write_bytes(whole[: len(whole) // 2])
    before = rows_of(deployment.used)
    said = deployment.run("backup.sh", "restore", name)
    assert said.returncode == 1
    assert "not a whole dump" in said.stderr
    assert rows_of(deployment.used) == before


def test_a_missing_or_old_dump_is_unhealthy(deployment: Deployment):
    assert "no dump" in deployment.run("backup.sh", "health").stderr
    old = deployment.backups / "bem-20260101T000000Z.sql.gz"
    old.touch()
    os.utime(old, (0, 0))
    said = deployment.run("backup.sh", "health")
    assert said.returncode == 1
    assert "h old" in said.stderr


def test_the_cyclers_account_may_do_what_cyclers_do_and_no_more(deployment: Deployment):
    migrate(deployment.migrating)
    grants = (SCRIPTS / "wattrex.sql").read_text()
    statements = [
        line.strip()
        for line in "\n".join(row for row in grants.splitlines() if not row.startswith("--")).split(
            ";"
        )
        if line.strip()
    ]
    as_root(deployment.server, *statements)
    try:
        cycler = pymysql.connect(
            host="127.0.0.1",
            port=deployment.server.port,
            user="wattrex",
            password="example-wattrex",
            database="bem",
        )
        with cycler, cycler.cursor() as cursor:
            cursor.execute(
                "INSERT INTO GenericMeasures (MeasID, ExpID, Timestamp, InstrID, Voltage, Current,"
                " Power) VALUES (0, 9, '2026-11-27 10:00:00', 1, 3700, 1500, 55)"
            )
            for table in ("Experiment", "Battery", "Instructions", "LinkConfiguration"):
                cursor.execute(f"SELECT * FROM {table} LIMIT 1")
            for refused in (
                "SELECT * FROM bem_users",
                "DELETE FROM GenericMeasures",
                "UPDATE Battery SET Name = 'x'",
            ):
                with pytest.raises(pymysql.err.OperationalError, match="denied"):
                    cursor.execute(refused)
    finally:
        as_root(deployment.server, "DROP USER wattrex")
