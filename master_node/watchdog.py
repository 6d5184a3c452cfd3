"""Which stations are silent, judged only while we could have heard them."""

import time
from datetime import timedelta

from db.commands.leases import LeaderLease, leader_transaction
from db.commands.master_node import live_state
from db.commands.master_node.offers import SILENT_AFTER
from db.engine import Database

BEHIND_S = 2.0


class Watchdog:
    """Notes the stations that were not heard for 15 s.

    After we began to listen, or had trouble storing what we heard, everybody has that time anew.
    """

    def __init__(self, silent_after: timedelta = SILENT_AFTER) -> None:
        self._silent_after = silent_after
        self._listens_since = time.monotonic()

    def begin_again(self) -> None:
        """Give every station its time anew."""
        self._listens_since = time.monotonic()

    def look(self, database: Database, lease: LeaderLease, *, behind_s: float) -> int:
        """Return how many stations are newly silent; `behind_s`: how old what we store is."""
        if behind_s > BEHIND_S:
            self.begin_again()
        heard_s = time.monotonic() - self._listens_since
        if heard_s < self._silent_after.total_seconds():
            return 0
        with leader_transaction(database, lease) as transaction:
            return live_state.note_silence(
                transaction.session, transaction.now - self._silent_after, transaction.now
            )
