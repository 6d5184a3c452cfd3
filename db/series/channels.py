"""The channels of experiments: their keys, names and units."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.models import AvailableMeasure, Channel, SeriesChannel, UsedMeasure
from db.series.chunks import IDS, TIME, extended_name
from db.series.rows import AS_STORED, COLUMNS, scales


@dataclass(frozen=True)
class ChannelInfo:
    """A channel that an experiment has: `key` names it in addresses, stores and traces."""

    key: str
    name: str
    unit: str
    used_measure_id: int | None = None


VOLTAGE = ChannelInfo("voltage", "Voltage", "V")
CURRENT = ChannelInfo("current", "Current", "A")
POWER = ChannelInfo("power", "Power", "W")


def extended_channels(session: Session, used_measure_ids: Collection[int]) -> list[ChannelInfo]:
    """Return extended channels with their names and units, in the order of their ids."""
    if not used_measure_ids:
        return []
    return channels_of(session, UsedMeasure.id.in_(used_measure_ids))


def channel_names(session: Session, experiment_id: int) -> dict[str, str]:
    """Return what each stored channel of an experiment is called, by its key."""
    of_it = select(SeriesChannel.used_measure_id).where(
        SeriesChannel.experiment_id == experiment_id
    )
    extended = channels_of(session, UsedMeasure.id.in_(of_it))
    return {
        TIME: "all channels",
        IDS: "numbers of the measures",
        **{name: name.replace("_", " ").capitalize() for name in COLUMNS},
        **{channel.key: channel.name for channel in extended},
    }


def channels_of(session: Session, which: ColumnElement[bool]) -> list[ChannelInfo]:
    """Do the same for those of a condition."""
    rows = session.execute(
        select(
            UsedMeasure.id,
            func.coalesce(Channel.name, UsedMeasure.custom_name, AvailableMeasure.name),
            func.coalesce(Channel.unit, ""),
        )
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .outerjoin(Channel, Channel.used_measure_id == UsedMeasure.id)
        .where(which)
        .order_by(UsedMeasure.id)
    ).all()
    of_epc = scales(session, [id_ for id_, _name, unit in rows if not unit])
    return [
        ChannelInfo(extended_name(id_), name, unit or of_epc.get(id_, AS_STORED).unit, id_)
        for id_, name, unit in rows
    ]
