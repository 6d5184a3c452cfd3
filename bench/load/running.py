"""Running a whole laboratory for a while: web, worker, master node, broker, stations, users."""

import json
import math
import os
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

from sqlalchemy import make_url

from bench.crowd import importing, timed_job, uploaded, verification
from bench.load.counting import failures, measures_of, requests
from bench.load.plan import Station, write_plan
from bench.load.report import Report
from bench.load.watch import Database as Seen
from bench.load.watch import Watched, watching
from bench.peers import Peer
from bench.site.dependencies import DEPENDENCIES, Forms
from bench.site.fill import Filled, fill
from bench.site.processes import children
from bench.site.web import Served, Tab, add_viewer
from bench.site.work import add_battery, add_experiments, write_measures
from db.engine import Database
from tests.faults.lab import Lab
from tests.faults.unit import ScriptedUnit
from tests.servers import Mosquitto, start

WEB_WORKERS = 2
IMPORTS = 4  # one begins at each quarter of the time, unless the one before goes on
SERVED_MEASURES = 1_000_000
PATIENCE_S = 900.0
LOOK_EVERY_S = 10.0
LONGER_S = 30.0  # that the stations measure beyond the users' time
USERS = Path(__file__).with_name("users.py")


@dataclass(frozen=True)
class Load:
    """How much there is of everything, and for how long."""

    minutes: float
    rows: int
    experiments: int
    tabs: int
    people: int
    units: int = 10
    stations_a_unit: int = 10
    a_second: float = 500.0

    @property
    def seconds(self) -> float:
        """How long the users stay."""
        return 60 * self.minutes

    @property
    def rate(self) -> float:
        """Measures a second of one station."""
        return self.a_second / (self.units * self.stations_a_unit)


@dataclass
class Imported:
    """What the worker was given to do meanwhile."""

    took_s: list[float] = field(default_factory=list)
    rows: int = 0
    problems: list[str] = field(default_factory=list)


def loaded(peer: Peer, folder: Path, load: Load) -> Report:
    """Run everything on one engine, and tell how it went."""
    file = write_measures(folder / "measures.csv", load.rows)
    add_experiments(peer.database, load.experiments)
    filled = fill(peer.database, min(load.rows, SERVED_MEASURES), add_battery(peer.database))
    add_viewer(peer.database)
    home = folder / f"load-{peer.engine}"
    with (
        Served(home, peer.url, workers=WEB_WORKERS, with_worker=True) as served,
        laboratory(peer, home, load) as lab,
    ):
        plan = plan_for(home, served, _running(lab), filled, load.experiments)
        processes = _processes(served, lab, peer)
        with watching(lambda: processes | _web(served), _seen(peer), LOOK_EVERY_S) as watched:
            imported = _with_users(peer.database, home, served, load, file, plan)
            _settle(lab.units, imported)
        return _report(peer, home, load, lab, imported, watched)


@contextmanager
def laboratory(peer: Peer, folder: Path, load: Load) -> Iterator[Lab]:
    """Stations that run, through Mosquitto and a master node of their own."""
    url = peer.database.engine.url.render_as_string(hide_password=False)
    names = [f"unit-{number}" for number in range(load.units)]
    broker = Mosquitto(folder / "broker", ("master-node", *names))
    broker.start()
    lab = Lab(url, broker, folder)
    try:
        for name in names:
            lab.unit(
                name,
                stations=load.stations_a_unit,
                devices=load.stations_a_unit,
                samples=math.ceil((load.seconds + LONGER_S) * load.rate),
                rate=load.rate,
                tick_s=0.5,
                again_s=10.0,
            )
            for station_id in lab.stations[name]:
                lab.queue(station_id)
        lab.start_master()
        for unit in lab.units:
            unit.start()
        until("the stations were offered nothing", lambda: _all_run(lab, load))
        yield lab
    finally:
        lab.close()
        broker.kill()


def _settle(units: list[ScriptedUnit], imported: Imported) -> None:
    """Wait until every measure is acknowledged; what is not is counted as lost."""
    try:
        until("Not every measure was acknowledged.", lambda: all(unit.settled for unit in units))
    except RuntimeError as error:
        imported.problems.append(str(error))


