"""The series of one experiment at one moment: channels, points of a window, tables.

Everything that draws, sums up or exports an experiment reads through here, and so from the series
store; nothing else reads the measures' row tables.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from cycling.errors import UnavailableError
from db.engine import Database, Snapshot
from db.series import rows, store, window
from db.series.channels import CURRENT, POWER, VOLTAGE, ChannelInfo, extended_channels
from db.series.chunk_reader import ChunkReader, Columns
from db.series.codec import Floats, Ints
from db.series.head import Head, read_head
from db.series.tables import MILLI, MeasureTable, column_keys, tables
from db.series.window import thinned


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
    """A channel's points in the order of time: Unix seconds and values in the channel's unit."""

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
        yield ExperimentSeries(snapshot, experiment_id, head)


@dataclass(frozen=True)
class ExperimentSeries:
    """An experiment's series at one moment.

    `database` is the whole database at that moment: queries take it like any other. `fraction` is
    the part of the measures that is copied; below 1 what needs them raises BeingPreparedError.
    """

    database: Snapshot
    id: int
    head: Head
    fraction: float = 1.0

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

    def read(
        self,
        channels: Sequence[ChannelInfo],
        *,
        between: tuple[float, float] | None = None,
        points: int = 2000,
    ) -> Series:
        """Return at most `points` points a channel of a time window, extremes kept.

        `between` are Unix seconds; the nearest measure on each side of the window is included so
        that lines reach the edges. A short window is read sample by sample. Of a long one only its
        first and last chunk are; between them stand the extremes of every 64 or 1,024 samples.
        """
        keys = [channel.key for channel in channels]
        if self.time_range is None:
            nothing = {key: Trace(np.empty(0), np.empty(0)) for key in keys}
            return Series(nothing, 0, every_sample=True)
        first, end = window.positions(self._chunks, between)
        traces = {
            channel.key: Trace(*thinned(us / 1e6, values / _unit_factor(channel), points))
            for channel, (us, values) in zip(
                channels, window.points(self._chunks, keys, first, end), strict=True
            )
        }
        return Series(traces, end - first, every_sample=end - first <= points)

    def tables(
        self, extended: Sequence[ChannelInfo], *, only: Collection[str] | None = None
    ) -> Iterator[MeasureTable]:
        """Yield all measures in MeasID order, some tens of thousands at a time.

        With `only` the other generic columns (voltage, current, power, instruction, test_time,
        step, cycle) are not read and stay NaN.
        """
        return tables(self._each_chunk(column_keys(extended, only)), extended)

    @cached_property
    def _chunks(self) -> ChunkReader:
        if self.fraction < 1.0:
            raise BeingPreparedError(self.fraction)
        return ChunkReader(self.database.session, self.id)

    def _each_chunk(self, keys: Sequence[str]) -> Iterator[tuple[Ints, Columns]]:
        for number in self._chunks.directory.numbers.tolist():
            yield self._chunks.columns([number], keys)[number]


def _unit_factor(channel: ChannelInfo) -> float:
    """Generic channels are stored in milli-units, extended ones in their own."""
    return MILLI if channel.used_measure_id is None else 1.0
