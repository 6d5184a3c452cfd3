"""A form does its deed once: its token is spent in the transaction of the deed.

Every form that writes carries a random token. Two sends of one form meet at the unique key, however
they come: a double click, a slow line, a browser that asks again.
"""

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.engine import Database
from db.models import FormToken
from db.repeating import idempotent
from db.statements import count_changed

R = TypeVar("R")

KEPT_FOR = timedelta(days=7)  # longer than a page stays open that is sent again
TOKEN = re.compile(r"[0-9A-Za-z]{8,32}")
SPENT = "form token"  # in a session's `info`: this transaction has spent it


class DoneBeforeError(InputError):
    """The form has done its deed already; `target` names what it made or changed."""

    def __init__(self, target: str) -> None:
        super().__init__("This form was sent twice. It was done once.")
        self.target = target

    @property
    def number(self) -> int:
        """The id at the end of `target`: 12 of "battery 12". Raises ValueError without one."""
        return int(self.target.rpartition(" ")[2])


def new_token() -> str:
    """Return the token of a form that is about to be shown."""
    return secrets.token_hex(16)


def check_token(token: object) -> str:
    """Return the token that a form has sent. Raises InputError for what no form has."""
    if not isinstance(token, str) or not TOKEN.fullmatch(token):
        raise InputError("The form has lost its number. Load the page again.")
    return token


def once(database: Database, token: str, deed: Callable[[], R]) -> R:
    """Do a deed that spends `token`. Raises DoneBeforeError if that was done.

    Also where the deed is refused because it was done: a name is taken by what the form has added.
    """
    _check_unspent(database, token)
    try:
        return deed()
    except InputError:
        _check_unspent(database, token)
        raise


def spend(session: Session, token: str, *, user_name: str, target: str, now: datetime) -> None:
    """Spend a form's token in the transaction of its deed. Raises DoneBeforeError.

    Once in a transaction, whose first audit row names the target; without a token nothing.
    """
    if not token or session.info.get(SPENT) == token:
        return
    session.info[SPENT] = token
    session.flush()  # a conflict of the deed itself is not one of the token
    row = {
        "token_hash": token_hash(token),
        "user_name": user_name[:60],
        "target": target[:120],
        "spent_at": now,
    }
    try:
        session.execute(insert(FormToken).values(row))
    except IntegrityError as error:
        raise DoneBeforeError(_target(session, token) or "") from error


@idempotent
def sweep_form_tokens(database: Database, *, now: datetime) -> int:
    """Forget the tokens of forms that nobody sends any more; return how many."""
    with database.write() as session:
        return count_changed(session, delete(FormToken).where(FormToken.spent_at < now - KEPT_FOR))


def _check_unspent(database: Database, token: str) -> None:
    with database.read() as session:
        target = _target(session, token)
    if target is not None:
        raise DoneBeforeError(target)


def _target(session: Session, token: str) -> str | None:
    row = session.get(FormToken, token_hash(token))
    return row.target if row else None


def token_hash(token: str) -> str:
    """Return what the database knows of a token: who reads it can do nothing with that."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
