"""Reading measures: which experiment, which channels, which time, how many points.

Everything that draws, sums up or exports an experiment reads through here. It reads the series
store, which is brought up to date first; nothing else reads the measures' row tables.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from tsdownsample import MinMaxDownsampler

from cycling.errors import UnavailableError
from db.engine import Database
from db.models import (
    AvailableMeasure,
    Channel,
    SeriesChunk,
    UsedMeasure,
)
from db.series import chunks, codec, rows, store
from db.series.epc import AS_STORED, scales
from db.series.rows import COLUMNS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Columns = dict[str, Floats]
Points = tuple[Ints, Floats]

MILLI = 1000.0
RAW_CHUNKS = 3  # up to so many are read whole: the detail that follows from it is the best
FINE_CHUNKS = 34


class BeingPreparedError(UnavailableError):
    """Many measures came from elsewhere; the worker copies them. `fraction` is done, 0 to 1."""

    def __init__(self, fraction: float) -> None:
        super().__init__(
            "The measures of this experiment are being prepared. Nothing is lost; "
            "this takes a moment."
        )
        self.fraction = fraction


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


@dataclass(frozen=True)
class Trace:
    """A channel's points in the order of time: Unix seconds and values in the channel's unit."""

    unix_s: Floats
    values: Floats


@dataclass(frozen=True)
class Series:
    """What was asked for; `samples` counts the measures of the window before thinning."""

    traces: dict[str, Trace]
    samples: int
    every_sample: bool


@dataclass(frozen=True)
class MeasureTable:
    """Consecutive measures as columns, shapes (n,), NaN where unknown; V, A, W and seconds."""

    test_time_s: Floats
    unix_s: Floats
    instruction: Floats
    voltage_v: Floats
    current_a: Floats
    power_w: Floats
    cycle: Floats
    step: Floats
    extended: tuple[Floats, ...]


@dataclass(frozen=True)
class _Directory:
    """The chunks of an experiment in their order: numbers, measures, greatest times so far."""

    numbers: Ints
    starts: Ints
    reach_us: Ints

    @property
    def measures(self) -> int:
        return int(self.starts[-1])


def prepared(database: Database, experiment_id: int) -> float:
    """Return the part of the measures that is copied, 0 to 1; copies a few that are missing."""
    return store.catch_up(database, experiment_id, most=store.AT_ONCE)


def channels(database: Database, experiment_id: int) -> tuple[ChannelInfo, ...]:
    """Return the channels that hold at least one value; voltage and current always.

    While many measures wait to be copied, also a channel that may turn out to be empty.
    """
    is_copied = prepared(database, experiment_id) == 1.0
    with database.read() as session:
        if is_copied:
            has_power, ids = store.known_channels(session, experiment_id)
        else:
            has_power, ids = True, rows.extended_channels(session, experiment_id)
        power = [POWER] if has_power else []
        return (VOLTAGE, CURRENT, *power, *_named(session, ids))


def time_range(database: Database, experiment_id: int) -> tuple[float, float] | None:
    """Return the Unix seconds of the first and the last measure, None if there is none."""
    _bring_up_to_date(database, experiment_id)
    with database.read() as session:
        first, last = session.execute(
            select(func.min(SeriesChunk.first_us), func.max(SeriesChunk.last_us)).where(
                SeriesChunk.experiment_id == experiment_id,
                SeriesChunk.channel == chunks.TIME,
                SeriesChunk.measures > 0,
            )
        ).one()
    return None if first is None else (first / 1e6, last / 1e6)


def read(
    database: Database,
    experiment_id: int,
    wanted: Sequence[ChannelInfo],
    *,
    between: tuple[float, float] | None = None,
    points: int = 2000,
) -> Series:
    """Return at most `points` points a channel of a time window, extremes kept.

    `between` are Unix seconds; the nearest measure on each side of the window is included so that
    lines reach the edges. A short window is read sample by sample. Of a long one only its first
    and last chunk are; between them stand the extremes of every 64 or 1,024 samples.
    """
    _bring_up_to_date(database, experiment_id)
    keys = [channel.key for channel in wanted]
    with database.read() as session:
        directory = _directory(session, experiment_id)
        if not directory.measures:
            nothing = {key: Trace(np.empty(0), np.empty(0)) for key in keys}
            return Series(nothing, 0, every_sample=True)
        first, end = _positions(session, experiment_id, directory, between)
        found = _points(session, experiment_id, directory, keys, first, end)
    traces = {
        channel.key: _thinned(us / 1e6, values / _unit_factor(channel), points)
        for channel, (us, values) in zip(wanted, found, strict=True)
    }
    return Series(traces, end - first, every_sample=end - first <= points)


def tables(
    database: Database,
    experiment_id: int,
    extended: Sequence[ChannelInfo],
    *,
    between: tuple[float, float] | None = None,
    only: Collection[str] | None = None,
) -> Iterator[MeasureTable]:
    """Yield measures in MeasID order, some tens of thousands at a time.

    Each piece is a transaction of its own: a slow reader holds no lock. What is not copied yet is
    copied on the way, so that the first piece comes at once at any length. `between` are Unix
    seconds. With `only` the other generic columns (voltage, current, power, instruction,
    test_time, step, cycle) are not read and stay NaN.
    """
    names = [name for name in COLUMNS if only is None or name in only]
    keys = [*names, *(channel.key for channel in extended)]
    begin_us: int | None = None
    for us, columns in _all_chunks(database, experiment_id, keys):
        begin_us = int(us[0]) if begin_us is None else begin_us
        if between is not None:
            us, columns = _inside(us, columns, between)
        if len(us):
            yield _as_table(us, columns, begin_us, extended)


def _all_chunks(
    database: Database, experiment_id: int, keys: Sequence[str]
) -> Iterator[tuple[Ints, Columns]]:
    """Yield the columns of every chunk with a measure, in order; copy those that are missing."""
    missing = store.find_missing(database, experiment_id).numbers
    with database.read() as session:
        there = _directory(session, experiment_id).numbers.tolist()
    for number in sorted({*there, *missing}):
        if number in missing:
            store.extend_chunk(database, experiment_id, number)
        with database.read() as session:
            us, columns = _whole_chunks(session, experiment_id, [number], keys).get(
                number, (np.empty(0, np.int64), {})
            )
        if len(us):
            yield us, columns


def _inside(us: Ints, columns: Columns, between: tuple[float, float]) -> tuple[Ints, Columns]:
    early, late = (1e6 * end for end in sorted(between))  # may be infinite
    inside = (us >= early) & (us <= late)
    return us[inside], {key: column[inside] for key, column in columns.items()}


def _as_table(
    us: Ints, columns: Columns, begin_us: int, extended: Sequence[ChannelInfo]
) -> MeasureTable:
    unknown = np.full(len(us), np.nan)
    generic = {name: columns.get(name, unknown) for name in COLUMNS}
    test_time_s = generic["test_time"]
    return MeasureTable(
        test_time_s=np.where(np.isnan(test_time_s), (us - begin_us) / 1e6, test_time_s),
        unix_s=us / 1e6,
        instruction=generic["instruction"],
        voltage_v=generic["voltage"] / MILLI,
        current_a=generic["current"] / MILLI,
        power_w=generic["power"] / MILLI,
        cycle=generic["cycle"],
        step=generic["step"],
        extended=tuple(columns[channel.key] for channel in extended),
    )


def _bring_up_to_date(database: Database, experiment_id: int) -> None:
    fraction = prepared(database, experiment_id)
    if fraction < 1.0:
        raise BeingPreparedError(fraction)


def _directory(session: Session, experiment_id: int) -> _Directory:
    found = session.execute(
        select(SeriesChunk.number, SeriesChunk.measures, SeriesChunk.last_us)
        .where(
            SeriesChunk.experiment_id == experiment_id,
            SeriesChunk.channel == chunks.TIME,
            SeriesChunk.measures > 0,
        )
        .order_by(SeriesChunk.number)
    ).all()
    table = np.array([tuple(row) for row in found], np.int64).reshape(-1, 3)
    return _Directory(
        table[:, 0],
        np.concatenate([[0], np.cumsum(table[:, 1])]),
        np.maximum.accumulate(table[:, 2]),
    )


def _positions(
    session: Session,
    experiment_id: int,
    directory: _Directory,
    between: tuple[float, float] | None,
) -> tuple[int, int]:
    """Return the first measure of a window and the one after its last, counted from 0.

    Time rises with MeasID; a clock that was set back counts as standing until it has caught up.
    """
    if between is None:
        return 0, directory.measures
    early, late = (round(1e6 * end) for end in sorted(between))
    first = _place(session, experiment_id, directory, early, side="left") - 1
    end = _place(session, experiment_id, directory, late, side="right") + 1
    return max(first, 0), min(end, directory.measures)


def _place(
    session: Session, experiment_id: int, directory: _Directory, us: int, *, side: str
) -> int:
    """Return how many measures are before a moment (left), or not after it (right)."""
    left = side == "left"
    index = int(np.searchsorted(directory.reach_us, us, "left" if left else "right"))
    if index == len(directory.numbers):
        return directory.measures
    times = _times(session, experiment_id, directory.numbers[index])
    if index:
        times = np.maximum(times, directory.reach_us[index - 1])
    times = np.maximum.accumulate(times)
    within = int(np.searchsorted(times, us, "left" if left else "right"))
    return int(directory.starts[index]) + within


def _times(session: Session, experiment_id: int, number: int) -> Ints:
    """Return the times of a chunk that is there, microseconds since 1970."""
    return _whole_chunks(session, experiment_id, [int(number)], [])[int(number)][0]


def _points(
    session: Session,
    experiment_id: int,
    directory: _Directory,
    keys: Sequence[str],
    first: int,
    end: int,
) -> list[Points]:
    """Return times and values of each channel from measure `first` to before `end`."""
    low = int(np.searchsorted(directory.starts, first, "right")) - 1
    high = int(np.searchsorted(directory.starts, end, "left"))
    numbers = directory.numbers[low:high].tolist()
    inner = numbers[1:-1] if len(numbers) > RAW_CHUNKS else []
    found = _summaries(session, experiment_id, inner, keys) if inner else {}
    whole = [number for number in numbers if number not in inner]
    starts = dict(zip(numbers, directory.starts[low:high].tolist(), strict=True))
    for number, (us, columns) in _whole_chunks(session, experiment_id, whole, keys).items():
        part = slice(max(first - starts[number], 0), max(end - starts[number], 0))
        found[number] = {key: (us[part], column[part]) for key, column in columns.items()}
    return [
        _joined([found[number][key] for number in numbers if key in found.get(number, {})])
        for key in keys
    ]


def _whole_chunks(
    session: Session, experiment_id: int, numbers: Sequence[int], keys: Sequence[str]
) -> dict[int, tuple[Ints, Columns]]:
    """Return the times and the columns of chunks by number; a column that is not there is NaN.

    One statement, so that all columns of a chunk are of one state.
    """
    stored = session.execute(
        select(SeriesChunk.number, SeriesChunk.channel, SeriesChunk.samples).where(
            SeriesChunk.experiment_id == experiment_id,
            SeriesChunk.channel.in_([chunks.TIME, *keys]),
            SeriesChunk.number.in_(numbers),
        )
    ).all()
    times = {
        number: chunks.times(session, experiment_id, number, codec.unpack_ints(data))
        for number, channel, data in stored
        if channel == chunks.TIME
    }
    found: dict[int, tuple[Ints, Columns]] = {
        number: (us, {key: np.full(len(us), np.nan) for key in keys})
        for number, us in times.items()
    }
    for number, channel, data in stored:
        if channel != chunks.TIME:
            found[number][1][channel] = codec.unpack_floats(data)
    return found


def _summaries(
    session: Session, experiment_id: int, numbers: Sequence[int], keys: Sequence[str]
) -> dict[int, dict[str, Points]]:
    """Return the points that stand for consecutive chunks, by number and channel."""
    fine = len(numbers) <= FINE_CHUNKS
    stored = session.execute(
        select(
            SeriesChunk.number,
            SeriesChunk.channel,
            SeriesChunk.fine if fine else SeriesChunk.coarse,
        ).where(
            SeriesChunk.experiment_id == experiment_id,
            SeriesChunk.channel.in_(keys),
            SeriesChunk.number.between(numbers[0], numbers[-1]),
        )
    )
    unpack = codec.unpack_points if fine else codec.read_plain_points
    found: dict[int, dict[str, Points]] = {number: {} for number in numbers}
    for number, channel, data in stored:
        found.setdefault(number, {})[channel] = unpack(data)
    return found


def _joined(pieces: Sequence[Points]) -> Points:
    if not pieces:
        return np.empty(0, np.int64), np.empty(0)
    return (
        np.concatenate([us for us, _ in pieces]),
        np.concatenate([values for _, values in pieces]),
    )


def _unit_factor(channel: ChannelInfo) -> float:
    """Generic channels are stored in milli-units, extended ones in their own."""
    return MILLI if channel.used_measure_id is None else 1.0


def _thinned(unix_s: Floats, values: Floats, points: int) -> Trace:
    """Keep the smallest and the largest value of every stretch of time, and both ends."""
    known = ~np.isnan(values)
    x, y = unix_s[known], values[known]
    if len(x) <= points:
        return Trace(x, y)
    index = np.unique(np.concatenate([[0], _extremes(x, y, points), [len(x) - 1]]))
    return Trace(x[index], y[index])


def _extremes(x: Floats, y: Floats, points: int) -> NDArray[np.int64]:
    """Find a whole number of (smallest, largest) pairs; two places are kept for the ends."""
    pairs = (points - 2) // 2
    if pairs < 2:  # fewer stretches than the downsampler takes
        return np.array([y.argmin(), y.argmax()][: 2 * pairs], dtype=np.int64)
    rising = np.maximum.accumulate(x)  # a clock may have been set back
    kept: NDArray[np.int64] = (
        MinMaxDownsampler().downsample(rising, y, n_out=2 * pairs).astype(np.int64)
    )
    return kept


def _named(session: Session, used_measure_ids: Sequence[int]) -> list[ChannelInfo]:
    """Return extended channels with their names and units."""
    found = session.execute(
        select(
            UsedMeasure.id,
            func.coalesce(Channel.name, UsedMeasure.custom_name, AvailableMeasure.name),
            func.coalesce(Channel.unit, ""),
        )
        .join(AvailableMeasure, AvailableMeasure.id == UsedMeasure.available_measure_id)
        .outerjoin(Channel, Channel.used_measure_id == UsedMeasure.id)
        .where(UsedMeasure.id.in_(used_measure_ids))
        .order_by(UsedMeasure.id)
    )
    of_epc = scales(session, used_measure_ids)
    return [
        ChannelInfo(chunks.extended_name(id_), name, unit or of_epc.get(id_, AS_STORED).unit, id_)
        for id_, name, unit in found
    ]
