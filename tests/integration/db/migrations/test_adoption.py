"""Adopting the database of the WattRex application, on each server engine.

BEM_TEST_OLD_LAB=10000,1000000 names more experiments and measures than the short form has.
"""

import os
import re
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from cycling.analysis.statistics import ExperimentStatistics
from cycling.errors import InputError, UnavailableError
from cycling.terms import LimitType, Mode
from db import migrations
from db.engine import Database, connect
from db.measures import export, statistics
from db.migrations import adoption
from db.migrations.adoption import plan as plans
from db.migrations.adoption import run as running
from db.models import Base
from db.queries.batteries.detail import battery_details
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.events import experiment_alarms, status_changes
from db.queries.experiments.facets import filter_choices
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.profiles.compiled import profile_instructions
from db.queries.stations.overview import overview
from tests.databases import SERVER_ENGINES
from tests.old_lab import LONG, checksums, make_old_database
from tests.served import BEM
from tests.unit.db.lab import channels_of, read_series

EXPERIMENTS, MEASURES = map(int, os.environ.get("BEM_TEST_OLD_LAB", "200,50000").split(","))

pytestmark = pytest.mark.parametrize("empty_database_url", SERVER_ENGINES, indirect=True)


@pytest.fixture
def schema(empty_database_url: str) -> Iterator[Database]:
    """A schema without tables."""
    opened = connect(empty_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def small(schema: Database) -> Database:
    """An old database with little in it."""
    make_old_database(schema, 20, 400)
    return schema


@pytest.fixture
def old(schema: Database) -> Database:
    """An old database with as much as the short or the long form has."""
    make_old_database(schema, EXPERIMENTS, MEASURES)
    return schema


@pytest.fixture
def bem(empty_database_url: str) -> dict[str, str]:
    """The environment of a `bem` that works on the same schema."""
    return {**os.environ, "BEM_DATABASE_URL": empty_database_url}


def execute(database: Database, *statements: str) -> None:
    with database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def adopting(connection: Connection, tell: Callable[[str], None] = lambda _line: None) -> None:
    adoption.adopt(connection, adoption.make_plan(connection), tell)


def upgrade(database: Database) -> str:
    return migrations.upgrade(database, adopting)


def structure(database: Database) -> set[tuple]:
    """Everything that information_schema says of the tables that are ours."""
    with database.changing.connect() as connection:
        found = set()
        for view, columns in (
            (
                "columns",
                "table_name, column_name, column_type, is_nullable, column_default, extra,"
                " collation_name",
            ),
            ("statistics", "table_name, index_name, non_unique, seq_in_index, column_name"),
            (
                "key_column_usage",
                "table_name, constraint_name, column_name, referenced_table_name,"
                " referenced_column_name",
            ),
            ("tables", "table_name, engine, table_collation"),
        ):
            found |= {
                (view, *row)
                for row in connection.exec_driver_sql(
                    f"SELECT {columns} FROM information_schema.{view}"
                    " WHERE table_schema = DATABASE() AND table_name <> 'django_migrations'"
                )
            }
        return found


def refused(database: Database) -> str:
    """What an upgrade says that must change nothing."""
    before = structure(database), checksums(database)
    with pytest.raises(InputError) as error:
        upgrade(database)
    assert (structure(database), checksums(database)) == before
    return str(error.value)


class TestRecognised:
    def test_check_and_a_plain_upgrade_name_the_command_and_the_document(self, small: Database):
        for asked in (migrations.check, migrations.upgrade):
            with pytest.raises(InputError, match=r"WattRex.*bem db upgrade.*docs/migrating\.md"):
                asked(small)

    def test_the_outlook_explains_and_changes_nothing(self, small: Database):
        before = structure(small)
        said = "\n".join(migrations.outlook(small))
        assert "20 experiments" in said
        assert re.search(r"GenericMeasures \(about \d+ rows\): key \(ExpID, MeasID\)", said)
        assert "Voltage as double or NULL" in said
        assert "Experiment.Description that is NULL becomes an empty text" in said
        assert "These tables are not touched: django_migrations." in said
        assert re.search(r"It takes between \d+ s and, on a busy server, \d+ s", said)
        assert re.search(r"It needs \d+ MB on the disk of the database server", said)
        assert "ALTER TABLE `GenericMeasures` DROP FOREIGN KEY" in said
        assert structure(small) == before

    def test_on_a_terminal_it_asks_once_and_no_is_taken(self, small: Database, bem):
        before = structure(small)
        controller, terminal = os.openpty()
        asked = subprocess.Popen(
            [BEM, "db", "upgrade"], stdin=terminal, stdout=terminal, stderr=terminal, env=bem
        )
        os.close(terminal)
        said = b""
        while b"[y/N]" not in said:
            said += os.read(controller, 10_000)
        os.write(controller, b"n\n")
        assert asked.wait(120) == 2
        assert b"It takes between" in said
        said = b""
        with suppress(OSError):  # the end of a terminal that nobody has open any more
            while piece := os.read(controller, 10_000):
                said += piece
        assert b"Nothing was changed." in said
        os.close(controller)
        assert structure(small) == before

    def test_a_database_of_something_else_is_refused_and_named(self, schema: Database):
        execute(schema, "CREATE TABLE wp_posts (id INT)", "CREATE TABLE wp_users (id INT)")
        before = structure(schema)
        for asked in (migrations.check, upgrade, migrations.outlook):
            with pytest.raises(InputError, match="another application: it has the tables wp_posts"):
                asked(schema)
        assert structure(schema) == before

    def test_an_unknown_version_of_the_old_application_is_refused(self, small: Database):
        execute(small, "ALTER TABLE Battery DROP COLUMN CellsNum")
        with pytest.raises(InputError, match=r"not known: it has no Battery\.CellsNum"):
            upgrade(small)
        assert "bem_users" not in inspect(small.engine).get_table_names()


class TestAdopted:
    def test_every_row_is_there_and_the_tables_are_as_new_ones(self, old: Database):
        before = checksums(old)
        began = time.monotonic()
        assert upgrade(old) == migrations.head()
        sys.stdout.write(f"adopted {MEASURES:,} measures in {time.monotonic() - began:.1f} s\n")
        after = checksums(old)
        after["Profile"] = before["Profile"]  # one more: "Not recorded", looked at below
        assert after == before
        migrations.check(old)
        with old.engine.connect() as connection:
            different = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        assert [(what, table.name) for what, table in different] == [
            ("remove_table", "django_migrations")
        ]
        adopted = structure(old)
        execute(old, "SET foreign_key_checks = 0", *drops(old), "SET foreign_key_checks = 1")
        migrations.upgrade(old)
        assert adopted == structure(old)

    def test_seed_rows_are_completed_and_ids_kept(self, small: Database):
        """Also the id 0; and the next ones come after the old ones."""
        execute(
            small,
            "SET sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
            "INSERT INTO Profile VALUES (0, 'Zero', '', NULL, NULL, NULL, NULL)",
        )
        upgrade(small)
        execute(
            small,
            "INSERT INTO Experiment (Name, Description, DateCreation, Status, CSID, BatID, ProfID)"
            " VALUES ('New', '', '2026-01-01', 'QUEUED', 3, 1, 1)",
        )
        with small.read() as session:
            profiles = session.execute(text("SELECT ProfID, Name FROM Profile ORDER BY 1")).all()
            assert profiles == [(0, "Zero"), (1, "Charge"), (2, "Rest"), (3, "Not recorded")]
            kinds = session.execute(text("SELECT CompDevID, Name FROM CompatibleDevices")).all()
            assert sorted(kinds) == [(1, "Virtual"), (2, "EPC"), (3, "BMS")]
            count = "SELECT COUNT(*), COUNT(DISTINCT CompDevID, MeasName) FROM AvailableMeasures"
            assert session.execute(text(count)).one() == (24, 24)
            last = text("SELECT ExpID FROM Experiment WHERE Name = 'New'")
            assert session.scalar(last) == 21

    def test_a_device_under_another_id_is_not_doubled(self, small: Database):
        execute(
            small,
            "SET foreign_key_checks = 0",
            "UPDATE CompatibleDevices SET CompDevID = 9 WHERE CompDevID = 3",
            "UPDATE AvailableMeasures SET CompDevID = 9 WHERE CompDevID = 3",
            "UPDATE DetectedDevices SET CompDevID = 9 WHERE CompDevID = 3",
            "UPDATE LinkConfiguration SET CompDevID = 9 WHERE CompDevID = 3",
            "SET foreign_key_checks = 1",
        )
        upgrade(small)
        with small.read() as session:
            names = session.execute(
                text("SELECT CompDevID, Name FROM CompatibleDevices ORDER BY 1")
            ).all()
            assert names == [(1, "Virtual"), (2, "EPC"), (9, "BMS")]
            assert session.scalar(text("SELECT COUNT(*) FROM AvailableMeasures")) == 24


def drops(database: Database) -> list[str]:
    names = inspect(database.engine).get_table_names()
    return [f"DROP TABLE `{name}`" for name in names]


SYNCHRONISED = {  # what the synchroniser inserts, column by column
    "GenericMeasures": "(MeasID, ExpID, `Timestamp`, InstrID, Voltage, Current, Power)"
    " VALUES ({n}, 1, '2024-01-01 00:00:00', 1, 3700, -1500, -55)",
    "ExtendedMeasures": "(ExpID, MeasID, UsedMeasID, Value) VALUES (1, {n}, 1, 251)",
    "Status": "(StatusID, ExpID, DevID, `Timestamp`, Status, ErrorCode)"
    " VALUES ({n}, 1, 2, '2024-01-01 00:00:00', 'OK', 0)",
}
CYCLER_READS = [  # whole rows, as a cycler does, and the order that it relies on
    "SELECT * FROM Experiment WHERE Status = 'QUEUED' AND CSID = 3 ORDER BY DateCreation",
    "SELECT Deprecated FROM CyclerStation WHERE CSID = 3",
    "SELECT * FROM UsedMeasures u JOIN AvailableMeasures a ON a.MeasType = u.MeasType"
    " WHERE u.DevID = 2 AND u.CSID = 3",
    "SELECT InstrID, SetPoint, LimitPoint FROM Instructions WHERE ProfID = 1",
]


class TestInterrupted:
    def test_after_each_statement_while_a_synchroniser_writes(self, small: Database):
        """One statement a run, and after each one what a synchroniser would insert."""
        whole = structure(small)
        runs = 0
        while adopt_one_statement(small) and runs < 60:
            runs += 1
            synchronise(small, 1000 + runs)
        assert 30 < runs < 60
        assert structure(small) != whole
        upgrade(small)
        migrations.check(small)
        with small.read() as session:
            for table in ("GenericMeasures", "Status"):
                id_ = "MeasID" if table == "GenericMeasures" else "StatusID"
                count = text(f"SELECT COUNT(*) FROM {table} WHERE ExpID = 1 AND {id_} > 1000")
                assert session.scalar(count) == runs
            instructions = session.execute(text(CYCLER_READS[3])).all()
            assert instructions == [(1, 2425, 4200), (2, 4200, 240), (3, -4850, 2500)]

    def test_killed_while_the_largest_table_changes(self, old: Database, bem):
        before = checksums(old)
        began = time.monotonic()
        killed = subprocess.Popen(
            [BEM, "db", "upgrade"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=bem,
            text=True,
        )
        with killed:
            for line in killed.stderr:
                if "ExtendedMeasures: columns" in line:
                    time.sleep(MEASURES / 1e6)  # well inside the statement
                    killed.kill()
                    break
        assert killed.returncode == -9
        assert "bem_users" not in inspect(old.engine).get_table_names()
        ended = subprocess.run(
            [BEM, "db", "upgrade"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            env=bem,
            text=True,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout == f"The database is at revision {migrations.head()}.\n"
        took = time.monotonic() - began
        sys.stdout.write(f"killed once, adopted after {took:.1f} s\n{ended.stderr}")
        after = checksums(old)
        assert {**after, "Profile": before["Profile"]} == before
        migrations.check(old)

    def test_a_second_upgrade_waits_for_the_first(self, small: Database, caplog):
        with ThreadPoolExecutor(1) as pool:
            with migrations.alone(small):
                second = pool.submit(upgrade, small)
                while not caplog.messages:
                    time.sleep(0.02)
                assert "Another upgrade of this database runs" in caplog.messages[0]
                assert not second.done()
            assert second.result() == migrations.head()


class StopHereError(Exception):
    """Ends a run after a statement."""


def adopt_one_statement(database: Database) -> bool:
    """Carry out one statement of an adoption; False if none was left."""

    def adopt(connection: Connection) -> None:
        count = 0

        def tell(line: str) -> None:
            nonlocal count
            count += "an empty" not in line  # an UPDATE, which is simply done again
            if count == 2:
                raise StopHereError

        adopting(connection, tell)

    with migrations.alone(database) as connection:
        if adoption.kind_of(connection) is not adoption.Kind.OLD:
            return False
        try:
            adopt(connection)
        except StopHereError:
            return True
    return True


def synchronise(database: Database, number: int) -> None:
    keys = {one["name"] for one in inspect(database.engine).get_foreign_keys("ExtendedMeasures")}
    for table, values in SYNCHRONISED.items():
        if table == "ExtendedMeasures" and "ExtendedMeasures_fk_1" in keys:
            continue  # on MySQL 9.7 this insert ends the server
        execute(database, f"INSERT INTO {table} {values.format(n=number)}")
    with database.read() as session:
        for statement in CYCLER_READS:
            session.execute(text(statement)).all()


class TestStandsInTheWay:
    def test_used_measures_that_point_to_nothing_are_named_with_what_to_do(self, small: Database):
        execute(
            small,
            "INSERT INTO UsedMeasures VALUES (70, 2, 3, 5, NULL), (71, 4, 3, 6, NULL),"
            " (72, 4, 2, 1, NULL)",
            "SET foreign_key_checks = 0",
            "INSERT INTO GenericMeasures VALUES (1, 9000, '2023-01-01', 1, 1, 1, 1, 'WAIT')",
        )
        extended = "INSERT INTO ExtendedMeasures VALUES (1, 9000, 70, 5), (1, 9000, 71, 5)"
        execute(small, "ALTER TABLE ExtendedMeasures DROP FOREIGN KEY ExtendedMeasures_fk_1")
        execute(small, extended)
        said = refused(small)
        assert "UsedMeasures 70 is a measure of device 3 at station 2" in said
        assert "deprecated and runs no more, so it may have it: INSERT INTO UsedDevices" in said
        assert "UsedMeasures 71 is a measure of device 3 at station 4" in said
        assert "Its cycler will then load this device at its next start." in said
        assert "Remove it: DELETE FROM UsedMeasures WHERE UsedMeasID = 72" in said
        execute(
            small,
            "INSERT INTO UsedDevices VALUES (2, 3), (4, 3)",
            "DELETE FROM UsedMeasures WHERE UsedMeasID = 72",
        )
        upgrade(small)

    def test_values_that_would_not_fit_are_named(self, small: Database):
        execute(
            small,
            "UPDATE Lithium SET Capacity = 'about 5 Ah'",
            "ALTER TABLE Battery DROP KEY Battery_uk, MODIFY Name VARCHAR(60) NULL",
            "UPDATE Battery SET Name = REPEAT('x', 31) WHERE BatID = 2",
            "UPDATE Battery SET Manufacturer = 'Own', Name = 'Stack', Model = 'S1', SN = '3'"
            " WHERE BatID = 1",
            "ALTER TABLE ExtendedMeasures DROP FOREIGN KEY ExtendedMeasures_fk_1",
            "ALTER TABLE GenericMeasures DROP FOREIGN KEY GenericMeasures_fk_2",
            "ALTER TABLE Instructions MODIFY Mode ENUM('WAIT','CC_MODE','CV_MODE','CP_MODE','OFF')"
            " NOT NULL",
            "UPDATE Instructions SET Mode = 'OFF' WHERE ProfID = 2",
            "ALTER TABLE Profile MODIFY VoltMax BIGINT NULL",
            "UPDATE Profile SET VoltMax = 3000000000 WHERE ProfID = 1",
        )
        said = refused(small)
        assert "Lithium.Capacity is no number in 1 row: BatID 1." in said
        assert "Battery.Name is longer than 30 characters in 1 row: BatID 2." in said
        assert "Battery has rows with the same Name, Manufacturer, Model, SN" in said
        assert "Instructions.Mode is none of 'WAIT'" in said
        assert "InstrID 1, ProfID 2" in said
        assert "Profile.VoltMax is outside -2147483648 to 2147483647 in 1 row: ProfID 1" in said

    def test_a_station_1_that_is_not_virtual_is_refused(self, small: Database):
        execute(small, "UPDATE CyclerStation SET Name = 'Bench' WHERE CSID = 1")
        assert "CyclerStation 1 is 'Bench'" in refused(small)

    def test_a_table_of_others_that_refers_to_ours_is_named(self, small: Database):
        execute(
            small,
            "CREATE TABLE remarks (ExpID MEDIUMINT UNSIGNED, CONSTRAINT remarks_of"
            " FOREIGN KEY (ExpID) REFERENCES Experiment (ExpID))",
        )
        assert "The foreign key remarks_of of the table remarks" in refused(small)

    def test_too_little_room_on_the_disk_is_refused(
        self, small: Database, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(plans, "bytes_free", lambda _connection: 1000)
        assert "The disk of the database server has 1 MB free" in refused(small)

    def test_a_cycler_that_holds_its_transaction_is_named_before_anything_changes(
        self, small: Database, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(running, "LOCK_WAIT_S", 1)
        before = structure(small)
        with small.read() as cycler:
            cycler.execute(text(CYCLER_READS[0])).all()
            with pytest.raises(UnavailableError) as error:
                upgrade(small)
        said = str(error.value)
        assert "Other programs hold the tables: root from" in said
        assert "Nothing was changed by this run." in said
        assert "3 'Prüfplatz 1' on cu-bench (10.0.0.5); 4 'Cellar' on cu-cellar (10.0.0.6)" in said
        assert "turns the running and the queued ones to ERROR" in said
        assert structure(small) == before
        upgrade(small)

    def test_a_cycler_that_starts_in_between_is_named_and_the_rest_waits(
        self, small: Database, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(running, "LOCK_WAIT_S", 1)
        with small.read() as cycler:

            def tell(line: str) -> None:
                if "Experiment: columns" in line:
                    cycler.execute(text(CYCLER_READS[0])).all()

            with pytest.raises(UnavailableError, match="What is done stays done"):
                migrations.upgrade(small, lambda connection: adopting(connection, tell))
        upgrade(small)
        migrations.check(small)

    def test_a_newer_revision_is_refused(self, small: Database):
        upgrade(small)
        execute(small, "UPDATE alembic_version SET version_num = '9999'")
        for asked in (upgrade, migrations.outlook):
            with pytest.raises(InputError, match="a newer version made it"):
                asked(small)


class TestInThePages:
    def test_old_experiments_are_listed_and_open_quickly(self, old: Database):
        upgrade(old)
        page = list_experiments(old, Filter(), None, offset=0, limit=100)
        assert (page.total, len(page.rows)) == (EXPERIMENTS, 100)
        assert list_experiments(old, Filter(text="größe"), None, offset=0, limit=100).count > 100
        facts = experiment_facts(old, 3)
        assert (facts.description, facts.station) == ("", "Cellar")
        assert facts.battery.name == "Zelle Ö1"
        points = read_series(old, 3, channels_of(old, 3))
        assert len(points.traces["voltage"].unix_s) == facts.measures > 0

        def look() -> None:
            list_experiments(old, Filter(), None, offset=0, limit=100)
            assert filter_choices(old, Filter()).stations
            experiment_facts(old, LONG)

        took = min(timeit.repeat(look, timer=time.process_time, number=1, repeat=5))
        sys.stdout.write(f"list, choices and the long experiment in {took:.3f} s\n")
        assert took < 1

    def test_the_long_one_shows_its_graph_with_modes_of_its_instructions(self, old: Database):
        upgrade(old)
        channels = channels_of(old, LONG)
        assert {one.name for one in channels} == {
            "Voltage",
            "Current",
            "Power",
            "Gehäuse °C",
            "temp1",
        }
        traces = read_series(old, LONG, channels).traces
        assert 1000 < len(traces["voltage"].unix_s) <= 2000
        modes = {id_: one.mode for id_, one in profile_instructions(old, LONG).items()}
        assert modes == {1: Mode.CC, 2: Mode.CV, 3: Mode.CC}
        assert profile_instructions(old, LONG)[1].limits[0][0] == LimitType.VOLTAGE
        computed = statistics.experiment_statistics(old, LONG)
        assert isinstance(computed, ExperimentStatistics)
        lines = b"".join(export.csv_pieces(old, LONG)).splitlines()
        assert len(lines) == 1 + MEASURES // 2

    def test_batteries_stations_alarms_and_states(self, small: Database):
        upgrade(small)
        assert [battery_details(small, id_).id for id_ in (1, 2, 3)] == [1, 2, 3]
        assert {station.name for station in overview(small)} >= {"Prüfplatz 1", "Cellar"}
        execute(small, "INSERT INTO Alarm VALUES (0, 1, '2024-01-01', 3, -20)")
        assert experiment_alarms(small, 1).total == 1
        assert status_changes(small, LONG).rows
