"""Measuring pages for many browsers at once, while the worker imports a long file.

Every tab goes through the same round: a page of the list, the graph of a long experiment, a zoom
into it, the head of its CSV; then it waits a moment. First without an import, for comparison.
"""

import hashlib
import os
import shutil
import statistics
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.lines import MEGABYTES, Goal, Line, seconds
from bench.peers import Peer
from bench.site.callbacks import graph, list_page
from bench.site.fill import Filled, fill
from bench.site.processes import children, peak_mb
from bench.site.web import NAME, Served, Tab, add_viewer
from bench.site.work import add_battery, add_experiments
from db.commands import jobs
from db.commands.uploads import add_upload, upload_path
from db.engine import Database
from db.queries.jobs import JobStatus, job_status
from db.terms import JobState

WORKS = 4  # of a round
LOOK_EVERY_S = 0.2
CSV_HEAD = 64 * 1024
SERVED_MEASURES = 1_000_000
WORKER_MEMORY = Goal("300 MB", most=300)
WEB_MEMORY = Goal("200 MB idle + 150 MB", most=350)
NOWHERE = Path(os.devnull)


@dataclass(frozen=True)
class Crowd:
    """How many tabs there are, how long they are watched without an import, how long they wait."""

    tabs: int
    quiet_s: float
    pause_s: float
    web_workers: int = 2


@dataclass
class _Watch:
    """Seconds by work, from all tabs; each list is only ever appended to."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[Exception] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def wait_for_each(self) -> None:
        """Wait until every work was done at least once."""
        while len(self.took) < WORKS and not self.errors:
            time.sleep(LOOK_EVERY_S)


def crowd_lines(
    peer: Peer, folder: Path, file: Path, rows: int, experiments: int, crowd: Crowd
) -> list[Line]:
    """Measure on one engine."""
    database = peer.database
    add_experiments(database, experiments)
    filled = fill(database, min(rows, SERVED_MEASURES), add_battery(database), rows_up_to=0)
    add_viewer(database)
    home = folder / f"crowd-{peer.engine}"
    with Served(home, peer.url, workers=crowd.web_workers, with_worker=True) as served:
        with _crowded(served, filled, experiments, crowd):
            pass  # a round, in which the web workers load what they need
        with _crowded(served, filled, experiments, crowd) as quiet:
            time.sleep(crowd.quiet_s)
        upload_id = uploaded(database, served.data_dir, file)
        with _crowded(served, filled, experiments, crowd) as busy:
            checked_s, result = timed_job(database, verification(upload_id))
            asked = importing(upload_id, result, add_battery(database))
            imported_s, _ = timed_job(database, asked)
        return [
            *_import_lines(peer, rows, checked_s, imported_s),
            *_page_lines(peer, quiet, busy, crowd.tabs),
            *_memory_lines(peer, served),
        ]


@contextmanager
def _crowded(served: Served, filled: Filled, experiments: int, crowd: Crowd) -> Iterator[_Watch]:
    """Let the tabs go round until the block ends; raises what went wrong in one of them."""
    watch, first = _Watch(), Tab(served.port)
    tabs = [Tab(served.port, first.cookie) for _ in range(crowd.tabs)]
    threads = [
        threading.Thread(
            target=_go_round, args=(watch, tab, _round(tab, n, filled, experiments), n, crowd)
        )
        for n, tab in enumerate(tabs)
    ]
    for thread in threads:
        thread.start()
    try:
        yield watch
        watch.wait_for_each()
    finally:
        watch.ended.set()
        for thread in threads:
            thread.join()
        for tab in (first, *tabs):
            tab.close()
    if watch.errors:
        raise watch.errors[0]


def _go_round(
    watch: _Watch, tab: Tab, works: dict[str, Callable[[], object]], number: int, crowd: Crowd
) -> None:
    """Repeat one tab's works; the tabs begin one after the other."""
    try:
        watch.ended.wait(number * crowd.pause_s / crowd.tabs)
        while True:
            for work, action in works.items():
                watch.took[work].append(seconds(action))
                if watch.ended.wait(crowd.pause_s):
                    return
    except Exception as error:  # noqa: BLE001 - told to the thread that waits for this one
        watch.errors.append(error)


