"""Units that speak the WattRex protocol: their numbers, their last heartbeats, their devices.

A unit of the fixed table speaks it unless it has a row in bem_units (docs/decisions/0024).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cycling.terms import Availability, Connection
from db.models import (
    CompatibleDevice,
    ComputationalUnit,
    DetectedDevice,
    WattrexStranger,
    WattrexUnit,
)
from db.queries.wattrex.units import is_wattrex

ASKED_FOR = timedelta(hours=1)  # a unit that wanted a number longer ago has been restarted since
MOST_STRANGERS, FORGOTTEN_AFTER = 100, timedelta(days=1)
NOT_KNOWN = "This number is not in the database."
NOT_ITS_OWN = "This number belongs to a unit that speaks another protocol."


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
    said = (identity.host, identity.ip, identity.port)
    exact = [one for one in same if (one.host_name, one.ip, one.port) == said]
    row = next(iter([*exact, *same]), None)
    if row is None:
        row = ComputationalUnit(mac=mac, available=Availability.OFF, last_connection=now)
        session.add(row)
    row.host_name, row.ip = identity.host, identity.ip
    row.port, row.user = identity.port, identity.user
    session.flush()
    known = session.get(WattrexUnit, row.id) or WattrexUnit(unit_id=row.id)
    known.asked_at = now
    session.add(known)
    session.flush()
    return row.id


def asking(session: Session, now: datetime) -> dict[int, WattrexIdentity]:
    """Return the units that wait for their number, the one that has waited longest first."""
    found = session.scalars(
        select(ComputationalUnit)
        .join(WattrexUnit, WattrexUnit.unit_id == ComputationalUnit.id)
        .where(WattrexUnit.asked_at > now - ASKED_FOR)
        .order_by(WattrexUnit.asked_at, WattrexUnit.unit_id)
    )
    return {
        one.id: WattrexIdentity(int(one.mac), one.user, one.ip, one.port, one.host_name)
        for one in found
        if one.mac.isdecimal()
    }


def stop_asking(session: Session, unit_ids: Collection[int]) -> None:
    """Forget that units wait for their number."""
    session.execute(
        update(WattrexUnit).where(WattrexUnit.unit_id.in_(unit_ids)).values(asked_at=None)
    )


def known_units(session: Session, unit_ids: Collection[int]) -> set[int]:
    """Return those of the numbers that are WattRex units of ours."""
    found = session.scalars(
        select(ComputationalUnit.id).where(ComputationalUnit.id.in_(unit_ids), is_wattrex())
    )
    return set(found)


def heard(session: Session, offsets: Mapping[int, float | None], now: datetime) -> set[int]:
    """Note heartbeats: by unit how far its clock is ahead (s). Return the units that are known.

    The others are noted as strangers, for people to see.
    """
    known = known_units(session, offsets)
    session.execute(
        update(ComputationalUnit)
        .where(ComputationalUnit.id.in_(known))
        .values(last_connection=now, available=Availability.ON)
        .execution_options(synchronize_session=False)
    )
    rows = {
        row.unit_id: row
        for row in session.scalars(select(WattrexUnit).where(WattrexUnit.unit_id.in_(known)))
    }
    for unit_id in known:
        row = rows.get(unit_id) or WattrexUnit(unit_id=unit_id)
        row.seen_at, row.asked_at = now, None
        row.clock_offset_s = offsets[unit_id]
        session.add(row)
    session.execute(delete(WattrexStranger).where(WattrexStranger.claimed_id.in_(known)))
    _note_strangers(session, offsets.keys() - known, now)
    session.flush()
    return known


def note_silent(session: Session, silent_since: datetime) -> None:
    """Note which units were not heard since then."""
    session.execute(
        update(ComputationalUnit)
        .where(
            is_wattrex(),
            ComputationalUnit.available == Availability.ON,
            ComputationalUnit.last_connection < silent_since,
        )
        .values(available=Availability.OFF)
        .execution_options(synchronize_session=False)
    )


def store_found(
    session: Session, unit_id: int, found: Iterable[WattrexDevice]
) -> tuple[int, list[int]]:
    """Store what a unit has found; return how many were stored, and the kinds that are not known.

    What it does not name is disconnected, also when it names nothing.
    """
    by_link = {(one.kind_id, one.link): one for one in found}
    kinds = set(
        session.scalars(
            select(CompatibleDevice.id).where(
                CompatibleDevice.id.in_({kind for kind, _ in by_link})
            )
        )
    )
    rows = {
        (row.compatible_device_id, row.link_name): row
        for row in session.scalars(select(DetectedDevice).where(DetectedDevice.unit_id == unit_id))
    }
    for key, row in rows.items():
        row.connection = Connection.CONNECTED if key in by_link else Connection.DISCONNECTED
    stored = 0
    for key, one in by_link.items():
        if one.kind_id not in kinds:
            continue
        row = rows.get(key) or DetectedDevice(
            unit_id=unit_id, compatible_device_id=one.kind_id, link_name=one.link
        )
        row.serial_number, row.connection = one.serial_number, Connection.CONNECTED
        session.add(row)
        stored += 1
    session.flush()
    return stored, sorted({kind for kind, _ in by_link} - kinds)


def _note_strangers(session: Session, claimed: Collection[int], now: datetime) -> None:
    if not claimed:
        return
    session.execute(delete(WattrexStranger).where(WattrexStranger.last_at < now - FORGOTTEN_AFTER))
    rows = {row.claimed_id: row for row in session.scalars(select(WattrexStranger))}
    ours = set(
        session.scalars(select(ComputationalUnit.id).where(ComputationalUnit.id.in_(claimed)))
    )
    for claimed_id in sorted(claimed):
        row = rows.get(claimed_id)
        if row is None:
            if len(rows) >= MOST_STRANGERS:
                return
            row = rows[claimed_id] = WattrexStranger(claimed_id=claimed_id, first_at=now)
            session.add(row)
        row.last_at = now
        row.reason = NOT_ITS_OWN if claimed_id in ours else NOT_KNOWN