def until(what: str, holds: Callable[[], bool]) -> None:
    """Wait for something; say what did not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(what)
        time.sleep(0.1)


def _all_run(lab: Lab, load: Load) -> bool:
    return sum(len(unit.runs) for unit in lab.units) == load.units * load.stations_a_unit


def plan_for(
    home: Path, served: Served, stations: Sequence[Station], filled: Filled, many: int
) -> Path:
    """Write what the users ask for, in the form that the running server wants."""
    tab = Tab(served.port)
    request = urllib.request.Request(served.url + DEPENDENCIES, headers={"Cookie": tab.cookie})
    with urllib.request.urlopen(request) as answer:
        forms = Forms(json.load(answer))
    tab.close()
    return write_plan(home / "plan.json", forms, tab.cookie, stations, filled, many)


def _running(lab: Lab) -> list[Station]:
    return [
        Station(run.station, run.experiment) for unit in lab.units for run in unit.runs.values()
    ]


def _with_users(
    database: Database, home: Path, served: Served, load: Load, file: Path, plan: Path
) -> Imported:
    """Let the users come, and the worker import, until the time is over."""
    imported = Imported()
    thread = threading.Thread(
        target=_import_on, args=(database, served.data_dir, load, file, imported), daemon=True
    )
    users = start_users(home, served, load, plan)
    try:
        thread.start()
        users.wait(load.seconds + PATIENCE_S)
    finally:
        users.kill()
        users.wait()
        thread.join(PATIENCE_S)
    if thread.is_alive():
        imported.problems.append("The last import has not ended.")
    if users.returncode != 0:
        log = (home / "users.log").read_text(encoding="utf-8", errors="replace")
        imported.problems.append(f"locust ended with {users.returncode}: {log[-2000:]}")
    imported.problems += failures(home / "users_failures.csv", home / "users_exceptions.csv")
    return imported


def start_users(home: Path, served: Served, load: Load, plan: Path) -> Popen[bytes]:
    """Let the users come, in a process of their own; what they met is in users_*.csv."""
    count = load.tabs + load.people
    options: dict[str, str | Path] = {
        "--host": served.url,
        "--users": f"{count}",
        "--spawn-rate": f"{max(1, count // 10)}",
        "--run-time": f"{load.seconds:.0f}s",
        "--stop-timeout": "30",
        "--csv": home / "users",
        "--exit-code-on-error": "0",  # the table says what failed
    }
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        USERS,
        "--headless",
        "--only-summary",
    ]
    for name, value in options.items():
        command += [name, value]
    environment = os.environ | {
        "BEM_LOAD_PLAN": str(plan),
        "BEM_LOAD_TABS": str(load.tabs),
        "BEM_LOAD_PEOPLE": str(load.people),
    }
    return start(command, home / "users.log", environment)


def _import_on(
    database: Database, data_dir: Path, load: Load, file: Path, imported: Imported
) -> None:
    """Import the file again and again, one at a time, as long as there is time for it."""
    began = time.monotonic()
    try:
        for number in range(IMPORTS):
            time.sleep(max(0.0, began + number * load.seconds / IMPORTS - time.monotonic()))
            left = began + load.seconds - time.monotonic()
            if left < max(imported.took_s, default=0.0):
                return
            upload_id = uploaded(database, data_dir, file)
            checked_s, result = timed_job(database, verification(upload_id))
            asked = importing(upload_id, result, add_battery(database))
            took_s, _ = timed_job(database, asked)
            imported.took_s.append(checked_s + took_s)
            imported.rows += load.rows
    except Exception as error:  # noqa: BLE001 - told in the report
        imported.problems.append(f"The import: {error}")


def _processes(served: Served, lab: Lab, peer: Peer) -> dict[str, int]:
    assert served.worker is not None
    found = {
        "bem web": served.web.pid,
        "bem worker": served.worker.pid,
        "bem master-node": lab.masters[0].pid,
        "Mosquitto": lab.broker.pid,
    }
    return found | ({} if peer.server_pid is None else {"MariaDB": peer.server_pid})


def _web(served: Served) -> dict[str, int]:
    pids = children(served.web.pid)
    return {f"bem web, process {number}": pid for number, pid in enumerate(pids, start=1)}


def _seen(peer: Peer) -> Seen:
    url = make_url(peer.url)
    return Seen(file=Path(url.database or "")) if peer.database.is_sqlite else Seen(port=url.port)


def _report(
    peer: Peer, home: Path, load: Load, lab: Lab, imported: Imported, watched: Watched
) -> Report:
    early_s = min(300.0, load.seconds / 6)
    measures, wrong = measures_of(lab)
    return Report(
        engine=peer.engine,
        minutes=load.minutes,
        requests=requests(home / "users_stats.csv"),
        measures=measures,
        imports=tuple(imported.took_s),
        imported_rows=imported.rows,
        early_s=early_s,
        trends=tuple(watched.trends(early_s, load.seconds)),
        samples=watched.samples,
        problems=(*imported.problems, *wrong),
    )
