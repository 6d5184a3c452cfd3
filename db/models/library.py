"""Tables of ours about profiles as people write them: the library, its versions, their rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import MYSQL, Base, exact_text

LongText = Text().with_variant(mysql.MEDIUMTEXT(), *MYSQL)


class LibraryProfile(Base):
    """A profile of the library; what it says stands in its versions."""

    __tablename__ = "bem_profiles"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by SQLAlchemy only

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(250))
    archived: Mapped[bool] = mapped_column(Boolean, default=False)
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class ProfileVersion(Base):
    """A text of a library profile, numbered from 1; fixed as soon as rows were made of it.

    A text that was written for one experiment belongs to no library profile and has number 0;
    `once` is then the SHA-256 of its name and text, so that the same one is kept once. `summary`
    is `cycling.profile.summary.ProfileSummary` as JSON.
    """

    __tablename__ = "bem_profile_versions"
    __table_args__ = (
        UniqueConstraint("profile_id", "number"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int | None] = mapped_column(ForeignKey("bem_profiles.id"))
    number: Mapped[int]
    once: Mapped[str | None] = mapped_column(exact_text(64), unique=True)
    name: Mapped[str] = mapped_column(String(40))  # of a text without a library profile
    text: Mapped[str] = mapped_column(LongText)
    comment: Mapped[str] = mapped_column(String(250))
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_name: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]


class CompiledVersion(Base):
    """The fixed profile that a version became for a capacity; `capacity` is "" for none."""

    __tablename__ = "bem_compiled_versions"

    version_id: Mapped[int] = mapped_column(ForeignKey("bem_profile_versions.id"), primary_key=True)
    capacity: Mapped[str] = mapped_column(exact_text(30), primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("Profile.ProfID"), unique=True)
