"""The migrations on every engine: what they make, what they refuse, and that they can go on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from cycling.errors import InputError
from db import migrations
from db.engine import Database, connect
from db.models import Base
from db.queries.batteries.detail import battery_descriptions
from tests.databases import SERVER_ENGINES

MEASURE_TABLES = ["GenericMeasures", "ExtendedMeasures", "Status", "Alarm"]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    opened = connect(empty_database_url)
    yield opened
    opened.dispose()


def run(database: Database, *statements: str) -> None:
    with database.write() as session:
        for statement in statements:
            session.execute(text(statement))


def rows(database: Database, statement: str) -> list[tuple]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(statement))]


def contents(database: Database) -> dict[str, list[tuple]]:
    return {
        table: sorted(rows(database, f"SELECT * FROM `{table}`"), key=repr)
        for table in inspect(database.engine).get_table_names()
    }


def test_an_empty_database_gets_exactly_the_models(empty: Database):
    assert migrations.upgrade(empty) == migrations.head()
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
    migrations.check(empty)


def test_upgrading_twice_changes_nothing(empty: Database):
    migrations.upgrade(empty)
    before = contents(empty)
    migrations.upgrade(empty)
    assert contents(empty) == before


class TestInterrupted:
    """MariaDB and MySQL commit every DDL statement: an interrupted upgrade leaves some of them."""

    def test_after_the_tables_and_before_the_revision_was_noted(self, empty: Database):
        migrations.upgrade(empty)
        whole = contents(empty)
        run(empty, "DELETE FROM alembic_version")
        migrations.upgrade(empty)
        assert contents(empty) == whole

    def test_between_two_tables(self, empty: Database):
        migrations.upgrade(empty)
        whole = contents(empty)
        run(
            empty,
            "DROP TABLE alembic_version",
            "DROP TABLE bem_channels",
            "DROP TABLE UsedMeasures",
            "DELETE FROM UsedDevices",
            "DELETE FROM AvailableMeasures WHERE MeasName LIKE 'vcell%'",
        )
        migrations.upgrade(empty)
        names = [name for name in whole if name != "AvailableMeasures"]  # its ids go on counting
        again = contents(empty)
        assert {name: again[name] for name in names} == {name: whole[name] for name in names}
        kinds = {(device, name) for _, device, name in again["AvailableMeasures"]}
        assert kinds == {(device, name) for _, device, name in whole["AvailableMeasures"]}

    def test_between_a_table_and_its_index(self, empty: Database):
        migrations.upgrade(empty)
        whole = inspect(empty.engine).get_indexes("bem_jobs")
        on = "" if empty.is_sqlite else "ON bem_jobs"
        run(empty, f"DROP INDEX ix_bem_jobs_state_created_at {on}", "DELETE FROM alembic_version")
        migrations.upgrade(empty)
        assert inspect(empty.engine).get_indexes("bem_jobs") == whole


class TestCheck:
    def test_without_tables_it_names_the_command(self, empty: Database):
        with pytest.raises(InputError, match=r"no tables of ours yet\. Run: bem db upgrade"):
            migrations.check(empty)

    def test_an_older_revision_names_the_command(
        self, empty: Database, monkeypatch: pytest.MonkeyPatch
    ):
        # There is one revision so far: let the program believe that it needs a further one.
        migrations.upgrade(empty)
        monkeypatch.setattr(migrations, "head", lambda: "9999")
        sentence = r"is at revision \w+; this program needs 9999\. Run: bem db upgrade"
        with pytest.raises(InputError, match=sentence):
            migrations.check(empty)

    def test_a_newer_revision_is_refused_by_check_and_by_upgrade(self, empty: Database):
        migrations.upgrade(empty)
        before = contents(empty) | {"alembic_version": [("9999",)]}
        run(empty, "UPDATE alembic_version SET version_num = '9999'")
        sentence = "is at revision 9999, which this program does not know: a newer version made it"
        with pytest.raises(InputError, match=sentence):
            migrations.check(empty)
        with pytest.raises(InputError, match=sentence):
            migrations.upgrade(empty)
        assert contents(empty) == before


def test_the_database_of_another_application_is_refused_and_left_alone(empty: Database):
    run(
        empty,
        "CREATE TABLE CyclerStation (CSID INTEGER PRIMARY KEY)",
        "CREATE TABLE Experiment (ExpID INTEGER PRIMARY KEY)",
        "CREATE TABLE GenericMeasures (MeasID INTEGER, ExpID INTEGER)",
        "INSERT INTO Experiment VALUES (7)",
    )
    before = contents(empty)
    with pytest.raises(InputError, match="made by another application"):
        migrations.upgrade(empty)
    assert contents(empty) == before


def at_revision(database: Database, revision: str) -> None:
    """Bring an empty database to an earlier revision."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    with database.changing.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


