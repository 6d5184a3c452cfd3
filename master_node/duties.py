"""What the leader does by the clock: its lease, commands, offers, silent stations, set-ups."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from db.commands.leases import LeaderLease, has_fit_standby, leader_transaction
from db.commands.master_node import live_state
from db.engine import Database, database_now
from db.queries.stations.offers import SetUpStation, UnitSetup, unit_setups
from db.queries.wattrex.units import heard_units
from master_node.dispatch import dispatch, due_commands, expire_offers
from master_node.inbox import Inbox
from master_node.leader_thread import LeaderThread
from master_node.link import Link
from master_node.protocol.codec import OutgoingMessage
from master_node.registration import setup_messages
from master_node.wattrex.service import WattrexService
from master_node.wattrex.watch import WattrexWatch
from master_node.writer import Writer

LOG = logging.getLogger("bem.master-node")

ROUND_S = 0.25
DISPATCH_EVERY_S, RENEW_EVERY_S = 1.0, 2.0
BEHIND_S = 2.0
GIVES_UP_AFTER = 4  # renewals without a broker, beside a standby that has it


class Every:
    """True once in so many seconds, and the first time."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._due_at = seconds, 0.0

    def __call__(self) -> bool:
        """Whether the time has come."""
        now = time.monotonic()
        if now < self._due_at:
            return False
        self._due_at = now + self._seconds
        return True


class Duties(LeaderThread):
    """The thread that does them, round after round."""

    def __init__(
        self,
        database: Database,
        lease: LeaderLease,
        inbox: Inbox,
        writer: Writer,
        publish: Callable[[Sequence[OutgoingMessage]], None],
        link: Link,
        silent_after: timedelta,
        wattrex: WattrexService | None,
        max_bytes: int,
    ) -> None:
        super().__init__("duties")
        self._database, self._lease, self._inbox, self._writer = database, lease, inbox, writer
        self._publish, self._link, self._max_bytes = publish, link, max_bytes
        self._silent_after, self._service = silent_after, wattrex
        self._since = datetime.now(UTC)
        self._setups: dict[int, tuple[SetUpStation, ...]] = {}
        self._may_dispatch, self._may_renew = Every(DISPATCH_EVERY_S), Every(RENEW_EVERY_S)
        self._listens_since = time.monotonic()
        self._wattrex = WattrexWatch(silent_after)
        self._useless = 0  # renewals in a row in which a standby could do what we cannot

    @property
    def gives_up(self) -> bool:
        """Whether a standby should lead: it has the broker, and we have not had it for long."""
        return self._useless >= GIVES_UP_AFTER

    def _round(self) -> None:
        if self._may_renew():
            self._renew()
        if self._link.connected:
            self._publish(due_commands(self._database, self._lease))
            if self._may_dispatch():
                self._publish(dispatch(self._database, self._lease, self._max_bytes))
        self.stopping.wait(ROUND_S)

    def begin_again(self) -> None:
        """Give every station its time anew: we began to listen, or had trouble to store."""
        self._listens_since = time.monotonic()

    def _renew(self) -> None:
        """Prolong the lease, saying how we are; then look who is silent and what has changed."""
        with self._database.read() as session:
            setups = unit_setups(session)
            now = database_now(session)
            wattrex_online, wattrex = heard_units(session, now)
            useless = not self._link.connected and has_fit_standby(
                session, now, besides=self._lease.holder
            )
        self._useless = self._useless + 1 if useless else 0
        online = [one for one in setups if one.online]
        units = {"units": len(online) + wattrex_online}
        units["units_silent"] = len(setups) + wattrex - units["units"]
        with leader_transaction(self._database, self._lease, {**units, **self._detail()}):
            pass
        expire_offers(self._database, self._lease)
        self._note_silence()
        if self._link.connected:
            self._send_setups(online)
        self._watch_wattrex()

    def _note_silence(self) -> None:
        """Note which stations are silent, judged only while we could have heard them."""
        silent_after = self._silent_after
        if self._behind_s() > BEHIND_S:
            self.begin_again()
        if time.monotonic() - self._listens_since < silent_after.total_seconds():
            return
        with leader_transaction(self._database, self._lease) as transaction:
            now = transaction.now
            count = live_state.note_silence(transaction.session, now - silent_after, now)
        if count:
            LOG.warning("what=contact-lost stations=%s", count)

    def _send_setups(self, online: Iterable[UnitSetup]) -> None:
        """Tell units whose stations were changed by somebody."""
        setups = {one.unit_id: one.stations for one in online}
        unit_ids = [id_ for id_, stations in setups.items() if self._setups.get(id_) != stations]
        self._setups = setups
        if unit_ids:
            with leader_transaction(self._database, self._lease) as transaction:
                messages = list(setup_messages(transaction, unit_ids))
            self._publish(messages)

    def _watch_wattrex(self) -> None:
        """Look after stations whose cyclers write into the database by themselves."""
        service = self._service
        since = service.listens_since if service is not None and service.link.connected else None
        with leader_transaction(self._database, self._lease) as transaction:
            self._wattrex.look(transaction, speaks=service is not None, listens_since=since)

    def _behind_s(self) -> float:
        trouble_at = self._writer.trouble_at
        stuck_s = 0.0 if trouble_at is None else float("inf")
        return max(self._inbox.age_s, stuck_s)

    def _detail(self) -> dict[str, Any]:
        wattrex = self._service
        detail = {
            "broker": self._link.state,
            "stored": self._writer.stored + self._wattrex.stored,
            "refused": self._writer.refusals.total + (wattrex.refusals.total if wattrex else 0),
            "queue": len(self._inbox),
            "storing": self._writer.trouble
            or ("The queue is full." if self._inbox.is_full else ""),
            "since": self._since.isoformat(timespec="seconds"),
        }
        return {**detail, "wattrex": wattrex.link.state} if wattrex else detail
