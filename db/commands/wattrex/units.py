"""Units that speak the WattRex protocol: their numbers, heartbeats, devices, and their commands.

A unit of the fixed table speaks it unless it has a row in bem_units (docs/decisions/0024). It can
look for devices and start a station's cycler, nothing else. No command is sent twice: a unit starts
its program again for every launch.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, delete, exists, select, update
from sqlalchemy.orm import Session

from cycling.terms import Availability, StationCommand
from db.commands.units.registration import store_detected
from db.models import (
    Command,
    CompatibleDevice,
    ComputationalUnit,
    Unit,
    UnregisteredUnit,
    WattrexUnit,
)
from db.models.wattrex import FRESH, is_wattrex
from db.statements import count_changed
from db.terms import CommandState

ASKED_FOR = timedelta(hours=1)  # a unit that wanted a number longer ago has been restarted since
MAX_UNREGISTERED, FORGET_AFTER = 100, timedelta(days=1)
NOT_REGISTERED = "This number is not in the database."
NOT_ITS_OWN = "This number belongs to a unit that speaks another protocol."
KINDS = (StationCommand.DETECT, StationCommand.LAUNCH)
LAUNCHED = "The unit was told. It does not report whether the cycler has started."


@dataclass(frozen=True)
class WattrexIdentity:
    """What a unit says of itself when it registers; `mac` is the number of its network card."""

    mac: int
    user: str
    ip: str
    port: int
    host: str


@dataclass(frozen=True)
class WattrexDevice:
    """A device that a unit has found, of a kind in CompatibleDevices."""

    kind_id: int
    serial_number: str
    link: str


class StoredDevices(NamedTuple):
    """How many devices were stored, and the kinds that CompatibleDevices does not name."""

    devices: int
    unknown_kinds: list[int]


def register(session: Session, identity: WattrexIdentity, now: datetime) -> int:
    """Return the number of a unit, the same one for the same network card, and note that it asks.

    The number is that of the row which is inserted here, so two units never get the same.
    """
    mac = str(identity.mac)
    same = session.scalars(
        select(ComputationalUnit)
        .where(ComputationalUnit.mac == mac, is_wattrex())
        .order_by(ComputationalUnit.id)
    ).all()
    # the old master node may have left several of one card; their facts must not become equal
    facts = (identity.host, identity.ip, identity.port)
    exact = [one for one in same if (one.host_name, one.ip, one.port) == facts]
    row = next(iter([*exact, *same]), None)
    if row is None:
        row = ComputationalUnit(mac=mac, available=Availability.OFF, last_connection=now)
        session.add(row)
    row.host_name, row.ip = identity.host, identity.ip
    row.port, row.user = identity.port, identity.user
    session.flush()
    session.merge(WattrexUnit(unit_id=row.id, asked_at=now))
    session.flush()
    return row.id


def waiting_units(session: Session, now: datetime) -> dict[int, WattrexIdentity]:
    """Return the units that wait for their number, the one that has waited longest first."""
    rows = session.scalars(
        select(ComputationalUnit)
        .join(WattrexUnit, WattrexUnit.unit_id == ComputationalUnit.id)
        .where(WattrexUnit.asked_at > now - ASKED_FOR)
        .order_by(WattrexUnit.asked_at, WattrexUnit.unit_id)
    )
    return {
        one.id: WattrexIdentity(int(one.mac), one.user, one.ip, one.port, one.host_name)
        for one in rows
        if one.mac.isdecimal()
    }


def end_waiting(session: Session, unit_ids: Collection[int]) -> None:
    """Forget that units wait for their number."""
    session.execute(
        update(WattrexUnit).where(WattrexUnit.unit_id.in_(unit_ids)).values(asked_at=None)
    )


def wattrex_units(session: Session, unit_ids: Collection[int]) -> set[int]:
    """Return those of the numbers that are WattRex units of ours."""
    ours = ComputationalUnit.id.in_(unit_ids), is_wattrex()
    return set(session.scalars(select(ComputationalUnit.id).where(*ours)))


def note_heartbeats(
    session: Session, offsets: Mapping[int, float | None], now: datetime
) -> set[int]:
    """Note heartbeats: by unit how far its clock is ahead (s). Return the units that are ours.

    The others are noted as unregistered, for people to see.
    """
    ours = wattrex_units(session, offsets)
    count_changed(
        session,
        update(ComputationalUnit)
        .where(ComputationalUnit.id.in_(ours))
        .values(last_connection=now, available=Availability.ON),
    )
    stored = session.scalars(select(WattrexUnit).where(WattrexUnit.unit_id.in_(ours)))
    rows = {row.unit_id: row for row in stored}
    for unit_id in ours:
        row = rows.get(unit_id) or WattrexUnit(unit_id=unit_id)
        row.seen_at, row.asked_at = now, None
        row.clock_offset_s = offsets[unit_id]
        session.add(row)
    session.execute(delete(UnregisteredUnit).where(UnregisteredUnit.claimed_id.in_(ours)))
    _note_unregistered(session, offsets.keys() - ours, now)
    session.flush()
    return ours


def note_silent(session: Session, silent_since: datetime) -> None:
    """Note which units were not heard since then."""
    silent = update(ComputationalUnit).where(
        is_wattrex(),
        ComputationalUnit.available == Availability.ON,
        ComputationalUnit.last_connection < silent_since,
    )
    count_changed(session, silent.values(available=Availability.OFF))


def store_devices(
    session: Session, unit_id: int, devices: Iterable[WattrexDevice]
) -> StoredDevices:
    """Store what a unit has found; what it does not name is disconnected."""
    by_key = {(one.kind_id, one.link): one for one in devices}
    named_kinds = {kind_id for kind_id, _ in by_key}
    kinds = set(
        session.scalars(select(CompatibleDevice.id).where(CompatibleDevice.id.in_(named_kinds)))
    )
    compatible = {key: one.serial_number for key, one in by_key.items() if one.kind_id in kinds}
    store_detected(session, unit_id, compatible)
    return StoredDevices(len(compatible), sorted(named_kinds - kinds))


def _note_unregistered(session: Session, claimed: Collection[int], now: datetime) -> None:
    if not claimed:
        return
    session.execute(delete(UnregisteredUnit).where(UnregisteredUnit.last_at < now - FORGET_AFTER))
    rows = {row.claimed_id: row for row in session.scalars(select(UnregisteredUnit))}
    ours = set(
        session.scalars(select(ComputationalUnit.id).where(ComputationalUnit.id.in_(claimed)))
    )
    for claimed_id in sorted(claimed):
        row = rows.get(claimed_id)
        if row is None:
            if len(rows) >= MAX_UNREGISTERED:
                return
            row = rows[claimed_id] = UnregisteredUnit(claimed_id=claimed_id, first_at=now)
            session.add(row)
        row.last_at = now
        row.reason = NOT_ITS_OWN if claimed_id in ours else NOT_REGISTERED


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