class TestOneNumber:
    """0012: what was planned before gets its number, and the numbers of before lead to it."""

    PLANS = (
        # id, state, experiment, what it was before
        (1, "queued", 3, [1, 2]),
        (2, "held", None, [4, 5]),
        (3, "cancelled", None, [6]),
        (4, "draft", None, []),
        (5, "held", None, [7]),  # its cycler runs 7 all the same
    )

    @pytest.fixture
    def before(self, empty: Database) -> Database:
        at_revision(empty, "0011")
        day = "'2026-03-01 12:00:00'"
        run(
            empty,
            "INSERT INTO Battery (BatID, Name, Manufacturer, Model, SN, FabDate, Tech, CellsNum,"
            " VoltMin, VoltMax, CurrMin, CurrMax)"
            " VALUES (1, 'A1', 'LG', 'M50', '1', '2026-01-01', 'Lithium', 1, 2500, 4200, -1, 1)",
            "INSERT INTO Experiment (ExpID, Name, Description, DateCreation, Status, CSID, BatID,"
            f" ProfID) VALUES (3, 'Plan 1', '', {day}, 'QUEUED', 1, 1, 1),"
            f" (7, 'Plan 5', '', {day}, 'RUNNING', 1, 1, 1)",
            "INSERT INTO bem_notes (experiment_id, text, user_name, created_at)"
            f" VALUES (4, 'warm', 'ada', {day})",
            "INSERT INTO bem_audit (at, user_name, address, action, target, detail)"
            f" VALUES ({day}, 'oscar', '', 'cancel experiment', 'plan 3', '{{}}')",
            *(
                "INSERT INTO bem_plans (id, token, state, experiment_id, name, description,"
                " position, detail, user_name, created_at, state_since) VALUES"
                f" ({id_}, 't{id_}', '{state}', {number or 'NULL'}, 'Plan {id_}', '', 0,"
                f" '{{\"withdrawn\": {earlier}}}', 'ada', {day}, {day})"
                for id_, state, number, earlier in self.PLANS
            ),
        )
        return empty

    def numbers(self, database: Database) -> dict[int, int]:
        return dict(rows(database, "SELECT id, experiment_id FROM bem_plans"))

    def test_each_has_one_and_keeps_the_last_that_it_had(self, before: Database):
        migrations.upgrade(before)
        numbers = self.numbers(before)
        assert {id_: numbers[id_] for id_ in (1, 2, 3)} == {1: 3, 2: 5, 3: 6}
        assert {numbers[4], numbers[5]} == {8, 9}
        former = dict(rows(before, "SELECT number, experiment_id FROM bem_former_numbers"))
        assert former == {1: 3, 2: 3, 4: 5, 7: numbers[5]}
        assert rows(before, "SELECT experiment_id FROM bem_notes") == [(5,)]
        assert rows(before, "SELECT state_by FROM bem_plans WHERE id = 3") == [("oscar",)]

    def test_whoever_inserts_next_gets_none_of_them(self, before: Database):
        migrations.upgrade(before)
        run(
            before,
            "INSERT INTO Experiment (Name, Description, DateCreation, Status, CSID, BatID, ProfID)"
            " VALUES ('Other', '', '2026-03-01 12:00:00', 'QUEUED', 1, 1, 1)",
        )
        (other,) = rows(before, "SELECT ExpID FROM Experiment WHERE Name = 'Other'")
        assert other[0] > max(self.numbers(before).values())

    def test_interrupted_it_goes_on_to_the_same_end(self, before: Database):
        migrations.upgrade(before)
        whole = contents(before)
        run(before, "UPDATE alembic_version SET version_num = '0011'")
        migrations.upgrade(before)
        assert contents(before) == whole


