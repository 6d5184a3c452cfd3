"""The series of one experiment: channels, points of a window, tables of every sample.

Everything that draws, sums up or exports an experiment reads through here, and so from the series
store; nothing else reads the measures' row tables.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from cycling.errors import UnavailableError
from db.engine import Database, Snapshot
from db.series import rows, store, upkeep, window
from db.series.channels import (
    CURRENT,
    POWER,
    VOLTAGE,
    ChannelInfo,
    channel_names,
    extended_channels,
)
from db.series.checksums import Damage, damage_words
from db.series.codec import Floats, Ints
from db.series.head import Head, read_head
from db.series.moments import Moments, moments
from db.series.reader import ChunkReader, Columns
from db.series.tables import MeasureTable, column_keys, refuse_lost, tables
from db.series.window import blank_times, broken, longest, thinned

MILLI = 1000.0
MAX_RECENT = 4  # chunks that are kept for the next part of an experiment
BREAKS_SHARE = 4  # of the points of a channel no more than a quarter break its line


class BeingPreparedError(UnavailableError):
    """Many measures came from elsewhere; the worker copies them. `fraction` is done, 0 to 1."""

    def __init__(self, fraction: float) -> None:
        super().__init__(
            "The measures of this experiment are being prepared. Nothing is lost; "
            "this takes a moment."
        )
        self.fraction = fraction


@dataclass(frozen=True)
class Trace:
    """A channel's points in the order of time: Unix seconds and values in the channel's unit.

    A value is NaN where the line breaks.
    """

    unix_s: Floats
    values: Floats


@dataclass(frozen=True)
class Series:
    """Traces by the keys of their channels; `samples` counts the measures before thinning."""

    traces: dict[str, Trace]
    samples: int
    every_sample: bool


@contextmanager
def opened(database: Database, experiment_id: int) -> Iterator["ExperimentSeries"]:
    """Open the series of an experiment in one transaction, with the rows that have come by now.

    Where nothing is missing in the copy nothing is written. A few missing rows are copied first;
    many are left to the worker, and `fraction` says how far it is.
    """
    with _at_this_moment(database, experiment_id) as experiment:
        missing = store.find_missing(experiment.database.session, experiment_id, experiment.head)
        if missing.is_much or not missing.numbers:
            yield replace(experiment, fraction=missing.fraction)
            return
    for number in missing.numbers:
        store.extend_chunk(database, experiment_id, number)
    with _at_this_moment(database, experiment_id) as experiment:
        yield experiment


@contextmanager
def _at_this_moment(database: Database, experiment_id: int) -> Iterator["ExperimentSeries"]:
    with database.snapshot() as snapshot:
        head = read_head(snapshot.session, experiment_id)
        experiment = ExperimentSeries(snapshot, experiment_id, head)
        yield experiment
    if isinstance(database, Snapshot):
        return
    if experiment.damage:
        upkeep.report(database, experiment_id, experiment.damage)
    for keep in experiment.afterwards:
        keep(database)


@dataclass(frozen=True)
class ExperimentSeries:
    """An experiment's series at one moment.

    `database` is the whole database at that moment: queries take it like any other. `fraction` is
    the part of the measures that is copied; below 1 what needs them raises BeingPreparedError.
    What is to be written of what was read waits in `afterwards`, until it is closed.
    """

    database: Snapshot
    id: int
    head: Head
    fraction: float = 1.0
    noted_damage: set[Damage] = field(default_factory=set)
    afterwards: list[Callable[[Database], None]] = field(default_factory=list)

    @cached_property
    def channels(self) -> tuple[ChannelInfo, ...]:
        """The channels that hold at least one value; voltage and current always.

        While many measures wait to be copied, also a channel that may turn out to be empty.
        """
        session, is_copied = self.database.session, self.fraction == 1.0
        ids = self.head.extended if is_copied else rows.extended_channels(session, self.id)
        power = [POWER] if self.head.has_power or not is_copied else []
        return (VOLTAGE, CURRENT, *power, *extended_channels(session, ids))

    @cached_property
    def time_range(self) -> tuple[float, float] | None:
        """The Unix seconds of the first and the last measure, None if there is none."""
        directory = self._chunks.directory
        if not directory.measures:
            return None
        return directory.first_us / 1e6, int(directory.reach_us[-1]) / 1e6

    @cached_property
    def gaps(self) -> Floats:
        """Begin and end of the times in which measures are missing, Unix seconds, shape (n, 2)."""
        return self._gaps[:, :2]

    @property
    def gap_test_s(self) -> Floats:
        """The test time (s) that passed in each gap, shape (n,), NaN where it is not known."""
        return self._gaps[:, 2]

    @property
    def damage(self) -> tuple[Damage, ...]:
        """What was found to be damaged in what was read by now; of lost samples none is given."""
        return tuple(sorted(self.noted_damage))

    @property
    def left_out(self) -> str:
        """Say which measures of which channels were left out; "" where none was."""
        lost = [one for one in self.damage if one.is_lost]
        if not lost:
            return ""
        return damage_words(lost, channel_names(self.database.session, self.id))

    def refuse_damaged(
        self,
        extended: Sequence[ChannelInfo],
        only: Collection[str],
        within: tuple[float, float] | None,
    ) -> None:
        """Raise DamagedError where samples of a window (Unix s) are damaged; all are read."""
        if self.fraction < 1.0:
            return  # they are compared as they are handed out
        keys, directory = column_keys(extended, only), self._chunks.directory
        first = directory.numbers[:1].tolist()  # test time may count from there
        for numbers, channels in ((first, []), (directory.numbers_within(within), keys)):
            self._chunks.verify(numbers, channels)
            refuse_lost(self._chunks, numbers, channels)

    @property
    def _gaps(self) -> Floats:
        return window.NO_GAPS if self.time_range is None else self._chunks.gaps_s

    def last_before(self, unix_s: float, count: int) -> tuple[Floats, Floats]:
        """Return Unix seconds and test time (s) of at most `count` measures before a moment."""
        if self.time_range is None:
            return np.empty(0), np.empty(0)
        return window.last_before(self._chunks, unix_s, count)

    def ends(self, column: str) -> tuple[float, float] | None:
        """Return the first and the last value of a generic column, None without one."""
        numbers = self._chunks.directory.numbers
        if not len(numbers):
            return None
        outermost = self._chunks.columns([int(numbers[0]), int(numbers[-1])], [column])
        values = np.concatenate(
            [np.empty(0), *(columns[column] for _us, columns in outermost.values())]
        )
        present = values[~np.isnan(values)]
        return (float(present[0]), float(present[-1])) if len(present) else None

    def read(
        self,
        channels: Sequence[ChannelInfo],
        *,
        between: tuple[float, float] | None = None,
        points: int = 2000,
        breaks: Floats | None = None,
    ) -> Series:
        """Return at most `points` points a channel of a time window, extremes kept.

        Lines break at `breaks`, like `gaps`, which are taken without it; the longest, if there are
        many. That of a single channel also breaks where it alone fell silent.
        `between` are Unix seconds; the nearest measure on each side of the window is included so
        that lines reach the edges. A short window is read sample by sample. Of a long one only its
        first and last chunk are; between them stand the extremes of every 64 or 1,024 samples.
        """
        keys = [channel.key for channel in channels]
        if self.time_range is None:
            nothing = {key: Trace(np.empty(0), np.empty(0)) for key in keys}
            return Series(nothing, 0, every_sample=True)
        first, end = window.positions(self._chunks, between)
        breaks = longest(self.gaps if breaks is None else breaks, between, points // BREAKS_SHARE)
        points -= len(breaks)
        traces = {
            channel.key: _trace(us, values / _unit_factor(channel), points, breaks)
            for channel, (us, values) in zip(
                channels, window.points(self._chunks, keys, first, end), strict=True
            )
        }
        return Series(traces, end - first, every_sample=end - first <= points)

    def tables(
        self,
        extended: Sequence[ChannelInfo],
        *,
        only: Collection[str] | None = None,
        part: tuple[int, int] | None = None,
        whole: bool = False,
    ) -> Iterator[MeasureTable]:
        """Yield all measures in MeasID order, some tens of thousands at a time.

        With `only` the other generic columns (voltage, current, power, instruction, test_time,
        step, cycle) are not read and stay NaN. `part` are the first measure, counted from 0, and
        the one after the last; no other chunks are read. A chunk of which something
        is damaged is left out; with `whole` DamagedError is raised instead.
        """
        chunks = self._each_chunk(column_keys(extended, only), part, whole=whole)
        return tables(chunks, extended)

    @property
    def chunk_numbers(self) -> list[int]:
        """The numbers of the chunks that have a measure, in their order."""
        numbers: list[int] = self._chunks.directory.numbers.tolist()
        return numbers

    @cached_property
    def begin_us(self) -> int:
        """When the first measure was taken (microseconds): unknown test time counts from there."""
        return int(self._chunks.times(self.chunk_numbers[0])[0])

    def table(
        self, number: int, extended: Sequence[ChannelInfo], *, only: Collection[str]
    ) -> MeasureTable:
        """Return the measures of a chunk; columns as of `tables`. Raises DamagedError."""
        keys = column_keys(extended, only)
        pieces = self._chunks.columns([number], keys)
        refuse_lost(self._chunks, [number], keys)
        return next(tables([pieces[number]], extended, begin_us=self.begin_us))

    def moments(self, places: Ints) -> Moments:
        """Return when the measures at these places were taken, counted from 0, shape (n,)."""
        return moments(self._chunks, places)

    @cached_property
    def _chunks(self) -> ChunkReader:
        if self.fraction < 1.0:
            raise BeingPreparedError(self.fraction)
        return ChunkReader(self.database.session, self.id, self.noted_damage)

    def _each_chunk(
        self, keys: Sequence[str], part: tuple[int, int] | None, *, whole: bool
    ) -> Iterator[tuple[Ints, Columns]]:
        directory = self._chunks.directory
        first, end = part or (0, directory.measures)
        low = max(int(np.searchsorted(directory.starts, first, "right")) - 1, 0)
        for place, number in enumerate(directory.numbers.tolist()[low:], low):
            start = int(directory.starts[place])
            if start >= end:
                return
            found = self._chunk(number, keys, kept=part is not None)
            if whole:
                refuse_lost(self._chunks, [number], keys)
            if found is not None:
                us, columns = found
                inside = slice(max(first - start, 0), end - start)
                yield us[inside], {key: column[inside] for key, column in columns.items()}

    @cached_property
    def _recent(self) -> dict[tuple[int, tuple[str, ...]], tuple[Ints, Columns] | None]:
        """The chunks of which a part was read last: the next part is often of the same ones."""
        return {}

    def _chunk(
        self, number: int, keys: Sequence[str], *, kept: bool
    ) -> tuple[Ints, Columns] | None:
        if not kept:
            return self._chunks.whole_columns(number, keys)
        place = (number, tuple(keys))
        if place not in self._recent:
            while len(self._recent) >= MAX_RECENT:
                del self._recent[next(iter(self._recent))]
            self._recent[place] = self._chunks.whole_columns(number, keys)
        return self._recent[place]


def _trace(us: Ints, values: Floats, points: int, breaks: Floats) -> Trace:
    """Return so many points of a channel; its line also breaks where its values are blank."""
    alone = longest(blank_times(us, values), None, points // BREAKS_SHARE)
    if len(alone):
        breaks = np.concatenate([breaks, alone])
        breaks = breaks[np.argsort(breaks[:, 0], kind="stable")]
    return Trace(*broken(*thinned(us / 1e6, values, points - len(alone)), breaks))


def _unit_factor(channel: ChannelInfo) -> float:
    """Generic channels are stored in milli-units, extended ones in their own."""
    return MILLI if channel.used_measure_id is None else 1.0
