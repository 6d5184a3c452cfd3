"""When a worker looks at the cycles of what runs."""

from dataclasses import replace

import pytest

from bem.worker import cycle_rules
from bem.worker.cycle_rules import CycleWatcher
from cycling.errors import UnavailableError
from db.commands.experiments.cycles.watch import NextLook
from db.queries.experiments.cycles.rules import WatchedExperiment
from db.series import BeingPreparedError

RUNNING = WatchedExperiment(7, has_ended=False, cycle=1, instruction_id=1)


class World:
    """Experiments as the database says them, and what judging one gives; `seen` were judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.watched, self.seen = [RUNNING], []
        self.result: NextLook | Exception = NextLook.BY_NUMBER
        self.trouble: Exception | None = None
        self.watcher = CycleWatcher(None)
        monkeypatch.setattr(cycle_rules, "LOOK_EVERY_S", 0.0)
        monkeypatch.setattr(cycle_rules, "watched_experiments", self._list)
        monkeypatch.setattr(cycle_rules, "judge_cycles", self._judge)

    def _list(self, _database: object) -> list[WatchedExperiment]:
        if self.trouble:
            raise self.trouble
        return self.watched

    def _judge(self, _database: object, experiment_id: int) -> NextLook:
        self.seen.append(experiment_id)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def looks(self, **changes) -> int:
        """How often it is judged in one look, after something has changed."""
        if changes:
            self.watched = [replace(self.watched[0], **changes)]
        before = len(self.seen)
        self.watcher.look()
        return len(self.seen) - before


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_by_number_it_is_judged_once_a_cycle(world: World):
    assert [world.looks(), world.looks(), world.looks(instruction_id=2)] == [1, 0, 0]
    assert [world.looks(cycle=2, instruction_id=3), world.looks()] == [1, 0]
    assert world.looks(has_ended=True, cycle=None, instruction_id=None) == 1


def test_by_current_with_every_instruction(world: World):
    world.result = NextLook.BY_CURRENT
    assert [world.looks(), world.looks(), world.looks(instruction_id=2), world.looks()] == [
        1,
        0,
        1,
        0,
    ]


@pytest.mark.parametrize("result", [NextLook.AGAIN, BeingPreparedError(0.5), ValueError("a fault")])
def test_what_could_not_be_judged_is_judged_again(world: World, result):
    world.result = result
    assert [world.looks(), world.looks()] == [1, 1]
    world.result = NextLook.BY_NUMBER
    assert [world.looks(), world.looks()] == [1, 0]


def test_a_fault_with_one_keeps_it_from_no_other(world: World, caplog):
    world.watched = [RUNNING, replace(RUNNING, experiment_id=8)]
    world.result = ValueError("a fault")
    assert world.looks() == 2
    assert "what=cycles-not-judged experiment=7" in caplog.text


def test_a_database_that_is_away_is_waited_for(world: World):
    world.trouble = UnavailableError("away")
    assert world.looks() == 0
    world.trouble = None
    assert world.looks() == 1


def test_it_looks_every_two_seconds_at_most(monkeypatch: pytest.MonkeyPatch):
    world = World(monkeypatch)
    monkeypatch.setattr(cycle_rules, "LOOK_EVERY_S", 2.0)
    assert [world.looks(), world.looks(cycle=2)] == [1, 0]
