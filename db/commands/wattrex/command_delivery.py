"""The master node's side of commands to WattRex units: detect devices, start a station's cycler.

They know nothing else. None is sent twice: a unit starts its program again for every launch.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from cycling.terms import StationCommand
from db.models import Command, Unit, WattrexUnit
from db.queries.wattrex.units import FRESH
from db.terms import CommandState

KINDS = (StationCommand.DETECT, StationCommand.LAUNCH)
TOLD = "The unit was told. It does not report whether the cycler has started."


@dataclass(frozen=True)
class ForUnit:
    """A command to be published now; `station_id` is that of a launch."""

    command_id: int
    kind: StationCommand
    unit_id: int
    station_id: int | None


def is_due(session: Session, now: datetime) -> bool:
    """Whether a command is to be sent."""
    return session.scalar(_due(now).with_only_columns(Command.id).limit(1)) is not None


def take_due(session: Session, now: datetime) -> list[ForUnit]:
    """Mark what is to be sent as sent: to units with a fresh heartbeat only."""
    due = session.scalars(_due(now).order_by(Command.id)).all()
    for command in due:
        command.state, command.sent_at, command.tries = CommandState.SENT, now, 1
    return [ForUnit(one.id, one.kind, one.unit_id, one.station_id) for one in due]


def note_told(session: Session, command_ids: Collection[int], now: datetime) -> None:
    """Note that the broker has taken launches; nobody answers them."""
    _done(session, Command.id.in_(command_ids), TOLD, now)


def note_found(session: Session, unit_id: int, devices: int, now: datetime) -> None:
    """Note that a unit has answered with the devices that it has found."""
    words = "1 device found." if devices == 1 else f"{devices} devices found."
    of_it = (Command.unit_id == unit_id) & (Command.kind == StationCommand.DETECT)
    _done(session, of_it, words, now)


def _done(session: Session, which: object, answer: str, now: datetime) -> None:
    session.execute(
        update(Command)
        .where(which, Command.tries > 0, Command.answered_at.is_(None))  # type: ignore[arg-type]
        .values(state=CommandState.DONE, answered_at=now, answer=answer)
        .execution_options(synchronize_session=False)
    )


def _due(now: datetime) -> Select[Command]:
    return (
        select(Command)
        .join(WattrexUnit, WattrexUnit.unit_id == Command.unit_id)
        .where(
            Command.state == CommandState.PENDING,
            Command.kind.in_(KINDS),
            Command.expires_at > now,
            WattrexUnit.seen_at > now - FRESH,
            ~exists().where(Unit.unit_id == Command.unit_id),
        )
    )