class TestCells:
    """0016: batteries of before are what they were, with room for what cycles are counted by."""

    TECHNOLOGIES = ("Lithium", "LeadAcid", "RedoxStack", "Lithium")

    @pytest.fixture
    def before(self, empty: Database) -> Database:
        at_revision(empty, "0015")
        battery = "'LG', 'M50', '2026-01-01', '{}', 4, 2500, 4200, -1, 1)"
        run(
            empty,
            *(
                "INSERT INTO Battery (BatID, Name, SN, Manufacturer, Model, FabDate, Tech,"
                f" CellsNum, VoltMin, VoltMax, CurrMin, CurrMax) VALUES ({id_}, 'B{id_}', '{id_}',"
                f" {battery.format(technology)}"
                for id_, technology in enumerate(self.TECHNOLOGIES, 1)
            ),
            "INSERT INTO Lithium VALUES (1, 3000, 'NMC'), (4, 2, 'Other')",
            "INSERT INTO LeadAcid VALUES (2, 44000, 'Gel')",
            "INSERT INTO RedoxStack VALUES (3, 6250, 'Felt', 'Graphite', 'Nafion', 'All-iron')",
            "INSERT INTO bem_battery_details (battery_id, parallel, capacity_rate)"
            " VALUES (1, 2, 'C/5')",
        )
        return empty

    def described(self, database: Database) -> list[tuple]:
        found = battery_descriptions(database, [1, 2, 3, 4])
        return [
            (
                str(one.cell_kind),
                one.chemistry,
                one.capacity_ah,
                one.electrode_size_cm2,
                one.formation_cycles,
                one.parallel,
            )
            for _, one in sorted(found.items())
        ]

    def test_what_there_was_stays_what_it_was(self, before: Database):
        migrations.upgrade(before)
        assert self.described(before) == [
            ("full cell", "NMC", 3.0, None, 0, 2),
            ("lead-acid", "Gel", 44.0, None, 0, 1),
            ("flow", None, None, 62.5, 0, 1),
            ("full cell", "Other", 0.002, None, 0, 1),
        ]

    def test_interrupted_it_goes_on_to_the_same_end(self, before: Database):
        migrations.upgrade(before)
        whole = contents(before)
        run(
            before,
            "UPDATE alembic_version SET version_num = '0015'",
            "DROP TABLE bem_cycle_choices",
            "ALTER TABLE bem_battery_details DROP COLUMN formation_cycles",
        )
        migrations.upgrade(before)
        assert contents(before) == whole


class TestSeedRows:
    def test_devices(self, database: Database):
        found = rows(
            database,
            "SELECT CompDevID, Name, Manufacturer, Model, DeviceType, VoltMin, VoltMax,"
            " CurrMin, CurrMax FROM CompatibleDevices ORDER BY CompDevID",
        )
        assert [row[:2] for row in found] == [(1, "Virtual"), (2, "EPC"), (3, "BMS")]
        assert found[0][4] == "BiSource"
        assert found[1][2:] == ("Wattrex", "A", "Epc", 0, 6000, -15000, 15000)
        assert found[2][2:5] == ("Liftec", "0", "Bms")

    def test_measures(self, database: Database):
        found = rows(
            database, "SELECT CompDevID, MeasName FROM AvailableMeasures ORDER BY MeasType"
        )
        assert [name for device, name in found if device == 2] == [
            "hs_voltage",
            "temp_body",
            "temp_amb",
            "temp_anod",
        ]
        assert [name for device, name in found if device == 3] == [
            *(f"temp{number}" for number in range(1, 5)),
            *(f"vcell{number}" for number in range(1, 13)),
            *("vstack", "status", "pres1", "pres2"),
        ]
        assert len(found) == 24

    def test_the_virtual_station(self, database: Database):
        unit = rows(database, "SELECT CUID, HostName, IP FROM ComputationalUnit")
        assert unit == [(1, "Virtual", "127.0.0.1")]
        station = rows(database, "SELECT CSID, CUID, Name, Deprecated, Parent FROM CyclerStation")
        assert station == [(1, 1, "Virtual", 0, None)]
        assert rows(database, "SELECT DevID, CUID, CompDevID FROM DetectedDevices") == [(1, 1, 1)]
        assert rows(database, "SELECT CSID, DevID FROM UsedDevices") == [(1, 1)]


