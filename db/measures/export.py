"""An experiment's measures as CSV, streamed."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from cycling.errors import InputError
from cycling.formats import Field, csv_header, csv_rows
from cycling.formats.columns.fields import INTERRUPTED, PAUSED, RUNNING
from db import series
from db.engine import Database
from db.measures.source import Source, station_source
from db.models import Experiment
from db.models.wattrex import is_measured_by_wattrex
from db.queries.experiments.detail import check_experiment
from db.queries.experiments.pauses import run_pauses
from db.queries.profiles.compiled import instruction_rows
from db.series import ChannelInfo, MeasureTable

JUST_S = 1e-3  # by which clocks of measures and of events may differ
NO_OUTAGES = np.empty((0, 2))
CHOSEN = {"voltage": Field.VOLTAGE, "current": Field.CURRENT, "power": Field.POWER}


@dataclass(frozen=True)
class CsvChoice:
    """Which channels (their keys) and which time (Unix seconds); None for all."""

    channels: Collection[str] | None = None
    between: tuple[float, float] | None = None


EVERYTHING = CsvChoice()


@dataclass(frozen=True)
class Columns:
    """The columns of an export: fields of ours, then extended channels.

    `station` is what a station said of pauses, None for what it has not measured.
    """

    fields: tuple[Field, ...]
    extended: tuple[ChannelInfo, ...]
    station: Source | None

    @property
    def channels(self) -> list[tuple[str, str]]:
        """Name and unit of each extended channel."""
        return [(channel.name, channel.unit) for channel in self.extended]


def chosen_columns(database: Database, experiment_id: int, choice: CsvChoice) -> Columns:
    """Return what an export has: times, cycle and step always, of a station's run its pauses.

    Raises InputError for a channel that is not known, DamagedError where what is stored of the
    others is damaged.
    """
    with series.opened(database, experiment_id) as experiment:
        channels, station = experiment.channels, station_source(experiment)
        _refuse_unknown(choice, channels)
        chosen = [channel for channel in channels if _is_chosen(choice, channel.key)]
        generic = [field for key, field in CHOSEN.items() if _is_chosen(choice, key)]
        paused = (Field.PAUSED,) if station else ()
        columns = Columns(
            (Field.TEST_TIME, Field.CLOCK, *generic, Field.CYCLE, Field.STEP, *paused),
            tuple(channel for channel in chosen if channel.used_measure_id is not None),
            station,
        )
        names = {*columns.fields, "instruction"}
        experiment.refuse_damaged(columns.extended, names, choice.between)
    return columns


def column_blocks(
    database: Database,
    experiment_id: int,
    columns: Columns,
    between: tuple[float, float] | None,
) -> Iterator[list[NDArray[np.float64]]]:
    """Yield thousands of rows at a time, in MeasID order, as one array a column.

    Raises NotFoundError at the end if the experiment was deleted meanwhile.
    """
    places = _wattrex_places(database, experiment_id)
    names = {*columns.fields, "instruction"} if places else set(columns.fields)
    station = columns.station
    outages = _outages(database, experiment_id) if station and station.has_pauses else NO_OUTAGES
    for table in series.stream(
        database, experiment_id, columns.extended, between=between, only=names
    ):
        placed = _placed(table, places) if places else table
        values = _values(placed)
        if station:
            values[Field.PAUSED] = _paused(table, station, outages)
        yield [*(values[field] for field in columns.fields), *placed.extended]
    check_experiment(database, experiment_id)  # a file must not end as if it were whole


@dataclass(frozen=True)
class _Places:
    """Step and cycle of each instruction of a profile, in the order of their ids."""

    instructions: NDArray[np.float64]
    steps: NDArray[np.float64]
    cycles: NDArray[np.float64]


def _wattrex_places(database: Database, experiment_id: int) -> _Places | None:
    """Return where instructions stand in the profile of a WattRex experiment; None for others.

    Its cyclers write neither step nor cycle, and carry out each instruction once, in order.
    """
    with database.read() as session:
        profile_id = session.scalar(
            select(Experiment.profile_id).where(
                Experiment.id == experiment_id, is_measured_by_wattrex(experiment_id)
            )
        )
        rows = instruction_rows(session, [profile_id]) if profile_id else ()
    if not rows:
        return None
    steps = (place if row.step is None else row.step for place, row in enumerate(rows, 1))
    cycles = (np.nan if row.cycle is None else row.cycle for row in rows)
    return _Places(
        np.array([row.id for row in rows], dtype=float),
        np.array(list(steps), dtype=float),
        np.array(list(cycles), dtype=float),
    )


def _placed(table: MeasureTable, places: _Places) -> MeasureTable:
    """Fill in step and cycle where the measures have none."""
    last = len(places.instructions) - 1
    at = np.minimum(np.searchsorted(places.instructions, table.instruction), last)
    is_known = places.instructions[at] == table.instruction
    step = np.where(np.isnan(table.step) & is_known, places.steps[at], table.step)
    cycle = np.where(np.isnan(table.cycle) & is_known, places.cycles[at], table.cycle)
    return replace(table, step=step, cycle=cycle)


def csv_pieces(
    database: Database, experiment_id: int, choice: CsvChoice = EVERYTHING
) -> Iterator[bytes]:
    """Yield the header line, then thousands of rows at a time, in MeasID order.

    Times, cycle and step are always there. Raises InputError for a channel that is not known.
    """
    columns = chosen_columns(database, experiment_id, choice)
    return _pieces(database, experiment_id, columns, choice.between)


def _pieces(
    database: Database,
    experiment_id: int,
    columns: Columns,
    between: tuple[float, float] | None,
) -> Iterator[bytes]:
    yield csv_header(columns.channels, columns.fields)
    for block in column_blocks(database, experiment_id, columns, between):
        yield csv_rows(block, len(block[0]))


def csv_file_name(experiment_id: int, name: str, choice: CsvChoice = EVERYTHING) -> str:
    """Return a file name of plain letters that says which experiment it is, or is a part of."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^A-Za-z0-9.]+", "-", plain).strip("-.")
    part = "" if choice == EVERYTHING else "-part"
    return f"{experiment_id}-{words or 'experiment'}{part}.bdf.csv"


