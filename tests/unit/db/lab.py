"""A cell, measures and experiments for the tests of the data layer."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier

import numpy as np
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from cycling.battery.description import NewBattery
from cycling.formats import Block
from cycling.terms import ExperimentStatus, Technology
from db import series
from db.commands.audit import By
from db.commands.batteries.changes import add_battery
from db.commands.experiments.imports import NewExperiment, import_experiment
from db.engine import Database
from db.measures.packing import unpack
from db.models import (
    AuditEntry,
    Battery,
    CyclerStation,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    ImportSource,
    Profile,
    SeriesChunk,
)
from db.series import chunks
from db.series.channels import channel_names
from db.series.chunks import Chunk
from db.series.rows import COLUMNS

NOW = datetime(2026, 11, 20, 14, 0, 0, 250_000, tzinfo=UTC)
START = datetime(2026, 11, 1, 8, 0, 0, tzinfo=UTC)
BY = By("oscar", "10.0.0.7", NOW)


def cell(name: str = "Cell 1", **changes) -> NewBattery:
    values = {
        "name": name,
        "manufacturer": "LG",
        "model": "M50",
        "serial_number": "001",
        "fabrication_date": date(2026, 1, 31),
        "technology": Technology.LITHIUM,
        "cells": 1,
        "voltage_min_v": 2.5,
        "voltage_max_v": 4.2,
        "current_min_a": -5.0,
        "current_max_a": 5.0,
        "capacity_ah": 5.0,
        **changes,
    }
    return NewBattery(**values)


def add_cell(database: Database, name: str = "Cell 1", **changes) -> int:
    return add_battery(database, cell(name, **changes), by=BY)


def add_stack(database: Database, name: str = "Stack") -> int:
    kind = {"technology": Technology.REDOX_STACK, "electrode_size_cm2": 100.0, "capacity_ah": None}
    return add_cell(database, name, **kind)


def block(count: int = 3, first: int = 0, extended: dict | None = None, **changes) -> Block:
    """Measures once a second; `extended` maps (name, unit) to values."""
    seconds = np.arange(first, first + count, dtype=float)
    values = {
        "test_time_s": seconds,
        "unix_time_s": None,
        "voltage_v": 3.0 + seconds / 1000,
        "current_a": np.full(count, 0.5),
        "power_w": None,
        "step": None,
        "cycle": None,
        "step_id": None,
        "extended": {name: np.asarray(v, float) for name, v in (extended or {}).items()},
        **changes,
    }
    return Block(**values)


def new_experiment(battery_id: int, name: str = "Ageing", **changes) -> NewExperiment:
    values = {
        "name": name,
        "description": "",
        "battery_id": battery_id,
        "user_name": "oscar",
        "address": "10.0.0.7",
        "file_name": "cell.csv",
        "sha256": "0" * 64,
        "format": "CSV",
        "mapping": {},
        **changes,
    }
    return NewExperiment(**values)


def import_blocks(
    database: Database,
    blocks: Sequence[Block] | None = None,
    *,
    battery_id: int | None = None,
    start: datetime | None = START,
    clock: Callable[[], datetime] = lambda: NOW,
    **changes,
) -> int:
    """Import measures as a published experiment."""
    if battery_id is None:
        battery_id = first_battery(database)
    new = new_experiment(battery_id, **changes)
    return import_experiment(database, new, blocks or [block()], start=start, clock=clock)


def import_with_rows(database: Database, blocks: Sequence[Block] | None = None, **changes) -> int:
    """Import measures whose rows other programs can read and change."""
    experiment_id = import_blocks(database, blocks, **changes)
    unpack(database, experiment_id, lambda _done, _total: None)
    return experiment_id


@dataclass(frozen=True)
class Measure:
    """A measure as it is stored, in the database's units."""

    id: int
    at: datetime
    instruction_id: int
    voltage_mv: float | None
    current_ma: float | None
    power_mw: float | None
    test_time_s: float | None
    step: float | None
    cycle: float | None


def stored_measures(database: Database, experiment_id: int) -> list[Measure]:
    """Return what the series store has of an experiment, measure by measure."""
    found = []
    for chunk in stored_chunks(database, experiment_id):
        columns = [chunk.columns[name].tolist() for name in COLUMNS]
        for id_, us, *values in zip(chunk.ids.tolist(), chunk.us.tolist(), *columns, strict=True):
            at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=us)
            first, *others = (None if value != value else value for value in values)
            found.append(Measure(id_, at, int(first), *others))
    return found


def stored_values(database: Database, experiment_id: int) -> dict[tuple[str, int], float]:
    """Return the values of further channels in the series store, by channel name and MeasID."""
    chunks_of_it = stored_chunks(database, experiment_id)
    with database.read() as session:
        names = channel_names(session, experiment_id)
    return {
        (names[f"x{channel}"], id_): value
        for chunk in chunks_of_it
        for channel, column in chunk.extended.items()
        for id_, value in zip(chunk.ids.tolist(), column.values.tolist(), strict=True)
        if value == value
    }


def stored_chunks(database: Database, experiment_id: int) -> list[Chunk]:
    with database.read() as session:
        numbers = chunks.stored_numbers(session, experiment_id)
        return [chunks.load(session, experiment_id, number) for number in numbers]


