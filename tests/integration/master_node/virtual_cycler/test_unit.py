"""A virtual unit without a broker: what it keeps, what it sends, what survives a crash."""

import itertools
import random
import sqlite3
from pathlib import Path

import msgspec
import pytest

from cycling.errors import InputError
from cycling.terms import StationCommand
from master_node.protocol import Kind, decode, encode
from master_node.protocol import messages as m
from master_node.virtual_cycler.outbox import AGAIN_AFTER_S, Outbox
from master_node.virtual_cycler.store import Store, Watermark
from master_node.virtual_cycler.unit import UNWRITTEN_TRIP_S, VirtualUnit
from tests.virtual import CELL, cc, offer_of, wait

CHANNEL = m.StationChannel(id=27, device="ch1", name="temp_cell")
STATIONS = [
    m.StationSetup(station=11, name="Station 1", devices=["ch1"], channels=[CHANNEL]),
    m.StationSetup(station=12, name="Station 2", devices=["ch2"]),
]
ONLINE = m.MasterPresence(online=True, epoch=1)


class World:
    """A unit, its file, and a master node that stores in order; the clock is turned by hand."""

    def __init__(self, folder: Path, speed=1.0, seed=0):
        self.file = folder / "unit.sqlite"
        self.now = 1000.0
        self.speed = speed
        self.sent = []
        self.samples, self.events = {}, {}
        self.random = random.Random(seed)
        self.loss = 0.0
        self.online = True
        self.boot()

    def boot(self):
        """Begin again from what stands on the disk."""
        self.store = Store(self.file)
        self.unit = VirtualUnit(
            "virtual-1",
            count=2,
            speed=self.speed,
            store=self.store,
            send=self.send,
            host_name="lab",
            now=self.now,
        )
        self.unit.connected(self.now)
        self.unit.master(ONLINE, self.now)
        resume = {str(key): len(rows) - 1 for key, rows in self.samples.items()}
        self.hand(m.SetupMessage(unit=1, at=self.now, stations=STATIONS, resume=resume))

    def crash(self):
        self.store.close()
        self.sent.clear()

    def send(self, kind, message):
        if self.online:
            self.sent.append((kind, decode(kind, encode(message))))
        return self.online

    def hand(self, message):
        self.unit.handle(message, self.now)

    def go(self, seconds, tick_s=0.5):
        for _ in range(round(seconds / tick_s)):
            self.now += tick_s
            self.unit.advance(tick_s, self.now)
            self.deliver()

    def deliver(self):
        """Let the master node read what was sent; some of it, and of its answers, is lost."""
        waiting, self.sent = self.sent, []
        for kind, message in waiting:
            if kind is Kind.RECORDS and self.random.random() >= self.loss:
                ack = self.stored(message)
                if self.random.random() >= self.loss:
                    self.hand(ack)
            elif kind is not Kind.RECORDS:
                self.sent.append((kind, message))

    def stored(self, records):
        rows = self.samples.setdefault(records.experiment, [])
        events = self.events.setdefault(records.experiment, [])
        part = records.samples
        if part is not None and part.first <= len(rows):
            paused = part.paused or [False] * len(part.at)
            columns = zip(
                part.at, part.test_time_s, part.voltage, part.current, paused, strict=True
            )
            for n, row in enumerate(columns, start=part.first):
                put(rows, n, row)
        if part is None or part.first <= len(rows):
            for event in records.events:
                put(events, event.n, event)
        return m.Ack(experiment=records.experiment, samples=len(rows) - 1, events=len(events) - 1)

    def answers(self, kind):
        return [message for sent, message in self.sent if sent is kind]

    def offer(self, *steps, experiment=1, station=11, **more):
        self.hand(offer_of(*steps, experiment=experiment, station=station, **more))
        return self.answers(Kind.OFFER_ANSWER)[-1]

    def command(self, number, kind, experiment=1, **more):
        told = StationCommand(kind)
        self.hand(
            m.Command(id=number, kind=told, epoch=1, station=11, experiment=experiment, **more)
        )
        return self.answers(Kind.ANSWER)[-1]

    def kinds(self, experiment=1):
        return [type(event).__name__ for event in self.events[experiment]]


