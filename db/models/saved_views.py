"""Views of the experiments table that people have saved by a name, and with which one begins."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.models.base import IDS_STAY_USED, Base, exact_text


class SavedView(Base):
    """What the table is narrowed to and in which order, under a name.

    `owner` is whose it is, "" for the laboratory's. `key` is the name as it is compared. `filters`
    are those of the page's address, by their names; `user_name` saved it last.
    """

    __tablename__ = "bem_saved_views"
    __table_args__ = (UniqueConstraint("owner", "key"), IDS_STAY_USED)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(exact_text(60))
    name: Mapped[str] = mapped_column(String(60))
    owner: Mapped[str] = mapped_column(exact_text(60))
    filters: Mapped[dict[str, Any]]
    user_name: Mapped[str] = mapped_column(String(60))
    saved_at: Mapped[datetime]


class StartView(Base):
    """The view with which the table opens for a user."""

    __tablename__ = "bem_start_views"

    user_name: Mapped[str] = mapped_column(exact_text(60), primary_key=True)
    view_id: Mapped[int] = mapped_column(index=True)