class TestWhatOtherProgramsRelyOn:
    def test_key_orders(self, database: Database):
        found = {
            table: inspect(database.engine).get_pk_constraint(table)["constrained_columns"]
            for table in [*MEASURE_TABLES, "Instructions", "RedoxElectrolyte"]
        }
        assert found == {
            "GenericMeasures": ["ExpID", "MeasID"],
            "ExtendedMeasures": ["ExpID", "UsedMeasID", "MeasID"],
            "Status": ["ExpID", "StatusID"],
            "Alarm": ["ExpID", "AlarmID"],
            "Instructions": ["InstrID", "ProfID"],
            "RedoxElectrolyte": ["ExpID", "BatID", "Polarity"],
        }

    def test_the_measure_tables_have_no_foreign_keys(self, database: Database):
        for table in MEASURE_TABLES:
            assert inspect(database.engine).get_foreign_keys(table) == []

    def test_used_measures_refers_to_used_devices_by_both_columns(self, database: Database):
        keys = {
            key["referred_table"]: (key["constrained_columns"], key["referred_columns"])
            for key in inspect(database.engine).get_foreign_keys("UsedMeasures")
        }
        assert keys["UsedDevices"] == (["CSID", "DevID"], ["CSID", "DevID"])

    def test_the_synchroniser_can_insert_its_columns(self, database: Database):
        # Exactly the columns that the unmodified synchroniser writes, whole numbers, negative ones
        # too, two samples in one second, and no experiment row yet.
        run(
            database,
            "INSERT INTO GenericMeasures"
            " (MeasID, ExpID, `Timestamp`, InstrID, Voltage, Current, Power) VALUES"
            " (1, 99, '2026-03-01 12:00:00', 1, 3700, -1500, -5550),"
            " (2, 99, '2026-03-01 12:00:00', 1, -3, 0, 0)",
            "INSERT INTO ExtendedMeasures (ExpID, MeasID, UsedMeasID, Value)"
            " VALUES (99, 1, 4, 251), (99, 2, 4, 252)",
            "INSERT INTO Status (StatusID, ExpID, DevID, `Timestamp`, Status, ErrorCode)"
            " VALUES (16777216, 99, 1, '2026-03-01 12:00:00', 'COMM_ERROR', -1)",
            "INSERT INTO Alarm (ExpID, AlarmID, `Timestamp`, Code, Value)"
            " VALUES (99, 16777216, '2026-03-01 12:00:00', 3, -20)",
        )
        found = rows(
            database,
            "SELECT MeasID, Voltage, Current, PowerMode, TestTime, Step, Cycle"
            " FROM GenericMeasures ORDER BY MeasID",
        )
        assert found == [
            (1, 3700.0, -1500.0, None, None, None, None),
            (2, -3.0, 0.0, None, None, None, None),
        ]

    def test_the_synchroniser_can_insert_an_experiment(self, database: Database):
        run(
            database,
            "INSERT INTO Battery (BatID, Name, Manufacturer, Model, SN, FabDate, Tech, CellsNum,"
            " VoltMin, VoltMax, CurrMin, CurrMax)"
            " VALUES (1, 'A1', 'LG', 'M50', '1', '2026-01-01', 'Lithium', 1, 2500, 4200, -1, 1)",
            "INSERT INTO Experiment (ExpID, Name, Description, DateCreation, DateBegin,"
            " DateFinish, Status, CSID, BatID, ProfID) VALUES"
            " (99, 'Ageing', '', '2026-03-01 12:00:00', NULL, NULL, 'QUEUED', 1, 1, 1)",
        )
        assert rows(database, "SELECT ExpID, Status FROM Experiment") == [(99, "QUEUED")]


