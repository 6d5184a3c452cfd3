"""Everything twice and the database three times: each is killed in turn while people work."""

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bem.demo.stations import set_up_stations
from bem.services import utc_now
from cycling.terms import ExperimentStatus, StationCommand
from db.commands.stations.control import request
from db.models import CyclerStation, GenericMeasure, Note
from db.terms import CommandState
from master_node.virtual_cycler.store import Store
from tests.commands import command_row
from tests.faults.lab import BEM, BY, now, wait_for
from tests.faults.site import VIRTUAL, Blow, Notetaker, Site
from tests.galera import Galera
from tests.machine import GALERA, HAPROXY, MARIADB
from tests.servers import Mosquitto

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
RATE, ROWS = 100.0, 40_000
NOTICED_S = 12.0  # what people and stations notice within this time is counted
CAUGHT_UP_S = 60.0


@pytest.fixture
def galera() -> Iterator[Galera]:
    for program in (MARIADB, GALERA, HAPROXY):
        path = program.find()
        if path is None:
            pytest.skip(f"{program.title} is not installed (Debian: {' '.join(program.debian)})")
    cluster = Galera()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@pytest.fixture(params=[False, True], ids=["one node for all", "a node each"])
def site(request, galera: Galera, broker: Mosquitto, tmp_path: Path) -> Iterator[Site]:
    made = Site(galera, broker, tmp_path, spread=request.param)
    try:
        yield made
    finally:
        made.close()


def test_each_is_killed_in_turn_while_stations_run_and_people_browse(site: Site, tmp_path: Path):
    experiments = begin(site)
    notes = [Notetaker(site.url_of(number), experiments[0]) for number in range(2)]
    for one in notes:
        one.start()
    quiet = Blow("nothing", time.monotonic())
    time.sleep(NOTICED_S)
    blows = [note_what_came(site, quiet, notes)]
    asked: list[int] = []
    for what, kill, again in what_to_kill(site):
        asked.append(ask(site))
        blow = Blow(what, time.monotonic())
        loading = start_import(site, tmp_path, len(asked)) if "database" in what else None
        kill()
        time.sleep(NOTICED_S)
        again()
        blows.append(note_what_came(site, blow, notes))
        if loading is not None:
            check_import(site, loading)
    finish(site, experiments, notes)
    show(site, blows)
    check_stations(site, experiments, asked)
    check_notes(site, notes)
    check_virtual_stations(site)
    for visitor in site.visitors:  # browsing has recovered
        assert [one.failure for one in visitor.requests[-10:]] == [""] * 10


def begin(site: Site) -> list[int]:
    """Start everything; return the experiments of the scripted units."""
    for number in range(2):
        site.start_web(number)
        site.start_node(number)
        wait_for(lambda: "what=" in site.log_of(len(site.masters) - 1))
    experiments = []
    for number in range(2):
        unit = site.unit(f"unit-{number}", samples=10**9, rate=RATE, duplicates=0.1)
        experiments.append(site.queue(site.stations[f"unit-{number}"][0]))
        unit.start()
    site.start_virtual_cycler()
    wait_for(
        lambda: set_up_stations(site.database, VIRTUAL, clock=utc_now), 60, "for virtual stations"
    )
    wait_for(lambda: all(site.stored(one) > 100 for one in experiments))
    station = site.stations["unit-0"][0]
    pages = ["/", "/experiments", f"/experiments/{experiments[0]}", "/batteries"]
    site.people(4, [*pages, f"/monitor/{station}", "/stations"], experiments[0])
    return experiments


def what_to_kill(site: Site) -> Iterator[tuple[str, Callable[[], object], Callable[[], object]]]:
    """Yield the name of each, how it is killed, and how it is started again."""
    for number in range(2):
        process = site.webs[number]
        assert process is not None
        yield f"web {number + 1}", lambda p=process: end(p), lambda n=number: site.start_web(n)
    for _ in range(2):  # the one that leads, and then the one that leads instead
        leading = max(range(len(site.masters)), key=lambda n: epoch_of(site.log_of(n)))
        yield (
            "the leading master node",
            lambda n=leading: end(site.masters[n]),
            lambda n=leading: site.start_node(n % 2),
        )
    for node in site.nodes:

        def again(node=node) -> None:
            node.start(site.galera.group)

        yield f"database node {node.number}", node.kill, again


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and what it has started: a machine that has lost its power."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    process.kill()
    for child in children:
        subprocess.run(["kill", "-9", child], check=False, capture_output=True)
    process.wait()


def epoch_of(log: str) -> int:
    """Return the last epoch in which a master node led."""
    return max(
        (int(line.rpartition("epoch=")[2]) for line in log.splitlines() if "=leading" in line),
        default=0,
    )


def ask(site: Site) -> int:
    """Ask the first unit for something; return the command's number."""
    station = site.stations["unit-0"][0]
    with site.database.read() as session:
        unit_id = session.get_one(CyclerStation, station).unit_id
    return request(
        site.database,
        StationCommand.DETECT,
        unit_id=unit_id,
        station_id=station,
        experiment_id=None,
        reason="look",
        by=BY(now()),
    )


