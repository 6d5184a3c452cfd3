"""A thread that works as long as this master node leads."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from sqlalchemy.exc import InterfaceError, InternalError, OperationalError

from cycling.errors import UnavailableError
from db.commands.leases import LeaderLease, LostLeaseError, leader_transaction
from db.engine import Database
from db.failures import DiskFullError, WrongDatabaseError

LOG = logging.getLogger("bem.master-node")

AFTER_TROUBLE_S = 1.0

# What another try can get through; everything else is the fault of a message at once.
PASSING = (UnavailableError, OperationalError, InternalError, InterfaceError)

TRIES = 3  # of a group of messages, then of each alone


def is_of_messages(error: Exception, tries: int, database: Database, lease: LeaderLease) -> bool:
    """Whether messages fail, and not the database: they did again and again, and others pass.

    Raises LostLeaseError.
    """
    if tries < TRIES or isinstance(error, DiskFullError | WrongDatabaseError):
        return False
    try:
        with leader_transaction(database, lease):
            return True
    except PASSING:
        return False


def ends(action: Callable[[], object], within_s: float) -> bool:
    """Do something that may hang; whether it has ended in time."""
    thread = Thread(target=action, daemon=True)
    thread.start()
    thread.join(within_s)
    return not thread.is_alive()


class LeaderThread:
    """Does its rounds until it is stopped, or until somebody else leads.

    A database that is away for a while is waited for.
    """

    def __init__(self, name: str) -> None:
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._in_trouble = False
        self.stopping = Event()
        self.lost = Event()

    @property
    def alive(self) -> bool:
        """Whether it does its work."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end soon."""
        self.stopping.set()

    def join(self, within_s: float) -> None:
        """Wait for the thread, which was stopped."""
        if self.alive:
            self._thread.join(within_s)

    def _round(self) -> None:
        """Do one piece of work."""
        raise NotImplementedError

    def begin_again(self) -> None:
        """Forget since when units were listened to: the database was away meanwhile."""

    def _run(self) -> None:
        while not self.stopping.is_set() and not self.lost.is_set():
            try:
                self._round()
                self._in_trouble = False
            except LostLeaseError:
                self.lost.set()
            except PASSING as error:
                self._wait(error)
            except Exception:  # a boundary: nobody else does what this thread does
                LOG.exception("what=%s-failed", self._thread.name)
                self.stopping.wait(AFTER_TROUBLE_S)

    def _wait(self, error: Exception) -> None:
        if not self._in_trouble:
            text = error if isinstance(error, UnavailableError) else type(error).__name__
            LOG.warning("what=database-trouble said=%r", str(text))
        self._in_trouble = True
        self.begin_again()
        self.stopping.wait(AFTER_TROUBLE_S)
