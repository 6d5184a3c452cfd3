"""The work that is measured: a cycler's file, and a laboratory with many experiments."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import insert, select, text

from cycling.formats import Block, csv_header, csv_rows
from cycling.terms import ExperimentStatus, Technology
from db.engine import Database
from db.models import Battery, CyclerStation, Experiment, Profile

BEGIN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
CHANNELS = [("Cell T1", "degC"), ("Cell T2", "degC"), ("Ambient", "degC"), ("Pressure", "kPa")]
ROWS_A_STEP = 1000
ROWS_A_PIECE = 100_000
BATTERIES, STATIONS, PROFILES = 60, 12, 25
KINDS = ("Ageing", "Formation", "Capacity check", "Pulse test", "Drive cycle")
SEARCHED = "series 7,"  # one description in 113: a search has to look through most


def write_measures(file: Path, rows: int) -> Path:
    """Write a BDF file: a cell is charged and discharged in turn, sampled once a second."""
    with file.open("wb") as written:
        written.write(csv_header(CHANNELS))
        written.writelines(_piece(block) for block in blocks(rows))
    return file


def blocks(rows: int) -> Iterator[Block]:
    """Yield the same measures as the file has, without a file."""
    for first in range(0, rows, ROWS_A_PIECE):
        yield _block(np.arange(first, min(first + ROWS_A_PIECE, rows)))


def _block(ids: np.ndarray) -> Block:
    step, within = np.divmod(ids, ROWS_A_STEP)
    charging = step % 2 == 0
    part = within / ROWS_A_STEP
    ripple = np.sin(ids * 0.7)
    voltage_v = np.round(np.where(charging, 3.0 + part, 3.9 - part) + 0.0003 * ripple, 5)
    current_a = np.round(np.where(charging, 2.5, -2.5) + 0.0002 * np.cos(ids * 0.9), 5)
    further = [np.round(25 + number + 3 * part + 0.05 * ripple, 2) for number in range(3)]
    further.append(np.round(101.3 + 0.4 * part + 0.01 * ripple, 3))
    return Block(
        test_time_s=ids.astype(float),
        unix_time_s=BEGIN.timestamp() + ids,
        voltage_v=voltage_v,
        current_a=current_a,
        power_w=np.round(voltage_v * current_a, 5),
        step=(step + 1).astype(float),
        cycle=(step // 2 + 1).astype(float),
        step_id=None,
        extended=dict(zip(CHANNELS, further, strict=True)),
    )


def _piece(block: Block) -> bytes:
    columns = [
        block.test_time_s,
        block.unix_time_s,
        block.voltage_v,
        block.current_a,
        block.power_w,
        block.cycle,
        block.step,
        *block.extended.values(),
    ]
    return csv_rows(columns, len(block.test_time_s))


def add_battery(database: Database) -> int:
    """Return the battery of the imported experiments, added if it is not there."""
    known = _battery(BATTERIES)
    with database.write() as session:
        found = session.scalar(select(Battery.id).where(Battery.name == known["name"]))
        if found is not None:
            return found
        battery = Battery(**known)
        session.add(battery)
        session.flush()
        return battery.id


def add_experiments(database: Database, count: int) -> None:
    """Add experiments without measures over some batteries, stations and profiles."""
    with database.write() as session:
        batteries = [Battery(**_battery(number)) for number in range(BATTERIES)]
        stations = [
            CyclerStation(unit_id=1, name=f"Station {n}", location="Lab", register_date=BEGIN)
            for n in range(STATIONS)
        ]
        profiles = [Profile(name=f"Profile {n}", description="") for n in range(PROFILES)]
        session.add_all([*batteries, *stations, *profiles])
        session.flush()
        ids = [[row.id for row in rows] for rows in (batteries, stations, profiles)]
        session.execute(insert(Experiment), [_experiment(n, *ids) for n in range(count)])
    if not database.is_sqlite:  # the server does it by itself, but some seconds later
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE TABLE Experiment, Battery")


def add_summaries(database: Database) -> None:
    """Give two of three experiments the numbers of their cycles."""
    numbers = (
        "ExpID % 977, ExpID % 977, 3.0 + ExpID % 1009 / 1009.0, 99.5, 70.0 + ExpID % 1013 / 34.0"
    )
    with database.write() as session:
        session.execute(
            text(
                "INSERT INTO bem_cycle_summaries (experiment_id, revision, method, is_running, "
                "cycles, last_cycle, last_capacity_ah, last_ce_pct, retention_pct, mean_ce_pct, "
                f"capacities_ah) SELECT ExpID, 1, 1, 0, {numbers}, 99.9, '[]' "
                "FROM Experiment WHERE ExpID % 3 > 0"
            )
        )
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE TABLE bem_cycle_summaries")


def _battery(number: int) -> dict[str, object]:
    return {
        "name": f"Cell {number}",
        "manufacturer": "Maker",
        "model": "M1",
        "serial_number": str(number),
        "fabrication_date": date(2025, 3, 1),
        "technology": list(Technology)[number % len(Technology)],
        "cells": 1,
        "voltage_min_mv": 2500,
        "voltage_max_mv": 4200,
        "current_min_ma": -5000,
        "current_max_ma": 5000,
    }


def _experiment(
    number: int, batteries: list[int], stations: list[int], profiles: list[int]
) -> dict[str, object]:
    """Return a row; the multipliers have no common divisor with the lengths, so all mix."""
    begun = BEGIN + timedelta(minutes=37 * number)
    running = number % 2000 == 0
    return {
        "name": f"{KINDS[number % len(KINDS)]} {number}",
        "description": f"Series {number * 7 % 113}, chamber at {10 + number % 35} degC",
        "created_at": begun - timedelta(minutes=5),
        "begun_at": begun,
        "finished_at": None if running else begun + timedelta(hours=1 + number % 50),
        "status": ExperimentStatus.RUNNING if running else ExperimentStatus.FINISHED,
        "battery_id": batteries[number * 7 % len(batteries)],
        "station_id": stations[number * 5 % len(stations)],
        "profile_id": profiles[number * 3 % len(profiles)],
    }
