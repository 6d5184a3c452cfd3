"""The lease of the process that leads, and the messages that it refused."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_STAY_USED, Base, exact_text


class Lease(Base):
    """Which process leads; `epoch` rises with every new leader, times by the database's clock."""

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
