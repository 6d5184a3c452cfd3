"""Measures through the master node: a steady stream, and what stations kept while it was away.

Scripted units speak to `bem master-node` through Mosquitto; each part runs as its own process but
the units, which share that of the benchmark.
"""

import math
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.lines import MEGABYTES, Goal, Line
from bench.peers import Peer
from bench.site.processes import resident_mb
from tests.faults.lab import Lab
from tests.faults.unit import ScriptedUnit
from tests.servers import Mosquitto

UNITS = 8
A_SECOND = 2_000
CHANNELS = 4
CATCH_UP_A_SECOND = 20_000
WITHIN_S = 1.0
PATIENCE_S = 600.0


def telemetry_lines(peer: Peer, folder: Path, rows: int) -> list[Line]:
    """Measure `rows` measures, with four extended ones each, as they come and all at once."""
    streamed, caught_up = folder / f"stream-{peer.engine}", folder / f"catch-up-{peer.engine}"
    with _laboratory(peer, streamed) as lab:
        lines = _stream(lab, peer.engine, rows)
    with _laboratory(peer, caught_up) as lab:
        return [*lines, _catch_up(lab, peer.engine, 3 * rows)]


@contextmanager
def _laboratory(peer: Peer, folder: Path) -> Iterator[Lab]:
    url = peer.database.engine.url.render_as_string(hide_password=False)
    names = [f"{folder.name.lower()}-{number}" for number in range(UNITS)]
    broker = Mosquitto(folder, ("master-node", *names))
    broker.start()
    lab = Lab(url, broker, folder)
    try:
        for name in names:
            lab.unit(name, devices=1, again_s=5.0)
            lab.queue(lab.stations[name][0])
        yield lab
    finally:
        lab.close()
        broker.kill()


def _stream(lab: Lab, engine: str, rows: int) -> list[Line]:
    """Let each unit measure at an eighth of the rate."""
    for unit in lab.units:
        unit.samples, unit.rate = rows // UNITS, A_SECOND / UNITS
        unit.batch = 500
    master = lab.start_master()
    began = _begin(lab.units)
    _until_settled(lab.units)
    seconds = time.monotonic() - began
    lags = sorted(lag for unit in lab.units for lag in unit.lags)
    memory = resident_mb(master.pid)
    _check(lab)
    size = rows // UNITS * UNITS
    said = f"{CHANNELS} extended each, {UNITS} stations, {size / seconds:,.0f} a second"
    goal = Goal(f"p95 under {WITHIN_S:.0f} s at {A_SECOND:,} a second", most=WITHIN_S)
    return [
        Line("telemetry, made to acknowledged: p50", engine, statistics.median(lags), size=size),
        Line(
            "telemetry, made to acknowledged: p95",
            engine,
            _part(lags, 0.95),
            size=size,
            worst=lags[-1],
            goal=Goal(goal.words, most=WITHIN_S, worst=math.inf),
            note=said,
        ),
        Line("bem master-node: memory", engine, memory, unit=MEGABYTES),
    ]


def _catch_up(lab: Lab, engine: str, rows: int) -> Line:
    """Let each unit have everything at once."""
    for unit in lab.units:
        unit.samples, unit.rate, unit.batch = rows // UNITS, 1e12, 500
    lab.start_master()
    began = _begin(lab.units)
    _until_settled(lab.units)
    seconds = time.monotonic() - began
    _check(lab)
    size = rows // UNITS * UNITS
    return Line(
        "telemetry, catch-up",
        engine,
        seconds,
        size=size,
        per="measures",
        goal=Goal(f"{CATCH_UP_A_SECOND:,} a second", most=size / CATCH_UP_A_SECOND),
        note=f"{CHANNELS} extended each",
    )


def _begin(units: list[ScriptedUnit]) -> float:
    """Connect, and return when the last run has begun."""
    for unit in units:
        unit.start()
    until = time.monotonic() + PATIENCE_S
    while not all(unit.runs for unit in units):
        if time.monotonic() > until:
            raise RuntimeError("the stations were offered nothing")
        time.sleep(0.01)
    return max(run.began for unit in units for run in unit.runs.values())


def _until_settled(units: list[ScriptedUnit]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not all(unit.settled for unit in units):
        if time.monotonic() > until:
            raise RuntimeError("not everything was acknowledged")
        time.sleep(0.01)


def _check(lab: Lab) -> None:
    for unit in lab.units:
        for experiment, run in unit.runs.items():
            lab.check_exact(experiment, run.made, CHANNELS)


def _part(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, math.ceil(part * len(ordered)) - 1)]