def columns(database: Database, table: str) -> dict[str, tuple[str, str]]:
    found = rows(
        database,
        "SELECT column_name, column_type, is_nullable FROM information_schema.columns"
        f" WHERE table_schema = DATABASE() AND table_name = '{table}'",
    )
    # MariaDB still names the display width of whole numbers, MySQL does not.
    return {name: (re.sub(r"^int\(\d+\)", "int", kind), null) for name, kind, null in found}


@pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
class TestPhysicalTypes:
    """Read from information_schema, so only where there is one."""

    def test_generic_measures(self, database: Database):
        found = columns(database, "GenericMeasures")
        mode = found.pop("PowerMode")
        assert mode == ("enum('DISABLE','WAIT','CC_MODE','CV_MODE','CP_MODE')", "YES")
        assert found == {
            "ExpID": ("int unsigned", "NO"),
            "MeasID": ("int unsigned", "NO"),
            "Timestamp": ("datetime(6)", "NO"),
            "InstrID": ("int unsigned", "NO"),
            "Voltage": ("double", "YES"),
            "Current": ("double", "YES"),
            "Power": ("double", "YES"),
            "TestTime": ("double", "YES"),
            "Step": ("int", "YES"),
            "Cycle": ("int", "YES"),
        }

    def test_extended_measures(self, database: Database):
        assert columns(database, "ExtendedMeasures") == {
            "ExpID": ("int unsigned", "NO"),
            "UsedMeasID": ("int unsigned", "NO"),
            "MeasID": ("int unsigned", "NO"),
            "Value": ("double", "YES"),
        }

    def test_instructions_hold_whole_signed_numbers(self, database: Database):
        found = columns(database, "Instructions")
        assert found["SetPoint"] == found["LimitPoint"] == ("int", "NO")

    def test_every_instant_has_microseconds(self, database: Database):
        found = rows(
            database,
            "SELECT column_type, COUNT(*) FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND data_type IN ('datetime', 'timestamp')"
            " GROUP BY column_type",
        )
        assert [kind for kind, _ in found] == ["datetime(6)"]

    def test_new_columns_of_the_measure_tables_do_not_stop_other_writers(self, database: Database):
        needed = rows(
            database,
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND table_name = 'GenericMeasures'"
            " AND is_nullable = 'NO' AND column_default IS NULL",
        )
        assert {name for (name,) in needed} == {"ExpID", "MeasID", "Timestamp", "InstrID"}

    def test_every_table_is_innodb_with_full_unicode(self, database: Database):
        found = rows(
            database,
            "SELECT DISTINCT engine, SUBSTRING_INDEX(table_collation, '_', 1)"
            " FROM information_schema.tables WHERE table_schema = DATABASE()"
            " AND table_name <> 'alembic_version'",
        )
        assert found == [("InnoDB", "utf8mb4")]


def test_names_are_spelled_as_others_spell_them(database: Database):
    with database.engine.connect() as connection:
        found = set(inspect(connection).get_table_names())
    assert found == {*Base.metadata.tables, "alembic_version"}


def test_the_migrations_are_found_from_any_folder(
    empty: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    assert migrations.upgrade(empty) == migrations.head()


def test_files_of_imports_before_get_their_row(empty: Database):
    at_revision(empty, "0013")
    day = "'2026-03-01 12:00:00'"
    run(
        empty,
        "INSERT INTO bem_imports (experiment_id, file_name, sha256, format, mapping, measures,"
        " user_name, beat_at, published_at) VALUES"
        f" (3, 'a.csv', 'ab', 'BDF', '{{}}', 7, 'ada', {day}, {day}),"
        f" (4, 'b.csv', 'cd', 'BDF', '{{}}', 8, 'ada', {day}, NULL)",
    )
    migrations.upgrade(empty)
    files = "SELECT experiment_id, number, file_name, sha256, measures, kept FROM bem_import_files"
    assert rows(empty, files) == [(3, 0, "a.csv", "ab", 7, 0)]
