"""Measuring the Monitor in Chromium with many running stations: drawing, refreshing, searching.

All stations give new measures before each refresh, a sixth of them a new point of the small line.
The times of the main thread are those of Chromium's own bookkeeping (`TaskDuration`, in processor
time), from the question until the answer is drawn, with what the page does each second meanwhile.
"""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import CDPSession, Page, Response
from sqlalchemy import bindparam, update

from bench.browser import opened_browser
from bench.lines import KILOBYTES, MEGABYTES, Goal, Line
from bench.peers import Peer
from bench.site.web import Served, add_viewer
from cycling.terms import ExperimentStatus, StationState
from db.engine import Database
from db.models import ConfirmedBattery, CyclerStation, Experiment, StationLive
from tests.running_lab import RunningLab, trend

WEB_WORKERS = 2
PATIENCE_S = 180.0
LOOK_EVERY_MS = 20
DRAWN_MS = 300  # what an answer brings is drawn by then
EVERY_MS, WATCHED_MS = 5_000, 15_000
LINE_EVERY = 6  # refreshes of 5 s, from one point of the small line to the next
DRAW_GOAL = Goal("2 s", most=2.0)
REFRESH_GOAL = Goal("50 ms", most=0.05)
BYTES_GOAL = Goal("15 kB", most=15)
SEARCH_GOAL = Goal("200 ms", most=0.2)

NOTES = """
(() => {
  const all = () => document.querySelectorAll(".bem-tile");
  const look = () => {
    const tiles = all(), first = tiles[0];
    const last = [...tiles].filter((one) => one.querySelector(".vals")).length;
    if (first && tiles.length >= window.benchStations && last) {
      window.benchDrawn = performance.now();
      return;
    }
    requestAnimationFrame(look);
  };
  window.benchStations = COUNT;
  requestAnimationFrame(look);
  addEventListener("input", () => {
    const from = performance.now();
    const shown = () => [...all()].filter((one) => !one.hidden).length;
    const wait = () => {
      if (shown() === 1) requestAnimationFrame(note);
      else requestAnimationFrame(wait);
    };
    const note = () => { window.benchFound = performance.now() - from; };
    window.benchFound = 0;
    wait();
  }, true);
})();
"""


@dataclass
class Refreshes:
    """Bytes and number of the answers that an open Monitor has got."""

    sizes: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def keep(self, answer: Response) -> None:
        """Note an answer, if it is one to what the Monitor asks."""
        body = answer.request.post_data or ""
        if '"id":"monitor-ask"' in body and answer.status == 200:
            self.sizes.append(len(answer.body()))
            self.asked.append(len(body))


@dataclass(frozen=True)
class Times:
    """How often it is drawn and searched, refreshed, and refreshed to see whether memory grows."""

    runs: int
    refreshes: int
    level: int


@dataclass(frozen=True)
class Wall:
    """Ids of the stations, by their place."""

    stations: list[int]


def wall_lines(
    peer: Peer, lab: RunningLab, folder: Path, stations: int, times: Times
) -> list[Line]:
    """Measure on one engine, whose database the laboratory fills."""
    wall = fill(lab, stations)
    add_viewer(peer.database)
    home = folder / f"wall-{peer.engine}-{stations}"
    lines: list[Line] = []
    with (
        Served(home, peer.url, workers=WEB_WORKERS) as served,
        opened_browser(served, NOTES.replace("COUNT", str(stations))) as page,
    ):
        drawn = [_drawn(page) for _ in range(times.runs + 1)][1:]  # the first time workers load
        lines.append(_line(peer, "first draw", drawn, stations, goal=DRAW_GOAL))
        lines += _refresh_lines(peer, page, wall, times.refreshes)
        found = [_found(page, f"Station {n + 1:04}") for n in range(times.runs)]
        lines.append(_line(peer, "search", found, stations, goal=SEARCH_GOAL))
        lines.append(_memory_line(peer, page, wall, times.level))
    return lines


def fill(lab: RunningLab, count: int) -> Wall:
    """Retire all stations and add some that run cycles, each with an experiment of its own."""
    unit, cell = lab.unit(), lab.battery(f"NMC {count}", f"24A {count}")
    profile = lab.profile(f"Cycle life {count}", cycles=100)
    now, line = datetime.now(UTC), trend(datetime.now(UTC))
    with lab.database.write() as session:
        session.execute(update(CyclerStation).values(deprecated=True))
        places = [
            CyclerStation(unit_id=unit, name=f"Station {n:04}", location="", register_date=now)
            for n in range(1, count + 1)
        ]
        session.add_all(places)
        session.flush()
        runs = [
            Experiment(
                name=f"Cycle life {place.name}",
                description="",
                created_at=now,
                begun_at=now - timedelta(hours=2),
                status=ExperimentStatus.RUNNING,
                station_id=place.id,
                battery_id=cell,
                profile_id=profile,
            )
            for place in places
        ]
        session.add_all(runs)
        session.flush()
        for place, run in zip(places, runs, strict=True):
            session.add(_live(place.id, run.id, now, line))
            session.add(
                ConfirmedBattery(
                    station_id=place.id, battery_id=cell, user_name="bench", confirmed_at=now
                )
            )
        return Wall([place.id for place in places])


def _live(station: int, run: int, now: datetime, line: list[list[float]]) -> StationLive:
    return StationLive(
        station_id=station,
        state=StationState.RUNNING,
        state_since=now,
        detail="",
        seen_at=now,
        output_on=True,
        experiment_id=run,
        instruction_id=1 + station % 100,
        instruction_began_s=600.0,
        step=2,
        cycle=12,
        test_time_s=2640.0 + station,
        measured_at=now,
        voltage_v=3.8,
        current_a=1.5,
        temperature_degc=28.0,
        pending=0,
        trend=line,
    )


