"""Watching processes: memory, threads, open files and connections to the database, as time goes."""

import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.site.processes import resident_mb, thread_count

KINDS = ("memory MB", "threads", "files", "connections")
MAY_GROW = {"memory MB": 10.0, "threads": 2.0, "files": 5.0, "connections": 2.0}
PART_MAY_GROW = 0.1
ESTABLISHED = "01"

Processes = Callable[[], Mapping[str, int]]  # names and process ids, of this moment
Sample = dict[str, float]  # by kind


@dataclass(frozen=True)
class Database:
    """Where a connection to the database is seen: at the port of a server, or at a file."""

    port: int | None = None
    file: Path | None = None


@dataclass
class Watched:
    """The samples of every process: seconds since the start, and what it had."""

    samples: dict[str, list[tuple[float, Sample]]] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)

    def add(self, name: str, at_s: float, sample: Sample) -> None:
        """Keep a sample."""
        self.samples.setdefault(name, []).append((at_s, sample))

    def trends(self, from_s: float, until_s: float) -> list["Trend"]:
        """Return a trend for each process and kind, between two moments."""
        return [
            trend_of(name, kind, [(at, one[kind]) for at, one in samples], from_s, until_s)
            for name, samples in self.samples.items()
            for kind in KINDS
        ]


@dataclass(frozen=True)
class Trend:
    """How one figure of a process went: early, in the middle, late, and the slope between."""

    process: str
    kind: str
    early: float
    middle: float
    late: float
    per_hour: float
    grown: float

    @property
    def is_flat(self) -> bool:
        """Whether it did not grow by more than may come and go."""
        return self.grown <= max(MAY_GROW[self.kind], PART_MAY_GROW * self.early)


def trend_of(
    process: str, kind: str, samples: list[tuple[float, float]], from_s: float, until_s: float
) -> Trend:
    """Return the trend of samples; the slope is the median of those between all pairs."""
    within = [one for one in samples if from_s <= one[0] <= until_s] or samples[-1:]
    half = (from_s + until_s) / 2
    span = (until_s - from_s) / 10
    slope = _slope(within)
    return Trend(
        process,
        kind,
        _level(within, from_s, span),
        _level(within, half, span),
        _level(within, until_s, span),
        per_hour=3600 * slope,
        grown=slope * (within[-1][0] - within[0][0]),
    )


@contextmanager
def watching(processes: Processes, database: Database, every_s: float) -> Iterator[Watched]:
    """Look at processes again and again until the block ends."""
    watched, ended = Watched(), threading.Event()

    def look() -> None:
        began = time.monotonic()
        while True:
            for name, pid in processes().items():
                try:
                    watched.add(name, time.monotonic() - began, sample_of(pid, database))
                except (FileNotFoundError, ProcessLookupError) as error:
                    watched.errors.append(error)
            if ended.wait(every_s):
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watched
    finally:
        ended.set()
        thread.join()


def sample_of(pid: int, database: Database) -> Sample:
    """Return what a process has at this moment."""
    files = _open_files(pid)
    return {
        "memory MB": resident_mb(pid),
        "threads": float(thread_count(pid)),
        "files": float(len(files)),
        "connections": float(_connections(pid, files, database)),
    }


def _open_files(pid: int) -> list[str]:
    found = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(str(one.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
    return found


def _connections(pid: int, files: list[str], database: Database) -> int:
    """Count what a process has open to the database, or at the server what others have."""
    if database.file is not None:
        return files.count(str(database.file))
    assert database.port is not None
    lines = Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    port = f":{database.port:04X}"
    own = {inode[1] for one in files if (inode := re.fullmatch(r"socket:\[(\d+)\]", one))}
    fields = (line.split() for line in lines)
    return sum(
        one[9] in own and one[3] == ESTABLISHED and (one[1].endswith(port) or one[2].endswith(port))
        for one in fields
    )


def _slope(samples: list[tuple[float, float]]) -> float:
    slopes = [
        (later - value) / (then - at)
        for number, (at, value) in enumerate(samples)
        for then, later in samples[number + 1 :]
        if then > at
    ]
    return statistics.median(slopes) if slopes else 0.0


def _level(samples: list[tuple[float, float]], at_s: float, span_s: float) -> float:
    """Return the median around a moment."""
    near = [value for at, value in samples if abs(at - at_s) <= span_s]
    return statistics.median(near or [min(samples, key=lambda one: abs(one[0] - at_s))[1]])
