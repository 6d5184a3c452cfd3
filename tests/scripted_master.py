"""A master node for tests of units: it keeps what it hears, and answers as it is told to."""

import time
from collections import defaultdict
from collections.abc import Callable

from cycling.terms import StationCommand
from master_node.link import Link, Will, broker_of
from master_node.protocol import Address, Kind, decode, encode, events, parse_topic
from master_node.protocol import messages as m
from master_node.protocol.topics import FROM_UNITS, MASTER

STATIONS = [
    m.StationSetup(
        station=10 + number,
        name=f"Station {number}",
        devices=[f"ch{number}"],
        channels=[m.StationChannel(id=100 + number, device=f"ch{number}", name="temp_cell")],
    )
    for number in (1, 2)
]


class ScriptedMaster:
    """Stores records in order, as a real one does; each sample once, and none that is another."""

    def __init__(self, url: str, unit: str = "virtual-1") -> None:
        self.heard: dict[Kind, list[m.Message]] = defaultdict(list)
        self.samples: dict[int, list[tuple]] = defaultdict(list)
        self.events: dict[int, list[events.AnyEvent]] = defaultdict(list)
        self.again = 0  # samples that came more than once
        self.listens = True  # False: it neither stores nor acknowledges
        self.drops = 0  # so many messages are lost on their way
        self.epoch = 1
        self._unit = unit
        will = Will(MASTER, encode(m.MasterPresence(online=False, epoch=1)))
        self._link = Link(
            broker_of(url),
            name="master",
            subscriptions=[(FROM_UNITS, 1)],
            on_message=self._came,
            on_connect=self.say_present,
            will=will,
        )
        self._link.start()

    def end(self) -> None:
        """Disconnect without a word, as a process that is killed."""
        self._link.stop()

    def say_present(self) -> None:
        presence = m.MasterPresence(online=True, epoch=self.epoch)
        self._link.publish(MASTER, encode(presence), retain=True)

    def say(self, kind: Kind, message: m.Message) -> None:
        until(lambda: self._link.connected)
        assert self._link.publish(Address(self._unit, kind).topic, encode(message))

    def offer(self, offer: m.Offer) -> m.OfferAnswer:
        """Offer an experiment and return the answer."""
        self.say(Kind.OFFER, offer)
        return self.wait_for(Kind.OFFER_ANSWER, lambda one: one.experiment == offer.experiment)

    def command(self, number: int, kind: str, experiment: int, **more) -> m.CommandAnswer:
        """Send a command and return the latest answer to it."""
        self.heard[Kind.ANSWER].clear()
        told = m.Command(
            id=number, kind=StationCommand(kind), epoch=1, station=11, experiment=experiment, **more
        )
        self.say(Kind.COMMAND, told)
        return self.wait_for(Kind.ANSWER, lambda one: one.id == number)

    def wait_for(self, kind: Kind, fits: Callable = lambda _one: True, seconds: float = 240.0):
        """Return the latest message of a kind that fits, as soon as there is one."""
        until(lambda: any(fits(one) for one in self.heard[kind]), seconds)
        return next(one for one in reversed(self.heard[kind]) if fits(one))

    def kinds(self, experiment: int) -> list[str]:
        return [type(event).__name__ for event in self.events[experiment]]

    def has_ended(self, experiment: int) -> bool:
        return "Ended" in self.kinds(experiment)

    def _came(self, topic: str, payload: bytes) -> None:
        address = parse_topic(topic)
        assert address is not None
        message = decode(address.kind, payload)
        if address.kind is Kind.RECORDS:
            if self.listens:
                self._store(message)
        elif address.kind is Kind.HELLO and self.listens:
            resume = {str(key): len(rows) - 1 for key, rows in self.samples.items()}
            self.say_now(
                Kind.SET_UP, m.SetupMessage(unit=1, at=0, stations=STATIONS, resume=resume)
            )
        self.heard[address.kind].append(message)

    def _store(self, records: m.Records) -> None:
        if self.drops > 0:
            self.drops -= 1
            return
        rows, events = self.samples[records.experiment], self.events[records.experiment]
        if records.samples is not None:
            for n, row in enumerate(rows_of(records.samples), start=records.samples.first):
                self._put(rows, n, row)
        for event in records.events:
            self._put(events, event.n, event)
        ack = m.Ack(experiment=records.experiment, samples=len(rows) - 1, events=len(events) - 1)
        self.say_now(Kind.ACK, ack)

    def _put(self, kept: list, n: int, value: object) -> None:
        if n == len(kept):
            kept.append(value)
        elif n < len(kept):
            self.again += 1
            assert kept[n] == value, f"number {n} was given twice"

    def say_now(self, kind: Kind, message: m.Message) -> None:
        self._link.publish(Address(self._unit, kind).topic, encode(message))


def rows_of(samples: m.Samples) -> list[tuple]:
    """Samples row by row: at, test time, instruction, step, cycle, V, A, degC, paused."""
    columns = (samples.at, samples.test_time_s, samples.instruction, samples.step, samples.cycle)
    (temperature,) = samples.extended.values()
    paused = samples.paused or [False] * len(samples.at)
    return list(zip(*columns, samples.voltage, samples.current, temperature, paused, strict=True))


def until(holds: Callable[[], object], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)
