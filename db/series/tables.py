"""Measures as tables: every sample of an experiment, chunk by chunk."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from db.engine import Database
from db.series import store
from db.series.channels import ChannelInfo, channel_names
from db.series.checksums import DamagedError, damage_words
from db.series.codec import Floats, Ints
from db.series.head import read_head
from db.series.reader import ChunkReader, Columns
from db.series.rows import COLUMNS

MILLI = 1000.0  # generic channels are stored in milli-units, extended ones in their own


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


def stream(
    database: Database,
    experiment_id: int,
    extended: Sequence[ChannelInfo],
    *,
    between: tuple[float, float] | None = None,
    only: Collection[str] | None = None,
) -> Iterator[MeasureTable]:
    """Yield measures in MeasID order, some tens of thousands at a time, to a reader that is slow.

    Each piece is a transaction of its own, so no lock is held meanwhile. What is not copied yet is
    copied on the way, so that the first piece comes at once at any length. `between` are Unix
    seconds, `only` as in `tables`. Raises DamagedError where what is stored is damaged.
    """
    keys = column_keys(extended, only)
    return tables(_each_chunk(database, experiment_id, keys, between), extended, between=between)


def column_keys(extended: Sequence[ChannelInfo], only: Collection[str] | None) -> list[str]:
    """Return the columns of the store to read: generic ones (`only`, None: all) and extended."""
    names = [name for name in COLUMNS if only is None or name in only]
    return [*names, *(channel.key for channel in extended)]


def tables(
    pieces: Iterable[tuple[Ints, Columns]],
    extended: Sequence[ChannelInfo],
    *,
    between: tuple[float, float] | None = None,
    begin_us: int | None = None,
) -> Iterator[MeasureTable]:
    """Yield chunks, times and columns by name, as tables; generic columns that are not read: NaN.

    `between` are Unix seconds. Test time that is not known counts from `begin_us`, else from the
    first measure of these.
    """
    for us, columns in pieces:
        begin_us = int(us[0]) if begin_us is None else begin_us
        if between is not None:
            us, columns = _inside(us, columns, between)
        if len(us):
            yield _as_table(us, columns, begin_us, extended)


def _each_chunk(
    database: Database,
    experiment_id: int,
    keys: Sequence[str],
    between: tuple[float, float] | None,
) -> Iterator[tuple[Ints, Columns]]:
    """Yield the columns of every chunk with a measure, in order; copy those that are missing.

    Damage is refused within the window, and in the first times, from which test time may count.
    """
    with database.read() as session:
        head = read_head(session, experiment_id)
        missing = store.find_missing(session, experiment_id, head).numbers
        directory = ChunkReader(session, experiment_id).directory
    numbers = sorted({*directory.numbers.tolist(), *missing})
    inside = {*directory.numbers_within(between), *missing}
    for number in numbers:
        if number in missing:
            store.extend_chunk(database, experiment_id, number)
        with database.read() as session:
            reader = ChunkReader(session, experiment_id)
            columns = reader.columns([number], keys)
            if number in inside or number == numbers[0]:
                refuse_lost(reader, [number], keys if number in inside else ())
        if number in columns and len(columns[number][0]):
            yield columns[number]


def refuse_lost(reader: ChunkReader, numbers: Sequence[int], keys: Sequence[str]) -> None:
    """Raise DamagedError where samples of these chunks are damaged, naming them."""
    lost = reader.lost(numbers, keys)
    if not lost:
        return
    names = channel_names(reader.session, reader.experiment_id)
    raise DamagedError(
        f"Stored measures of experiment {reader.experiment_id} are damaged: "
        f"{damage_words(lost, names)}. Nothing wrong is handed out: choose other channels or "
        f"another time, or let an admin run bem series repair {reader.experiment_id}."
    )


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
