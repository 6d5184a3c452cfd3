"""Measuring open live views: many tabs ask every 5 s while every station records once a second.

Each station gives one measure a second with two extended values, so a tab has five new points to
fetch each time. Written like the master node does: one transaction for all, again and again.
"""

import json
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import bindparam, insert, update

from bench.lines import Goal, Line
from bench.peers import Peer
from bench.site.callbacks import live_question
from bench.site.web import Served, Tab, add_viewer
from bench.site.work import add_battery
from cycling.terms import Availability, ExperimentStatus, LimitType, Mode, StationState
from db.engine import Database
from db.models import (
    ComputationalUnit,
    CyclerStation,
    Experiment,
    ExtendedMeasure,
    GenericMeasure,
    Instruction,
    Profile,
    StationLive,
    Unit,
)

EVERY_S = 5.0
CONNECTIONS = 24  # threads that ask for the tabs
WEB_WORKERS = 2
EXTENDED = (1, 2)  # ids of channels
SHOWN = ["voltage", "current", "x1"]
GOAL = Goal("p95 100 ms", most=0.1)


@dataclass(frozen=True)
class Laboratory:
    """How many stations run, how many tabs look at them, for how many seconds."""

    stations: int
    tabs: int
    watched_s: float


@dataclass(frozen=True)
class Running:
    """The rows of the running stations, by their place."""

    stations: list[int]
    experiments: list[int]


@dataclass
class View:
    """One tab: what it has, and when it asks next."""

    station_id: int
    asked: dict[str, object]
    due: float


@dataclass
class Seen:
    """What all tabs have met."""

    took: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    points: list[int] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


def live_lines(peer: Peer, folder: Path, lab: Laboratory) -> list[Line]:
    """Measure on one engine."""
    running = fill(peer.database, lab.stations)
    add_viewer(peer.database)
    seen = Seen()
    written: list[float] = []
    with (
        Served(folder / f"live-{peer.engine}", peer.url, workers=WEB_WORKERS) as served,
        recording(peer.database, running, written),
    ):
        time.sleep(2 * EVERY_S if lab.watched_s > EVERY_S else 1.0)
        _watch(served, running, lab, Seen(), EVERY_S)  # the workers load what they need
        begin = len(written)
        _watch(served, running, lab, seen, lab.watched_s)
        rate = (len(written) - begin) * lab.stations / lab.watched_s
    return _lines(peer, lab, seen, rate)


def fill(database: Database, count: int) -> Running:
    """Add stations that run, each with an experiment of its own."""
    now = datetime.now(UTC)
    battery_id = add_battery(database)
    with database.write() as session:
        fixed = ComputationalUnit(
            mac="live",
            host_name="live",
            ip="",
            port=0,
            user="bem/v1",
            last_connection=now,
            available=Availability.ON,
        )
        profile = Profile(name="Live", description="")
        session.add_all([fixed, profile])
        session.flush()
        session.add(
            Unit(
                unit_id=fixed.id,
                hardware_id="live",
                software="",
                simulated=True,
                speed=1.0,
                online=True,
                seen_at=now,
                clock_offset_s=0.0,
            )
        )
        row = Instruction(
            id=0,
            profile_id=profile.id,
            mode=Mode.CC,
            set_point=1500,
            limit_type=LimitType.VOLTAGE,
            limit_point=4200,
        )
        stations = [
            CyclerStation(unit_id=fixed.id, name=f"L {n}", location="", register_date=now)
            for n in range(count)
        ]
        session.add_all([row, *stations])
        session.flush()
        experiments = [
            Experiment(
                name=f"Live {n}",
                description="",
                created_at=now,
                begun_at=now,
                status=ExperimentStatus.RUNNING,
                station_id=station.id,
                battery_id=battery_id,
                profile_id=profile.id,
            )
            for n, station in enumerate(stations)
        ]
        session.add_all(experiments)
        session.flush()
        session.add_all(
            _live(station.id, run.id, now)
            for station, run in zip(stations, experiments, strict=True)
        )
        return Running([one.id for one in stations], [one.id for one in experiments])


@contextmanager
def recording(database: Database, running: Running, written: list[float]) -> Iterator[None]:
    """Let every station give a measure a second until the block ends."""
    ended, errors = threading.Event(), []

    def record() -> None:
        try:
            begin = time.monotonic()
            while not ended.wait(max(0.0, begin + len(written) - time.monotonic())):
                started = time.monotonic()
                _write(database, running, len(written))
                written.append(time.monotonic() - started)
        except Exception as error:  # noqa: BLE001 - told to the thread that waits for this one
            errors.append(error)

    thread = threading.Thread(target=record)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if errors:
        raise errors[0]


