"""Who may sign in, and who is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from cycling.terms import Role
from db.engine import Database
from db.models import LoginSession, User


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


def list_users(database: Database) -> list[UserRow]:
    """Return all users by name, the disabled ones too."""
    with database.read() as session:
        users = session.scalars(select(User).order_by(func.lower(User.name)))
        return [
            UserRow(
                id=user.id,
                name=user.name,
                role=user.role,
                disabled=user.disabled,
                created_at=user.created_at,
                last_seen_at=user.last_seen_at,
            )
            for user in users
        ]


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
