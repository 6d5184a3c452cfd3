"""Alarms of stations: raised once for each occasion, acknowledged by a person with a comment."""

import logging
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cycling.errors import ConflictError, InputError
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import StationAlarm
from db.repeating import repeated
from db.statements import count_changed, insert_missing, require

LOG = logging.getLogger("bem.alarms")

MAX_TEXT = 250
ENDED_IN_ERROR = "ended in error"
QUEUE_HELD = "Its queue was held."  # true for ever: what is to be done the queue says


def raise_alarm(
    session: Session,
    *,
    key: str,
    station_id: int,
    code: str,
    text: str,
    at: datetime,
    experiment_id: int | None = None,
    unless_open: bool = False,
) -> None:
    """Raise an alarm in the caller's transaction; nothing happens if there is one of its key.

    `unless_open`: nor if the station has an alarm of this code that nobody has acknowledged.
    """
    if was_raised(session, key) or (unless_open and _has_open(session, station_id, code)):
        return
    row = {
        "key": key,
        "station_id": station_id,
        "experiment_id": experiment_id,
        "code": code[:40],
        "text": text[:MAX_TEXT],
        "at": at,
    }
    insert_missing(session, StationAlarm, [row])
    LOG.warning(
        "what=alarm code=%r station=%s experiment=%s said=%r", code, station_id, experiment_id, text
    )


def was_raised(session: Session, key: str) -> bool:
    """Whether there is an alarm of this key, acknowledged or not."""
    return session.scalar(select(StationAlarm.id).where(StationAlarm.key == key)) is not None


def is_acknowledged(session: Session, key: str, *, begins: bool = False) -> bool:
    """Whether somebody has acknowledged the alarm of this key, or one whose key `begins` so."""
    mark = StationAlarm.key
    done = select(StationAlarm.id).where(
        mark.startswith(key, autoescape=True) if begins else mark == key,
        StationAlarm.acknowledged_at.is_not(None),
    )
    return session.scalar(done.limit(1)) is not None


@repeated
def acknowledge(database: Database, alarm_id: int, *, comment: str, by: By) -> None:
    """Note that somebody has looked at an alarm, and what they found.

    Raises InputError without a comment, NotFoundError for an alarm that is not there,
    ConflictError for one that somebody has acknowledged already.
    """
    text = " ".join(comment.split())
    if not text:
        raise InputError("Write what you found: an alarm is acknowledged with a comment.")
    if len(text) > MAX_TEXT:
        raise InputError(f"The comment has {len(text)} characters; shorten it to {MAX_TEXT}.")
    with database.write() as session:
        still_open = update(StationAlarm).where(
            StationAlarm.id == alarm_id, StationAlarm.acknowledged_at.is_(None)
        )
        values = {"acknowledged_at": by.now, "acknowledged_by": by.user_name[:60], "comment": text}
        changed_rows = count_changed(session, still_open.values(**values))
        alarm = require(session.get(StationAlarm, alarm_id), "There is no such alarm.")
        if not changed_rows:
            raise ConflictError(f"{alarm.acknowledged_by} has acknowledged this alarm already.")
        audit.record(
            session,
            by,
            "acknowledge alarm",
            f"station {alarm.station_id}",
            {"alarm": alarm_id, "code": alarm.code, "comment": text},
        )


def _has_open(session: Session, station_id: int, code: str) -> bool:
    still_open = select(StationAlarm.id).where(
        StationAlarm.station_id == station_id,
        StationAlarm.code == code,
        StationAlarm.acknowledged_at.is_(None),
    )
    return session.scalar(still_open.limit(1)) is not None
