"""Deleting an experiment: gone at once and as a whole, its rows bit by bit; on each engine."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, insert, inspect, select, update

from bem.worker.loop import Worker
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import ExperimentStatus, StationState, Technology
from db import removal, series
from db.commands import jobs
from db.commands.experiments import deletion
from db.commands.experiments.notes import NewNote, add_note
from db.commands.queue import cancel
from db.engine import Database
from db.measures import writing
from db.measures.export import csv_pieces
from db.models import (
    Alarm,
    AuditEntry,
    Base,
    Command,
    DeletedExperiment,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    Job,
    ParkedRow,
    Plan,
    RedoxElectrolyte,
    StationAlarm,
    StationLive,
    StationStatus,
    SyncRepair,
)
from db.models.base import UtcDateTime
from db.queries.experiments.deletion import experiment_loss, gone_words, unknown_words
from db.queries.experiments.detail import check_experiment, experiment_facts
from db.queries.experiments.filters import Filter
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.lists import Sort
from db.terms import CommandState, JobState, PlanState, RepairState
from tests.databases import SERVER_ENGINES
from tests.integration.db.commands.queue.test_plans import Lab as QueueLab
from tests.unit.db.lab import (
    BY,
    NOW,
    add_cell,
    add_experiment,
    add_station,
    at_once,
    block,
    import_blocks,
    import_with_rows,
    meanwhile,
)

TEMPERATURE = ("Temperature", "degC")
REFUSED = (InputError, ConflictError, NotFoundError)
ELSEWHERE = (DeletedExperiment, Experiment)


class Killed(BaseException):
    """What a kill is to the code that it meets."""


def delete(database: Database, experiment_id: int, name: str = "Ageing", **changes: Any):
    return deletion.delete_experiment(
        database, experiment_id, confirmed_name=name, by=replace(BY, **changes)
    )


def work(database: Database, folder: Path, now: datetime = NOW) -> bool:
    return Worker(database, folder, lambda: now).work_once()


def imported(database: Database, count: int = 6, *, rows: bool = True) -> int:
    extended = {TEMPERATURE: [20.0 + n for n in range(count)]}
    make = import_with_rows if rows else import_blocks
    return make(database, [block(count, extended=extended)])


def owners() -> list[Any]:
    """Every table that says which experiment its rows are of."""
    return [
        mapper.class_ for mapper in Base.registry.mappers if "experiment_id" in mapper.column_attrs
    ]


def left(database: Database, experiment_id: int) -> dict[str, int]:
    """How many rows of an experiment are left, by table; those without are not in it."""
    with database.read() as session:
        found = {
            one.__tablename__: session.scalar(
                select(func.count()).select_from(one).where(one.experiment_id == experiment_id)
            )
            for one in owners()
            if one is not DeletedExperiment
        }
    return {name: rows for name, rows in found.items() if rows}


def made_up(model: Any, number: int, **given: Any) -> dict[str, Any]:
    """A row of a table with something in each column; refused ones and defaults left aside."""
    values: dict[str, Any] = {}
    for name, column in inspect(model).columns.items():
        kind = str if hasattr(column.type, "enums") else column.type.python_type
        if name == "id" and column.autoincrement is True:
            continue
        if hasattr(column.type, "enums"):
            values[name] = column.type.enum_class(column.type.enums[-1])
        elif isinstance(column.type, UtcDateTime):
            values[name] = NOW
        else:
            values[name] = {str: f"x{number}", dict: {}, bytes: b"", bool: True}.get(kind, number)
    return {**values, **given}


_numbers = count(1)


def fill(database: Database, experiment_id: int, station_id: int) -> None:
    """Give an experiment one row in every table that can have one."""
    special: dict[Any, dict[str, Any]] = {
        StationLive: {"station_id": station_id, "state": StationState.IDLE, "trend": []},
        Plan: {"state": PlanState.QUEUED},
        Command: {"state": CommandState.DONE},
        SyncRepair: {"state": RepairState.HELPED},
        StationAlarm: {"station_id": station_id},
    }
    known = left(database, experiment_id)
    with database.write() as session:
        battery_id = session.scalar(
            select(Experiment.battery_id).where(Experiment.id == experiment_id)
        )
        for model in owners():
            if model in ELSEWHERE or model.__tablename__ in known:
                continue
            if model.__tablename__ == "RedoxElectrolyte":
                continue  # needs a stack, see its own test
            row = made_up(model, next(_numbers), experiment_id=experiment_id)
            session.execute(insert(model), [{**row, **special.get(model, {})}])
        repair = session.scalars(
            select(SyncRepair.id).where(SyncRepair.experiment_id == experiment_id)
        ).one()
        session.execute(insert(ParkedRow), [made_up(ParkedRow, 1, repair_id=repair, columns={})])
    assert battery_id


def newest(database: Database) -> tuple[Any, ...]:
    sort = Sort(SortKey.ID, descending=True)
    return tuple(list_experiments(database, Filter(), sort, offset=0, limit=10).rows)


def audits(database: Database, action: str) -> list[AuditEntry]:
    with database.read() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def change(database: Database, model: Any, experiment_id: int, **values: Any) -> None:
    with database.write() as session:
        session.execute(update(model).where(model.experiment_id == experiment_id).values(**values))


class TestWhatGoes:
    def test_every_row_of_it_in_every_table_and_no_row_of_another(
        self, database: Database, tmp_path: Path
    ):
        gone, kept = imported(database), imported(database)
        fill(database, gone, add_station(database, "Station 04"))
        fill(database, kept, add_station(database, "Station 05"))
        before = left(database, kept)
        names = {one.__tablename__ for one in owners()}
        assert before.keys() == names - {
            "Experiment",
            "RedoxElectrolyte",
            "bem_deleted_experiments",
        }
        assert left(database, gone).keys() == before.keys()

        delete(database, gone)
        assert work(database, tmp_path)

        assert left(database, gone) == {}
        assert left(database, kept) == before
        with database.read() as session:
            assert session.scalar(select(func.count()).select_from(ParkedRow)) == 1
            assert session.get_one(DeletedExperiment, gone).cleared_at == NOW
            assert session.scalars(select(Job.state)).all() == [JobState.DONE]

    def test_the_electrolytes_of_a_stack_go_with_it(self, database: Database, tmp_path: Path):
        technology = {"technology": Technology.REDOX_STACK, "capacity_ah": None}
        felt = {"electrode_size_cm2": 62.5, "electrode_composition": "Felt"}
        stack = add_cell(database, "Stack", **technology, **felt)
        gone, kept = (add_experiment(database, battery_id=stack) for _ in range(2))
        with database.write() as session:
            for experiment_id in (gone, kept):
                side = made_up(RedoxElectrolyte, 1, experiment_id=experiment_id, battery_id=stack)
                session.execute(insert(RedoxElectrolyte), [side])
        delete(database, gone)
        work(database, tmp_path)
        assert left(database, gone) == {}
        assert left(database, kept) == {"RedoxElectrolyte": 1}

    def test_it_is_gone_at_once_and_as_a_whole(self, database: Database):
        experiment_id = imported(database)
        done = delete(database, experiment_id)
        assert (done.name, done.measures) == ("Ageing", 6)
        assert newest(database) == ()
        for ask in (check_experiment, experiment_facts, experiment_loss):
            words = rf"Experiment {experiment_id} \(Ageing\) was deleted by oscar on 20 Nov 2026\. "
            with pytest.raises(NotFoundError, match=f"{words}Its measures are still to be removed"):
                ask(database, experiment_id)

    def test_who_asks_later_is_told_who_deleted_it(self, database: Database, tmp_path: Path):
        experiment_id = imported(database)
        delete(database, experiment_id)
        work(database, tmp_path)
        with pytest.raises(NotFoundError, match=r"was deleted by oscar on 20 Nov 2026\.$"):
            check_experiment(database, experiment_id)
        with pytest.raises(NotFoundError, match=r"was deleted .* No note was added"):
            add_note(database, NewNote(experiment_id, "Late"), by=BY)

    def test_a_unit_that_still_has_measures_of_it_is_told_apart_from_one_of_another_database(
        self, database: Database
    ):
        experiment_id = imported(database)
        delete(database, experiment_id)
        with database.read() as session:
            assert "was deleted by oscar" in unknown_words(session, experiment_id)
            assert "put back to an earlier state" in unknown_words(session, 4711)

    def test_the_audit_row_names_it_with_its_number_and_what_was_lost(self, database: Database):
        experiment_id = imported(database)
        add_note(database, NewNote(experiment_id, "Swapped the leads"), by=BY)
        delete(database, experiment_id, user_name="ana")
        (row,) = audits(database, "delete experiment")
        assert (row.user_name, row.address) == ("ana", "10.0.0.7")
        assert row.target == f"experiment {experiment_id}"
        assert (row.detail["name"], row.detail["measures"], row.detail["notes"]) == ("Ageing", 6, 1)

    def test_an_open_alarm_and_an_unanswered_stop_outlive_it(
        self, database: Database, tmp_path: Path
    ):
        # the alarm is raised after the deletion; the stop must reach its station all the same
        station_id = add_station(database, "Station 04")
        experiment_id = imported(database)
        with database.write() as session:
            stop = made_up(Command, 1, experiment_id=experiment_id, state=CommandState.SENT)
            session.execute(insert(Command), [stop])
        delete(database, experiment_id)
        with database.write() as session:
            alarm = made_up(
                StationAlarm,
                1,
                experiment_id=experiment_id,
                station_id=station_id,
                acknowledged_at=None,
            )
            session.execute(insert(StationAlarm), [alarm])
        work(database, tmp_path)
        assert left(database, experiment_id) == {"bem_commands": 1, "bem_alarms": 1}


class TestWhatIsKept:
    @pytest.mark.parametrize(
        ("status", "says"),
        [
            (ExperimentStatus.QUEUED, "is queued: cancel it in its station's queue"),
            (ExperimentStatus.RUNNING, "is running: stop it, or wait until it has ended"),
            (ExperimentStatus.PAUSED, "is paused: stop it first"),
        ],
    )
    def test_one_that_is_under_way(self, database: Database, status, says: str):
        experiment_id = add_experiment(database, status=status)
        self.refused(database, experiment_id, says)

    def test_one_that_its_station_still_has(self, database: Database):
        experiment_id = imported(database)
        fill(database, experiment_id, add_station(database, "Station 04"))
        change(database, StationLive, experiment_id, state=StationState.PAUSED)
        self.refused(database, experiment_id, "Station 04 itself last said that it still has it")

    def test_one_with_an_alarm_that_nobody_has_acknowledged(self, database: Database):
        experiment_id = imported(database)
        fill(database, experiment_id, add_station(database, "Station 04"))
        change(database, StationAlarm, experiment_id, acknowledged_at=None)
        self.refused(database, experiment_id, "An alarm of it is not acknowledged")

    def test_one_whose_synchroniser_is_being_repaired(self, database: Database):
        experiment_id = imported(database)
        fill(database, experiment_id, add_station(database, "Station 04"))
        change(database, SyncRepair, experiment_id, state=RepairState.OPEN)
        self.refused(database, experiment_id, "synchroniser is being repaired")

    @pytest.mark.parametrize("typed", ["", "Ageing 2", "ageing"])
    def test_one_whose_name_was_not_typed(self, database: Database, typed: str):
        experiment_id = imported(database)
        with pytest.raises(InputError, match="Type the experiment's name, Ageing, to delete it"):
            delete(database, experiment_id, typed)
        check_experiment(database, experiment_id)

    @pytest.mark.parametrize("experiment_id", [0, -1, 4711, 2**32, 10**30])
    def test_one_that_is_not_there(self, database: Database, experiment_id: int):
        with pytest.raises(NotFoundError, match="There is no experiment"):
            delete(database, experiment_id)

    @staticmethod
    def refused(database: Database, experiment_id: int, says: str) -> None:
        before = left(database, experiment_id)
        with pytest.raises(ConflictError, match=f"Experiment {experiment_id} is kept.*{says}"):
            delete(database, experiment_id)
        assert says in experiment_loss(database, experiment_id).kept_because
        check_experiment(database, experiment_id)
        assert left(database, experiment_id) == before
        assert audits(database, "delete experiment") == []


class Executioner:
    """Kills whoever sends the n-th statement that changes something, before it is carried out."""

    def __init__(self, database: Database, at: int) -> None:
        self._engine, self._at, self.sent = database.engine, at, 0

    def _note(self, _connection, _cursor, statement: str, *_rest: Any) -> None:
        if statement.startswith(("DELETE", "UPDATE", "INSERT")):
            self.sent += 1
            if self.sent == self._at:
                raise Killed

    def __enter__(self) -> "Executioner":
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_given: Any) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)


class TestKilledAtAnyMoment:
    def test_the_deletion_itself_is_done_or_not_begun(self, database: Database):
        experiment_id = imported(database)
        fill(database, experiment_id, add_station(database, "Station 04"))
        before = left(database, experiment_id)
        for at in count(1):
            with Executioner(database, at) as kills:
                try:
                    delete(database, experiment_id)
                except Killed:
                    check_experiment(database, experiment_id)
                    assert left(database, experiment_id) == before
                    assert audits(database, "delete experiment") == []
                    continue
            break
        assert kills.sent > 5
        assert len(audits(database, "delete experiment")) == 1

    @pytest.mark.parametrize("rows", [True, False])
    def test_the_removal_is_finished_by_the_sweep(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, rows: bool
    ):
        monkeypatch.setattr("db.series.chunks.CHUNK", 2)
        monkeypatch.setattr(writing, "ROWS_PER_TRANSACTION", 4)
        monkeypatch.setattr(removal, "ROWS_PER_TRANSACTION", 4)
        kept, station_id = imported(database), add_station(database, "Station 04")
        before = left(database, kept)
        for at in count(1, 3):
            experiment_id = imported(database, 7, rows=rows)
            fill(database, experiment_id, station_id)
            done = delete(database, experiment_id)
            jobs.cancel(database, done.job_id, user_name="oscar", now=NOW)
            try:
                with Executioner(database, at):
                    deletion.clear(database, experiment_id)
            except Killed:
                assert left(database, experiment_id)
                assert deletion.sweep(database, NOW) == 1
                assert left(database, experiment_id) == {}
                with database.write() as session:
                    session.execute(StationLive.__table__.delete())
                continue
            break
        assert at > 15
        assert left(database, kept) == before

    def test_the_next_worker_goes_on_where_one_was_stopped(
        self, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(writing, "ROWS_PER_TRANSACTION", 4)
        experiment_id = imported(database, 20)
        delete(database, experiment_id)
        worker = Worker(database, tmp_path, lambda: NOW)
        worker.stop()
        worker.work_once()
        assert 0 < left(database, experiment_id)["GenericMeasures"] < 20
        assert deletion.sweep(database, NOW) == 0  # the job will do it
        assert work(database, tmp_path)
        assert left(database, experiment_id) == {}

    def test_how_far_it_is_stands_in_the_job(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(writing, "ROWS_PER_TRANSACTION", 4)
        experiment_id = imported(database, 8)
        told: list[int] = []
        delete(database, experiment_id)
        deletion.clear(database, experiment_id, told.append)
        assert told[:4] == [2, 4, 6, 6]
        assert told == sorted(told)


def test_no_transaction_deletes_more_rows_than_others_may_wait_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(writing, "ROWS_PER_TRANSACTION", 30)
    monkeypatch.setattr(removal, "ROWS_PER_TRANSACTION", 30)
    experiment_id = imported(database, 200)
    with database.write() as session:
        for number in range(100):
            session.execute(
                insert(StationStatus),
                [made_up(StationStatus, number, experiment_id=experiment_id, device_id=1)],
            )
        strays = [  # values without a measure
            {"experiment_id": experiment_id, "used_measure_id": 1, "measure_id": n, "value": 1.0}
            for n in range(1000, 1100)
        ]
        session.execute(insert(ExtendedMeasure), strays)
    delete(database, experiment_id)
    deleted = [0]

    def count_rows(_connection, cursor, statement: str, *_rest: Any) -> None:
        if statement.startswith("DELETE FROM"):
            deleted[-1] += max(cursor.rowcount, 0)

    def committed(_connection) -> None:
        deleted.append(0)

    event.listen(database.engine, "after_cursor_execute", count_rows)
    event.listen(database.engine, "commit", committed)
    try:
        deletion.clear(database, experiment_id)
    finally:
        event.remove(database.engine, "after_cursor_execute", count_rows)
        event.remove(database.engine, "commit", committed)
    assert left(database, experiment_id) == {}
    assert max(deleted) == 30
    assert sum(deleted) >= 200 + 200 + 100 + 100


class TestWhatComesLate:
    def test_is_swept_for_a_day(self, database: Database, tmp_path: Path):
        experiment_id = imported(database)
        delete(database, experiment_id)
        work(database, tmp_path)
        self.write_late(database, experiment_id)
        assert deletion.sweep(database, NOW + timedelta(hours=23)) == 1
        assert left(database, experiment_id) == {}
        assert deletion.sweep(database, NOW + timedelta(hours=23)) == 0

    def test_a_row_in_experiment_that_is_written_again_is_there_again(
        self, database: Database, tmp_path: Path
    ):
        # the WattRex synchroniser inserts the whole row if it is not there
        station_id = add_station(database, "Station 04")
        experiment_id = add_experiment(
            database, status=ExperimentStatus.ERROR, station_id=station_id
        )
        delete(database, experiment_id)
        add_experiment(
            database, id=experiment_id, status=ExperimentStatus.RUNNING, station_id=station_id
        )
        self.write_late(database, experiment_id)
        work(database, tmp_path)
        assert deletion.sweep(database, NOW) == 0
        assert left(database, experiment_id)["GenericMeasures"] == 1
        with database.read() as session:
            alarm = session.scalars(select(StationAlarm)).one()
            job = session.scalars(select(Job)).one()
            assert session.get(DeletedExperiment, experiment_id) is None
        assert (alarm.station_id, alarm.experiment_id) == (station_id, experiment_id)
        assert "was deleted by oscar, and its unit has written since that it is RUNNING" in (
            alarm.text
        )
        assert (job.state, job.error) == (
            JobState.FAILED,
            f"Experiment {experiment_id} was written again: it is kept.",
        )
        assert len(audits(database, "take back deletion")) == 1

    def test_the_sweep_goes_on_where_that_happens_beneath_it(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ):
        first, second = add_experiment(database), imported(database)
        for experiment_id in (first, second):
            done = delete(database, experiment_id)
            jobs.cancel(database, done.job_id, user_name="oscar", now=NOW)
        give_back = deletion._give_back

        def then_written(*args: Any) -> None:
            give_back(*args)
            monkeypatch.setattr(deletion, "_give_back", give_back)
            add_experiment(database, id=first)

        monkeypatch.setattr(deletion, "_give_back", then_written)
        deletion.sweep(database, NOW)
        assert left(database, second) == {}
        check_experiment(database, first)

    @staticmethod
    def write_late(database: Database, experiment_id: int) -> None:
        with database.write() as session:
            for model in (GenericMeasure, ExtendedMeasure, StationStatus, Alarm):
                row = made_up(model, 7, experiment_id=experiment_id)
                session.execute(insert(model), [row])


class TestAtOnce:
    def test_four_admins_delete_it_once(self, database: Database):
        experiment_id = imported(database)
        results = at_once([lambda: delete(database, experiment_id)] * 4)
        assert sum(isinstance(one, deletion.Deleted) for one in results) == 1
        assert sum(isinstance(one, NotFoundError) for one in results) == 3
        assert len(audits(database, "delete experiment")) == 1

    @pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
    def test_one_that_begins_to_run_in_this_moment_is_kept(self, database: Database):
        experiment_id = imported(database)
        of_it = update(Experiment).where(Experiment.id == experiment_id)
        error = meanwhile(
            database,
            lambda session: session.execute(of_it.values(status=ExperimentStatus.RUNNING)),
            lambda: delete(database, experiment_id),
        )
        assert "It is running" in str(error)
        check_experiment(database, experiment_id)

    def test_a_file_that_is_being_written_does_not_end_as_if_it_were_whole(
        self, database: Database, tmp_path: Path
    ):
        experiment_id = imported(database)
        pieces = csv_pieces(database, experiment_id)
        next(pieces)
        delete(database, experiment_id)
        work(database, tmp_path)
        with pytest.raises(NotFoundError, match="was deleted by oscar"):
            list(pieces)

    def test_a_copy_that_a_reader_has_made_meanwhile_is_swept(
        self, database: Database, tmp_path: Path
    ):
        experiment_id = imported(database)
        series.forget(database, experiment_id)
        delete(database, experiment_id)
        series.catch_up(database, experiment_id)
        work(database, tmp_path)
        assert left(database, experiment_id) == {}


def test_one_that_was_cancelled_is_deleted_and_one_that_waits_is_kept(database: Database):
    lab = QueueLab(database)
    held, other = lab.add(), lab.add(station_id=lab.s2, battery_id=lab.b)
    number = held.experiment_id
    for plan in (held, other):
        assert (
            "It is held: cancel it first."
            in experiment_loss(database, plan.experiment_id).kept_because
        )
    with pytest.raises(ConflictError, match="It is held: cancel it first"):
        deletion.delete_experiment(database, number, confirmed_name=held.name, by=BY)
    cancel(database, held.id, by=BY)
    loss = experiment_loss(database, number)
    assert (loss.name, loss.has_row, loss.kept_because) == (held.name, False, "")
    with pytest.raises(InputError, match="Type the experiment's name"):
        deletion.delete_experiment(database, number, confirmed_name="x", by=BY)
    done = deletion.delete_experiment(database, number, confirmed_name=held.name, by=BY)
    assert (done.experiment_id, done.measures) == (number, 0)
    deletion.clear(database, number)
    with pytest.raises(NotFoundError, match="was deleted by"):
        experiment_loss(database, number)
    with database.read() as session:
        assert session.scalars(select(Plan.experiment_id)).all() == [other.experiment_id]
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert (entry.action, entry.target) == ("delete experiment", f"experiment {number}")


def test_why_one_has_no_measures_is_a_sentence_of_its_own(database: Database):
    lab = QueueLab(database)
    held, other = lab.add(), lab.add(station_id=lab.s2, battery_id=lab.b)
    cancel(database, other.id, reason="Wrong cell", by=BY)
    with database.read() as session:
        said = [gone_words(session, plan.experiment_id) for plan in (held, other)]
    assert all(". It has no measures." in one and ".." not in one for one in said)
    assert "is cancelled: Wrong cell. It has no measures." in said[1]
