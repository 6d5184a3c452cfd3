"""Reading the chunks of one experiment in one transaction: which there are, and their columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SeriesChunk
from db.series import chunks, codec, rows
from db.series.codec import Floats, Ints

Columns = dict[str, Floats]
Points = tuple[Ints, Floats]


@dataclass(frozen=True)
class Directory:
    """The chunks of an experiment in their order: numbers, measures, greatest times so far."""

    numbers: Ints
    starts: Ints
    reach_us: Ints
    first_us: int

    @property
    def measures(self) -> int:
        """How many measures there are."""
        return int(self.starts[-1])


@dataclass(frozen=True)
class ChunkReader:
    """Reads chunks of an experiment by their numbers; times are microseconds since 1970."""

    session: Session
    experiment_id: int

    @cached_property
    def directory(self) -> Directory:
        """The chunks that have a measure."""
        listed = self.session.execute(
            select(
                SeriesChunk.number, SeriesChunk.measures, SeriesChunk.last_us, SeriesChunk.first_us
            )
            .where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel == chunks.TIME,
                SeriesChunk.measures > 0,
            )
            .order_by(SeriesChunk.number)
        ).all()
        table = np.array([tuple(row) for row in listed], np.int64).reshape(-1, 4)
        return Directory(
            numbers=table[:, 0],
            starts=np.concatenate([[0], np.cumsum(table[:, 1])]),
            reach_us=np.maximum.accumulate(table[:, 2]),
            first_us=int(table[:, 3].min(initial=np.iinfo(np.int64).max)),
        )

    def columns(
        self, numbers: Sequence[int], keys: Sequence[str]
    ) -> dict[int, tuple[Ints, Columns]]:
        """Return times and columns of chunks by number; a column that is not there is NaN.

        One statement, so that all columns of a chunk are of one state.
        """
        stored = self.session.execute(
            select(SeriesChunk.number, SeriesChunk.channel, SeriesChunk.samples).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel.in_([chunks.TIME, *keys]),
                SeriesChunk.number.in_(numbers),
            )
        ).all()
        times = {
            number: self._times(number, codec.unpack_ints(data))
            for number, channel, data in stored
            if channel == chunks.TIME
        }
        columns: dict[int, tuple[Ints, Columns]] = {
            number: (us, {key: np.full(len(us), np.nan) for key in keys})
            for number, us in times.items()
        }
        for number, channel, data in stored:
            if channel != chunks.TIME:
                columns[number][1][channel] = codec.unpack_floats(data)
        return columns

    def times(self, number: int) -> Ints:
        """Return the times of a chunk that is there."""
        return self.columns([number], [])[number][0]

    def extremes(
        self, numbers: Sequence[int], keys: Sequence[str], *, fine: bool
    ) -> dict[int, dict[str, Points]]:
        """Return the points that stand for consecutive chunks, by number and channel."""
        points = SeriesChunk.fine if fine else SeriesChunk.coarse
        stored = self.session.execute(
            select(SeriesChunk.number, SeriesChunk.channel, points).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel.in_(keys),
                SeriesChunk.number.between(numbers[0], numbers[-1]),
            )
        )
        unpack = codec.unpack_points if fine else codec.read_plain_points
        by_number: dict[int, dict[str, Points]] = {number: {} for number in numbers}
        for number, channel, data in stored:
            by_number.setdefault(number, {})[channel] = unpack(data)
        return by_number

    @cached_property
    def _is_of_wattrex(self) -> bool:
        return rows.is_of_wattrex(self.session, self.experiment_id)

    def _times(self, number: int, us: Ints) -> Ints:
        return chunks.times(us, goes_on=number > 0, is_of_wattrex=lambda: self._is_of_wattrex)