def _round(
    tab: Tab, number: int, filled: Filled, experiments: int
) -> dict[str, Callable[[], object]]:
    count, id_ = filled.measures, filled.experiment_id
    start = number * 37 % 90 * count // 100
    window = (start, start + count // 10)
    address = f"/experiments/{id_}/measures.csv"
    first = number * 700 % experiments
    return {
        "list, a page": lambda: tab.ask(list_page(first, "-started")),
        "graph, whole": lambda: tab.ask(graph(id_)),
        "graph, zoom": lambda: tab.ask(graph(id_, window)),
        "CSV, its head": lambda: tab.download(address, NOWHERE, most=CSV_HEAD),
    }


def uploaded(database: Database, data_dir: Path, file: Path) -> str:
    """Put a file where uploads lie, as the web server would."""
    upload_id = uuid.uuid4().hex
    path = upload_path(data_dir, upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, path)
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    add_upload(
        database,
        upload_id=upload_id,
        file_name=file.name,
        size_bytes=path.stat().st_size,
        sha256=sha256,
        user_name=NAME,
        now=datetime.now(UTC),
    )
    return upload_id


Asked = tuple[str, dict[str, object]]  # kind and payload of a job


def verification(upload_id: str) -> Asked:
    """Ask for the check of an uploaded file."""
    return "verify file", {"upload": upload_id, "mapping": None, "time_zone": "UTC"}


def importing(upload_id: str, result: dict[str, object], battery_id: int) -> Asked:
    """Ask for the import of a file that was checked."""
    verified = result["verification"]
    assert isinstance(verified, dict)
    return "import file", {
        "upload": upload_id,
        "mapping": verified["mapping"],
        "trust_clock": verified["trust_clock"],
        "rows": verified["rows"],
        "name": "Crowd",
        "description": "",
        "battery_id": battery_id,
        "start": None,
        "address": "",
        "anyway": True,  # the same file comes several times
    }


def timed_job(database: Database, asked: Asked) -> tuple[float, dict[str, object]]:
    """Have a job done by the worker; return the seconds, the wait in them too, and its result."""
    kind, payload = asked
    begin = time.perf_counter()
    now = datetime.now(UTC)
    job_id = jobs.enqueue(database, kind=kind, payload=payload, user_name=NAME, now=now)
    while (status := job_status(database, job_id)).state in (JobState.QUEUED, JobState.RUNNING):
        time.sleep(LOOK_EVERY_S)
    return time.perf_counter() - begin, _result(status)


def _result(status: JobStatus) -> dict[str, object]:
    if status.state is not JobState.DONE:
        raise RuntimeError(f"The job {status.kind} ended as {status.state}: {status.error}")
    return status.result or {}


def _import_lines(peer: Peer, rows: int, checked_s: float, imported_s: float) -> list[Line]:
    works = {"check by the worker": checked_s, "import by the worker": imported_s}
    return [
        Line(work, peer.engine, took_s, size=rows, per="rows", note="once, beside the tabs")
        for work, took_s in works.items()
    ]


def _page_lines(peer: Peer, quiet: _Watch, busy: _Watch, tabs: int) -> list[Line]:
    """Return median and 95th percentile of each work; the limit is the same without an import."""
    lines = []
    for work, took in busy.took.items():
        for name, of in (("p50", statistics.median), ("p95", _p95)):
            lines.append(
                Line(
                    f"{work}: {name}",
                    peer.engine,
                    of(took),
                    worst=max(took),
                    limit="without an import",
                    limit_median=of(quiet.took[work]),
                    note=f"{tabs} tabs, {len(took):,} times",
                )
            )
    return lines


def _p95(took: Sequence[float]) -> float:
    return sorted(took)[int(0.95 * (len(took) - 1))]


def _memory_lines(peer: Peer, served: Served) -> list[Line]:
    assert served.worker is not None
    web_mb = max(peak_mb(pid) for pid in children(served.web.pid))
    return [
        Line(
            "bem worker: most memory",
            peer.engine,
            peak_mb(served.worker.pid),
            MEGABYTES,
            goal=WORKER_MEMORY,
        ),
        Line("bem web: most memory", peer.engine, web_mb, MEGABYTES, goal=WEB_MEMORY),
    ]
