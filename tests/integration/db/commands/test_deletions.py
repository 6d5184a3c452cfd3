"""Deleting batteries, stations and profiles: only while nothing refers to them; on each engine."""

from typing import Any

import pytest
from sqlalchemy import func, inspect, select

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.profile import OWN_PROTOCOL
from cycling.terms import StationCommand, StationState
from db.commands import jobs
from db.commands.batteries.changes import delete_battery
from db.commands.profiles import compile_version, delete_profile, new_version, save_profile
from db.commands.queue import NewPlan, add_plan, save_draft
from db.commands.queue.plans import add_within
from db.commands.stations.changes import (
    OWN,
    delete_station,
    modify_station,
    retire_station,
    station_kept_because,
)
from db.commands.stations.out_of_service import take_out_of_service
from db.commands.stations.setup import add_station
from db.engine import Database
from db.models import (
    AuditEntry,
    Base,
    Battery,
    Command,
    CompiledVersion,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Instruction,
    InstructionDetail,
    LibraryProfile,
    Plan,
    Profile,
    ProfileDetail,
    ProfileVersion,
    Run,
    StationAlarm,
    StationLive,
    SyncRepair,
    UsedMeasure,
)
from db.models.stations import VIRTUAL_STATION
from db.queries.stations.details import station_set_up
from db.terms import CommandState, PlanState
from tests.databases import SERVER_ENGINES
from tests.integration.db.queries.stations.test_units import Lab
from tests.running_lab import RunningLab
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment, at_once, meanwhile
from tests.unit.db.lab import add_station as bare_station

TEXT = "SAFETY VOLTAGE 2.4 4.3\nWAIT, 1h\n"
REFUSED = (InputError, ConflictError, NotFoundError)
TOKEN = "a1b2c3d4e5f6"


def counted(database: Database, model: Any) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def audit_of(database: Database, action: str) -> AuditEntry:
    with database.read() as session:
        return session.scalars(select(AuditEntry).where(AuditEntry.action == action)).one()


def draft(database: Database, **typed: Any) -> None:
    save_draft(database, TOKEN, "Formation", typed, by=BY)


@pytest.fixture
def lab(database: Database) -> Lab:
    return Lab(database)


@pytest.mark.parametrize("database_url", SERVER_ENGINES, indirect=True)
@pytest.mark.parametrize("what", ["battery", "station", "profile"])
def test_what_is_planned_in_this_moment_is_kept(database: Database, what: str):
    """A held plan has no row in Experiment: no foreign key says that it refers to these."""
    lab = RunningLab(database, NOW)
    profile, fixed = TestAProfile.saved(database)
    battery, station = lab.battery("A", "1"), bare_station(database, "Station 07")
    new = NewPlan("token-1", "Next", "", station, battery, fixed)
    deed = {
        "battery": lambda: delete_battery(database, battery, by=BY),
        "station": lambda: delete_station(database, station, by=BY),
        "profile": lambda: delete_profile(database, profile, by=BY),
    }[what]
    error = meanwhile(database, lambda session: add_within(session, new, by=BY), deed)
    assert "(Next) is held for it. Cancel that first." in str(error)
    with database.read() as session:
        kept = [(Battery, battery), (CyclerStation, station), (Profile, fixed)]
        assert all(session.get(*one) is not None for one in kept)


class TestABattery:
    """Beside what tests/integration/db/commands/batteries/test_changes.py says of it."""

    def test_that_a_draft_names_is_kept(self, database: Database):
        battery_id = add_cell(database)
        draft(database, pairs=[[None, 3, False], [battery_id, None, False]])
        with pytest.raises(ConflictError, match=r"The draft Formation names it\. Discard that"):
            delete_battery(database, battery_id, by=BY)

    @pytest.mark.parametrize("pairs", [None, "x", [7], [[]], [[4711, 1, True]]])
    def test_a_draft_that_says_something_else_does_not_keep_it(self, database: Database, pairs):
        battery_id = add_cell(database)
        draft(database, pairs=pairs)
        delete_battery(database, battery_id, by=BY)

    def test_that_a_file_is_imported_for_is_kept(self, database: Database):
        battery_id = add_cell(database)
        payload = {"battery_id": battery_id}
        jobs.enqueue(database, kind="import file", payload=payload, user_name="oscar", now=NOW)
        with pytest.raises(ConflictError, match="A file is being imported for it"):
            delete_battery(database, battery_id, by=BY)

    def test_is_deleted_or_gets_an_experiment_but_never_both(self, database: Database):
        for n in range(4):
            battery_id = add_cell(database, serial_number=str(n))
            results = at_once(
                [
                    lambda b=battery_id: delete_battery(database, b, by=BY),
                    lambda b=battery_id: add_experiment(database, battery_id=b),
                ]
            )
            with database.read() as session:
                there = session.get(Battery, battery_id) is not None
                used = select(Experiment.id).where(Experiment.battery_id == battery_id)
                assert there == (session.scalar(used) is not None), results