def put(kept, n, value):
    if n == len(kept):
        kept.append(value)
    elif n < len(kept):
        assert kept[n] == value, f"number {n} was given twice"


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.store.close()


class TestNothingIsLostOrDoubled:
    @pytest.mark.parametrize("seed", range(6))
    def test_crashes_and_losses_at_random(self, tmp_path, seed):
        world = World(tmp_path, speed=10.0, seed=seed)
        assert world.offer(cc(0.5, time=900), wait(600), record_s=1.0).accepted
        world.loss = 0.3
        command = 1
        for _ in range(12):
            world.go(world.random.uniform(0.5, 15))
            if world.random.random() < 0.6:
                world.crash()
                world.boot()
                command += 1
                world.command(command, "resume")
        world.loss = 0.0
        world.go(300)
        rows = world.samples[1]
        times = [row[1] for row in rows]
        assert times == sorted(times)  # in a pause it stands still
        running = [row[1] for row in rows if not row[4]]
        assert all(later > earlier for earlier, later in itertools.pairwise(running))
        assert times[-1] == pytest.approx(1500, abs=0.2)
        assert world.kinds().count("Started") == world.kinds().count("Ended") == 1
        assert world.kinds()[-1] == "Ended"
        assert world.kinds().count("Paused") == world.kinds().count("Resumed")
        assert [event.n for event in world.events[1]] == list(range(len(world.events[1])))
        world.store.close()

    def test_what_is_acknowledged_is_forgotten_and_a_closed_run_too(self, world):
        world.offer(wait(20), record_s=1.0)
        world.go(40)
        world.go(2)
        assert world.kinds() == ["Started", "StepEnded", "Ended"]
        assert world.store.runs() == []
        assert world.store.samples(1, -1, 10) == world.store.events(1, -1, 10) == []
        assert world.store.offer_answer(1).accepted

    def test_nothing_is_sent_that_is_not_in_the_file(self, world):
        world.offer(wait(20), record_s=0.1)
        for _ in range(8):
            world.now += 0.1
            world.unit.advance(0.1, world.now)
        assert [one for one in world.answers(Kind.RECORDS) if one.samples] == []

    def test_without_a_master_node_it_waits_and_keeps(self, world):
        world.offer(cc(0.5, time=100), record_s=1.0)
        world.unit.master(m.MasterPresence(online=False, epoch=1), world.now)
        world.sent.clear()
        world.go(60)
        assert world.answers(Kind.RECORDS) == []
        assert world.answers(Kind.HEARTBEAT)[-1].stations[0].pending > 50
        world.unit.master(ONLINE, world.now)
        world.go(60)
        assert len(world.samples[1]) == 101

    def test_a_mark_beyond_its_own_numbers_is_gone_on_from(self, world):
        world.offer(cc(0.5, time=100), record_s=1.0)
        world.go(10)
        world.hand(m.SetupMessage(unit=1, at=0, stations=STATIONS, resume={"1": 500}))
        world.samples[1] += [None] * (501 - len(world.samples[1]))
        world.go(20)
        assert world.samples[1][501][1] == pytest.approx(11, abs=2)

    def test_what_the_master_node_does_not_know_is_kept_and_silent(self, world):
        world.offer(cc(0.5, time=100), record_s=1.0)
        world.go(10)
        stored, known = len(world.samples[1]), world.stored
        asked = []

        def unknown(records):
            asked.append(records)
            return m.Ack(experiment=1, samples=-1, events=-1, unknown=True)

        world.stored = unknown
        world.go(200)
        assert 1 <= len(asked) <= 2
        assert len(world.store.samples(1, -1, 500)) == 101 - stored  # nothing is deleted
        assert world.answers(Kind.HEARTBEAT)[-1].stations[0].pending == 101 - stored
        assert world.offer(wait(5), experiment=2).accepted  # its station is free
        world.go(3600)
        assert len([one for one in asked if one.experiment == 1]) <= 4  # once more in an hour
        world.stored = known
        world.unit.master(ONLINE, world.now)  # another master node, which knows it
        world.resume = {}
        world.hand(m.SetupMessage(unit=1, at=world.now, stations=STATIONS))
        world.go(10)
        assert len(world.samples[1]) == 101
        assert world.kinds() == ["Started", "StepEnded", "Ended"]
        assert world.store.runs() == []

    def test_an_unknown_experiment_in_resume_changes_nothing(self, world):
        world.hand(
            m.SetupMessage(unit=1, at=0, stations=STATIONS, resume={"77": 5, "x": 1, "٣": 1})
        )
        assert world.offer(wait(5)).accepted

    def test_the_battery_is_found_as_it_was_left(self, world):
        world.offer(cc(1.5, time=900))
        world.go(950)
        before = world.unit.stations["ch1"].battery.state.soc
        world.crash()
        world.boot()
        world.offer(wait(5), experiment=2, station=12)
        after = world.unit.stations["ch2"].battery.state.soc
        assert after == pytest.approx(before, abs=1e-4)