def first_battery(database: Database) -> int:
    with database.read() as session:
        found = session.scalar(select(func.min(Battery.id)))
    return found or add_cell(database)


def add_experiment(database: Database, **changes) -> int:
    """Add a row without measures, as a cycler's program would."""
    return add_experiments(database, [changes])[0]


def add_experiments(database: Database, each: Iterable[dict]) -> list[int]:
    """Add several such rows at once; the values of each that are not the usual ones."""
    usual = {
        "name": "Ageing",
        "description": "",
        "created_at": NOW,
        "begun_at": None,
        "finished_at": None,
        "status": ExperimentStatus.FINISHED,
        "station_id": 1,
        "profile_id": None,
        "battery_id": None,
    }
    rows = [usual | changes for changes in each]
    if any(row["battery_id"] is None for row in rows):
        battery_id = first_battery(database)
    with database.write() as session:
        profile_id = session.scalar(select(func.min(Profile.id)))
        for row in rows:
            row["battery_id"] = row["battery_id"] or battery_id
            row["profile_id"] = row["profile_id"] or profile_id
        experiments = [Experiment(**row) for row in rows]
        session.add_all(experiments)
        session.flush()
        return [experiment.id for experiment in experiments]


def add_station(database: Database, name: str) -> int:
    with database.write() as session:
        station = CyclerStation(
            unit_id=1, name=name, location="Lab", register_date=NOW, parent_id=None
        )
        session.add(station)
        session.flush()
        return station.id


def add_profile(database: Database, name: str) -> int:
    with database.write() as session:
        profile = Profile(name=name, description="")
        session.add(profile)
        session.flush()
        return profile.id


def counts(database: Database) -> dict[str, int]:
    """How many rows stand in the tables that an import writes, and how many measures are stored."""
    with database.read() as session:
        measures = select(func.sum(SeriesChunk.measures)).where(SeriesChunk.channel == chunks.TIME)
        return {
            "measures": int(session.scalar(measures) or 0),
        } | {
            model.__tablename__: session.scalar(select(func.count()).select_from(model))
            for model in (
                Experiment,
                GenericMeasure,
                ExtendedMeasure,
                SeriesChunk,
                ImportSource,
                AuditEntry,
            )
        }


def nothing_left(database: Database, experiments: int = 0) -> bool:
    """Whether there is no trace of an import that was not published."""
    left = counts(database)
    return left["Experiment"] == left["bem_imports"] == experiments and (
        left["GenericMeasures"] == left["ExtendedMeasures"] == left["bem_series_chunks"] == 0
        or experiments > 0
    )


def at_once(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Do all at the same moment; return what each returned or raised."""
    line = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        line.wait()
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - handed to the test
            return error

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def meanwhile(
    database: Database, hold: Callable[[Session], object], action: Callable[[], object]
) -> object:
    """Do something while a transaction is open, which commits once that waits for its locks.

    Return what it returned or raised. For MariaDB and MySQL: SQLite has one writer.
    """
    waits = text("SELECT count(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'")
    until = time.monotonic() + 240
    with ThreadPoolExecutor(1) as pool, database.write() as session:
        hold(session)
        session.flush()
        doing = pool.submit(action)
        while not doing.done():
            with database.read() as reader:
                if reader.scalar(waits):
                    break
            assert time.monotonic() < until, "it neither waits nor ends"
            time.sleep(0.15)  # asked more often, the server tells what it knew before
    return doing.exception() or doing.result()


def read_series(database: Database, experiment_id: int, channels, **how) -> series.Series:
    """Read channels of an experiment."""
    with series.opened(database, experiment_id) as experiment:
        return experiment.read(channels, **how)


def channels_of(database: Database, experiment_id: int) -> tuple[series.ChannelInfo, ...]:
    """The channels of an experiment."""
    with series.opened(database, experiment_id) as experiment:
        return experiment.channels


def time_range_of(database: Database, experiment_id: int) -> tuple[float, float] | None:
    """When an experiment's first and last measure were."""
    with series.opened(database, experiment_id) as experiment:
        return experiment.time_range


@contextmanager
def statements(database: Database, values: list | None = None):
    """Collect the SQL that is sent within the block, and in `values` what goes with it."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, parameters, *_rest) -> None:
        sent.append(statement)
        if values is not None:
            values.append(parameters)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def write_csv(path: Path, rows: int, extended: int = 0) -> Path:
    """Write a file that needs no decisions: charge at 1 A for an hour, discharge, again."""
    names = "".join(f",Channel {n} / degC" for n in range(extended))
    lines = [f"Test Time / s,Voltage / V,Current / A,Step Count / 1{names}"]
    for n in range(rows):
        part, within = divmod(n, 500)
        charging = part % 2 == 0
        voltage = 3.0 + within / 1000 if charging else 3.5 - within / 1000
        more = "".join(f",{20 + (n * 7 + c) % 100 / 10}" for c in range(extended))
        lines.append(f"{n},{voltage:.4f},{1 if charging else -1},{part}{more}")
    path.write_text("\n".join(lines) + "\n")
    return path
