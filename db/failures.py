"""What an error of the database means: for its user in a sentence, for us whether to try again."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from cycling.errors import InputError, UnavailableError
from db.terms import HANGS

LOG = logging.getLogger("bem.db")

AWAY = "The database cannot be reached. Nothing is lost; try again in a moment."

# Error numbers of MySQL and MariaDB.
# 1213: a deadlock, or a conflict with another node of a cluster. 1205: waited too long, for a lock
# or for a node that is behind. 1020: changed since it was read. 1317: interrupted for another node.
# 1047: a node that has lost the others, or has just come.
UNDONE = {1020, 1047, 1205, 1213, 1317}
LOST = {1053, 1180, 1927, 2006, 2013}
UNREACHABLE = {1040, 2002, 2003, *UNDONE, *LOST}
FULL = {1021, 1114}  # the server's disk, or a table that may not grow
REFUSED = {1044, 1045, 1049, 1698}
# At a commit these say that nothing was kept; whatever else comes there says nothing.
NOT_KEPT = {1020, 1205, 1213}


class WrongDatabaseError(UnavailableError):
    """The database answers, but not to this URL: wrong user, password, name or file."""


class DiskFullError(UnavailableError):
    """There is no room left; it helps once somebody has made room."""


class UndoneError(UnavailableError):
    """The database has undone the whole transaction: it may be repeated."""


class HangsError(UnavailableError):
    """It was waited for in vain. Not repeated at once: that would be the same wait again."""


class PerhapsDoneError(UnavailableError):
    """The connection was lost during the commit: nobody knows whether it was kept."""


@dataclass
class Progress:
    """How far a transaction is."""

    commits: bool = False


@contextmanager
def translate_errors(progress: Progress | None = None) -> Iterator[None]:
    """Turn "the server has gone away" into a sentence; leave programming errors alone."""
    try:
        yield
    except DBAPIError as error:
        if (plain := _plain(error, progress or Progress())) is not None:
            raise plain from error
        raise
    except OverflowError as error:  # SQLite's driver; the servers compare such a number
        raise InputError("A number is too large for the database.") from error
    except UnicodeEncodeError as error:
        raise InputError("The text has a character that cannot be stored. Remove it.") from error


def code_of(error: DBAPIError) -> object:
    """Return the number that the server or driver gives an error."""
    return code_of_driver(error.orig)


def code_of_driver(error: BaseException | None) -> object:
    """Return the number of an error of the driver itself."""
    return error.args[0] if error is not None and error.args else None


def is_hang(error: BaseException | None) -> bool:
    """Whether an error of the driver says that it has waited in vain."""
    if error is None:
        return False
    return isinstance(error.__context__, TimeoutError) or "database is locked" in str(error)


def _plain(error: DBAPIError, progress: Progress) -> UnavailableError | None:
    lost = error.connection_invalidated or code_of(error) in LOST
    if _is_refused(error):
        return WrongDatabaseError(
            "The database of BEM_DATABASE_URL cannot be used: "
            f"{_driver_text(error)}. Check its user, password, name or file."
        )
    if _is_full(error):
        LOG.error("what=disk-full said=%r", _driver_text(error))
        return DiskFullError(
            "The disk of the database is full or broken. Nothing was kept. Tell an admin."
        )
    if not (lost or _is_unreachable(error)):
        return None
    undone = lost or code_of(error) in UNDONE
    if undone and progress.commits and code_of(error) not in NOT_KEPT:
        return PerhapsDoneError(
            "The database went away while it was saving. Look whether it was saved before you "
            "do it again."
        )
    if is_hang(error.orig):
        return HangsError(HANGS)
    kind = UndoneError if undone else UnavailableError
    return kind(AWAY)


def _is_unreachable(error: DBAPIError) -> bool:
    return code_of(error) in UNREACHABLE or is_hang(error.orig)


def _is_full(error: DBAPIError) -> bool:
    texts = ("database or disk is full", "disk I/O error")  # the second where the WAL has no room
    return code_of(error) in FULL or any(text in str(error.orig) for text in texts)


def _is_refused(error: DBAPIError) -> bool:
    texts = ("unable to open database file", "file is not a database", "readonly database")
    return code_of(error) in REFUSED or any(text in str(error.orig) for text in texts)


def _driver_text(error: DBAPIError) -> str:
    return str(error.orig.args[-1] if error.orig and error.orig.args else error).rstrip(".")