class TestOffers:
    def test_a_battery_is_on_one_station_at_a_time(self, world):
        assert world.offer(wait(50)).accepted
        other = world.offer(wait(5), experiment=2, station=12)
        assert (other.accepted, other.reason) == (False, "The battery is in use on ch1.")
        free = msgspec.structs.replace(CELL, id=99)
        assert world.offer(wait(5), experiment=3, station=12, battery=free).accepted

    def test_a_station_that_is_not_of_this_unit(self, world):
        answer = world.offer(wait(5), station=99)
        assert answer.reason == "This unit has no device for that station."

    def test_an_offer_that_expired_or_is_of_a_master_of_before_is_not_answered(self, world):
        world.sent.clear()
        world.hand(offer_of(wait(5), station=11, expires_at=world.now - 1))
        world.unit.master(m.MasterPresence(online=True, epoch=7), world.now)
        world.hand(offer_of(wait(5), station=11, epoch=6))
        assert world.answers(Kind.OFFER_ANSWER) == []
        assert world.offer(wait(5), epoch=7).accepted

    def test_before_the_first_welcome_nothing_is_answered(self, tmp_path):
        store, sent = Store(tmp_path / "x.sqlite"), []
        unit = VirtualUnit(
            "virtual-1",
            count=1,
            speed=1.0,
            store=store,
            send=lambda kind, _message: bool(sent.append(kind)) or True,
            host_name="lab",
            now=0.0,
        )
        unit.handle(offer_of(wait(5), station=11), 1.0)
        assert sent == [Kind.HELLO]
        store.close()

    def test_the_same_offer_gets_the_same_answer_whatever_happened_since(self, world):
        assert not world.offer(cc(99, time=5), experiment=5).accepted
        assert world.offer(wait(5)).accepted
        world.go(20)
        world.crash()
        world.boot()
        assert world.offer(wait(5)).accepted
        assert not world.offer(cc(99, time=5), experiment=5).accepted
        world.go(20)
        assert world.kinds().count("Started") == 1


class TestCommands:
    def test_once_by_its_id_also_over_a_restart(self, world):
        world.offer(cc(0.1, time=9999))
        first = world.command(1, "pause")
        world.command(2, "resume")
        assert world.command(1, "pause") == first
        world.crash()
        world.boot()
        assert world.command(2, "resume").done
        world.go(3)
        assert world.kinds() == ["Started", "Paused", "Resumed", "Paused"]
        assert world.unit.stations["ch1"].state == "paused"

    def test_an_expired_one_is_answered_and_stays_refused(self, world):
        world.offer(cc(0.1, time=9999))
        refused = world.command(1, "pause", expires_at=world.now - 1)
        assert not refused.done
        assert world.command(1, "pause", expires_at=world.now + 60) == refused
        assert world.unit.stations["ch1"].state == "running"

    def test_detect_and_a_station_that_is_not_there(self, world):
        world.hand(m.Command(id=1, kind=StationCommand.DETECT, epoch=1))
        assert len(world.answers(Kind.DEVICES)[0].devices) == 2
        late = m.Command(id=2, kind=StationCommand.DETECT, epoch=1, expires_at=1.0)
        world.hand(late)
        world.hand(m.Command(id=3, kind=StationCommand.STOP, epoch=1, station=99))
        assert [one.done for one in world.answers(Kind.ANSWER)] == [True, False, False]


