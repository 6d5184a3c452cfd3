"""Views of the experiments table that people have saved: one's own, and the laboratory's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from db.engine import Database
from db.facts import facts
from db.models import SavedView, StartView

LABORATORY = ""  # the owner of a view that all see


@dataclass(frozen=True)
class SavedViewFacts:
    """A view: its filters by their names in the page's address; `owner` is whose it is."""

    id: int
    name: str
    owner: str
    filters: Mapping[str, Any]

    @property
    def is_shared(self) -> bool:
        """Whether it is the laboratory's."""
        return self.owner == LABORATORY


def list_views(database: Database, user_name: str) -> tuple[SavedViewFacts, ...]:
    """Return what a user sees: the own views by name, then those of the laboratory."""
    with database.read() as session:
        rows = session.scalars(
            select(SavedView).where(SavedView.owner.in_([user_name, LABORATORY]))
        )
        views = [facts(SavedViewFacts, row) for row in rows]
    return tuple(sorted(views, key=lambda one: (one.is_shared, one.name.lower(), one.id)))


def start_view(database: Database, user_name: str) -> SavedViewFacts | None:
    """Return the view with which the table opens for a user."""
    query = (
        select(SavedView)
        .join(StartView, StartView.view_id == SavedView.id)
        .where(StartView.user_name == user_name, SavedView.owner.in_([user_name, LABORATORY]))
    )
    with database.read() as session:
        row = session.scalars(query).first()
        return None if row is None else facts(SavedViewFacts, row)