def _go_on(database: Database, wall: Wall, number: int) -> None:
    """Let every station give a measure, a sixth of them a new point of its line."""
    now = datetime.now(UTC)
    line = trend(now)
    table = StationLive.metadata.tables[StationLive.__tablename__]
    values = {
        "seen_at": now,
        "measured_at": now,
        "voltage_v": bindparam("volts"),
        "current_a": bindparam("amps"),
        "temperature_degc": bindparam("degrees"),
        "test_time_s": table.c.test_time_s + 5.0,
    }
    rows = [
        {
            "key": station,
            "volts": 3.0 + (station * 37 + number * 11) % 1000 / 1000,
            "amps": 1.4 + (station * 13 + number * 7) % 200 / 1000,
            "degrees": 25.0 + (station + number) % 80 / 10,
        }
        for station in wall.stations
    ]
    with database.write() as session:
        this = table.c.station_id == bindparam("key")
        session.connection().execute(update(table).where(this).values(values), rows)
        turn = StationLive.station_id % LINE_EVERY == number % LINE_EVERY
        session.execute(update(StationLive).where(turn).values(trend=line))


def _drawn(page: Page) -> float:
    """Open the Monitor; return the seconds until all tiles are there and the first are whole."""
    page.goto("/", wait_until="commit")
    return _number(page, "window.benchDrawn") / 1000


def _found(page: Page, name: str) -> float:
    """Search for a station; return the seconds from the key until the others are gone."""
    search = page.locator(".bem-search input")
    search.fill("")
    page.wait_for_timeout(1000)
    search.fill(name)
    return _number(page, "window.benchFound") / 1000


def _refresh_lines(peer: Peer, page: Page, wall: Wall, count: int) -> Iterator[Line]:
    stations = len(wall.stations)
    with _counted(page) as (answers, metrics):
        spent: list[float] = []
        for number in range(count + 1):
            _go_on(peer.database, wall, number)
            busy = _metric(metrics, "TaskDuration")
            _refreshed(page, answers, number)
            page.wait_for_timeout(DRAWN_MS)
            spent.append(_metric(metrics, "TaskDuration") - busy)
        busy = _metric(metrics, "TaskDuration")
        page.wait_for_timeout(WATCHED_MS)  # with the page's own refreshes, and its clock
        whole = (_metric(metrics, "TaskDuration") - busy) * EVERY_MS / WATCHED_MS
    sizes = [one / 1e3 for one in answers.sizes[1 : count + 1]]
    up = f"and {statistics.median(answers.asked) / 1000:.1f} kB up"
    all_of_it = f"all that the page does in 5 s: {1000 * whole:.0f} ms"
    yield _line(
        peer, "refresh, main thread", spent[1:], stations, goal=REFRESH_GOAL, note=all_of_it
    )
    yield _line(peer, "refresh, answer", sizes, stations, KILOBYTES, BYTES_GOAL, up)


def _refreshed(page: Page, answers: Refreshes, number: int) -> None:
    """Let the page ask, and wait until it has got its answer."""
    before = len(answers.sizes)
    tick = "n => dash_clientside.set_props('monitor-tick', {n_intervals: n})"
    page.evaluate(tick, 10_000 + number)
    _wait_for_answer(page, answers, before)


def _memory_line(peer: Peer, page: Page, wall: Wall, count: int) -> Line:
    """Return the heap after many refreshes, beside that before them."""
    with _counted(page) as (answers, metrics):
        page.locator(".bem-search input").fill("")
        before = _heap_mb(metrics)
        for number in range(count):
            _go_on(peer.database, wall, number)
            _refreshed(page, answers, 10_000 + number)
        after = _heap_mb(metrics)
    note = f"{before:.1f} MB before {count} refreshes"
    return _line(peer, "heap", [after], len(wall.stations), MEGABYTES, note=note)


@contextmanager
def _counted(page: Page) -> Iterator[tuple[Refreshes, CDPSession]]:
    answers, metrics = Refreshes(), page.context.new_cdp_session(page)
    metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.on("response", answers.keep)
    yield answers, metrics
    page.remove_listener("response", answers.keep)
    metrics.detach()


def _metric(metrics: CDPSession, name: str) -> float:
    found = metrics.send("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in found if one["name"] == name))


def _heap_mb(metrics: CDPSession) -> float:
    metrics.send("HeapProfiler.collectGarbage")
    return _metric(metrics, "JSHeapUsedSize") / 1e6


def _wait_for_answer(page: Page, answers: Refreshes, before: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while len(answers.sizes) == before:
        if time.monotonic() > until:
            raise RuntimeError(f"The Monitor was not refreshed in {PATIENCE_S:.0f} s.")
        page.wait_for_timeout(LOOK_EVERY_MS)


def _number(page: Page, expression: str) -> float:
    """Wait until a script has written a number."""
    until = time.monotonic() + PATIENCE_S
    while not (number := page.evaluate(expression)):
        if time.monotonic() > until:
            raise RuntimeError(f"{expression} did not come in {PATIENCE_S:.0f} s.")
        page.wait_for_timeout(LOOK_EVERY_MS)
    return float(number)


def _line(
    peer: Peer,
    work: str,
    values: list[float],
    stations: int,
    unit: str = "s",
    goal: Goal | None = None,
    note: str = "",
) -> Line:
    return Line(
        f"wall: {work}",
        peer.engine,
        statistics.median(values),
        unit,
        size=stations,
        worst=max(values),
        goal=goal,
        note=note,
    )
