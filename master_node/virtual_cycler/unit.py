"""A virtual unit: its stations, its file, and what it says to the master node.

It knows no MQTT: messages are handed in with the time, and go out through `send`, which says
whether there is a connection. One thread calls it.
"""

import logging
from collections.abc import Callable
from functools import partial

from cycling.errors import UnavailableError
from cycling.terms import StationCommand, StationState
from master_node.protocol.fields import MAX_TEXT, Message
from master_node.protocol.messages import (
    Ack,
    Command,
    CommandAnswer,
    Devices,
    Heartbeat,
    Hello,
    MasterPresence,
    Offer,
    OfferAnswer,
    Presence,
    SetupMessage,
    StationSetup,
)
from master_node.protocol.topics import Kind
from master_node.virtual_cycler.battery import BatteryPool
from master_node.virtual_cycler.devices import device_of, size_of
from master_node.virtual_cycler.memory import Memory
from master_node.virtual_cycler.safety import Breach
from master_node.virtual_cycler.station import Station
from master_node.virtual_cycler.store import Store, StoredRun, Watermark

LOG = logging.getLogger("bem.virtual")

HEARTBEAT_EVERY_S = 2.0
WRITE_EVERY_S = 1.0
PRESENCE_EVERY_S = 30.0  # the broker may publish the last will of an earlier connection late
UNWRITTEN_TRIP_S = 30.0

Send = Callable[[Kind, Message], bool]


