"""Users, their sessions, and who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, exact_text
from db.terms import Role


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
