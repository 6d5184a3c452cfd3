"""Repeating a transaction that the database has undone: a deadlock, a conflict in a cluster.

A context manager cannot repeat its block. So every function that opens a `write` or a `load` is
decorated here, and does nothing before it that must not happen twice. A test looks for that.
"""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from cycling.errors import UnavailableError
from db.failures import PerhapsDoneError, UndoneError

P = ParamSpec("P")
R = TypeVar("R")

LOG = logging.getLogger("bem.db")

JITTER = random.SystemRandom()

TRIES, WITHIN_S = 8, 8.0
MIN_PAUSE_S, MAX_PAUSE_S = 0.02, 1.0


class Patience:
    """How long something is tried again; `is_left` waits for the next try."""

    def __init__(self) -> None:
        self._began_at = time.monotonic()
        self._tries = 1

    def is_left(self) -> bool:
        """Wait a little, unless it was tried often or for long enough."""
        if self._tries >= TRIES or time.monotonic() - self._began_at > WITHIN_S:
            return False
        pause_s = min(MIN_PAUSE_S * 2 ** (self._tries - 1), MAX_PAUSE_S)
        time.sleep(pause_s * JITTER.uniform(0.5, 1))  # so that two do not meet again
        self._tries += 1
        return True


def repeated(command: Callable[P, R]) -> Callable[P, R]:
    """Repeat a function whose transaction the database has undone.

    Not one that may have been kept, because the connection was lost during the commit.
    """
    return _repeating(command, (UndoneError,))


def idempotent(command: Callable[P, R]) -> Callable[P, R]:
    """Repeat a function that does no more when it is carried out twice, whatever happened."""
    return _repeating(command, (UndoneError, PerhapsDoneError))


def _repeating(
    command: Callable[P, R], causes: tuple[type[UndoneError | PerhapsDoneError], ...]
) -> Callable[P, R]:
    @functools.wraps(command)
    def repeats(*args: P.args, **kwargs: P.kwargs) -> R:
        patience = Patience()
        while True:
            try:
                return command(*args, **kwargs)
            except causes as error:
                if not patience.is_left():  # another kind: whoever called us does not repeat it
                    raise UnavailableError(str(error)) from error
                LOG.warning("what=repeated command=%s said=%r", command.__name__, _cause(error))

    return repeats


def _cause(error: Exception) -> str:
    return str(getattr(error.__cause__, "orig", error))[:200]
