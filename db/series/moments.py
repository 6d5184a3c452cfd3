"""When some of an experiment's measures were taken, read from the chunks that hold them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SeriesChunk
from db.series import chunks, codec
from db.series.codec import Floats, Ints
from db.series.reader import ChunkReader


@dataclass(frozen=True)
class Moments:
    """Measures, shapes (n,): their MeasIDs, Unix seconds, and test time (s)."""

    id: Ints
    unix_s: Floats
    test_time_s: Floats


def moments(reader: ChunkReader, places: Ints) -> Moments:
    """Return the measures at these places, counted from 0, in this order."""
    directory = reader.directory
    found = Moments(np.zeros(len(places), np.int64), *np.full((2, len(places)), np.nan))
    index = np.searchsorted(directory.starts, places, "right") - 1
    for one in np.unique(index).tolist():
        number, which = int(directory.numbers[one]), index == one
        within = places[which] - directory.starts[one]
        us, columns = reader.columns([number], ["test_time"])[number]
        found.id[which] = _ids(reader, number)[within]
        found.unix_s[which] = us[within] / 1e6
        found.test_time_s[which] = columns["test_time"][within]
    unknown = np.isnan(found.test_time_s)
    if unknown.any():
        begin_us = reader.times(int(directory.numbers[0]))[0]
        found.test_time_s[unknown] = found.unix_s[unknown] - begin_us / 1e6
    return found


def moment_of(session: Session, experiment_id: int, measure_id: int) -> datetime | None:
    """Return when a measure was taken, None if there is none of it. Raises DamagedError."""
    chunk = chunks.load(session, experiment_id, measure_id // chunks.CHUNK)
    place = np.flatnonzero(chunk.ids == measure_id)
    return datetime.fromtimestamp(int(chunk.us[place[0]]) / 1e6, UTC) if len(place) else None


def _ids(reader: ChunkReader, number: int) -> Ints:
    data = reader.session.scalars(
        select(SeriesChunk.samples).where(
            SeriesChunk.experiment_id == reader.experiment_id,
            SeriesChunk.number == number,
            SeriesChunk.channel == chunks.IDS,
        )
    ).one()
    return codec.unpack_ints(data)