class VirtualUnit:
    """A computational unit with `count` stations, whose clocks run `speed` times as fast."""

    def __init__(
        self,
        hardware_id: str,
        *,
        count: int,
        speed: float,
        store: Store,
        send: Send,
        host_name: str,
        now: float,
        seed: int = 0,
    ) -> None:
        self._hardware_id, self._host_name, self._speed = hardware_id, host_name, speed
        self._send = send
        self._devices = [device_of(hardware_id, number) for number in range(count)]
        self._memory = Memory(store, now, speed)
        pool = BatteryPool(self._memory.battery_states)
        self.stations = {
            device.link: Station(device, size_of(number), pool, speed=speed, seed=seed + number)
            for number, device in enumerate(self._devices)
        }
        self._setup: dict[int, StationSetup] | None = None
        self._epoch: int | None = None  # of the master node that is there
        self._clock_s = 0.0  # the time that was handed in: the wall's may be set back
        self._tried_s = self._written_s = self._heartbeat_s = self._presence_s = 0.0
        for run in self._memory.runs:
            self._restore(run, now)
        self._write(now)

    def connected(self, now: float) -> None:
        """Introduce the unit to whoever listens: a connection is there."""
        self._say_present()
        self._say_hello(now)

    def master(self, presence: MasterPresence, now: float) -> None:
        """Note that a master node has come or gone; to a new one everything is said again."""
        if not presence.online:
            self._epoch = None
            return
        self._epoch = presence.epoch
        self._memory.send_again()
        self._say_hello(now)

    def handle(self, message: Message, now: float) -> None:
        """Do what a message from the master node asks for."""
        match message:
            case SetupMessage():
                self._welcome(message)
                self._send_heartbeat(now)
            case Offer():
                self._offer(message, now)
            case Ack(unknown=True):
                self._park(message.experiment)
            case Ack():
                self._acknowledge(message.experiment, Watermark(message.samples, message.events))
            case Command():
                self._command(message, now)
        self._pump()

    def advance(self, seconds: float, now: float) -> None:
        """Let so much wall time (s) pass on all stations, until `now`; say what is due."""
        for station in self.stations.values():
            station.advance(seconds, now)
        self._clock_s += seconds
        if self._clock_s - self._tried_s >= WRITE_EVERY_S:
            self._write(now)
            self._pump()
        if self._clock_s - self._heartbeat_s >= HEARTBEAT_EVERY_S:
            self._send_heartbeat(now)
        if self._clock_s - self._presence_s >= PRESENCE_EVERY_S:
            self._say_present()

    def close(self, now: float) -> None:
        """Write what is left. What runs is found interrupted at the next start."""
        self._write(now)
        self._send(Kind.PRESENCE, Presence(online=False))

    def _restore(self, run: StoredRun, now: float) -> None:
        station = self.stations.get(run.link)
        if station is None or run.progress.state is StationState.IDLE:
            return
        LOG.info("experiment %s on %s is taken up again", run.experiment, run.link)
        station.restore(run.offer, run.progress, now)

    def _welcome(self, welcome: SetupMessage) -> None:
        self._setup = {setup.station: setup for setup in welcome.stations}
        for key, through in welcome.resume.items():
            if key.isascii() and key.isdigit() and self._memory.knows(int(key)):
                self._acknowledge(int(key), Watermark(through, -1))

    def _offer(self, offer: Offer, now: float) -> None:
        """Answer an offer; the same one gets the same answer for ever.

        What was refused is decided anew at a later attempt.
        """
        if self._epoch is not None and offer.epoch < self._epoch:
            LOG.warning("offer of experiment %s by a master node of before", offer.experiment)
            return
        if self._setup is None:  # without it a station would be unknown that is not
            self._say_hello(now)
            return
        answer = self._memory.offer_answer(offer.experiment)
        if answer is not None and not answer.accepted and offer.attempt > (answer.attempt or 0):
            answer = None
        if answer is None and now > offer.expires_at:
            LOG.warning("offer of experiment %s came too late", offer.experiment)
            return
        self._send(Kind.OFFER_ANSWER, answer or self._decide(offer, now))

    def _decide(self, offer: Offer, now: float) -> OfferAnswer:
        station = self._station(offer.station)
        if station is None:
            return self._refuse(offer, "This unit has no device for that station.", now)
        if problem := self._battery_problem(station, offer.battery.id):
            return self._refuse(offer, problem, now)
        self._collect()
        if problem := station.offer(offer, now):
            return self._refuse(offer, problem, now)
        for other in self.stations.values():
            if other is not station:
                other.disconnect(offer.battery.id)
        answer = OfferAnswer(
            experiment=offer.experiment,
            station=offer.station,
            accepted=True,
            attempt=offer.attempt,
        )
        self._memory.begin(station.link, offer, answer)
        if self._write(now):
            LOG.info("experiment %s begins on %s", offer.experiment, station.link)
            return answer
        station.abandon()
        self._memory.withdraw(offer.experiment)
        return self._refuse(offer, "The unit cannot write its memory; its disk may be full.", now)

    def _refuse(self, offer: Offer, reason: str, now: float) -> OfferAnswer:
        LOG.info("experiment %s is refused: %s", offer.experiment, reason)
        answer = OfferAnswer(
            experiment=offer.experiment,
            station=offer.station,
            accepted=False,
            reason=reason[:MAX_TEXT],
            attempt=offer.attempt,
        )
        self._memory.refuse(answer)
        self._write(now)
        return answer

    def _battery_problem(self, station: Station, battery_id: int) -> str | None:
        for other in self.stations.values():
            battery = other.battery
            busy = other is not station and other.experiment is not None
            if busy and battery is not None and battery.id == battery_id:
                return f"The battery is in use on {other.link}."
        return None

    def _command(self, command: Command, now: float) -> None:
        """Carry out a command once and answer it each time."""
        answer = self._memory.command_answer(command.id)
        if answer is None:
            answer = self._obey(command, now)
            self._memory.note_answer(answer)
            self._write(now)
        self._send(Kind.ANSWER, answer)

    def _obey(self, command: Command, now: float) -> CommandAnswer:
        if command.kind is StationCommand.DETECT:
            late = command.expires_at is not None and now > command.expires_at
            if not late:
                self._send(Kind.DEVICES, Devices(devices=self._devices))
            reason = "The command came too late by this unit's clock." if late else ""
            return CommandAnswer(id=command.id, done=not late, at=now, reason=reason)
        station = self._station_of(command)
        if station is None:
            reason = "This unit has no device for that station."
            return CommandAnswer(id=command.id, done=False, at=now, reason=reason)
        done, reason = station.command(command, now)
        LOG.info("%s %s: %s", command.kind, station.link, reason or "done")
        return CommandAnswer(
            id=command.id,
            done=done,
            at=now,
            reason=reason[:MAX_TEXT],
            output_off=not station.output_on,
        )

    def _station_of(self, command: Command) -> Station | None:
        """Return the station that is meant: the one with the experiment, else by its id."""
        for station in self.stations.values():
            if command.experiment is not None and station.experiment == command.experiment:
                return station
        return None if command.station is None else self._station(command.station)

    def _station(self, number: int) -> Station | None:
        setup = (self._setup or {}).get(number)
        links = [] if setup is None else setup.devices
        return next((self.stations[link] for link in links if link in self.stations), None)

    def _acknowledge(self, experiment: int, watermark: Watermark) -> None:
        if not self._memory.acknowledge(experiment, watermark, self._clock_s):
            return
        for station in self.stations.values():
            station.skip_to(experiment, watermark.samples + 1, watermark.events + 1)
            if not self._memory.knows(experiment):
                station.acknowledge_end(experiment)

    def _park(self, experiment: int) -> None:
        """Send no more of an experiment that the master node does not know; what runs goes on."""
        if not self._memory.knows(experiment):
            return
        LOG.warning("experiment %s is not known to the master node", experiment)
        if self._memory.park(experiment, self._clock_s):
            for station in self.stations.values():
                station.acknowledge_end(experiment)

    def _collect(self) -> None:
        """Take over what the stations have recorded."""
        for station in self.stations.values():
            records, progress = station.drain(), station.progress()
            if records is not None and progress is not None:
                self._memory.record(records, progress)
            if station.battery is not None:
                self._memory.keep_battery(station.battery.id, station.battery.state)

    def _write(self, now: float) -> bool:
        """Write what has happened; return whether it stands on the disk."""
        self._collect()
        self._tried_s = self._clock_s
        try:
            self._memory.write(now)
        except UnavailableError as error:
            self._note_unwritten(error, now)
            return False
        self._written_s = self._clock_s
        return True

    def _note_unwritten(self, error: UnavailableError, now: float) -> None:
        """Log it; after half a minute end what runs: nobody would know what it did."""
        LOG.error("%s", error)
        if self._clock_s - self._written_s > UNWRITTEN_TRIP_S:
            text = f"Nothing could be recorded for {UNWRITTEN_TRIP_S:g} s."
            for station in self.stations.values():
                station.trip(Breach("memory", None, UNWRITTEN_TRIP_S, text), now)

    def _pump(self) -> None:
        """Send records, if there is a master node that knows the stations."""
        if self._epoch is None or self._setup is None:
            return
        self._memory.pump(self._channels, partial(self._send, Kind.RECORDS), self._clock_s)

    def _channels(self, station: int) -> dict[str, int]:
        setup = (self._setup or {}).get(station)
        channels = [] if setup is None else setup.channels
        return {one.name: one.id for one in channels if one.device in self.stations}

    def _send_heartbeat(self, now: float) -> None:
        self._heartbeat_s = self._clock_s
        stations = [
            station.heartbeat(number, self._memory.pending(number))
            for number in self._setup or {}
            if (station := self._station(number)) is not None
        ]
        self._send(Kind.HEARTBEAT, Heartbeat(at=now, stations=stations))

    def _say_present(self) -> None:
        self._presence_s = self._clock_s
        self._send(Kind.PRESENCE, Presence(online=True))

    def _say_hello(self, now: float) -> None:
        hello = Hello(
            hardware_id=self._hardware_id,
            host_name=self._host_name[:50],
            software="bem virtual cycler",
            at=now,
            devices=self._devices,
            simulated=True,
            speed=self._speed,
        )
        self._send(Kind.HELLO, hello)
