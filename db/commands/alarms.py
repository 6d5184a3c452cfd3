"""Alarms of stations: raised once for each occasion, acknowledged by a person with a comment."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError, NotFoundError
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import StationAlarm
from db.repeating import repeated
from db.upserts import insert_missing

LONGEST_TEXT = 250


def raise_alarm(
    session: Session,
    *,
    mark: str,
    station_id: int,
    experiment_id: int | None,
    code: str,
    text: str,
    at: datetime,
) -> None:
    """Raise an alarm in the caller's transaction; nothing happens if its mark has one already."""
    row = {
        "mark": mark,
        "station_id": station_id,
        "experiment_id": experiment_id,
        "code": code[:40],
        "text": text[:LONGEST_TEXT],
        "at": at,
    }
    insert_missing(session, StationAlarm, [row])


def raise_once(session: Session, *, station_id: int, code: str, **more: Any) -> None:  # noqa: ANN401
    """Raise an alarm unless the station has an open one of the same code."""
    is_open = select(StationAlarm.id).where(
        StationAlarm.station_id == station_id,
        StationAlarm.code == code,
        StationAlarm.acknowledged_at.is_(None),
    )
    if session.scalars(is_open.limit(1)).first() is None:
        raise_alarm(session, station_id=station_id, code=code, **more)


@repeated
def acknowledge(database: Database, alarm_id: int, *, comment: str, by: By) -> None:
    """Note that somebody has looked at an alarm, and what they found.

    Raises InputError without a comment, NotFoundError for an alarm that is not there,
    ConflictError for one that somebody has acknowledged already.
    """
    said = " ".join(comment.split())
    if not said:
        raise InputError("Write what you found: an alarm is acknowledged with a comment.")
    if len(said) > LONGEST_TEXT:
        raise InputError(f"The comment has {len(said)} characters; shorten it to {LONGEST_TEXT}.")
    with database.write() as session:
        noted = session.execute(
            update(StationAlarm)
            .where(StationAlarm.id == alarm_id, StationAlarm.acknowledged_at.is_(None))
            .values(acknowledged_at=by.now, acknowledged_by=by.user_name[:60], comment=said)
        )
        alarm = session.get(StationAlarm, alarm_id)
        if alarm is None:
            raise NotFoundError("There is no such alarm.")
        if not (isinstance(noted, CursorResult) and noted.rowcount == 1):
            raise ConflictError(f"{alarm.acknowledged_by} has acknowledged this alarm already.")
        audit.record(
            session,
            by,
            "acknowledge alarm",
            f"station {alarm.station_id}",
            {"alarm": alarm_id, "code": alarm.code, "comment": said},
        )
