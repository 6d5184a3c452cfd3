"""Giving up an experiment whose unit is gone for good, and what happens if it comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.terms import ExperimentStatus, StationState
from db.commands.experiments.force_end import end_by_force
from db.commands.stations.changes import retire_station
from db.engine import Database
from db.models import (
    AuditEntry,
    ConfirmedBattery,
    CyclerStation,
    Experiment,
    Lease,
    Plan,
    Run,
    StationAlarm,
    StationLive,
    Unit,
)
from db.queries.stations.overview import station_now
from db.queries.stations.run import unreachable_run
from db.terms import MASTER_NODE, OverviewState, PlanState
from tests.integration.master_node.wattrex.test_service import BY, WattrexLab
from tests.running_lab import RunningLab

ERROR, RUNNING = ExperimentStatus.ERROR, ExperimentStatus.RUNNING
HEARS = {"broker": "connected"}


class Bench:
    """A station of bem/v1 that runs an experiment, silent for ten minutes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.lab = RunningLab(database)
        silent = self.lab.ago(minutes=10)
        self.unit = self.lab.unit(online=False, seen_at=silent)
        self.station = self.lab.station("Station 01", self.unit)
        self.cell = self.lab.battery("NMC-031", "1")
        self.profile = self.lab.profile("Formation")
        self.run = self.lab.experiment("Cycling", self.station, self.cell, self.profile)
        self.lab.run(self.run, self.station)
        self.lab.live(
            self.station, self.run, seen_at=silent, contact_lost_at=silent + timedelta(seconds=30)
        )
        self.master(HEARS)

    def master(self, detail: dict[str, str], **ago: float) -> None:
        with self.database.write() as session:
            known = session.get(Lease, MASTER_NODE)
            if known is not None:
                session.delete(known)
        self.lab.add(
            Lease(
                name=MASTER_NODE,
                holder="tests",
                epoch=1,
                beat_at=self.lab.now,
                expires_at=self.lab.now + timedelta(minutes=5) - timedelta(**ago),
                detail=detail,
            )
        )

    def end_by_force(self, reason: str = "The unit burnt out", **other):
        of = other.pop("of", self.run)
        return end_by_force(self.database, of, reason=reason, by=BY(self.lab.now))

    def row(self, model, key):
        with self.database.read() as session:
            return session.get(model, key)

    def alarms(self) -> list[StationAlarm]:
        with self.database.read() as session:
            return list(session.scalars(select(StationAlarm).order_by(StationAlarm.id)))


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_it_ends_as_an_error_with_the_reason_and_the_station_can_be_retired(bench: Bench):
    begun = bench.row(Experiment, bench.run).begun_at
    with pytest.raises(ConflictError, match="give it up on the station's page"):
        retire_station(bench.database, bench.station, by=BY(bench.lab.now))
    assert unreachable_run(bench.database, bench.station).refusal == ""
    bench.end_by_force(" The unit  burnt out ")
    ended = bench.row(Experiment, bench.run)
    assert (ended.status, ended.finished_at) == (ERROR, begun)
    assert bench.row(Run, bench.run).end_reason == "Given up by oscar: The unit burnt out."
    live = bench.row(StationLive, bench.station)
    assert (live.state, live.experiment_id, live.output_on) == (StationState.IDLE, None, None)
    assert station_now(bench.database, bench.station).state is OverviewState.LOST
    with bench.database.read() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert (entry.action, entry.user_name) == ("give up experiment", "oscar")
    assert entry.detail["reason"] == "The unit burnt out."
    assert unreachable_run(bench.database, bench.station) is None
    retire_station(bench.database, bench.station, by=BY(bench.lab.now))
    assert bench.row(CyclerStation, bench.station).deprecated


def test_it_ends_at_its_last_measure(bench: Bench):
    end = bench.lab.ago(minutes=10).replace(microsecond=0)
    bench.lab.measures(bench.run, bench.station, 5, end=end)
    bench.end_by_force()
    assert bench.row(Experiment, bench.run).finished_at == end


