"""Signing in with a password or a one-time address, slowed down for who guesses.

Tries are counted in the database, before any hashing, for all web workers together. A try is
written down first and counted then, so simultaneous ones cannot pass together; a try that is
refused for their number is not counted itself, so nobody is locked out for ever.

They are counted by the place that they come from, and for each name there: a stranger who guesses
locks nobody out elsewhere. A browser in which the user was signed in before is a place of its own,
whatever its address.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from cycling.errors import InputError
from db.commands import audit
from db.commands.audit import By
from db.commands.form_tokens import token_hash
from db.commands.users.passwords import ARGON2, DUMMY_HASH, Hasher
from db.commands.users.sessions import (
    TRIES_COUNT_FOR,
    begin_session,
    changed,
    find_user,
    get_user,
    new_token,
    record,
)
from db.engine import Database
from db.limits import USUAL, Limits
from db.models import LoginFailure, LoginLink, User
from db.repeating import idempotent, repeated

LINK_LASTS = timedelta(hours=24)
BROWSER = "browser "  # how a place begins that is no address


NOT_RIGHT = "User name or password is not right."


@dataclass(frozen=True)
class Verified:
    """Whose password was right, and which."""

    user_id: int
    password_hash: str


class SignInRefusedError(InputError):
    """Name and password don't belong together, or the login address is used up."""


class TooManyTriesError(InputError):
    """From this place too much has failed in the last hour, or too much for this name."""


def sign_in(
    database: Database,
    name: str,
    password: str,
    *,
    address: str,
    now: datetime,
    browser: str = "",
    hasher: Hasher = ARGON2,
    limits: Limits = USUAL,
) -> str:
    """Check name and password and return the token of a new session.

    `browser` names one in which this user was signed in before, "" for others.

    Raises SignInRefusedError, with the same words and after the same work for an unknown name, a
    wrong password and a disabled user, and TooManyTriesError.
    """
    by = By(name, address, now)
    place = replace(by, address=f"{BROWSER}{browser}") if browser else by
    identity = verified(database, password, by=place, hasher=hasher, limits=limits)
    if identity is None:
        refused(database, "login refused", by=by)
        raise SignInRefusedError(NOT_RIGHT)
    return _let_in(database, name, identity, place.address, address=address, now=now)


@repeated
def _let_in(
    database: Database, name: str, identity: Verified, place: str, *, address: str, now: datetime
) -> str:
    with database.write() as session:
        forget_tries(session, name, place)
        user = unchanged(session, identity)
        if user is None:
            raise SignInRefusedError(NOT_RIGHT)
        return begin_session(session, user, address=address, now=now)


def verified(
    database: Database, password: str, *, by: By, hasher: Hasher, limits: Limits
) -> Verified | None:
    """Return the enabled user of that name and password. Raises TooManyTriesError."""
    _count_try(database, by, limits)
    with database.read() as session:
        user = find_user(session, by.user_name)
    right = hasher.verify(user.password_hash if user else DUMMY_HASH, password)
    if user is None or not right or user.disabled:
        return None
    return Verified(user.id, user.password_hash)


def unchanged(session: Session, identity: Verified) -> User | None:
    """Return the user again, None if an admin was quicker: disabled, or given a new password."""
    same = select(User).where(
        User.id == identity.user_id,
        User.password_hash == identity.password_hash,
        User.disabled.is_(False),
    )
    return session.scalar(same.with_for_update())


@repeated
def refused(database: Database, action: str, *, by: By) -> None:
    """Write the audit row of a refusal. A name that is nobody's may be a mistyped password."""
    with database.write() as session:
        user = find_user(session, by.user_name)
        name = user.name if user else "(unknown)"
        record(session, replace(by, user_name=name), action, name)


def forget_tries(session: Session, name: str, place: str | None = None) -> None:
    """Forget the failures of a name: those of one place, or all once it has a new password."""
    failures = delete(LoginFailure).where(LoginFailure.user_name == _key(name))
    if place is not None:
        failures = failures.where(LoginFailure.address == _column(place))
    session.execute(failures)


def _count_try(database: Database, by: By, limits: Limits) -> None:
    with database.read() as session:  # a flood is turned away without a write
        _refuse_too_many(session, by, limits, allowed=-1)
    attempt_id = _write_down(database, by)
    try:
        with database.read() as session:
            _refuse_too_many(session, by, limits, allowed=0)
    except TooManyTriesError:
        _strike_out(database, attempt_id)
        raise


@repeated
def _write_down(database: Database, by: By) -> int:
    attempt = LoginFailure(at=by.now, address=_column(by.address), user_name=_key(by.user_name))
    with database.write() as session:
        session.add(attempt)
    return attempt.id


@idempotent
def _strike_out(database: Database, attempt_id: int) -> None:
    with database.write() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.id == attempt_id))


def _refuse_too_many(session: Session, by: By, limits: Limits, *, allowed: int) -> None:
    """Raise TooManyTriesError when more than the limit plus `allowed` tries are written down."""
    recent = select(func.count(LoginFailure.id)).where(LoginFailure.at > by.now - TRIES_COUNT_FOR)
    here = recent.where(LoginFailure.address == _column(by.address))
    from_here = session.scalar(here) or 0
    for_name = session.scalar(here.where(LoginFailure.user_name == _key(by.user_name))) or 0
    per_address = limits.login_tries_per_address + allowed
    per_user = limits.login_tries_per_user + allowed
    if from_here > per_address or for_name > per_user:
        raise TooManyTriesError(
            "Too many failed tries from here in the last hour. Wait a while, then try again; "
            "an admin can set a new password."
        )


def _key(name: str) -> str:
    return name.casefold()[:60]


def _column(address: str) -> str:
    return address[:45]


@repeated
def make_login_link(database: Database, name: str, *, now: datetime) -> str:
    """Return the token of a one-time login address, good for 24 hours. Raises NotFoundError."""
    token = new_token()
    with database.write() as session:
        user = get_user(session, name)
        session.add(
            LoginLink(token_hash=token_hash(token), user_id=user.id, expires_at=now + LINK_LASTS)
        )
        by = By(user.name, audit.COMMAND_LINE, now)
        record(session, by, "make login address", user.name)
    return token


@repeated
def use_login_link(database: Database, token: str, *, address: str, now: datetime) -> str:
    """Use up a one-time login address and return the token of a new session.

    Raises SignInRefusedError if it was used, is too old or never existed.
    """
    key = token_hash(token)
    used = (
        update(LoginLink)
        .where(
            LoginLink.token_hash == key,
            LoginLink.used_at.is_(None),
            LoginLink.expires_at > now,
            LoginLink.user_id.in_(select(User.id).where(User.disabled.is_(False))),
        )
        .values(used_at=now)
    )
    with database.write() as session:
        if not changed(session, used):
            raise SignInRefusedError(
                "This login address was used already or is too old. Sign in with your password."
            )
        owner = select(User).join(LoginLink, LoginLink.user_id == User.id)
        user = session.scalars(owner.where(LoginLink.token_hash == key)).one()
        return begin_session(session, user, address=address, now=now)
