"""Measuring what a web worker costs when idle, and the CSV export through it."""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from bench.lines import MEGABYTES, Goal, Limit, Line, Stopwatch, seconds
from bench.peers import Peer
from bench.site.fill import Filled
from bench.site.processes import children, forget_peak, peak_mb, resident_mb
from bench.site.web import Download, Served, Tab, add_viewer
from db import series

LIBRARIES = "import argon2, dash, dash_ag_grid, flask, gunicorn.app.base, numpy, plotly, sqlalchemy"
THREE_TIMES = Goal("3 x the client", ratio=3.0)
OF_CSV = Goal("3 x the CSV", ratio=3.0)
FIRST_BYTE = Goal("0.2 s", worst=0.2)
GROWTH = Goal("150 MB over idle", most=150)
IDLE = Goal("200 MB", most=200)
START = Goal("3 s", most=3.0)
NOWHERE = Path(os.devnull)


def web_lines(peer: Peer, folder: Path, made: Sequence[Filled], runs: int) -> list[Line]:
    """Start a web server with one worker process; measure it idle, then exports through it."""
    add_viewer(peer.database)
    with Served(folder / f"web-{peer.engine}", peer.url, workers=1) as served:
        (pid,) = children(served.web.pid)
        idle_mb = resident_mb(pid)
        lines = [_start_line(peer, served, runs), _idle_line(peer, idle_mb)]
        tab = Tab(served.port)
        with_rows = [filled for filled in made if filled.has_rows]
        for filled in with_rows[-1:]:
            lines += _export_lines(peer, tab, folder, filled, runs, (pid, idle_mb))
        for filled in (one for one in made if not one.has_rows):
            lines += _store_lines(peer, tab, filled, (pid, idle_mb))
        tab.close()
    return lines


def _start_line(peer: Peer, served: Served, runs: int) -> Line:
    """Compare with the time in which Python imports the same libraries, unless in a hurry."""
    line = Line("bem web: start to /health", peer.engine, served.start_s, goal=START, note="once")
    if runs == 1:
        return line
    command = [sys.executable, "-c", LIBRARIES]
    imported = [seconds(lambda: subprocess.run(command, check=True)) for _ in range(runs)]
    median = statistics.median(imported)
    return replace(line, limit="import of its libraries", limit_median=median)


def _idle_line(peer: Peer, idle_mb: float) -> Line:
    return Line("bem web: an idle worker", peer.engine, idle_mb, MEGABYTES, goal=IDLE)


def _export_lines(
    peer: Peer, tab: Tab, folder: Path, filled: Filled, runs: int, idle: tuple[int, float]
) -> list[Line]:
    """Measure exports; both of the first pair must have as many lines."""
    pid, idle_mb = idle
    with series.opened(peer.database, filled.experiment_id) as experiment:
        ids = [one.used_measure_id for one in experiment.channels if one.used_measure_id]
    ours, theirs = (folder / f"{peer.engine}.{whose}.csv" for whose in ("ours", "theirs"))
    went: list[Download] = []
    forget_peak(pid)
    watch = Stopwatch(peer.engine)
    joined = watch.line(
        "CSV through the web",
        lambda: went.append(tab.download(_address(filled), ours)),
        Limit(peer.exporter, partial(peer.export, filled.experiment_id, ids, theirs)),
        runs=1,  # the limit takes half a minute a million measures
        size=filled.measures,
        per="measures",
        goal=THREE_TIMES if peer.engine == "MariaDB" else None,
        note="once",
    )
    _require_same(_line_count(ours) - 1, _line_count(theirs))
    scanned = watch.line(
        "CSV, beside scans",
        lambda: went.append(tab.download(_address(filled), NOWHERE)),
        Limit("its columns, not joined", partial(peer.scan, filled.experiment_id, ids, NOWHERE)),
        runs=runs,
        size=filled.measures,
        per="measures",
        note=f"{ours.stat().st_size / 1e6:.0f} MB",
    )
    lines = [joined, scanned, _parquet_line(peer, tab, filled, runs)]
    return [*lines, *_side_lines(peer, filled, went, peak_mb(pid) - idle_mb)]


def _parquet_line(peer: Peer, tab: Tab, filled: Filled, runs: int) -> Line:
    return Stopwatch(peer.engine).line(
        "parquet through the web",
        lambda: tab.download(_address(filled, "parquet"), NOWHERE),
        Limit("our CSV", lambda: tab.download(_address(filled), NOWHERE)),
        runs=runs,
        size=filled.measures,
        per="measures",
        goal=OF_CSV,
    )


def _store_lines(peer: Peer, tab: Tab, filled: Filled, idle: tuple[int, float]) -> list[Line]:
    """Measure a longer export once; there are no rows to compare with."""
    pid, idle_mb = idle
    forget_peak(pid)
    went = tab.download(_address(filled), NOWHERE)
    line = Line(
        "CSV through the web",
        peer.engine,
        went.total_s,
        size=filled.measures,
        per="measures",
        note=f"once; {went.size / 1e6:.0f} MB; {filled.note}",
    )
    return [line, *_side_lines(peer, filled, [went], peak_mb(pid) - idle_mb)]


def _side_lines(
    peer: Peer, filled: Filled, went: Sequence[Download], growth_mb: float
) -> list[Line]:
    firsts = [one.first_s for one in went]
    first = statistics.median(firsts)
    size = filled.measures
    return [
        Line("CSV: first byte", peer.engine, first, size=size, worst=max(firsts), goal=FIRST_BYTE),
        Line("CSV: memory over idle", peer.engine, growth_mb, MEGABYTES, size=size, goal=GROWTH),
    ]


def _address(filled: Filled, kind: str = "csv") -> str:
    return f"/experiments/{filled.experiment_id}/measures.{kind}"


def _line_count(file: Path) -> int:
    with file.open("rb") as opened:
        return sum(1 for _ in opened)


def _require_same(ours: object, theirs: object) -> None:
    """A limit that does less than we do is none."""
    if ours != theirs:
        raise RuntimeError(f"The work is not the same: {ours} with us, {theirs} beside it.")