def test_what_is_queued_there_waits_for_a_person(bench: Bench):
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    queued = bench.lab.experiment("Next", bench.station, bench.cell, bench.profile, **waits)
    bench.lab.confirm(bench.station, bench.cell)
    bench.end_by_force()
    assert bench.row(Experiment, queued) is None
    with bench.database.read() as session:
        (plan,) = session.scalars(select(Plan).where(Plan.name == "Next"))
    assert plan.state is PlanState.HELD
    assert bench.row(ConfirmedBattery, bench.station) is None


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda b: b.lab.change(Unit, b.unit, seen_at=b.lab.ago(minutes=4)), "was heard 2"),
        (lambda b: b.lab.change(StationLive, b.station, seen_at=b.lab.now), "was heard"),
        (lambda b: b.lab.change(StationLive, b.station, contact_lost_at=None), "not found its"),
        (lambda b: b.master({"broker": "not connected"}), "does not reach the broker"),
        (lambda b: b.master(HEARS, minutes=6), "No master node runs"),
        (lambda b: b.lab.change(Experiment, b.run, status=ERROR), "not under way any more"),
    ],
)
def test_it_is_refused_while_its_unit_may_live_or_it_is_over(bench: Bench, spoil, sentence):
    spoil(bench)
    before = bench.row(Experiment, bench.run).status
    with pytest.raises(ConflictError, match=sentence):
        bench.end_by_force()
    assert bench.row(Experiment, bench.run).status is before
    assert bench.row(Run, bench.run).ended_at is None


@pytest.mark.parametrize("reason", ["", "  ", "x" * 200])
def test_it_needs_a_reason_that_fits(bench: Bench, reason):
    with pytest.raises(InputError, match="what has become of the unit"):
        bench.end_by_force(reason)


def test_what_is_not_there_or_has_not_begun_is_not_given_up(bench: Bench):
    with pytest.raises(NotFoundError):
        bench.end_by_force(of=4711)
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    queued = bench.lab.experiment("Next", bench.station, bench.cell, bench.profile, **waits)
    with pytest.raises(ConflictError, match="cancel it in its queue"):
        bench.end_by_force(of=queued)


class TestWattrex:
    """Their cyclers and synchronisers write into the tables by themselves."""

    @pytest.fixture
    def rack(self, database: Database) -> WattrexLab:
        return WattrexLab(database)

    def lost(self, rack: WattrexLab, **detail: str) -> int:
        """Let a unit fall silent in the middle of an experiment."""
        experiment_id = rack.begin()
        rack.rows(experiment_id, 0, 4)
        rack.look()
        rack.silence(600)
        rack.change(StationLive, rack.station_id, measured_at=None)
        rack.look(heartbeat=False)
        rack.change(Lease, MASTER_NODE, detail={**HEARS, "wattrex": "connected", **detail})
        return experiment_id

    def end(self, rack: WattrexLab, experiment_id: int) -> None:
        end_by_force(rack.database, experiment_id, reason="Stolen", by=BY(rack.now))

    def codes(self, rack: WattrexLab) -> list[str]:
        return [one.code for one in rack.alarms()]

    def test_it_ends_and_the_watch_leaves_it_so(self, rack):
        experiment_id = self.lost(rack)
        self.end(rack, experiment_id)
        for _ in range(2):
            rack.look(heartbeat=False)
        assert rack.shown().last.end_reason == "Given up by oscar: Stolen."
        assert rack.shown().live.state is StationState.IDLE
        assert "came back" not in self.codes(rack)

    def test_it_is_refused_while_measures_come_or_heartbeats(self, rack):
        experiment_id = self.lost(rack)
        rack.change(StationLive, rack.station_id, measured_at=rack.now)
        with pytest.raises(ConflictError, match="was heard"):
            self.end(rack, experiment_id)
        rack.change(StationLive, rack.station_id, measured_at=None)
        rack.heartbeat()
        with pytest.raises(ConflictError, match="was heard"):
            self.end(rack, experiment_id)

    def test_measures_that_come_later_are_kept_and_raise_one_alarm(self, rack):
        experiment_id = self.lost(rack)
        self.end(rack, experiment_id)
        rack.rows(experiment_id, 4, 3)
        for _ in range(2):
            rack.look()
        (alarm,) = [one for one in rack.alarms() if one.code == "came back"]
        assert "measures of it have come since" in alarm.text
        assert "go to the station" in alarm.text
        assert rack.shown().last.status is ERROR

    @pytest.mark.parametrize("status", [RUNNING, ExperimentStatus.FINISHED])
    def test_a_status_that_its_unit_writes_is_believed_and_not_in_silence(self, rack, status):
        experiment_id = self.lost(rack)
        self.end(rack, experiment_id)
        rack.change(Experiment, experiment_id, status=status)
        rack.look()
        (alarm,) = [one for one in rack.alarms() if one.code == "came back"]
        assert f"has written since that it is {status.value}" in alarm.text
        with rack.database.read() as session:
            assert session.get(Run, experiment_id) is None
            assert session.get_one(Experiment, experiment_id).status is status
            actions = session.scalars(select(AuditEntry.action)).all()
        assert actions[-1] == "take back end of experiment"