class Full:
    """A file on a full disk."""

    def __init__(self, store):
        self._store = store

    def __getattr__(self, name):
        return getattr(self._store, name)

    def execute(self, query, *values):
        if query.startswith("BEGIN"):
            raise sqlite3.OperationalError("database or disk is full")
        return self._store.execute(query, *values)


class TestFullDisk:
    def fill(self, world):
        world.store._database = Full(world.store._database)

    def test_no_experiment_is_taken(self, world):
        self.fill(world)
        answer = world.offer(cc(0.5, time=100))
        assert answer.reason == "The unit cannot write its memory; its disk may be full."
        world.go(10)
        assert world.unit.stations["ch1"].experiment is None
        assert world.samples == {}

    def test_what_cannot_be_recorded_ends_and_arrives_when_there_is_room(self, world):
        world.offer(cc(0.5, time=9999), record_s=1.0)
        world.go(10)
        real = world.store._database
        self.fill(world)
        world.go(UNWRITTEN_TRIP_S - 5)
        assert world.unit.stations["ch1"].output_on
        world.go(10)
        assert not world.unit.stations["ch1"].output_on
        assert world.command(1, "stop").done
        world.store._database = real
        world.go(10)
        assert world.kinds() == ["Started", "StepEnded", "Tripped", "Ended"]
        assert world.events[1][2].text == "Nothing could be recorded for 30 s."
        assert len(world.samples[1]) == pytest.approx(10 + UNWRITTEN_TRIP_S, abs=4)


class TestStore:
    def test_a_file_has_one_process(self, world):
        with pytest.raises(InputError, match="another process uses it"):
            Store(world.file)

    def test_a_file_that_is_something_else(self, tmp_path):
        (tmp_path / "x.sqlite").write_text("my shopping list, which is no database" * 50)
        with pytest.raises(InputError, match="cannot be used"):
            Store(tmp_path / "x.sqlite")

    def test_a_folder_that_cannot_be_made(self, tmp_path):
        (tmp_path / "x").write_text("")
        with pytest.raises(InputError, match="cannot be used"):
            Store(tmp_path / "x" / "unit.sqlite")


class TestOutbox:
    @pytest.fixture
    def store(self, world):
        world.offer(cc(0.5, time=9999), record_s=0.1)
        world.unit.master(m.MasterPresence(online=False, epoch=1), world.now)
        world.go(200, tick_s=2.0)
        return world.store

    def test_two_messages_of_500_then_it_waits(self, store):
        sent = []
        box = Outbox(1, 11, Watermark(), store.last(1))

        def send(records) -> bool:
            sent.append(records)
            return True

        for clock_s in (0.0, 1.0, 4.9):
            box.pump(store, {}, send, clock_s)
        assert [(one.samples.first, one.samples.last) for one in sent] == [(0, 499), (500, 999)]
        box.acknowledge(Watermark(499, 0), 4.9)
        box.pump(store, {}, send, 4.9)
        assert sent[-1].samples.first == 1000
        box.pump(store, {}, send, 4.9 + AGAIN_AFTER_S + 0.1)
        assert [one.samples.first for one in sent[3:]] == [500, 1000]

    def test_an_answer_without_news_asks_for_the_same_but_not_at_once(self, store):
        sent = []
        box = Outbox(1, 11, Watermark(), store.last(1))

        def send(records) -> bool:
            sent.append(records)
            return True

        box.pump(store, {}, send, 0.0)
        assert not box.acknowledge(Watermark(), 0.5)
        box.pump(store, {}, send, 0.5)
        assert len(sent) == 2
        box.acknowledge(Watermark(), 1.5)
        box.pump(store, {}, send, 1.5)
        assert [one.samples.first for one in sent] == [0, 500, 0, 500]

    def test_while_nothing_can_be_sent_nothing_is_on_its_way(self, store):
        box = Outbox(1, 11, Watermark(), store.last(1))
        box.pump(store, {}, lambda _records: False, 0.0)
        sent = []
        box.pump(store, {}, lambda records: bool(sent.append(records)) or True, 0.1)
        assert sent[0].samples.first == 0

    def test_an_old_answer_takes_nothing_back(self, store):
        box = Outbox(1, 11, Watermark(700, 0), store.last(1))
        assert not box.acknowledge(Watermark(300, -1), 0.0)
        assert box.acknowledged == Watermark(700, 0)