def start_import(site: Site, folder: Path, number: int) -> tuple[str, subprocess.Popen[str]]:
    """Let `bem import` load a file while a node dies."""
    file = folder / f"cell {number}.csv"
    rows = (f"{n},{1_700_000_000 + n},{3 + n % 999 / 1000:.3f},0.5" for n in range(ROWS))
    file.write_text("\n".join(["Test Time / s,Unix Time / s,Voltage / V,Current / A", *rows, ""]))
    name = f"import {number}"
    command = [BEM, "import", str(file), "--name", name, "--battery", "1", "--charge-sign", "+"]
    command += ["--again", "new"]  # the files of all imports say the same
    environment = site.environment(0)
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    return name, process


def check_import(site: Site, loading: tuple[str, subprocess.Popen[str]]) -> None:
    name, process = loading
    said, trouble = process.communicate(timeout=120)
    print(f"{name}: status {process.returncode} {trouble.strip()[-200:]}")  # noqa: T201
    if process.returncode == 0:
        assert site.stored(int(said.split()[-1])) == ROWS
    else:
        assert process.returncode == 1, trouble


def note_what_came(site: Site, blow: Blow, notes: list[Notetaker]) -> Blow:
    """Count what people and stations noticed of something that was killed."""
    for unit in site.units:  # everything of that time is stored
        made = {run.experiment: run.made for run in unit.runs.values()}
        wait_for(
            lambda u=unit, m=made: all(
                run.acked + 1 >= m[run.experiment] for run in u.runs.values()
            ),
            CAUGHT_UP_S,
            f"for samples after {blow.what}",
        )
    blow.until = time.monotonic()
    for visitor in site.visitors:
        for one in [one for one in visitor.requests if one.at >= blow.at]:
            blow.asked += 1
            blow.slowest_s = max(blow.slowest_s, one.seconds)
            if one.failure:
                blow.failures[one.failure] += 1
                blow.failed_for_s = max(blow.failed_for_s, one.at + one.seconds - blow.at)
    blow.stored_after_s = max(lag for unit in site.units for lag in unit.lags)
    for unit in site.units:
        unit.lags.clear()
    for one in notes:
        blow.slowest_note_s = max(blow.slowest_note_s, one.slowest_s)
        one.slowest_s = 0.0
    blow.refused_notes = sum(len(one.refused) for one in notes)
    return blow


def finish(site: Site, experiments: list[int], notes: list[Notetaker]) -> None:
    """Let the units end what they run, and everybody stop."""
    time.sleep(2)
    for one in notes:
        one.stopping.set()
        one.join(60)
    for visitor in site.visitors:
        visitor.stopping.set()
        visitor.join(60)
    for unit in site.units:
        unit.samples = max(run.made for run in unit.runs.values()) + 50
    wait_for(lambda: all(unit.settled for unit in site.units), CAUGHT_UP_S)
    wait_for(lambda: all(site.status(one) is ExperimentStatus.FINISHED for one in experiments))


def check_stations(site: Site, experiments: list[int], asked: list[int]) -> None:
    """Nothing lost, nothing doubled, nothing carried out twice."""
    for experiment, unit in zip(experiments, site.units, strict=True):
        site.check_exact(experiment, unit.runs[experiment].made)
        assert unit.begun == {experiment: 1}
    for command_id in asked:
        wait_for(lambda c=command_id: command_row(site.database, c).state.ended)
        executed = site.units[0].executed[command_id]
        assert executed <= 1
        done = command_row(site.database, command_id).state is CommandState.DONE
        assert done == (executed == 1)


def check_notes(site: Site, notes: list[Notetaker]) -> None:
    with site.database.read() as session:
        there = Counter(session.scalars(select(Note.text)))
    for one in notes:
        assert len(one.saved) > 100
        assert {there[text] for text in one.saved} == {1}
        assert {there[text] for text, _ in one.refused} <= {0, 1}


def check_virtual_stations(site: Site) -> None:
    """What the virtual cycler was told to be stored is there, without a gap."""
    site.others[0].terminate()
    site.others[0].wait(30)
    store = Store(next(site.folder.rglob(f"{VIRTUAL}*.sqlite")))
    runs = store.runs()
    store.close()
    assert len(runs) >= 2
    for run in runs:
        counted = select(func.count(), func.max(GenericMeasure.id)).where(
            GenericMeasure.experiment_id == run.experiment
        )
        with site.database.read() as session:
            count, last = session.execute(counted).one()
        assert count == last + 1
        assert run.acknowledged.samples <= last
        assert count > 20


def show(site: Site, blows: list[Blow]) -> None:
    """Print the figures for docs/operations.md."""
    way = "a node each" if site.spread else "one node for all"
    print(f"\n{way}\n| killed | asked | failed | until | slowest | stored after | note after |")  # noqa: T201
    for one in blows:
        failed = ", ".join(f"{n} x {what}" for what, n in one.failures.items()) or "0"
        print(  # noqa: T201
            f"| {one.what} | {one.asked} | {failed} | {one.failed_for_s:.1f} s "
            f"| {one.slowest_s:.1f} s | {one.stored_after_s:.1f} s | {one.slowest_note_s:.1f} s |"
        )
    repeated = site.repeated.count + sum(
        log.read_text(errors="replace").count("what=repeated") for log in logs(site)
    )
    print(f"repeated by processes: {repeated}; refused notes: {blows[-1].refused_notes}")  # noqa: T201


def logs(site: Site) -> list[Path]:
    return sorted(site.folder.glob("*.log"))
