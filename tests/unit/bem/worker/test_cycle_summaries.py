"""When a worker makes the kept numbers of cycles anew."""

from datetime import timedelta

import pytest

from bem.worker import cycle_summaries
from bem.worker.cycle_summaries import AT_LEAST_EVERY, SummaryKeeper
from db.engine import Database
from db.models import StationLive
from tests.running_lab import RunningLab
from tests.unit.db.lab import NOW


class World:
    """A running experiment whose station says where it is; `renewed` notes each renewal."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lab, self.now, self.renewed = RunningLab(database), NOW, []
        self.station = self.lab.station("Station 04", self.lab.unit())
        cell = self.lab.battery("NMC-018", "24A-00718")
        self.run = self.lab.experiment("Life", self.station, cell, self.lab.profile("P", cycles=9))
        self.keeper = SummaryKeeper(database)
        monkeypatch.setattr(cycle_summaries, "renew_summary", self._renew)

    def _renew(self, _database: Database, experiment_id: int) -> bool:
        self.renewed.append(experiment_id)
        return True

    def looks(self, after: timedelta = timedelta(seconds=30)) -> int:
        """Return how often the numbers were made anew at the next look."""
        self.now += after
        self.renewed.clear()
        self.keeper.look(self.now)
        while self.keeper.renew_one(self.now):
            pass
        assert set(self.renewed) <= {self.run}
        return len(self.renewed)


@pytest.fixture
def world(sqlite_database: Database, monkeypatch) -> World:
    return World(sqlite_database, monkeypatch)


def test_while_a_station_stays_where_it_is_no_measure_is_read(world):
    world.lab.live(world.station, world.run, cycle=1, instruction_id=2)
    assert [world.looks() for _ in range(4)] == [1, 1, 0, 0]  # the last measures may come late
    world.lab.change(StationLive, world.station, cycle=1, instruction_id=3)
    assert [world.looks() for _ in range(3)] == [1, 1, 0]
    world.lab.change(StationLive, world.station, cycle=2, instruction_id=3)
    assert [world.looks() for _ in range(3)] == [1, 1, 0]
    assert world.looks(AT_LEAST_EVERY) == 1  # what came late of an outage


def test_a_station_that_does_not_say_where_it_is_is_looked_at_each_time(world):
    assert [world.looks() for _ in range(3)] == [1, 1, 1]
