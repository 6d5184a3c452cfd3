"""The master node's side of commands: which are to be sent, what was answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from cycling.terms import StationCommand
from db.facts import facts
from db.models import Command, Unit
from db.statements import count_changed
from db.terms import CommandState

REPEAT_AFTER = timedelta(seconds=2)
ANSWER_TAKES = timedelta(seconds=15)  # after the expiry: it may have been carried out before
OPEN = (CommandState.PENDING, CommandState.SENT)
AT_A_TIME = 200


@dataclass(frozen=True)
class DueCommand:
    """A command to be sent now. `expires_at` is None for a stop; by the database's clock."""

    command_id: int
    hardware_id: str
    kind: StationCommand
    station_id: int | None
    experiment_id: int | None
    expires_at: datetime | None
    reason: str
    clock_offset_s: float


def is_due(session: Session, now: datetime) -> bool:
    """Whether a command is to be sent, or has expired."""
    due = (
        select(Command.id)
        .outerjoin(Unit, Unit.unit_id == Command.unit_id)
        .where(Command.state.in_(OPEN), or_(_has_expired(now), _to_be_sent(now)))
        .limit(1)
    )
    return session.scalar(due) is not None


def take_due(session: Session, now: datetime) -> list[DueCommand]:
    """Mark what is to be sent as sent, the stops first, and what has expired as that."""
    expired = update(Command).where(Command.state.in_(OPEN), _has_expired(now))
    count_changed(session, expired.values(state=CommandState.EXPIRED))
    due = session.execute(
        select(Command, Unit.hardware_id, Unit.clock_offset_s)
        .join(Unit, Unit.unit_id == Command.unit_id)
        .where(Command.state.in_(OPEN), _to_be_sent(now))
        .order_by(Command.expires_at.is_not(None), Command.id)
        .limit(AT_A_TIME)
    ).all()
    for command, *_ in due:
        command.state, command.sent_at, command.tries = CommandState.SENT, now, command.tries + 1
    return [
        _due_command(command, hardware_id, offset or 0.0) for command, hardware_id, offset in due
    ]


def store_answer(
    session: Session,
    command_id: int,
    unit_id: int,
    *,
    done: bool,
    reason: str,
    output_off: bool | None,
    now: datetime,
) -> bool:
    """Store what a unit has answered; False if it was never asked. The first answer stays."""
    command = session.get(Command, command_id)
    if command is None or command.unit_id != unit_id or command.tries == 0:
        return False
    if command.answered_at is None:  # also one that has expired here: it is what happened
        command.state = CommandState.DONE if done else CommandState.REFUSED
        command.answered_at, command.answer = now, reason[:250]
        command.output_off = output_off
    return True


def _to_be_sent(now: datetime) -> ColumnElement[bool]:
    """Return what is sent now, to units of bem/v1: also what was sent and has expired since.

    Its unit carries it out no more and says what it has done: the first answer may be lost. That
    it knows the time is only sure where we know its clock.
    """
    unsent = or_(Command.sent_at.is_(None), Command.sent_at <= now - REPEAT_AFTER)
    alive = or_(Command.expires_at.is_(None), Command.expires_at > now)
    return and_(Unit.unit_id.is_not(None), unsent, or_(alive, Unit.clock_offset_s.is_not(None)))


def _has_expired(now: datetime) -> ColumnElement[bool]:
    never_sent = and_(Command.state == CommandState.PENDING, Command.expires_at <= now)
    unanswered = Command.expires_at <= now - ANSWER_TAKES
    return or_(never_sent, unanswered)


def _due_command(command: Command, hardware_id: str, clock_offset_s: float) -> DueCommand:
    why = f": {command.reason}" if command.reason else ""
    return facts(
        DueCommand,
        command,
        command_id=command.id,
        hardware_id=hardware_id,
        reason=f"by {command.user_name}{why}"[:250],
        clock_offset_s=clock_offset_s,
    )
