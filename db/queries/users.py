"""Who may sign in, and who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, and_, func, select

from cycling.errors import NotFoundError
from db.engine import Database
from db.facts import facts
from db.models import LoginSession, User
from db.terms import Role


@dataclass(frozen=True)
class UserRow:
    """A user as the list shows them."""

    id: int
    name: str
    role: Role
    disabled: bool
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True)
class SignedIn:
    """The enabled user of a login session that is not over, with the role of this moment."""

    id: int
    name: str
    role: Role
    session_hash: str
    seen_at: datetime


@dataclass(frozen=True)
class SessionLimits:
    """The earliest times at which a session may have begun and have been used last."""

    begun_after: datetime
    seen_after: datetime


@dataclass(frozen=True)
class Account(UserRow):
    """A user as admins see them; `sessions` are those that are not over."""

    last_sign_in_at: datetime | None
    sessions: int


def list_accounts(database: Database, limits: SessionLimits) -> tuple[Account, ...]:
    """Return all users by name, the disabled ones after the others."""
    query = _accounts(limits).order_by(User.disabled, func.lower(User.name))
    with database.read() as session:
        return tuple(_account(row) for row in session.execute(query))


def find_account(database: Database, user_id: int, limits: SessionLimits) -> Account:
    """Return one user. Raises NotFoundError."""
    with database.read() as session:
        row = session.execute(_accounts(limits).where(User.id == user_id)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such user.")
    return _account(row)


def _accounts(limits: SessionLimits) -> Select[User, int]:
    is_open = and_(
        LoginSession.user_id == User.id,
        LoginSession.created_at > limits.begun_after,
        LoginSession.seen_at > limits.seen_after,
    )
    count = select(func.count()).select_from(LoginSession).where(is_open).scalar_subquery()
    return select(User, count)


def _account(row: Row[User, int]) -> Account:
    user, sessions = row
    return facts(Account, user, sessions=sessions)


def list_users(database: Database) -> list[UserRow]:
    """Return all users by name, the disabled ones too."""
    with database.read() as session:
        users = session.scalars(select(User).order_by(func.lower(User.name)))
        return [facts(UserRow, user) for user in users]


def signed_in(database: Database, session_hash: str, limits: SessionLimits) -> SignedIn | None:
    """Return who a session belongs to; None when it is over or its user is disabled."""
    query = (
        select(User.id, User.name, User.role, LoginSession.seen_at)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            LoginSession.token_hash == session_hash,
            LoginSession.created_at > limits.begun_after,
            LoginSession.seen_at > limits.seen_after,
            User.disabled.is_(False),
        )
    )
    with database.read() as session:
        row = session.execute(query).one_or_none()
    if row is None:
        return None
    return SignedIn(row.id, row.name, row.role, session_hash, row.seen_at)
