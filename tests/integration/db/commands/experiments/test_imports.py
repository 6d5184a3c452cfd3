"""Imports: staged unseen, published exactly and as a whole, swept when they die."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import delete, event, select, text
from sqlalchemy.orm import Session

from cycling.battery.electrolyte import Electrolyte
from cycling.errors import InputError
from cycling.terms import ExperimentStatus, Polarity
from db import series
from db.commands import jobs
from db.commands.experiments import imports
from db.commands.experiments.run_profiles import RunProfile
from db.engine import LOADS, Database
from db.failures import PerhapsDoneError
from db.measures import writing
from db.measures.rows import MeasureRows
from db.models import (
    AuditEntry,
    Battery,
    BatteryDetails,
    Channel,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    ImportSource,
    Lithium,
)
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.facets import filter_choices
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import list_experiments
from db.queries.experiments.template import experiment_pattern
from db.series import chunks
from tests.databases import SERVER_ENGINES
from tests.unit.db.lab import (
    NOW,
    START,
    add_cell,
    add_stack,
    at_once,
    block,
    channels_of,
    counts,
    import_blocks,
    new_experiment,
    nothing_left,
    read_series,
    stored_measures,
    stored_values,
)

TEMPERATURE = ("Temperature", "degC")
NAN = float("nan")


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def start_import(database: Database, blocks, **given) -> int:
    new = given.pop("new", None) or new_experiment(add_cell(database))
    return imports.import_experiment(
        database, new, blocks, start=START, clock=given.pop("clock", lambda: NOW), **given
    )


def staged(database: Database) -> int:
    with database.read() as session:
        return session.scalars(select(ImportSource.experiment_id)).one()


@pytest.fixture
def small_chunks(monkeypatch) -> None:
    """So few samples in a chunk that a handful of them is staged."""
    monkeypatch.setattr(chunks, "CHUNK", 8)


class TestPublication:
    def test_nothing_is_visible_until_all_is_there(self, database: Database):
        seen = []

        def look(_block) -> None:
            experiment_id = staged(database)
            choices = filter_choices(database, Filter())
            seen.append(
                (
                    list_experiments(database, Filter(), offset=0, limit=10).total,
                    choices.statuses,
                    choices.batteries,
                    counts(database)["bem_audit"] - 1,  # the battery's
                )
            )
            with pytest.raises(InputError, match="There is no experiment"):
                experiment_facts(database, experiment_id)

        experiment_id = start_import(database, [block(5), block(5, 5)], on_progress=look)
        assert seen == [(0, (), (), 0)] * 2
        page = list_experiments(database, Filter(), offset=0, limit=10)
        assert [row.id for row in page.rows] == [experiment_id]

    def test_the_experiment_says_where_it_came_from(self, database: Database):
        battery_id = add_cell(database)
        new = new_experiment(
            battery_id,
            "  Ageing 3  ",
            description=" slow ",
            file_name="cell 3.csv",
            mapping={"columns": []},
        )
        experiment_id = start_import(database, [block(5)], new=new)
        facts = experiment_facts(database, experiment_id)
        assert (facts.name, facts.description, facts.status) == (
            "Ageing 3",
            "slow",
            ExperimentStatus.FINISHED,
        )
        assert (facts.created_at, facts.begun_at) == (NOW, START)
        assert facts.finished_at == START + timedelta(seconds=4)
        assert (facts.measures, facts.station, facts.profile) == (5, "Virtual", "Not recorded")
        assert facts.source.file_name == "cell 3.csv"
        with database.read() as session:
            entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "import")).one()
        assert (entry.user_name, entry.target) == ("oscar", f"experiment {experiment_id}")
        assert entry.detail == {"name": "Ageing 3", "file": "cell 3.csv", "measures": 5}

    def test_a_stack_has_its_electrolytes_with_the_experiment(self, database: Database):
        sides = (
            Electrolyte(Polarity.POSITIVE, 1000, 50, 10, 60),
            Electrolyte(Polarity.NEGATIVE, 900, 40, 0, 60),
        )
        new = new_experiment(add_stack(database), electrolytes=sides)
        found = start_import(database, [block()], new=new)
        assert experiment_pattern(database, found).electrolytes == {
            Polarity.POSITIVE: (1000, 50, 10, 60),
            Polarity.NEGATIVE: (900, 40, 0, 60),
        }
        assert experiment_facts(database, found).electrolytes == sides

    def test_a_cell_has_no_electrolytes(self, database: Database):
        sides = (Electrolyte(Polarity.POSITIVE, 1000, 50, 10, 60),)
        new = new_experiment(add_cell(database), electrolytes=sides)
        with pytest.raises(InputError, match="no redox-flow stack"):
            start_import(database, [block()], new=new)
        assert nothing_left(database)

    def test_a_profile_that_was_deleted_meanwhile_is_named(self, database: Database):
        new = new_experiment(add_cell(database), profile=RunProfile(999, 2))
        steps = block(step_id=np.array([1.0, 2.0, 2.0]))
        with pytest.raises(InputError, match="profile does not exist any more"):
            start_import(database, [steps], new=new)
        assert nothing_left(database)

    def test_an_id_is_never_given_out_twice(self, database: Database):
        battery_id = add_cell(database)

        def fail(_block) -> None:
            raise InputError("no")

        ids = []
        for failing in (False, True, False, True, True, False):
            new = new_experiment(battery_id)
            if failing:
                with pytest.raises(InputError):
                    start_import(database, [block()], new=new, on_progress=fail)
            else:
                ids.append(start_import(database, [block()], new=new))
        assert ids == [ids[0], ids[0] + 2, ids[0] + 5]

    def test_the_publication_can_be_vetoed(self, database: Database):
        def veto(session: Session, experiment_id: int) -> None:
            assert session.get(Experiment, experiment_id) is not None
            raise jobs.JobStoppedError("cancelled")

        with pytest.raises(jobs.JobStoppedError):
            start_import(database, [block()], within_publication=veto)
        assert nothing_left(database)

    def test_a_file_without_rows_is_refused(self, database: Database):
        with pytest.raises(InputError, match="no rows"):
            start_import(database, [])
        assert nothing_left(database)


class TestRows:
    def test_every_value_is_stored_exactly(self, database: Database):
        voltage = np.array([3.7012345678, -0.25, 0.0])
        current = np.array([1.23456e-7, -4.5e-6, 12.5])  # a coin cell's microamperes
        measured = block(
            3,
            voltage_v=voltage,
            current_a=current,
            power_w=np.array([1e-9, NAN, -2.5]),
            step=np.array([1.0, NAN, 3.0]),
            cycle=np.array([NAN, 0.0, 7.0]),
            step_id=np.array([4.0, NAN, 2.0]),
            test_time_s=np.array([0.0, 0.1234567, 1e6]),
            extended={TEMPERATURE: [25.25, NAN, -40.0], ("Counter", "1"): [NAN, NAN, 1e15]},
        )
        experiment_id = start_import(database, [measured])
        rows = stored_measures(database, experiment_id)
        assert [row.id for row in rows] == [0, 1, 2]
        assert [row.voltage_mv for row in rows] == (voltage * 1000).tolist()
        assert [row.current_ma for row in rows] == (current * 1000).tolist()
        assert [row.power_mw for row in rows] == [1e-9 * 1000, None, -2500.0]
        assert [row.step for row in rows] == [1, None, 3]
        assert [row.cycle for row in rows] == [None, 0, 7]
        assert [row.instruction_id for row in rows] == [4, 0, 2]
        assert [row.test_time_s for row in rows] == [0.0, 0.1234567, 1e6]
        assert [row.at for row in rows] == [
            START,
            START + timedelta(microseconds=123_457),
            START + timedelta(seconds=1e6),
        ]
        assert stored_values(database, experiment_id) == {
            ("Temperature", 0): 25.25,
            ("Temperature", 2): -40.0,
            ("Counter", 2): 1e15,
        }

    def test_blocks_follow_each_other_without_a_gap(self, database: Database):
        experiment_id = start_import(
            database,
            [
                block(4, 0),
                block(3, 4, extended={TEMPERATURE: [20, 21, 22]}),  # a channel that begins late
                block(2, 7),
            ],
        )
        assert [row.id for row in stored_measures(database, experiment_id)] == list(range(9))
        placed = stored_values(database, experiment_id)
        assert placed == {(TEMPERATURE[0], id_): id_ + 16 for id_ in (4, 5, 6)}

    def test_more_rows_than_fit_one_statement(self, database: Database):
        count = 25_003
        values = np.arange(count) / 7
        experiment_id = start_import(database, [block(count, extended={TEMPERATURE: values})])
        table = list(
            series.stream(database, experiment_id, channels_of(database, experiment_id)[2:])
        )
        assert np.array_equal(np.concatenate([piece.extended[0] for piece in table]), values)

    def test_the_files_clock_counts_where_it_has_one(self, database: Database):
        clock = np.array([1.7e9 + 0.25, 1.7e9 + 0.5, 1.7e9 + 0.5])
        experiment_id = start_import(database, [block(3, unix_time_s=clock)])
        facts = experiment_facts(database, experiment_id)
        assert facts.begun_at == datetime.fromtimestamp(1.7e9 + 0.25, UTC)
        assert [
            row.at.timestamp() for row in stored_measures(database, experiment_id)
        ] == clock.tolist()

    def test_a_step_id_below_zero_does_not_stop_the_import(self, database: Database):
        ids = np.array([-1.0, 2.0, NAN])
        experiment_id = start_import(
            database, [block(3, step_id=ids, extended={("Step ID", "1"): ids})]
        )
        assert [row.instruction_id for row in stored_measures(database, experiment_id)] == [0, 2, 0]
        values = stored_values(database, experiment_id)
        assert values == {("Step ID", 0): -1, ("Step ID", 1): 2}

    @pytest.mark.parametrize("field", ["voltage_v", "current_a", "power_w"])
    def test_a_value_that_no_column_holds_is_refused(self, database: Database, field: str):
        with pytest.raises(InputError, match="too large"):
            start_import(database, [block(2, **{field: np.array([1.0, -1e306])})])
        assert nothing_left(database)


class TestRefusals:
    @pytest.mark.parametrize(
        ("name", "description", "sentence"),
        [
            ("", "", "name is missing"),
            (" \t ", "", "name is missing"),
            ("x" * 31, "", "has 31 characters; shorten it to 30"),
            ("ok", "x" * 251, "has 251 characters; shorten it to 250"),
        ],
    )
    def test_names_that_do_not_fit(
        self, database: Database, name: str, description: str, sentence: str
    ):
        with pytest.raises(InputError, match=sentence):
            import_blocks(database, name=name, description=description)
        assert nothing_left(database)

    @pytest.mark.parametrize(
        "name", ["x" * 30, "ß🔋é" * 10, "<img src=x onerror=alert(1)>", "'; --"]
    )
    def test_names_that_fit_come_back_unchanged(self, database: Database, name: str):
        experiment_id = import_blocks(database, name=name, description="ö" * 250)
        facts = experiment_facts(database, experiment_id)
        assert (facts.name, facts.description) == (name, "ö" * 250)

    @pytest.mark.parametrize("unix_s", [0.0, -1e9, 7_258_118_401.0, 1.7e12, NAN, 1e300])
    def test_times_outside_1970_to_2200(self, database: Database, unix_s: float):
        times = np.array([1.7e9, unix_s])
        with pytest.raises(InputError, match="outside the years 1970 to 2200"):
            start_import(database, [block(2, unix_time_s=times)])
        assert nothing_left(database)

    def test_a_bad_time_in_a_later_block_leaves_nothing(self, database: Database):
        late = block(2, 2, test_time_s=np.array([2.0, 1e12]))
        with pytest.raises(InputError, match="1970 to 2200"):
            start_import(database, [block(2, extended={TEMPERATURE: [1, 2]}), late])
        assert nothing_left(database)

    def test_a_file_without_a_clock_needs_a_start(self, database: Database):
        with pytest.raises(InputError, match="Say when the experiment started"):
            import_blocks(database, start=None)
        assert nothing_left(database)

    def test_a_battery_that_is_not_there(self, database: Database):
        with pytest.raises(InputError, match="does not exist any more"):
            import_blocks(database, battery_id=4711)
        assert nothing_left(database)

    @pytest.mark.parametrize("battery_id", [-1, 2**31, 2**70])
    def test_a_battery_id_that_is_none(self, database: Database, battery_id: int):
        with pytest.raises(InputError):
            import_blocks(database, battery_id=battery_id)
        assert nothing_left(database)

    def test_a_battery_deleted_meanwhile(self, database: Database):
        battery_id = add_cell(database)

        def delete_it(_block) -> None:
            with database.write() as session:
                for table in (Lithium, BatteryDetails):
                    session.execute(delete(table).where(table.battery_id == battery_id))
                session.execute(delete(Battery).where(Battery.id == battery_id))

        new = new_experiment(battery_id)
        with pytest.raises(InputError, match="does not exist any more"):
            start_import(database, [block()], new=new, on_progress=delete_it)
        assert nothing_left(database)

    @pytest.mark.parametrize(
        "error", [InputError("Row 7: 'x'"), RuntimeError("bug"), KeyboardInterrupt()]
    )
    def test_a_failure_in_the_middle_leaves_nothing(
        self, database: Database, error: BaseException, small_chunks: None
    ):
        def blocks():
            yield block(10, extended={TEMPERATURE: range(10)})
            yield block(10, 10, extended={TEMPERATURE: range(10)})
            assert counts(database)["bem_series_chunks"] >= 2 * len(("id", "time", "voltage", "x"))
            raise error

        with pytest.raises(type(error)):
            start_import(database, blocks())
        assert nothing_left(database)

    def test_a_failure_leaves_the_measures_of_others_alone(
        self, database: Database, small_chunks: None
    ):
        kept = import_blocks(database, [block(4, extended={TEMPERATURE: range(4)})])

        def blocks():
            yield block(10, extended={TEMPERATURE: range(10)})
            raise InputError("no")

        with pytest.raises(InputError):
            import_blocks(database, blocks())
        assert counts(database)["bem_imports"] == 1
        assert len(stored_values(database, kept)) == 4
        assert experiment_facts(database, kept).measures == 4


class TestSideBySide:
    def test_no_transaction_writes_more_than_a_chunk(
        self, sqlite_database: Database, small_chunks: None
    ):
        written = []

        def note(connection, _cursor, statement, parameters, _context, _many) -> None:
            if statement.startswith("INSERT INTO bem_series_chunks"):
                written[-1] += 1

        event.listen(sqlite_database.engine, "begin", lambda _connection: written.append(0))
        event.listen(sqlite_database.engine, "before_cursor_execute", note)
        experiment_id = import_blocks(sqlite_database, [block(50), block(7, 50)])
        assert max(written) == 1
        assert sum(written) == 57 // 8 + 1
        ids = [row.id for row in stored_measures(sqlite_database, experiment_id)]
        assert ids == list(range(57))

    def test_what_was_committed_though_nobody_heard_of_it_is_there_once(
        self, sqlite_database: Database, small_chunks: None, monkeypatch
    ):
        lost = [True, True]

        def put(session, rows) -> None:
            real(session, rows)
            if lost and rows[0]["number"] == 1:
                lost.pop()
                session.commit()
                raise PerhapsDoneError("the connection was lost")

        real = chunks.put
        monkeypatch.setattr(chunks, "put", put)
        experiment_id = import_blocks(sqlite_database, [block(20)])
        assert lost == []
        assert [row.id for row in stored_measures(sqlite_database, experiment_id)] == list(
            range(20)
        )

    def test_two_imports_that_bring_the_same_new_channels_share_them(self, database: Database):
        battery_id = add_cell(database)
        names = [(f"Channel {n}", "degC") for n in range(8)]

        def bring(number: int) -> int:
            extended = {name: [number] * 3 for name in names}
            return start_import(
                database,
                [block(3, extended=extended)],
                new=new_experiment(battery_id, f"Import {number}"),
            )

        ids = at_once([lambda n=n: bring(n) for n in range(4)])
        assert all(isinstance(one, int) for one in ids), ids
        with database.read() as session:
            assert len(session.scalars(select(Channel)).all()) == 8
            assert len(session.scalars(text("SELECT UsedMeasID FROM UsedMeasures")).all()) == 8
        for number, experiment_id in enumerate(ids):
            channels = channels_of(database, experiment_id)
            assert {(one.name, one.unit) for one in channels[2:]} == set(names)
            values = read_series(database, experiment_id, channels[2:3]).traces[channels[2].key]
            assert values.values.tolist() == [number] * 3

    def test_names_that_differ_in_case_accents_or_unit_are_channels_of_their_own(
        self, database: Database
    ):
        names = [
            ("Temp", "degC"),
            ("temp", "degC"),
            ("Témp", "degC"),
            ("Temp", "K"),
        ]
        experiment_id = import_blocks(
            database, [block(2, extended={name: [n, n] for n, name in enumerate(names)})]
        )
        found = channels_of(database, experiment_id)[2:]
        assert sorted((one.name, one.unit) for one in found) == sorted(names)

    def test_long_names_keep_their_beginning_in_the_fixed_tables(self, database: Database):
        long = "A thermocouple on the positive tab, second channel"
        import_blocks(database, [block(2, extended={(long, "degC"): [1, 2]})])
        with database.read() as session:
            custom = session.scalars(text("SELECT CustomName FROM UsedMeasures")).one()
            fixed = session.scalars(
                text("SELECT MeasName FROM AvailableMeasures ORDER BY MeasType DESC LIMIT 1")
            ).one()
        assert (custom, fixed) == (long[:40], long[:20])

    def test_channels_are_looked_up_once_an_import(self, database: Database, monkeypatch):
        asked = []
        real = imports.ensure_channels

        def ensure(database, names):
            asked.append(list(names))
            return real(database, names)

        monkeypatch.setattr(imports, "ensure_channels", ensure)
        blocks = [block(2, n, extended={TEMPERATURE: [1, 2]}) for n in range(0, 8, 2)]
        import_blocks(database, blocks)
        assert [names for names in asked if names] == [[TEMPERATURE]]

    def test_an_import_while_others_read_is_not_stopped_by_them(self, database: Database):
        # On SQLite a reader that goes on must not make a writer fail ("database is locked").
        import_blocks(database, [block(2000)])
        stop, failures = threading.Event(), []

        def read() -> None:
            while not stop.is_set():
                try:
                    list_experiments(database, Filter(text="age"), offset=0, limit=50)
                    read_series(database, 1, [series.VOLTAGE])
                except Exception as error:  # noqa: BLE001 - shown by the test
                    failures.append(error)
                    return

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        with database.read() as session:  # and one that stays open all the time
            session.execute(text("SELECT COUNT(*) FROM GenericMeasures")).all()
            blocks = [block(2000, n) for n in range(0, 20_000, 2000)]
            experiment_id = import_blocks(database, blocks, name="Second")
        stop.set()
        for reader in readers:
            reader.join()
        assert failures == []
        assert len(stored_measures(database, experiment_id)) == 20_000

    def test_two_imports_at_once_keep_their_measures_apart(self, database: Database):
        battery_id = add_cell(database)

        def bring(number: int) -> int:
            blocks = [
                replace(block(500, n), voltage_v=np.full(500, float(number)))
                for n in range(0, 3000, 500)
            ]
            new = new_experiment(battery_id, f"Import {number}")
            return start_import(database, blocks, new=new)

        ids = at_once([lambda n=n: bring(n) for n in range(3)])
        for number, experiment_id in enumerate(ids):
            rows = stored_measures(database, experiment_id)
            assert len(rows) == 3000
            assert {row.voltage_mv for row in rows} == {number * 1000.0}


@pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
class TestLoadingFiles:
    """MySQL and MariaDB take samples as files; what they bend silently is refused."""

    def rows(self, **changes) -> MeasureRows:
        values = {
            "first_id": 0,
            "unix_s": START.timestamp() + np.array([0.000001, 0.5, 1.999999]),
            "instruction": np.array([1.0, 2.0, 3.0]),
            "voltage_mv": np.array([3700.1, NAN, -0.30000000000000004]),
            "current_ma": np.array([1e-7, 5e-324, -1e300]),
            "power_mw": None,
            "test_time_s": np.array([0.1, NAN, 2.0]),
            "step": np.array([1.0, NAN, -3.0]),
            "cycle": None,
            "extended": {1: np.array([NAN, 2.5, NAN]), 2: np.array([1.0, 2.0, 3.0])},
        }
        return MeasureRows(**{**values, **changes})

    def stored(self, database: Database) -> tuple[list, list]:
        with database.read() as session:
            return tuple(
                session.execute(select(*table.__table__.columns).order_by(*keys)).all()
                for table, keys in (
                    (GenericMeasure, [GenericMeasure.id]),
                    (
                        ExtendedMeasure,
                        [ExtendedMeasure.used_measure_id, ExtendedMeasure.measure_id],
                    ),
                )
            )

    def test_a_file_leaves_the_rows_that_statements_leave(self, database: Database, caplog):
        found = []
        for transaction in (database.load, database.write):
            with transaction() as session:
                session.execute(delete(GenericMeasure))
                session.execute(delete(ExtendedMeasure))
                assert session.info.get(LOADS, False) == (transaction == database.load)
                writing.insert_missing(session, [(7, self.rows())])
            found.append(self.stored(database))
        assert found[0] == found[1]
        assert [len(rows) for rows in found[0]] == [3, 4]
        assert caplog.records == []

    def test_what_does_not_fit_is_refused(self, database: Database):
        with database.load() as session:
            writing.insert_missing(session, [(7, self.rows())])
        before = self.stored(database)
        for changed in ({}, {"first_id": 10, "step": np.array([1.0, 2.0, 1e12])}):
            with (
                pytest.raises(InputError, match="did not take every row"),
                database.load() as session,
            ):
                writing.insert_missing(session, [(7, self.rows(**changed))])
            assert self.stored(database) == before

    def test_a_server_without_it_gets_statements(self, database: Database, caplog):
        with database.engine.connect() as connection:
            connection.exec_driver_sql("SET GLOBAL local_infile = 0")
        try:
            with database.load() as session:
                writing.insert_missing(session, [(7, self.rows())])
        finally:
            with database.engine.connect() as connection:
                connection.exec_driver_sql("SET GLOBAL local_infile = 1")
        assert len(self.stored(database)[0]) == 3
        assert "local_infile off" in caplog.text
