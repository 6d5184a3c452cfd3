"""A scripted unit that speaks bem/v1: makes samples whose values are known, keeps them until
they are acknowledged, and can misbehave in the ways that the tests ask for.
"""

import random
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from threading import RLock, Thread

from cycling.terms import StationCommand, StationState, StepEnd
from master_node.link import Link, Will, broker_of
from master_node.protocol import events
from master_node.protocol import messages as m
from master_node.protocol.codec import decode, encode
from master_node.protocol.topics import MASTER, Address, Kind, down_topics, parse_topic


def device(link: str) -> m.Device:
    return m.Device(
        link=link,
        name="Cycler",
        manufacturer="Simulated",
        model="S1",
        type="BiSource",
        serial_number="1",
        abilities=m.Abilities(voltage=(0.0, 60.0), current=(-50.0, 50.0), pause=True, safety=True),
        channels=[m.ChannelOffer(name=f"t{n}", unit="degC") for n in range(4)],
    )


def voltage_v(n: int) -> float:
    return 3 + n % 1000 / 1000


def extended(n: int, channel: int) -> float:
    return float(n % 97 + channel % 7)


@dataclass
class ScriptedRun:
    """What the unit keeps of one experiment."""

    experiment: int
    station: int
    made: int = 0
    acked: int = -1
    events_acked: int = -1
    sent: int = -1
    events_sent: int = -1
    moved_at: float = 0.0
    in_flight: deque = field(default_factory=deque)  # last sample and event of each message
    began: float = 0.0
    events: list = field(default_factory=list)
    state: StationState = StationState.RUNNING
    born: dict = field(default_factory=dict)  # first MeasID of a batch: when it was made

    @property
    def ended(self) -> bool:
        return any(isinstance(event, events.Ended) for event in self.events)

    def go_back(self) -> None:
        """Send again what is not acknowledged."""
        self.sent, self.events_sent = self.acked, self.events_acked
        self.in_flight.clear()

    @property
    def waits(self) -> bool:
        """Whether something that was sent is not acknowledged."""
        return self.sent > self.acked or self.events_sent > self.events_acked

    @property
    def has_new(self) -> bool:
        """Whether there is something that was not sent."""
        behind = self.sent == self.made - 1 and self.events_sent < len(self.events) - 1
        return self.sent < self.made - 1 or behind

    @property
    def settled(self) -> bool:
        return (
            self.ended and self.acked == self.made - 1 and self.events_acked == len(self.events) - 1
        )


