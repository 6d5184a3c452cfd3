"""How far the copy of an experiment goes: its row in bem_series, and one for each channel."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from db.models import GenericMeasure, SeriesChannel, SeriesHead
from db.series import chunks, rows
from db.series.rows import Watermarks
from db.statements import insert_missing


@dataclass(frozen=True)
class Head:
    """What is known of a copy, and the greatest MeasID of the rows that it is made of (-1: none).

    `revision` rises with every change, 0 without a copy. A final copy is of an experiment that has
    ended. `extended` are the UsedMeasIDs that have a row. Without rows there is nothing to copy.
    """

    watermarks: Watermarks
    last_row: int
    extended: tuple[int, ...] = ()
    revision: int = 0
    has_power: bool = False
    is_final: bool = False
    has_rows: bool = True


def read_head(session: Session, experiment_id: int) -> Head:
    """Return how far the copy goes, by one statement where there is a copy."""
    last_row = (
        select(func.max(GenericMeasure.id))
        .where(GenericMeasure.experiment_id == experiment_id)
        .scalar_subquery()
    )
    looks = session.execute(
        select(
            SeriesHead.last_id,
            SeriesHead.revision,
            SeriesHead.has_power,
            SeriesHead.final,
            SeriesHead.has_rows,
            case((SeriesHead.has_rows, last_row), else_=SeriesHead.last_id).label("last_row"),
            SeriesChannel.used_measure_id,
            SeriesChannel.last_id.label("channel_last_id"),
            SeriesChannel.known,
        )
        .outerjoin(SeriesChannel, SeriesChannel.experiment_id == SeriesHead.experiment_id)
        .where(SeriesHead.experiment_id == experiment_id)
        .order_by(SeriesChannel.used_measure_id)
    ).all()
    if not looks:
        return Head(Watermarks(-1, {}), rows.last_generic(session, experiment_id))
    head = looks[0]
    channels = [look for look in looks if look.used_measure_id is not None]
    lasts = {one.used_measure_id: one.channel_last_id for one in channels}
    return Head(
        watermarks=Watermarks(head.last_id, lasts),
        last_row=-1 if head.last_row is None else int(head.last_row),  # a decimal on MariaDB
        extended=tuple(one.used_measure_id for one in channels if one.known > 0),
        revision=head.revision,
        has_power=head.has_power,
        is_final=head.final,
        has_rows=head.has_rows,
    )


def has_rows(session: Session, experiment_id: int) -> bool:
    """Whether the measures of an experiment stand in the row tables, or would."""
    of_it = select(SeriesHead.has_rows).where(SeriesHead.experiment_id == experiment_id)
    return session.scalar(of_it) is not False


def insert_head(session: Session, experiment_id: int) -> None:
    """Insert the row of a copy unless another process has."""
    insert_missing(session, SeriesHead, [{"experiment_id": experiment_id}])


def lock(session: Session, experiment_id: int) -> None:
    """Wait until nobody else changes this experiment's copy (SQLite has one writer anyway)."""
    session.execute(
        select(SeriesHead.experiment_id)
        .where(SeriesHead.experiment_id == experiment_id)
        .with_for_update()
    )


def advance(session: Session, experiment_id: int, watermarks: Watermarks) -> None:
    """Bring the rows up to the chunks as they are now, which were saved in this transaction."""
    counts = chunks.value_counts(session, experiment_id)
    session.execute(
        update(SeriesHead)
        .where(SeriesHead.experiment_id == experiment_id)
        .values(
            revision=SeriesHead.revision + 1,
            measures=counts.get(chunks.TIME, 0),
            last_id=watermarks.generic,
            has_power=counts.get("power", 0) > 0,
        )
    )
    _advance_channels(session, experiment_id, watermarks.extended, counts)


def _advance_channels(
    session: Session, experiment_id: int, lasts: Mapping[int, int], counts: Mapping[str, int]
) -> None:
    stored = session.scalars(
        select(SeriesChannel).where(SeriesChannel.experiment_id == experiment_id)
    )
    channels = {one.used_measure_id: one for one in stored}
    for id_ in channels.keys() | lasts.keys():
        channel = channels.get(id_) or SeriesChannel(
            experiment_id=experiment_id, used_measure_id=id_, last_id=-1
        )
        channel.known = counts.get(chunks.extended_name(id_), 0)
        channel.last_id = lasts.get(id_, channel.last_id)
        session.add(channel)
    session.flush()
