"""The master node's side of commands to WattRex units: detect devices, start a station's cycler.

They know nothing else. None is sent twice: a unit starts its program again for every launch.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, select, update
from sqlalchemy.orm import Session

from cycling.terms import StationCommand
from db.models import Command, Unit, WattrexUnit
from db.models.wattrex import FRESH
from db.statements import count_changed
from db.terms import CommandState

KINDS = (StationCommand.DETECT, StationCommand.LAUNCH)
LAUNCHED = "The unit was told. It does not report whether the cycler has started."


def is_due(session: Session, now: datetime) -> bool:
    """Whether a command is to be sent."""
    return session.scalar(_due(now).with_only_columns(Command.id).limit(1)) is not None


def take_due(session: Session, now: datetime) -> Sequence[Command]:
    """Mark what is to be sent as sent: to units with a fresh heartbeat only."""
    due = session.scalars(_due(now).order_by(Command.id)).all()
    for command in due:
        command.state, command.sent_at, command.tries = CommandState.SENT, now, 1
    return due


def note_launches(session: Session, command_ids: Collection[int], now: datetime) -> None:
    """Note that the broker has taken launches; nobody answers them."""
    _end(session, Command.id.in_(command_ids), LAUNCHED, now)


def note_devices(session: Session, unit_id: int, devices: int, now: datetime) -> None:
    """Note that a unit has answered with the devices that it has found."""
    text = "1 device found." if devices == 1 else f"{devices} devices found."
    of_it = (Command.unit_id == unit_id) & (Command.kind == StationCommand.DETECT)
    _end(session, of_it, text, now)


def _end(session: Session, condition: ColumnElement[bool], answer: str, now: datetime) -> None:
    open_commands = update(Command).where(
        condition, Command.tries > 0, Command.answered_at.is_(None)
    )
    done = open_commands.values(state=CommandState.DONE, answered_at=now, answer=answer)
    count_changed(session, done)


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