def _live(station_id: int, experiment_id: int, now: datetime) -> StationLive:
    return StationLive(
        station_id=station_id,
        state=StationState.RUNNING,
        state_since=now,
        detail="",
        seen_at=now,
        output_on=True,
        experiment_id=experiment_id,
        instruction_id=0,
        instruction_began_s=0.0,
        test_time_s=0.0,
        pending=0,
        trend=[[now.timestamp() - 30 * n, 3.7] for n in range(120, 0, -1)],
    )


def _write(database: Database, running: Running, measure_id: int) -> None:
    """Write one measure of every station in one transaction."""
    now = datetime.now(UTC)
    volts = 3.7 + 0.2 * np.sin(measure_id / 50)
    generic = [
        {
            "experiment_id": id_,
            "id": measure_id,
            "at": now,
            "instruction_id": 0,
            "voltage_mv": round(1000 * volts, 3),
            "current_ma": 1500.0,
            "power_mw": round(1500 * volts, 3),
            "test_time_s": float(measure_id),
        }
        for id_ in running.experiments
    ]
    extended = [
        {"experiment_id": id_, "used_measure_id": channel, "measure_id": measure_id, "value": 25.4}
        for id_ in running.experiments
        for channel in EXTENDED
    ]
    live = [
        {"key": id_, "now": now, "volts": volts, "test_s": float(measure_id)}
        for id_ in running.stations
    ]
    table = StationLive.metadata.tables[StationLive.__tablename__]
    beat = (
        update(table)
        .where(table.c.station_id == bindparam("key"))
        .values(
            seen_at=bindparam("now"),
            measured_at=bindparam("now"),
            voltage_v=bindparam("volts"),
            test_time_s=bindparam("test_s"),
        )
    )
    with database.write() as session:
        session.execute(insert(GenericMeasure), generic)
        session.execute(insert(ExtendedMeasure), extended)
        session.connection().execute(beat, live)


def _watch(served: Served, running: Running, lab: Laboratory, seen: Seen, seconds: float) -> None:
    """Let the tabs ask; raises what went wrong in one of them."""
    first = Tab(served.port)
    begin = time.monotonic() + 0.5
    views = [_view(running, n, begin + n * EVERY_S / lab.tabs) for n in range(lab.tabs)]
    count = min(CONNECTIONS, lab.tabs)
    with ThreadPoolExecutor(count) as pool:
        for n in range(count):
            tab = Tab(served.port, first.cookie)
            pool.submit(_ask_for, tab, views[n::count], begin + seconds, seen)
    first.close()
    if seen.errors:
        raise seen.errors[0]


def _view(running: Running, number: int, due: float) -> View:
    place = number % len(running.stations)
    asked: dict[str, object] = {
        "e": running.experiments[place],
        "after": -1,
        "shown": SHOWN,
        "read": ["power", "x2"],
        "d": "",
        "g": "",
    }
    return View(running.stations[place], asked, due)


def _ask_for(tab: Tab, views: Sequence[View], until: float, seen: Seen) -> None:
    try:
        while True:
            view = min(views, key=lambda one: one.due)
            if view.due > until:
                return
            time.sleep(max(0.0, view.due - time.monotonic()))
            late = time.monotonic() - view.due
            begin = time.perf_counter()
            body = tab.ask(live_question(view.station_id, view.asked))
            took = time.perf_counter() - begin
            _keep(view, body, took, late, seen)
            view.due += EVERY_S
    except Exception as error:  # noqa: BLE001 - told to the thread that waits for this one
        seen.errors.append(error)
    finally:
        tab.close()


def _keep(view: View, body: bytes, took: float, late: float, seen: Seen) -> None:
    """Note an answer; the first one of a tab brings its words and all points so far."""
    update = json.loads(body)["response"]["live-update"]["data"]
    if view.asked["d"]:
        seen.took.append(took)
        seen.sizes.append(len(body))
        seen.points.append(len(update.get("x", ())))
        seen.late.append(late)
    view.asked["d"] = update.get("d", view.asked["d"])
    view.asked["g"] = update.get("g", view.asked["g"])
    view.asked["after"] = update.get("after", view.asked["after"])


def _lines(peer: Peer, lab: Laboratory, seen: Seen, rate: float) -> list[Line]:
    points = round(statistics.median(seen.points))
    note = (
        f"{lab.tabs} tabs, {len(seen.took):,} refreshes of {points} new points, "
        f"{statistics.median(seen.sizes):.0f} bytes (most {max(seen.sizes):,}), "
        f"{rate:.0f} measures/s stored"
    )
    ordered = sorted(seen.took)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    return [
        Line("live refresh: p50", peer.engine, statistics.median(ordered), note=note),
        Line("live refresh: p95", peer.engine, p95, worst=ordered[-1], goal=GOAL, note=note),
    ]
