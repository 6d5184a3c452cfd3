"""The master node: leads if it may, else waits for the leader to end; any number may run."""

import logging
import math
import os
import signal
import socket
import time
from datetime import timedelta
from threading import Event, Thread
from types import FrameType
from typing import Any

from cycling.errors import UnavailableError
from db import terms
from db.commands import leases
from db.commands.leases import LeaderLease
from db.commands.master_node.offers import SILENT_AFTER
from db.engine import Database
from db.limits import USUAL, Limits
from master_node.leader import LINK_ENDS_WITHIN_S, Leader
from master_node.leader_thread import PASSING, ends
from master_node.link import Broker, Link

LOG = logging.getLogger("bem.master-node")

WAIT_S = 0.5
SAY_WAITING_EVERY_S = 2.0
CONNECTS_WITHIN_S = 5.0  # a standby that has just begun says nothing of its broker
ENDS_WITHIN_S = 1.8
STANDS_BACK_S = 30.0  # after it has given the lease up to another one


class Node:
    """One process: a standby until it has the lease, then the leader until it loses it."""

    def __init__(
        self,
        database: Database,
        broker: Broker,
        silent_after: timedelta = SILENT_AFTER,
        *,
        wattrex: bool = False,
        limits: Limits = USUAL,
    ) -> None:
        leases.limit_waiting(database)
        self.name = leases.new_holder(socket.gethostname(), os.getpid())
        self._database, self._broker, self._silent_after = database, broker, silent_after
        self._wattrex, self._limits = wattrex, limits
        self._stop = Event()
        self._logged: str | None = None
        self._waits_since: float | None = None
        self._reported_at = -math.inf
        self._stands_back_until = -math.inf
        self._link: Link | None = None  # while it waits: whether the broker would take it in

    def stop(self) -> None:
        """End soon; `run` returns."""
        self._stop.set()

    def run(self) -> None:
        """Wait, lead, wait again, until stopped."""
        while not self._stop.is_set():
            try:
                lease = leases.acquire(
                    self._database,
                    self.name,
                    {"broker": terms.NOT_CONNECTED},
                    yields=not self._is_fit,
                )
                if lease is None:
                    self._wait()
                else:
                    self._lead(lease)
            except PASSING as error:
                self._say(f"what=database-trouble error={type(error).__name__}")
                self._stop.wait(WAIT_S)
        self._end_waiting()

    @property
    def _is_fit(self) -> bool:
        """Whether it may lead before another one that waits: it has its broker, and its turn."""
        has_broker = self._link is not None and self._link.connected
        return has_broker and time.monotonic() >= self._stands_back_until

    def _wait(self) -> None:
        now = time.monotonic()
        if self._waits_since is None:
            self._waits_since, self._reported_at = now, -math.inf
        if self._link is None:
            self._link = Link(
                self._broker, name="bem-standby", subscriptions=[], on_message=lambda *_: None
            )
            self._link.start()
        if now - self._reported_at >= SAY_WAITING_EVERY_S:
            waits_s = round(now - self._waits_since)
            detail: dict[str, Any] = {"waits_s": waits_s}
            if self._link.connected or waits_s >= CONNECTS_WITHIN_S:
                detail["broker"] = self._link.state
            leases.say_present(self._database, leases.STANDBY, self.name, detail)
            self._reported_at = now
        self._say(f"what=standby name={self.name}")
        self._stop.wait(WAIT_S)

    def _lead(self, lease: LeaderLease) -> None:
        self._say(f"what=leading name={self.name} epoch={lease.epoch}")
        self._end_waiting()
        leader = Leader(
            self._database,
            self._broker,
            lease,
            self._silent_after,
            wattrex=self._wattrex,
            limits=self._limits,
        )
        leader.start()
        try:
            while not (self._stop.wait(0.1) or leader.lost or leader.gives_up):
                leader.look()
        finally:
            ended = leader.stop(leading=not leader.lost)
        if leader.lost:
            self._say(f"what=lease-lost name={self.name} epoch={lease.epoch}")
        elif ended:
            leases.release(self._database, lease)
        if leader.gives_up:
            self._say(f"what=given-up name={self.name} said='a standby has the broker'")
            self._stands_back_until = time.monotonic() + STANDS_BACK_S

    def _end_waiting(self) -> None:
        if self._waits_since is None:
            return
        self._waits_since = None
        if self._link is not None:
            ends(self._link.stop, LINK_ENDS_WITHIN_S)
            self._link = None
        try:
            leases.end_presence(self._database, leases.STANDBY, self.name)
        except UnavailableError:
            LOG.info("what=standby-not-signed-off")  # it is forgotten after a minute

    def _say(self, what: str) -> None:
        """Log what has changed, once."""
        if what != self._logged:
            self._logged = what
            LOG.info("%s", what)


def run_master_node(database: Database, broker: Broker, *, wattrex: bool, limits: Limits) -> None:
    """Run a master node until SIGTERM or Ctrl-C; it ends within 2 s, whatever hangs.

    With `wattrex` it speaks the WattRex protocol too.

    Raises RuntimeError when it has ended by itself.
    """
    signals: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        signals.append(number)  # no Event: setting one in a signal handler can block for ever

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    node = Node(database, broker, wattrex=wattrex, limits=limits)
    thread = Thread(target=node.run, name="node", daemon=True)
    thread.start()
    while thread.is_alive() and not signals:
        time.sleep(0.05)
    node.stop()
    thread.join(ENDS_WITHIN_S)
    if not signals:
        raise RuntimeError("the master node has ended by itself")
    LOG.info("what=ended clean=%s", not thread.is_alive())
