"""Messages that the master node did not take: counted by sender and kind, the newest are kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, delete, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session

from db.models import RefusedCount, RefusedMessage

KEPT = 1_000


def note_refused(
    session: Session,
    counts: Mapping[tuple[str, str], int],
    newest: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Add to the counts by (sender, kind) and keep the newest messages, 1,000 in all."""
    if not counts:
        return
    rows = [
        {"sender": sender[:60], "kind": kind[:40], "count": count, "last_at": now}
        for (sender, kind), count in sorted(counts.items())
    ]
    session.execute(_adding(session), rows)
    if newest:
        session.execute(RefusedMessage.__table__.insert(), list(newest[-KEPT:]))  # type: ignore[attr-defined]
        _forget_old(session)


def _forget_old(session: Session) -> None:
    oldest_kept = session.scalar(
        select(RefusedMessage.id).order_by(RefusedMessage.id.desc()).offset(KEPT - 1).limit(1)
    )
    if oldest_kept is not None:
        session.execute(delete(RefusedMessage).where(RefusedMessage.id < oldest_kept))


def _adding(session: Session) -> Insert:
    if session.get_bind().dialect.name == "sqlite":
        adding = sqlite.insert(RefusedCount)
        return adding.on_conflict_do_update(
            index_elements=[RefusedCount.sender, RefusedCount.kind],
            set_={
                "count": RefusedCount.count + adding.excluded.count,
                "last_at": adding.excluded.last_at,
            },
        )
    added = mysql.insert(RefusedCount)
    return added.on_duplicate_key_update(
        count=RefusedCount.count + added.inserted.count, last_at=added.inserted.last_at
    )
