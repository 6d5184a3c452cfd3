"""The further channels of imports: each name with its unit is one of the station "Virtual"."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import AvailableMeasure, Channel, UsedMeasure
from db.models.stations import VIRTUAL_STATION
from db.repeating import idempotent

VIRTUAL_DEVICE = 1
VIRTUAL_COMPATIBLE_DEVICE = 1

ChannelName = tuple[str, str]


def ensure_channels(database: Database, names: Iterable[ChannelName]) -> dict[ChannelName, int]:
    """Return the UsedMeasID of each (name, unit), adding those that are new."""
    return {name: _ensure_channel(database, name) for name in names}


@idempotent
def _ensure_channel(database: Database, channel: ChannelName) -> int:
    try:
        with database.write() as session:
            return _find_channel(session, channel) or _add_channel(session, channel)
    except IntegrityError:  # another import has just added the same one
        with database.read() as session:
            channel_id = _find_channel(session, channel)
        if channel_id is None:
            raise
        return channel_id


def _find_channel(session: Session, channel: ChannelName) -> int | None:
    name, unit = channel
    return session.scalar(
        select(Channel.used_measure_id).where(
            Channel.station_id == VIRTUAL_STATION, Channel.name == name, Channel.unit == unit
        )
    )


def _add_channel(session: Session, channel: ChannelName) -> int:
    name, unit = channel
    measure = AvailableMeasure(compatible_device_id=VIRTUAL_COMPATIBLE_DEVICE, name=name[:20])
    session.add(measure)
    session.flush()
    used = UsedMeasure(
        station_id=VIRTUAL_STATION,
        device_id=VIRTUAL_DEVICE,
        available_measure_id=measure.id,
        custom_name=name[:40],
    )
    session.add(used)
    session.flush()
    session.add(Channel(used_measure_id=used.id, station_id=VIRTUAL_STATION, name=name, unit=unit))
    session.flush()
    return used.id
