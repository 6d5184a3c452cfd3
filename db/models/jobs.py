"""Work for `bem worker`, and the files that it works on."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import Base, exact_text
from db.terms import JobState


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
