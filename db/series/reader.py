"""The chunks of an experiment as they are read: listed, unpacked, compared with their checksums."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import SeriesChunk
from db.series import checksums, chunks, codec, gaps, rows
from db.series.checksums import Damage, StoredRow
from db.series.codec import Floats, Ints

FEW = 3  # chunks that are read whole for their clock
AT_A_TIME = 8  # chunks that are verified by one statement: 30 MB of nine channels
Columns = dict[str, Floats]
Points = tuple[Ints, Floats]


@dataclass(frozen=True)
class Directory:
    """The chunks of an experiment in their order: numbers, measures, greatest times so far."""

    numbers: Ints
    starts: Ints
    reach_us: Ints
    first_us: int
    summaries: tuple[bytes, ...]  # of gaps; b"" of a chunk that was made before there were any

    @property
    def measures(self) -> int:
        """How many measures there are."""
        return int(self.starts[-1])

    def numbers_within(self, between: tuple[float, float] | None) -> list[int]:
        """Return the chunks that may have a measure between two Unix seconds (None: all)."""
        early, late = (1e6 * end for end in sorted(between or (-np.inf, np.inf)))
        before_us = np.concatenate([[-np.inf], self.reach_us])[:-1]
        found: list[int] = self.numbers[(self.reach_us >= early) & (before_us <= late)].tolist()
        return found


@dataclass(frozen=True)
class ChunkReader:
    """Reads chunks of an experiment by their numbers; times are microseconds since 1970.

    Each blob is compared with its checksum. What is damaged is left out, and stands in `damage`.
    """

    session: Session
    experiment_id: int
    damage: set[Damage] = field(default_factory=set)

    @cached_property
    def directory(self) -> Directory:
        """The chunks that have a measure."""
        rows = self.session.execute(
            select(*checksums.FINE)
            .where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel == chunks.TIME,
                SeriesChunk.measures > 0,
            )
            .order_by(SeriesChunk.number)
        ).all()
        listed = [self._checked(row) for row in rows]
        table = np.array([one[:4] for one in listed], np.int64).reshape(-1, 4)
        return Directory(
            numbers=table[:, 0],
            starts=np.concatenate([[0], np.cumsum(table[:, 1])]),
            reach_us=np.maximum.accumulate(table[:, 2]),
            first_us=int(table[:, 3].min(initial=np.iinfo(np.int64).max)),
            summaries=tuple(one[4] for one in listed),
        )

    @cached_property
    def gaps_s(self) -> Floats:
        """Begin and end of each gap (Unix s) and the test time that passed, shape (gaps, 3)."""
        directory = self.directory
        summaries = [
            stored or self._summary(int(number))
            for stored, number in zip(directory.summaries, directory.numbers, strict=True)
        ]
        return gaps.between(summaries) / [1e6, 1e6, 1.0]

    def columns(
        self, numbers: Sequence[int], keys: Sequence[str]
    ) -> dict[int, tuple[Ints, Columns]]:
        """Return times and columns of chunks by number; a column that is not there is NaN.

        One statement, so that all columns of a chunk are of one state. A chunk whose times are
        damaged is left out.
        """
        rows = self._samples(numbers, [chunks.TIME, *keys])
        times = {
            row.number: self._times(row.number, codec.unpack_ints(row.samples))
            for row in rows
            if row.channel == chunks.TIME
        }
        columns: dict[int, tuple[Ints, Columns]] = {
            number: (us, {key: np.full(len(us), np.nan) for key in keys})
            for number, us in times.items()
        }
        for row in rows:
            if row.channel != chunks.TIME and row.number in columns:
                columns[row.number][1][row.channel] = codec.unpack_floats(row.samples)
        return columns

    def whole_columns(self, number: int, keys: Sequence[str]) -> tuple[Ints, Columns] | None:
        """Return times and columns of a chunk, None unless all of them are as they were stored."""
        found = self.columns([number], keys).get(number)
        return None if self.lost([number], keys) else found

    def lost(self, numbers: Sequence[int], keys: Sequence[str]) -> list[Damage]:
        """Return which samples of these were found to be damaged by now."""
        first_ids, channels = {number * chunks.CHUNK for number in numbers}, {chunks.TIME, *keys}
        return sorted(
            one
            for one in self.damage
            if one.is_lost and one.channel in channels and one.first_id in first_ids
        )

    def verify(self, numbers: Sequence[int], keys: Sequence[str]) -> None:
        """Compare the samples of chunks with their checksums, without unpacking them."""
        for start in range(0, len(numbers), AT_A_TIME):
            self._samples(numbers[start : start + AT_A_TIME], [chunks.TIME, *keys])

    def times(self, number: int) -> Ints:
        """Return the times of a chunk that is there; that which it reaches where they are lost."""
        found = self.columns([number], []).get(number)
        if found is not None:
            return found[0]
        directory = self.directory
        place = int(np.searchsorted(directory.numbers, number))
        return np.full(int(np.diff(directory.starts)[place]), directory.reach_us[place])

    def clock(self, most: int) -> Points:
        """Return clock (us) and test time (s) of at most so many measures, the ends among them.

        Of a few chunks any of their measures, of more those that stand beside the samples.
        """
        numbers = self.directory.numbers.tolist()
        pieces = self._clocks() if len(numbers) > FEW else {}
        others = [number for number in numbers if number not in pieces]
        for number, (us, columns) in self.columns(others, ["test_time"]).items():
            pieces[number] = us, columns["test_time"]
        ordered = [pieces[number] for number in sorted(pieces)]
        us = np.concatenate([np.empty(0, np.int64), *(one for one, _ in ordered)])
        test_s = np.concatenate([np.empty(0), *(one for _, one in ordered)])
        at = np.unique(np.linspace(0, len(us) - 1, min(most, len(us))).round().astype(np.int64))
        return us[at], test_s[at]

    def _clocks(self) -> dict[int, Points]:
        rows = self.session.execute(
            select(*checksums.COARSE).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel == chunks.TIME,
            )
        )
        return {
            row.number: codec.read_plain_points(row.coarse)
            for row in rows
            if row.coarse and self._is_intact(row, "coarse")
        }

    def extremes(
        self, numbers: Sequence[int], keys: Sequence[str], *, fine: bool
    ) -> tuple[dict[int, dict[str, Points]], set[int]]:
        """Return the points that stand for consecutive chunks, by number and channel.

        And the numbers of those chunks that have to be read whole, as their points are damaged.
        """
        selection = checksums.FINE if fine else checksums.COARSE
        blob, unpack = (
            ("fine", codec.unpack_points) if fine else ("coarse", codec.read_plain_points)
        )
        rows = self.session.execute(
            select(*selection).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel.in_(keys),
                SeriesChunk.number.between(numbers[0], numbers[-1]),
            )
        )
        by_number: dict[int, dict[str, Points]] = {number: {} for number in numbers}
        damaged = set()
        for row in rows:
            if self._is_intact(row, blob):
                by_number.setdefault(row.number, {})[row.channel] = unpack(getattr(row, blob))
            else:
                damaged.add(row.number)
        return by_number, damaged

    def _samples(self, numbers: Sequence[int], channels: Sequence[str]) -> list[StoredRow]:
        """Return the rows of these chunks whose samples are as they were stored."""
        rows = self.session.execute(
            select(*checksums.SAMPLES).where(
                SeriesChunk.experiment_id == self.experiment_id,
                SeriesChunk.channel.in_(channels),
                SeriesChunk.number.in_(numbers),
            )
        )
        return [row for row in rows if self._is_intact(row, "samples")]

    def _is_intact(self, row: StoredRow, blob: str) -> bool:
        if checksums.is_intact(row, blob):
            return True
        self.damage.add(chunks.damage(row, blob))
        return False

    def _checked(self, row: StoredRow) -> tuple[int, int, int, int, bytes]:
        """Return number, measures, last and first time, and summary of gaps of a chunk.

        Without the summary where only that is damaged; no measures where its numbers are.
        """
        if self._is_intact(row, "fine"):
            return row.number, row.measures, row.last_us, row.first_us, row.fine
        if self._samples([row.number], [chunks.TIME]):  # whose checksum has the same numbers
            return row.number, row.measures, row.last_us, row.first_us, b""
        ends = np.iinfo(np.int64)
        return row.number, 0, ends.min, ends.max, gaps.NO_SUMMARY

    def _summary(self, number: int) -> bytes:
        found = self.columns([number], gaps.KEYS).get(number)
        if found is None:
            return gaps.NO_SUMMARY
        us, columns = found
        return gaps.summary(us, [columns[name] for name in gaps.KEYS])

    @cached_property
    def _is_of_wattrex(self) -> bool:
        return rows.is_of_wattrex(self.session, self.experiment_id)

    def _times(self, number: int, us: Ints) -> Ints:
        return chunks.times(us, goes_on=number > 0, is_of_wattrex=lambda: self._is_of_wattrex)
