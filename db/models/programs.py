"""Users and what they did, work for `bem worker` and its files, the lease, refused messages."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_STAY_USED, Base, exact_text
from db.terms import JobState, Role


class Job(Base):
    """Work that a `bem worker` does; claimed and ended by compare-and-set."""

    __tablename__ = "bem_jobs"
    __table_args__ = (Index(None, "state", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[JobState]
    payload: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    user_name: Mapped[str] = mapped_column(String(60))
    worker: Mapped[str | None] = mapped_column(exact_text(80))
    created_at: Mapped[datetime]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Upload(Base):
    """A file that came in through the browser, kept in the data folder under its id."""

    __tablename__ = "bem_uploads"
    __table_args__ = (Index(None, "sha256"), Index(None, "created_at"))

    id: Mapped[str] = mapped_column(exact_text(32), primary_key=True)
    file_name: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(exact_text(64))
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class Lease(Base):
    """Which process leads; `epoch` rises with every new leader, times by the database's clock.

    One row is no leader's: imports take turns in publishing by changing it.
    """

    __tablename__ = "bem_leases"

    name: Mapped[str] = mapped_column(exact_text(40), primary_key=True)
    holder: Mapped[str] = mapped_column(exact_text(80))
    epoch: Mapped[int]
    beat_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    detail: Mapped[dict[str, Any]]  # what the leader says of itself


class RefusedMessage(Base):
    """A message that the master node did not take; only the newest are kept."""

    __tablename__ = "bem_refused_messages"
    __table_args__ = IDS_STAY_USED

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    topic: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(250))
    size_bytes: Mapped[int]
    beginning: Mapped[str] = mapped_column(String(200))


class RefusedCount(Base):
    """How many messages of a sender were refused for a kind of reason."""

    __tablename__ = "bem_refused_counts"

    sender: Mapped[str] = mapped_column(exact_text(60), primary_key=True)
    kind: Mapped[str] = mapped_column(exact_text(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)
    last_at: Mapped[datetime]


class User(Base):
    """Somebody who may sign in."""

    __tablename__ = "bem_users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[Role]
    disabled: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    last_sign_in_at: Mapped[datetime | None]


class LoginSession(Base):
    """A signed-in browser; the key is the SHA-256 of its token, which only the browser has."""

    __tablename__ = "bem_sessions"

    token_hash: Mapped[str] = mapped_column(exact_text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("bem_users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class LoginLink(Base):
    """A one-time address that signs a user in (printed by the demo)."""

    __tablename__ = "bem_login_links"

    token_hash: Mapped[str] = mapped_column(exact_text(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("bem_users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginFailure(Base):
    """A refused sign-in; counted to slow down guessing."""

    __tablename__ = "bem_login_failures"
    __table_args__ = (Index(None, "address", "at"), Index(None, "user_name", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(exact_text(45))
    user_name: Mapped[str] = mapped_column(exact_text(60))


class FormToken(Base):
    """A form that has done its deed; the key is the SHA-256 of the token that it carried."""

    __tablename__ = "bem_form_tokens"
    __table_args__ = (Index(None, "spent_at"),)

    token_hash: Mapped[str] = mapped_column(exact_text(64), primary_key=True)
    user_name: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(120))
    spent_at: Mapped[datetime]


class AuditEntry(Base):
    """Who did what, when, from where. Kept when the user is gone: the name is copied."""

    __tablename__ = "bem_audit"
    __table_args__ = (
        Index(None, "at"),
        Index(None, "user_name", "at"),
        Index(None, "action", "at"),
        Index(None, "target", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_name: Mapped[str] = mapped_column(String(60))
    address: Mapped[str] = mapped_column(String(45))
    action: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]]