class ScriptedUnit:
    """A unit in two threads. `samples` each run has, made at `rate` a second."""

    def __init__(
        self,
        url: str,
        hardware_id: str,
        *,
        samples: int = 100,
        rate: float = 500.0,
        duplicates: float = 0.0,
        clock_offset_s: float = 0.0,
        beat_s: float = 0.5,
        again_s: float = 1.0,
        batch: int = 50,
        tick_s: float = 0.02,
        in_flight: int = 2,
        devices: int = 8,
    ) -> None:
        self.hardware_id = hardware_id
        self.samples, self.rate, self.duplicates = samples, rate, duplicates
        self.clock_offset_s, self.beat_s, self.again_s = clock_offset_s, beat_s, again_s
        self.batch, self.tick_s, self.in_flight = batch, tick_s, in_flight
        self.devices = [device(f"sim{n}") for n in range(devices)]
        self.offers: Counter[int] = Counter()
        self.begun: Counter[int] = Counter()
        self.executed: Counter[int] = Counter()  # commands, by their id
        self.commands_seen: Counter[int] = Counter()
        self.runs: dict[int, ScriptedRun] = {}
        self.unknown: set[int] = set()
        self.stations: dict[int, list[int]] = {}
        self.welcomes = 0
        self.acks = 0
        self.mute = False
        self.answers_commands = True
        self.refuses: str | None = None
        self.lags: list[float] = []
        self._random = random.Random(hardware_id)
        self._answers: dict[int, m.CommandAnswer] = {}
        self._master: bool = False
        self._lock = RLock()
        self._stopping = False
        self._link = Link(
            broker_of(url),
            name=hardware_id,
            subscriptions=[(down_topics(hardware_id), 1), (MASTER, 1)],
            on_message=self._came,
            on_connect=self._hello,
            will=Will(self._topic(Kind.PRESENCE), encode(m.Presence(online=False))),
        )
        self._thread = Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._link.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        if self._thread.is_alive():
            self._thread.join(120)
            self._link.stop()

    @property
    def settled(self) -> bool:
        """Whether everything that was begun has ended and is acknowledged."""
        with self._lock:
            return bool(self.runs) and all(run.settled for run in self.runs.values())

    def say(self, kind: Kind, message: m.Message | bytes) -> bool:
        """Publish a message, also one that makes no sense."""
        if self.mute:
            return False
        payload = message if isinstance(message, bytes) else encode(message)
        return self._link.publish(self._topic(kind), payload)

    def records(self, run: ScriptedRun, first: int, last: int) -> m.Records:
        """Return samples from `first` to `last`, with all events that are not acknowledged."""
        ids = range(first, last + 1)
        at = self.now()
        samples = m.Samples(
            first=first,
            at=[at + (n - last) / 1000 for n in ids],
            test_time_s=[n / 10 for n in ids],
            instruction=[1 for _ in ids],
            step=[0 for _ in ids],
            cycle=[0 for _ in ids],
            voltage=[voltage_v(n) for n in ids],
            current=[1.0 for _ in ids],
            extended={
                str(channel): [extended(n, channel) for n in ids]
                for channel in self.stations.get(run.station, [])
            },
        )
        whole = last == run.made - 1
        events = run.events if whole else run.events[:1]  # the others follow on the last sample
        return m.Records(
            experiment=run.experiment,
            station=run.station,
            samples=samples if len(ids) else None,
            events=events[run.events_sent + 1 :],
        )

    def now(self) -> float:
        return time.time() + self.clock_offset_s

    def _topic(self, kind: Kind) -> str:
        return Address(self.hardware_id, kind).topic

    def _hello(self) -> None:
        self.say(Kind.HELLO, self.hello())

    def hello(self) -> m.Hello:
        return m.Hello(
            hardware_id=self.hardware_id,
            host_name="bench",
            software="scripted 1",
            at=self.now(),
            devices=self.devices,
            simulated=True,
        )

    def _came(self, topic: str, payload: bytes) -> None:
        with self._lock:
            if topic == MASTER:
                if b"true" in payload:
                    self._again()
                return
            address = parse_topic(topic)
            message = decode(address.kind, payload)
            if isinstance(message, m.SetupMessage):
                self.welcomes += 1
                self.stations = {s.station: [c.id for c in s.channels] for s in message.stations}
            elif isinstance(message, m.Offer):
                self._offered(message)
            elif isinstance(message, m.Ack):
                self._acked(message)
            elif isinstance(message, m.Command):
                self._commanded(message)

    def _again(self) -> None:
        self._link.publish(self._topic(Kind.PRESENCE), encode(m.Presence(online=True)), retain=True)
        self._hello()
        for run in self.runs.values():
            run.go_back()

    def _offered(self, offer: m.Offer) -> None:
        self.offers[offer.experiment] += 1
        taken = offer.experiment in self.runs or self.refuses is None
        self.say(
            Kind.OFFER_ANSWER,
            m.OfferAnswer(
                experiment=offer.experiment,
                station=offer.station,
                accepted=taken,
                reason=self.refuses or "",
            ),
        )
        if taken and offer.experiment not in self.runs:
            self.begun[offer.experiment] += 1
            run = ScriptedRun(offer.experiment, offer.station)
            run.events.append(events.Started(n=0, at=self.now(), test_time_s=0.0))
            run.began = time.monotonic()
            self.runs[offer.experiment] = run

    def _acked(self, ack: m.Ack) -> None:
        self.acks += 1
        if ack.unknown:
            self.unknown.add(ack.experiment)
            return
        run = self.runs[ack.experiment]
        before = run.acked, run.events_acked
        run.acked, run.events_acked = max(run.acked, ack.samples), max(run.events_acked, ack.events)
        run.sent, run.events_sent = max(run.sent, run.acked), max(run.events_sent, run.events_acked)
        while run.in_flight and run.in_flight[0] <= (run.acked, run.events_acked):
            run.in_flight.popleft()
        if before != (run.acked, run.events_acked):
            run.moved_at = time.monotonic()
        for first in [first for first in run.born if first <= run.acked]:
            self.lags.append(time.monotonic() - run.born.pop(first))

    def _commanded(self, command: m.Command) -> None:
        self.commands_seen[command.id] += 1
        if not self.answers_commands:
            return
        if command.id not in self._answers:
            self._answers[command.id] = self._execute(command)
        self.say(Kind.ANSWER, self._answers[command.id])

    def _execute(self, command: m.Command) -> m.CommandAnswer:
        if command.expires_at is not None and self.now() > command.expires_at:
            return m.CommandAnswer(id=command.id, done=False, at=self.now(), reason="too late")
        self.executed[command.id] += 1
        run = self.runs.get(command.experiment or 0)
        if run is not None and not run.ended:
            common = {"n": len(run.events), "at": self.now(), "test_time_s": run.made / 10}
            if command.kind is StationCommand.STOP:
                run.events.append(events.Ended(**common, result="stopped"))
            elif command.kind is StationCommand.PAUSE:
                run.state = StationState.PAUSED
                run.events.append(events.Paused(**common, command=command.id))
            elif command.kind is StationCommand.RESUME:
                run.state = StationState.RUNNING
                run.events.append(events.Resumed(**common, command=command.id))
        return m.CommandAnswer(id=command.id, done=True, at=self.now(), output_off=True)

    def _work(self) -> None:
        beat_at = 0.0
        while not self._stopping:
            with self._lock:
                if time.monotonic() >= beat_at and self._link.connected:
                    beat_at = time.monotonic() + self.beat_s
                    self.say(Kind.HEARTBEAT, self.heartbeat())
                for run in self.runs.values():
                    self._make(run)
                    self._pump(run)
            time.sleep(self.tick_s)

    def heartbeat(self) -> m.Heartbeat:
        busy = {run.station: run for run in self.runs.values() if not run.ended}
        return m.Heartbeat(
            at=self.now(),
            stations=[self._station_heartbeat(id_, busy.get(id_)) for id_ in self.stations],
        )

    def _station_heartbeat(self, station: int, run: ScriptedRun | None) -> m.StationHeartbeat:
        if run is None:
            return m.StationHeartbeat(station=station, state=StationState.IDLE, output_on=False)
        return m.StationHeartbeat(
            station=station,
            state=run.state,
            output_on=run.state is StationState.RUNNING,
            experiment=run.experiment,
            instruction=1,
            test_time_s=run.made / 10,
            voltage=voltage_v(run.made),
            current=1.0,
            pending=run.made - 1 - run.acked,
        )

    def _make(self, run: ScriptedRun) -> None:
        if run.ended or run.state is not StationState.RUNNING:
            return
        due = int((time.monotonic() - run.began) * self.rate)
        if due > run.made:
            run.born[run.made] = time.monotonic()
        run.made = min(self.samples, max(run.made, due))
        if run.made == self.samples:
            number, at = len(run.events), self.now()
            run.events += [
                events.StepEnded(
                    n=number,
                    at=at,
                    test_time_s=run.made / 10,
                    instruction=1,
                    step=0,
                    ended_by=StepEnd.TIME,
                ),
                events.Ended(n=number + 1, at=at, test_time_s=run.made / 10, result="finished"),
            ]

    def _pump(self, run: ScriptedRun) -> None:
        now = time.monotonic()
        if run.waits and now - run.moved_at > self.again_s:
            run.go_back()
        while run.has_new and len(run.in_flight) < self.in_flight:
            last = min(run.sent + self.batch, run.made - 1)
            records = self.records(run, run.sent + 1, last)
            if not self.say(Kind.RECORDS, records):
                return
            run.sent, run.moved_at = last, now
            run.events_sent += len(records.events)
            run.in_flight.append((run.sent, run.events_sent))
            if self._random.random() < self.duplicates:
                self.say(Kind.RECORDS, records)