class TestAStation:
    def test_goes_with_its_set_up_and_leaves_another_as_it_is(self, lab: Lab):
        database = lab.database
        gone, kept = lab.station(lab.ours, "Station 07"), lab.station(lab.wattrex, "Station 08")
        tables = {one: self.rows(database, one, kept) for one in OWN}
        take_out_of_service(database, gone, reason="Fan", by=BY)
        assert delete_station(database, gone, by=BY) == "Station 07"
        for table in OWN:
            assert self.rows(database, table, gone) == 0
            assert self.rows(database, table, kept) == tables[table]
        with database.read() as session:
            assert session.get(CyclerStation, gone) is None
            assert session.get(CyclerStation, kept) is not None
        row = audit_of(database, "delete station")
        assert (row.target, row.detail["name"]) == (f"station {gone}", "Station 07")

    def test_every_table_that_names_a_station_is_its_own_or_keeps_it(self):
        naming = {
            mapper.class_
            for mapper in Base.registry.mappers
            if "station_id" in mapper.column_attrs or mapper.class_ is CyclerStation
        }
        keeps = {Experiment, Plan, ConfirmedBattery, CyclerStation}
        of_experiments = {Run, SyncRepair}
        assert naming == {*OWN} | keeps | of_experiments
        assert "parent_id" in inspect(CyclerStation).column_attrs

    def test_its_devices_are_free_afterwards(self, lab: Lab):
        station = lab.station(lab.ours, "Station 07")
        begin, _ = station_set_up(lab.database, station)
        delete_station(lab.database, station, by=BY)
        assert add_station(lab.database, begin, by=BY) != station

    def test_with_an_experiment_is_kept(self, lab: Lab):
        station = lab.station(lab.ours)
        add_experiment(lab.database, station_id=station)
        self.refused(lab, station, r"It has 1 experiment\. Only a station without")

    def test_that_another_has_replaced_is_kept(self, lab: Lab):
        old = lab.station(lab.ours, "Station 07")
        begin, mark = station_set_up(lab.database, old)
        new = begin.__class__(**{**begin.__dict__, "location": "Room 2"})
        modify_station(lab.database, old, new, seen=mark, by=BY)
        self.refused(lab, old, "Station 07 has replaced it")

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (PlanState.HELD, r"Experiment \d+ \(Next\) is held for it\. Cancel that first"),
            (PlanState.DRAFT, r"The draft Next names it\. Discard that first"),
        ],
    )
    def test_that_is_planned_is_kept(self, lab: Lab, state: PlanState, words: str):
        station = lab.station(lab.ours)
        lab.rows.plan("Next", station, lab.rows.battery("A", "1"), state)
        self.refused(lab, station, words)

    def test_that_a_draft_names_is_kept(self, lab: Lab):
        station = lab.station(lab.ours)
        draft(lab.database, pairs=[[1, station, False]])
        self.refused(lab, station, "The draft Formation names it")

    def test_with_a_confirmed_battery_is_kept(self, lab: Lab):
        station = lab.station(lab.ours)
        lab.rows.confirm(station, lab.rows.battery("NMC-031", "1"))
        self.refused(lab, station, "NMC-031 is confirmed there: take it off")

    def test_that_says_that_it_runs_is_kept(self, lab: Lab):
        station = lab.station(lab.ours)
        live = {"state_since": NOW, "detail": "", "seen_at": NOW, "pending": 0, "trend": []}
        lab.rows.add(StationLive(station_id=station, state=StationState.RUNNING, **live))
        self.refused(lab, station, "The station itself last said that it runs an experiment")

    def test_with_an_alarm_that_nobody_has_acknowledged_is_kept(self, lab: Lab):
        station = lab.station(lab.ours)
        alarm = StationAlarm(key="m", station_id=station, code="clock", text="Late.", at=NOW)
        lab.rows.add(alarm)
        self.refused(lab, station, "An alarm of it is not acknowledged")

    def test_with_a_stop_that_is_not_answered_is_kept(self, lab: Lab):
        station = lab.station(lab.ours)
        command = lab.ask(StationCommand.STOP, lab.ours, station)
        self.refused(lab, station, "What it was asked to do is not answered yet")
        lab.rows.change(Command, command, state=CommandState.REFUSED)
        delete_station(lab.database, station, by=BY)

    def test_of_wattrex_goes_only_after_it_was_retired(self, lab: Lab):
        station = lab.station(lab.wattrex)
        self.refused(lab, station, "A WattRex cycler may still look for work there: retire")
        retire_station(lab.database, station, by=BY)
        delete_station(lab.database, station, by=BY)

    def test_of_imports_is_kept(self, database: Database):
        with pytest.raises(InputError, match="holds imported measures"):
            delete_station(database, VIRTUAL_STATION, by=BY)

    def test_that_is_not_there(self, database: Database):
        for ask in (delete_station, lambda one, id_, **_by: station_kept_because(one, id_)):
            with pytest.raises(NotFoundError, match="There is no such station"):
                ask(database, 4711, by=BY)

    def test_is_deleted_or_gets_an_experiment_but_never_both(self, lab: Lab):
        for n in range(4):
            station = lab.station(lab.ours, f"Station {n}")
            results = at_once(
                [
                    lambda s=station: delete_station(lab.database, s, by=BY),
                    lambda s=station: add_experiment(lab.database, station_id=s),
                ]
            )
            with lab.database.write() as session:
                there = session.get(CyclerStation, station)
                used = select(Experiment).where(Experiment.station_id == station)
                assert (there is None) == (session.scalar(used) is None), results
                if there is not None:
                    there.deprecated = True  # its devices are free for the next round
                    measured = select(func.count()).where(UsedMeasure.station_id == station)
                    assert session.scalar(measured)  # nothing of it went

    @staticmethod
    def rows(database: Database, table: Any, station: int) -> int:
        with database.read() as session:
            of_it = select(func.count()).select_from(table).where(table.station_id == station)
            return session.scalar(of_it)

    @staticmethod
    def refused(lab: Lab, station: int, says: str) -> None:
        before = [counted(lab.database, one) for one in (CyclerStation, *OWN)]
        with pytest.raises(ConflictError, match=rf"is kept\. .*{says}"):
            delete_station(lab.database, station, by=BY)
        assert station_kept_because(lab.database, station)
        assert [counted(lab.database, one) for one in (CyclerStation, *OWN)] == before


