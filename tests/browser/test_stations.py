"""Setting stations up as people do it, with a real master node, broker and unit."""

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from cycling.profile import OWN_PROTOCOL
from cycling.terms import ExperimentStatus, Technology
from db.commands.audit import By
from db.commands.profiles import compile_version, save_profile
from db.commands.queue import NewPlan, add_plan, confirm_battery
from db.engine import Database, connect
from db.models import Command, Experiment, ExtendedMeasure
from db.queries.stations.details import find_station
from db.queries.stations.overview import overview
from tests.browser.conftest import Served
from tests.browser.test_add_experiment import choose
from tests.browser.waiting import settled
from tests.commands import let_last
from tests.conftest import require
from tests.integration.db.queries.stations.test_units import Lab
from tests.machine import MOSQUITTO
from tests.served import BEM
from tests.servers import Mosquitto, start
from tests.unit.db.lab import add_cell

pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True)

UNIT = "bench-1"
BY = partial(By, "operator", "")


@pytest.fixture
def database(served: Served) -> Iterator[Database]:
    opened = connect(served.database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def begin(served: Served, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a command with a broker of its own: `begin("master-node", "master-node")`."""
    require(MOSQUITTO)
    broker = Mosquitto(tmp_path / "mosquitto", ("master-node", UNIT))
    broker.start()
    processes: list[subprocess.Popen[bytes]] = []

    def run(name: str, user: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "BEM_DATABASE_URL": served.database_url,
            "BEM_DATA_DIR": str(tmp_path / name),
            "BEM_MQTT_URL": broker.url(user),
        }
        process = start([BEM, name, *arguments], tmp_path / f"{name}.log", env=environment)
        processes.append(process)
        return process

    yield run
    for process in processes:
        process.terminate()
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(60)
        process.kill()
        process.wait()
    broker.kill()


def wait_for(holds: Callable[[], object], seconds: float = 240.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def queue(database: Database, station_id: int) -> None:
    """Queue a long rest on a station whose battery is confirmed."""
    now = datetime.now(UTC)
    cell = add_cell(
        database, "NMC-001", chemistry="NMC", technology=Technology.LITHIUM,
        voltage_min_v=2.5, voltage_max_v=4.2, temperature_max_degc=60.0,
    )  # fmt: skip
    saved = save_profile(database, name="Rest", description="", text="WAIT, 10h", by=BY(now))
    profile = compile_version(
        database, saved.version_id, capacity_ah=5.0, capabilities=OWN_PROTOCOL, by=BY(now)
    )
    confirm_battery(database, station_id, cell, by=BY(now))
    new = NewPlan("token-of-the-test", "Long rest", "", station_id, cell, profile)
    add_plan(database, new, by=BY(now))


def test_a_unit_appears_and_its_station_is_used_at_once(
    page: Page, database: Database, sign_in, begin, screenshot
):
    sign_in(page, "operator")
    page.goto("/stations")
    expect(page.get_by_text("No computational unit has introduced itself yet.")).to_be_visible()
    begin("master-node", "master-node")
    unit = begin("virtual-cycler", UNIT, "--stations", "2", "--speed", "20", "--hardware-id", UNIT)
    page.get_by_role("link", name=UNIT, exact=True).click()  # it comes by itself
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(UNIT))

    page.get_by_role("button", name="Detect devices").click()
    wait_for(lambda: _commands(database))
    for command in _commands(database):
        let_last(database, command)
    expect(page.get_by_text(f"{UNIT} has answered: 2 devices connected.")).to_be_visible()

    page.get_by_role("link", name="Add station").click()
    page.get_by_role("checkbox", name="Virtual 5 V 10 A on ch1").check()
    page.locator("#station-edit-save").click()
    expect(page.get_by_text("Give the name that people call the station by.")).to_be_visible()
    expect(page.locator("#station-edit-name")).to_be_focused()
    page.get_by_label("Name", exact=True).fill("Station 08")
    page.get_by_label("Location", exact=True).fill("Lab 2, bench 3")
    page.get_by_label("Name of temp_cell of Virtual 5 V 10 A on ch1").fill("Cell T1")
    page.get_by_role("checkbox", name="temp_amb (degC)").first.uncheck()
    page.get_by_label("Highest voltage").fill("4.9")
    settled(page)
    page.reload()
    expect(page.get_by_label("Location", exact=True)).to_have_value("Lab 2, bench 3")
    expect(page.get_by_role("checkbox", name="temp_amb (degC)").first).not_to_be_checked()
    page.locator("#station-edit-save").click()
    expect(page.get_by_role("region", name="Measures")).to_contain_text("Cell T1")
    expect(page.get_by_role("region", name="Real range")).to_contain_text("0 to 4.9 V")
    screenshot(page, "station")

    (sheet,) = overview(database)
    page.goto("/")
    tile = page.locator(f'[data-bem-station="{sheet.id}"]')
    expect(tile).to_contain_text("Station 08")
    expect(tile).to_contain_text("Idle")
    page.goto("/add-experiment")
    choose(page, "station", "Station 08")

    queue(database, sheet.id)
    wait_for(lambda: _status(database) is ExperimentStatus.RUNNING)
    page.goto(f"/stations?station={sheet.id}")
    page.get_by_role("button", name="Retire").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Station 08 cannot be retired now. Long rest is under way")
    expect(dialog.locator("#stations-change-sure")).to_be_hidden()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    wait_for(lambda: _channels(database) == {"Cell T1"})

    unit.terminate()
    page.goto(f"/stations?station={sheet.id}")
    expect(page.get_by_text(f"No contact with {UNIT}")).to_be_visible()
    page.get_by_role("link", name=UNIT, exact=True).click()
    expect(page.get_by_role("button", name="Detect devices")).to_be_disabled()


def test_of_two_who_modify_a_station_the_second_is_told_and_loses_nothing(
    page: Page, database: Database, sign_in
):
    lab = Lab(database)
    station = lab.station(lab.ours, "Station 04")
    sign_in(page, "operator")
    page.goto(f"/stations/{station}/edit")
    page.get_by_label("Location", exact=True).fill("Lab 9")
    other = page.context.new_page()
    other.goto(f"/stations/{station}/edit")
    other.get_by_label("Name", exact=True).fill("Station 04b")
    other.locator("#station-edit-save").click()
    expect(other).to_have_url(re.compile(r"/stations\?station=\d+$"))
    expect(other.get_by_text(f"Station 04 (number {station})")).to_be_visible()

    page.locator("#station-edit-save").click()
    expect(page.locator("#station-edit-state")).to_contain_text(
        "was changed or retired by somebody"
    )
    expect(page.get_by_label("Location", exact=True)).to_have_value("Lab 9")

    other.get_by_role("button", name="Out of service").click()
    dialog = other.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("Fan is loud")
    dialog.get_by_label("Reason").press("Enter")
    expect(dialog).to_be_hidden()
    expect(other.get_by_text("Fan is loud. By operator")).to_be_visible()
    other.get_by_role("button", name="Retire").click()
    dialog.get_by_role("button", name="Retire Station 04b").click()
    expect(other.get_by_text("This station is retired.")).to_be_visible()
    other.go_back()
    other.close()
    assert overview(database) == ()


def _status(database: Database) -> ExperimentStatus | None:
    with database.read() as session:
        return session.scalar(select(Experiment.status))


def _commands(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(select(Command.id)))


def _channels(database: Database) -> set[str]:
    """Return the names of the channels that came in."""
    with database.read() as session:
        ids = set(session.scalars(select(ExtendedMeasure.used_measure_id).distinct()))
    (now,) = overview(database)
    sheet = find_station(database, now.id)
    return {sheet.channels[0].name} if len(ids) == 1 else set()
