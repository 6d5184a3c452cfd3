"""The process of a virtual unit: its connection, its clock, and how it ends."""

import logging
import queue
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

from master_node.link import Broker, Link, Will
from master_node.protocol import Address, Kind, RefusedError, decode, encode, parse_topic
from master_node.protocol.codec import decode_master
from master_node.protocol.fields import Message
from master_node.protocol.messages import Presence
from master_node.protocol.topics import MASTER, down_topics
from master_node.virtual_cycler.store import Store
from master_node.virtual_cycler.unit import VirtualUnit

LOG = logging.getLogger("bem.virtual")

TICK_S = 0.1
MAX_CATCH_UP_S = 2.0  # after a stop of the process it catches up in pieces, and goes on listening
MAX_WAITING = 1000  # messages; then the connection reads no more


@dataclass(frozen=True)
class Options:
    """What a virtual unit is like; `file` is its memory."""

    hardware_id: str
    stations: int
    speed: float
    file: Path


class Client:
    """Connects a virtual unit to the broker and lets its time pass until it is told to stop."""

    def __init__(self, broker: Broker, options: Options, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._hardware_id = options.hardware_id
        self._asked_to_stop = False  # no Event: setting one in a signal handler can block for ever
        self._connects = self._connects_seen = 0
        self._inbox: queue.Queue[tuple[str, bytes]] = queue.Queue(MAX_WAITING)
        if broker.user is None:
            broker = replace(broker, user=options.hardware_id)
        self._link = Link(
            broker,
            name=options.hardware_id,
            subscriptions=[(MASTER, 1), (down_topics(options.hardware_id), 1)],
            on_message=lambda topic, payload: self._inbox.put((topic, payload)),
            on_connect=self._connected,
            will=Will(self._topic(Kind.PRESENCE), encode(Presence(online=False))),
        )
        self._store = Store(options.file)
        self._unit = VirtualUnit(
            options.hardware_id,
            count=options.stations,
            speed=options.speed,
            store=self._store,
            send=self._send,
            host_name=socket.gethostname(),
            now=clock(),
        )

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Finish: what runs is interrupted and waits for somebody to resume it."""
        self._asked_to_stop = True

    def run(self) -> None:
        """Let time pass and answer messages until stopped."""
        self._link.start()
        reached_s = time.monotonic()
        while not self._asked_to_stop:
            message = self._next_message()
            reached_s = self._advance(reached_s)
            if self._connects_seen != self._connects:
                self._connects_seen = self._connects
                self._unit.connected(self._clock())
            if message is not None:
                self._take(*message)
        self._unit.close(self._clock())
        self._link.stop()
        self._store.close()

    def _next_message(self) -> tuple[str, bytes] | None:
        try:
            return self._inbox.get(timeout=TICK_S)
        except queue.Empty:
            return None

    def _advance(self, reached_s: float) -> float:
        """Let the stations catch up; return up to where (monotonic time, s)."""
        now_s = time.monotonic()
        until_s = min(now_s, reached_s + MAX_CATCH_UP_S)
        self._unit.advance(until_s - reached_s, self._clock() - (now_s - until_s))
        return until_s

    def _take(self, topic: str, payload: bytes) -> None:
        """Hand a message on; one that cannot be read is noted and left."""
        address = parse_topic(topic)
        try:
            if topic == MASTER:
                self._unit.master(decode_master(payload), self._clock())
            elif address is not None and address.hardware_id == self._hardware_id:
                self._unit.handle(decode(address.kind, payload), self._clock())
        except RefusedError as error:
            LOG.warning("a message on %s is refused: %s", topic, error)

    def _connected(self) -> None:
        self._connects += 1

    def _send(self, kind: Kind, message: Message) -> bool:
        return self._link.publish(
            self._topic(kind),
            encode(message),
            qos=0 if kind is Kind.HEARTBEAT else 1,
            retain=kind is Kind.PRESENCE,
        )

    def _topic(self, kind: Kind) -> str:
        return Address(self._hardware_id, kind).topic


def run_virtual_cycler(broker: Broker, options: Options, clock: Callable[[], float]) -> None:
    """Run a virtual unit until SIGTERM or Ctrl-C; `clock` says the Unix time (s).

    Raises InputError if another process uses the unit's memory.
    """
    client = Client(broker, options, clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, client.stop)
    LOG.info("unit %s with %s stations is ready", options.hardware_id, options.stations)
    client.run()
