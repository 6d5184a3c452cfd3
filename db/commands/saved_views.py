"""Saving views of the experiments table by a name, renaming and deleting them; one's start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cycling.errors import InputError, NotFoundError
from cycling.names import check_name
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import SavedView, StartView
from db.queries.saved_views import LABORATORY
from db.repeating import repeated
from db.statements import insert_missing, require

MAX_NAME, MAX_VIEWS = 40, 50
GONE = "This view is not there any more: somebody has deleted it."


@dataclass(frozen=True)
class NewView:
    """A view to be saved: its filters by their names in the page's address."""

    name: str
    filters: Mapping[str, Any]
    is_shared: bool = False


@repeated
def save_view(database: Database, new: NewView, *, by: By) -> int:
    """Save a view for oneself or the laboratory, anew where the name is there; return its id.

    Raises InputError for a name that cannot be, and for more than 50 views.
    """
    name = check_name(new.name, "name of the view", MAX_NAME)
    owner = LABORATORY if new.is_shared else by.user_name
    filters = dict(new.filters)
    row = {"owner": owner, "key": _key(name), "name": name, "filters": filters}
    with database.write() as session:
        mine = select(SavedView).where(SavedView.owner == owner)
        its = mine.where(SavedView.key == _key(name))
        if session.scalars(its).first() is None:
            count = session.scalar(select(func.count()).select_from(mine.subquery())) or 0
            if count >= MAX_VIEWS:
                raise InputError(f"There are {MAX_VIEWS} views already: delete one first.")
            about = {"user_name": by.user_name[:60], "saved_at": by.now}
            insert_missing(session, SavedView, [row | about])
        view = session.scalars(its.with_for_update()).one()
        view.name, view.filters = name, filters
        view.user_name, view.saved_at = by.user_name[:60], by.now
        detail = {"name": name, "for": _whose(owner), "filters": _set(new.filters)}
        audit.record(session, by, "save view", f"view {view.id}", detail)
        return view.id


@repeated
def rename_view(database: Database, view_id: int, name: str, *, by: By) -> None:
    """Give a view another name. Raises InputError where one has it, NotFoundError."""
    new = check_name(name, "name of the view", MAX_NAME)
    with database.write() as session:
        view = _own(session, view_id, by)
        others = select(SavedView.id).where(
            SavedView.owner == view.owner, SavedView.key == _key(new), SavedView.id != view_id
        )
        if session.scalars(others).first() is not None:
            raise InputError(f"There is a view “{new}” already: choose another name.")
        before, view.name, view.key = view.name, new, _key(new)
        detail = {"was": before, "name": new, "for": _whose(view.owner)}
        audit.record(session, by, "rename view", f"view {view_id}", detail)


@repeated
def delete_view(database: Database, view_id: int, *, by: By) -> str:
    """Delete a view, which nobody begins with any more; return its name. Raises NotFoundError."""
    with database.write() as session:
        view = _own(session, view_id, by)
        detail = {"name": view.name, "for": _whose(view.owner), "filters": _set(view.filters)}
        session.execute(delete(StartView).where(StartView.view_id == view_id))
        session.delete(view)
        audit.record(session, by, "delete view", f"view {view_id}", detail)
        return str(detail["name"])


@repeated
def choose_start(database: Database, view_id: int | None, *, by: By) -> str:
    """Let the table open with a view for who asks, with everything for None; return its name.

    Raises NotFoundError.
    """
    with database.write() as session:
        name = "" if view_id is None else _own(session, view_id, by).name
        session.execute(delete(StartView).where(StartView.user_name == by.user_name))
        if view_id is not None:
            session.add(StartView(user_name=by.user_name, view_id=view_id))
        target = "all experiments" if view_id is None else f"view {view_id}"
        audit.record(session, by, "choose start", target, {"name": name} if name else None)
        return name


def _own(session: Session, view_id: int, by: By) -> SavedView:
    """Return a view that its user may see: the own, or one of the laboratory."""
    view = require(session.get(SavedView, view_id, with_for_update=True), GONE)
    if view.owner not in (by.user_name, LABORATORY):
        raise NotFoundError(GONE)
    return view


def _key(name: str) -> str:
    """Return a name as it is compared: in any case."""
    return name.casefold()[:60]


def _whose(owner: str) -> str:
    return owner or "the laboratory"


def _set(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value}