class TestAProfile:
    def test_goes_with_its_versions_and_the_rows_made_of_them(self, database: Database):
        tables = (
            *(LibraryProfile, ProfileVersion, CompiledVersion, Profile),
            *(ProfileDetail, Instruction, InstructionDetail),
        )
        kept, _ = self.saved(database, "Rest")
        before = [counted(database, one) for one in tables]
        gone, _ = self.saved(database, "Ageing")
        new_version(database, gone, TEXT + "WAIT, 2h\n", after=1, by=BY)
        assert delete_profile(database, gone, by=BY) == "Ageing"
        assert [counted(database, one) for one in tables] == before
        row = audit_of(database, "delete profile")
        assert row.target == f"library profile {gone}"
        assert (row.detail["name"], row.detail["versions"]) == ("Ageing", 2)
        assert "WAIT, 2h" in row.detail["text"]
        with pytest.raises(NotFoundError):
            delete_profile(database, gone, by=BY)
        delete_profile(database, kept, by=BY)

    def test_that_an_experiment_has_used_is_kept(self, database: Database):
        profile, fixed = self.saved(database)
        add_experiment(database, profile_id=fixed)
        self.refused(database, profile, r"It has 1 experiment\. Only a profile without")

    def test_that_is_planned_is_kept(self, database: Database):
        profile, fixed = self.saved(database)
        lab = RunningLab(database, NOW)
        station, battery = bare_station(database, "Station 07"), lab.battery("A", "1")
        lab.plan("Next", station, battery, PlanState.HELD, profile_id=fixed)
        self.refused(database, profile, r"Experiment \d+ \(Next\) is held for it")

    def test_that_a_draft_names_is_kept(self, database: Database):
        profile, _ = self.saved(database)
        with database.read() as session:
            version = session.scalars(select(ProfileVersion.id)).one()
        draft(database, source="choose", version=version)
        self.refused(database, profile, "The draft Formation names it")

    def test_is_deleted_or_gets_an_experiment_but_never_both(self, database: Database):
        lab = RunningLab(database, NOW)
        for n in range(3):
            profile, fixed = self.saved(database, f"Ageing {n}")
            battery, station = lab.battery("A", str(n)), bare_station(database, f"Station {n}")
            new = NewPlan(f"token-{n}", "Next", "", station, battery, fixed)
            results = at_once(
                [
                    lambda p=profile: delete_profile(database, p, by=BY),
                    lambda f=fixed: add_experiment(database, profile_id=f),
                    lambda made=new: add_plan(database, made, by=BY),
                ]
            )
            with database.read() as session:
                there = session.get(Profile, fixed) is not None
                used = [
                    session.scalar(select(func.count()).where(one.profile_id == fixed))
                    for one in (Experiment, Plan)
                ]
                assert there == any(used), results

    def test_rows_are_made_of_it_or_it_is_deleted(self, database: Database):
        saved = save_profile(database, name="Ageing", description="", text=TEXT, by=BY)
        made = {"capacity_ah": None, "capabilities": OWN_PROTOCOL, "by": BY}
        results = at_once(
            [
                lambda: delete_profile(database, saved.profile_id, by=BY),
                lambda: compile_version(database, saved.version_id, **made),
            ]
        )
        assert results[0] == "Ageing", results
        assert counted(database, CompiledVersion) == counted(database, ProfileVersion) == 0
        assert counted(database, ProfileDetail) == 0

    @staticmethod
    def saved(database: Database, name: str = "Ageing") -> tuple[int, int]:
        saved = save_profile(database, name=name, description="At 25 °C", text=TEXT, by=BY)
        made = {"capacity_ah": None, "capabilities": OWN_PROTOCOL, "by": BY}
        return saved.profile_id, compile_version(database, saved.version_id, **made)

    @staticmethod
    def refused(database: Database, profile: int, says: str) -> None:
        with pytest.raises(ConflictError, match=f"Ageing is kept.*{says}"):
            delete_profile(database, profile, by=BY)
        assert counted(database, Instruction) >= 1