def _is_chosen(choice: CsvChoice, key: str) -> bool:
    return choice.channels is None or key in choice.channels


def _refuse_unknown(choice: CsvChoice, channels: tuple[ChannelInfo, ...]) -> None:
    there = {channel.key: channel.name for channel in channels} | dict.fromkeys(CHOSEN, "")
    for key in choice.channels or ():
        if key not in there:
            listed = ", ".join(channel.key for channel in channels)
            raise InputError(f"There is no column {key[:40]!r}. Choose from: {listed}.")


def _values(table: MeasureTable) -> dict[Field, NDArray[np.float64]]:
    return {
        Field.TEST_TIME: table.test_time_s,
        Field.CLOCK: table.unix_s,
        Field.VOLTAGE: table.voltage_v,
        Field.CURRENT: table.current_a,
        Field.POWER: table.power_w,
        Field.CYCLE: table.cycle,
        Field.STEP: table.step,
    }


def _outages(database: Database, experiment_id: int) -> NDArray[np.float64]:
    """Return begin and end (Unix s) of each pause from when its station was back, in their order.

    One that lasts has no end.
    """
    return np.array(
        [
            (one.returns[0].at.timestamp(), one.until.timestamp() if one.until else np.inf)
            for one in run_pauses(database, experiment_id)
            if one.returns
        ]
    ).reshape(-1, 2)


def _paused(
    table: MeasureTable, station: Source, outages: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return whether each measure was made in a pause; blank of a station that says of none."""
    if not station.tells_pauses:
        return np.full(len(table.unix_s), np.nan)
    paused = np.isnan(table.step) & station.has_pauses
    at = np.searchsorted(outages[:, 0], table.unix_s + JUST_S) - 1
    after_outage = (at >= 0) & (table.unix_s <= outages[at, 1] + JUST_S) if len(outages) else False
    return np.where(paused, np.where(after_outage, INTERRUPTED, PAUSED), float(RUNNING))
