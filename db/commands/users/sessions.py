"""Login sessions, and what signing in and accounts share.

A browser keeps a random token; the database has only its SHA-256, so a copy of the database signs
nobody in.
"""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import UpdateBase

from db.commands import audit
from db.commands.audit import By
from db.commands.form_tokens import token_hash
from db.engine import Database
from db.models import LoginFailure, LoginLink, LoginSession, User
from db.queries.users import SessionLimits
from db.repeating import idempotent, repeated
from db.statements import count_changed, require

NAME = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._@-]{1,60}")
SEEN_EVERY = timedelta(minutes=1)
TRIES_COUNT_FOR = timedelta(hours=1)


def new_token() -> str:
    """Return a secret that nobody guesses."""
    return secrets.token_urlsafe(32)


def begin_session(session: Session, user: User, *, address: str, now: datetime) -> str:
    """Sign a user in and return the token for their browser."""
    token = new_token()
    session.add(
        LoginSession(token_hash=token_hash(token), user_id=user.id, created_at=now, seen_at=now)
    )
    user.last_seen_at = user.last_sign_in_at = now
    record(session, By(user.name, address, now), "login", user.name)
    return token


@idempotent
def seen(database: Database, session_hash: str, *, now: datetime) -> None:
    """Keep a session from running idle; writes at most once a minute."""
    stale = update(LoginSession).where(
        LoginSession.token_hash == session_hash, LoginSession.seen_at <= now - SEEN_EVERY
    )
    owner = select(LoginSession.user_id).where(LoginSession.token_hash == session_hash)
    with database.write() as session:
        if changed(session, stale.values(seen_at=now)):
            mine = update(User).where(User.id == owner.scalar_subquery())
            session.execute(mine.values(last_seen_at=now))


@repeated
def end_session(database: Database, session_hash: str, *, by: By) -> None:
    """Sign a browser out; nothing happens if it was signed out already."""
    with database.write() as session:
        ended = delete(LoginSession).where(LoginSession.token_hash == session_hash)
        if changed(session, ended):
            record(session, by, "logout", by.user_name)


@idempotent
def drop_session(database: Database, session_hash: str) -> None:
    """End the session that a browser had before it signed in again."""
    with database.write() as session:
        session.execute(delete(LoginSession).where(LoginSession.token_hash == session_hash))


@repeated
def end_all_sessions(
    database: Database, name: str, *, by: By, keep_session: str | None = None
) -> int:
    """Sign a user out everywhere, but in the session of that hash; return how many ended.

    Raises NotFoundError.
    """
    with database.write() as session:
        user = get_user(session, name)
        ended = end_sessions(session, user.id, keep=keep_session)
        record(session, by, "end sessions", user.name, ended=str(ended))
    return ended


def end_sessions(session: Session, user_id: int, keep: str | None = None) -> int:
    """End all sessions of a user but one, and void the login addresses made for them."""
    mine = delete(LoginSession).where(LoginSession.user_id == user_id)
    ended = count_changed(
        session, mine if keep is None else mine.where(LoginSession.token_hash != keep)
    )
    session.execute(
        delete(LoginLink).where(LoginLink.user_id == user_id, LoginLink.used_at.is_(None))
    )
    return ended


@idempotent
def sweep_sign_ins(database: Database, limits: SessionLimits, *, now: datetime) -> None:
    """Remove sessions that are over, old failed tries and old login addresses."""
    over = or_(
        LoginSession.created_at <= limits.begun_after, LoginSession.seen_at <= limits.seen_after
    )
    with database.write() as session:
        session.execute(delete(LoginSession).where(over))
        session.execute(delete(LoginFailure).where(LoginFailure.at <= now - TRIES_COUNT_FOR))
        session.execute(delete(LoginLink).where(LoginLink.expires_at <= now))


def find_user(session: Session, name: str) -> User | None:
    """Return the user of a name; upper and lower case are the same on every engine.

    Anything but a plain name is nobody's: MariaDB would also take é for e and ignore end blanks.
    """
    if not NAME.fullmatch(name):
        return None
    return session.scalar(select(User).where(func.lower(User.name) == name.lower()))


def get_user(session: Session, name: str) -> User:
    """Return the user of a name; raises NotFoundError."""
    return require(find_user(session, name), f"There is no user {name}.")


def changed(session: Session, statement: UpdateBase) -> bool:
    """Execute a compare-and-set and tell whether it found its row."""
    return count_changed(session, statement) > 0


def record(session: Session, by: By, action: str, target: str, **detail: str) -> None:
    """Write the audit row of a change to a user."""
    audit.record(session, by, action, f"user {target}", detail)
