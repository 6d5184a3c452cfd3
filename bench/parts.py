"""The parts of the benchmark: the server, the browser, the crowd, the telemetry."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.experiments import experiment_lines
from bench.exports import web_lines
from bench.graphs import graph_lines
from bench.keeping import delete_line, space_lines
from bench.lines import Line
from bench.measures import file_lines, import_line
from bench.peers import Peer
from bench.site.fill import fill_sizes
from bench.site.web import signed_in
from bench.site.work import write_measures

WORKS = ("file", "import", "series", "web", "list")  # of the server's part


@dataclass(frozen=True)
class Sizes:
    """How much there is to do.

    `rows` are those of the file, the measures that the browser shows, or the stations of the live
    views, each with a measure a second; `series` the measures of the experiments that are drawn,
    added up and exported, or the stations of the Monitor; `works` what of the server is measured.
    """

    rows: int
    experiments: int
    series: tuple[int, ...]
    tabs: int
    works: tuple[str, ...] = WORKS
    short: bool = False

    @property
    def runs(self) -> int:
        """How often something is done that takes seconds."""
        return 1 if self.short else 3

    @property
    def quick_runs(self) -> int:
        """How often something is done that takes milliseconds."""
        return 2 if self.short else 15


Part = Callable[[Sizes, Path, Iterable[Peer]], list[Line]]


def measure_server(sizes: Sizes, folder: Path, peers: Iterable[Peer]) -> list[Line]:
    """Measure what the server does, without a browser and one thing at a time."""
    lines: list[Line] = []
    _say(f"Writing a file with {sizes.rows:,} rows")
    file = write_measures(folder / "measures.csv", sizes.rows)
    if "file" in sizes.works:
        lines += file_lines(file, sizes.rows, sizes.runs)
    for peer in peers:
        lines += _measure_engine(sizes, folder, file, peer)
    return lines


def _measure_engine(sizes: Sizes, folder: Path, file: Path, peer: Peer) -> list[Line]:
    lines: list[Line] = []
    client = signed_in(peer.database, folder)
    if "import" in sizes.works:
        _say(f"{peer.engine}: import of the file")
        lines.append(import_line(peer, file, sizes.rows, sizes.runs))
    if {"series", "web"} & set(sizes.works):
        _say(f"{peer.engine}: filling experiments of {sizes.series} measures")
        made, filled = fill_sizes(peer, sizes.series)
        lines += filled
    if "series" in sizes.works:
        _say(f"{peer.engine}: graphs and statistics")
        lines += graph_lines(peer, client, made, sizes.runs, sizes.quick_runs)
        lines += space_lines(peer, made)
    if "web" in sizes.works:
        _say(f"{peer.engine}: web server and export")
        lines += web_lines(peer, folder, made, sizes.runs)
    if "series" in sizes.works:
        _say(f"{peer.engine}: deleting {made[-1].measures:,} measures")
        lines.append(delete_line(peer, made[-1]))
    if "list" in sizes.works:
        _say(f"{peer.engine}: list of {sizes.experiments:,} experiments")
        lines += experiment_lines(peer, client, sizes.experiments, sizes.quick_runs)
    return lines


def measure_browser(sizes: Sizes, folder: Path, peers: Iterable[Peer]) -> list[Line]:
    """Measure from click to drawn."""
    from bench.browser import browser_lines  # Playwright, which only this part needs

    runs = 1 if sizes.short else 5
    lines: list[Line] = []
    for peer in peers:
        _say(f"{peer.engine}: filling {sizes.rows:,} measures, then the browser")
        lines += browser_lines(peer, folder, sizes.rows, sizes.experiments, runs)
    return lines


def measure_wall(sizes: Sizes, folder: Path, peers: Iterable[Peer]) -> list[Line]:
    """Measure the Monitor with ever more stations."""
    from bench.wall import Times, wall_lines  # Playwright, which only this part needs
    from tests.running_lab import RunningLab

    times = Times(1, 1, 2) if sizes.short else Times(runs=3, refreshes=5, level=60)
    lines: list[Line] = []
    for peer in peers:
        lab = RunningLab(peer.database)
        for stations in sizes.series:
            _say(f"{peer.engine}: the Monitor with {stations:,} stations")
            lines += wall_lines(peer, lab, folder, stations, times)
    return lines


def measure_crowd(sizes: Sizes, folder: Path, peers: Iterable[Peer]) -> list[Line]:
    """Measure many browsers beside an import."""
    from bench.crowd import Crowd, crowd_lines

    _say(f"Writing a file with {sizes.rows:,} rows")
    file = write_measures(folder / "measures.csv", sizes.rows)
    quiet_s, pause_s = (0.2, 0.05) if sizes.short else (20.0, 1.0)
    crowd = Crowd(sizes.tabs, quiet_s, pause_s)
    lines: list[Line] = []
    for peer in peers:
        _say(f"{peer.engine}: {sizes.tabs} tabs, without and with an import")
        lines += crowd_lines(peer, folder, file, sizes.rows, sizes.experiments, crowd)
    return lines


def measure_telemetry(sizes: Sizes, folder: Path, peers: Iterable[Peer]) -> list[Line]:
    """Measure what comes in through broker and master node."""
    from bench.telemetry import telemetry_lines  # the tests' laboratory, which only this part needs

    lines: list[Line] = []
    for peer in peers:
        _say(f"{peer.engine}: {sizes.rows:,} measures as they come, then three times as many")
        lines += telemetry_lines(peer, folder, sizes.rows)
    return lines


def measure_live(sizes: Sizes, folder: Path, peers: Iterable[Peer]) -> list[Line]:
    """Measure open live views while the measures of many stations arrive."""
    from bench.live import Laboratory, live_lines

    seconds = 7.0 if sizes.short else 60.0
    lab = Laboratory(stations=sizes.rows, tabs=sizes.tabs, watched_s=seconds)
    lines: list[Line] = []
    for peer in peers:
        _say(f"{peer.engine}: {lab.tabs} live views of {lab.stations} running stations")
        lines += live_lines(peer, folder, lab)
    return lines


def measure_readers(sizes: Sizes, folder: Path, _peers: Iterable[Peer]) -> list[Line]:
    """Measure the readers of binary files and workbooks; no database takes part."""
    from bench.readers import reader_lines  # the tests' files, which only this part needs

    _say(f"Writing files with about {sizes.rows:,} rows, then reading them")
    return reader_lines(folder, sizes.rows, sizes.runs)


def measure_cycles(sizes: Sizes, _folder: Path, _peers: Iterable[Peer]) -> list[Line]:
    """Measure cycle tables, pulses and dQ/dV from arrays; no database takes part."""
    from bench.cycles import cycle_lines

    _say(f"Cycle tables of {sizes.rows:,} samples")
    return cycle_lines(sizes.rows, sizes.runs, sizes.quick_runs)


PARTS: dict[str, Part] = {
    "server": measure_server,
    "browser": measure_browser,
    "wall": measure_wall,
    "crowd": measure_crowd,
    "live": measure_live,
    "telemetry": measure_telemetry,
    "readers": measure_readers,
    "cycles": measure_cycles,
}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
