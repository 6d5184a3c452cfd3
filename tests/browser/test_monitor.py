"""The Monitor: the overview and the live view, worked with as an operator does.

The rows that a master node would write are written by the tests.
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Error, Page, Request, Response, Route, expect
from sqlalchemy import update

from bench.wall import fill
from cycling.terms import ExperimentStatus, StationCommand, StationState
from cycling.units import duration_words
from db.engine import connect
from db.models import (
    Battery,
    Command,
    CyclerStation,
    Experiment,
    Lease,
    StationAlarm,
    StationLive,
)
from db.terms import CommandState
from pages.live.update import Key
from pages.station.progress import Remaining
from tests.browser.conftest import Served
from tests.browser.waiting import drag, keep_toasts, settled, wait_until
from tests.running_lab import RunningLab, twelve

pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True)

MOST_BYTES = 2000
LASTS = timedelta(hours=1)  # nothing grows silent while a test lasts
GRAPH = "#live-graph .js-plotly-plot"


@pytest.fixture
def lab(served: Served) -> Iterator[RunningLab]:
    """A laboratory whose rows the test changes while a page is open."""
    database = connect(served.database_url)
    yield RunningLab(database)
    database.dispose()


@dataclass
class Station:
    """One station that runs an experiment, and what a test needs to know of it."""

    lab: RunningLab
    id: int
    unit: int
    battery: int
    profile: int
    experiment: int
    measures: int

    def go_on(self, count: int = 5, **live) -> None:
        """Let some more measures arrive, ending now."""
        self.lab.now = datetime.now(UTC)
        self.lab.measures(
            self.experiment, self.id, count, first=self.measures, every_s=0.05, end=self.lab.now
        )
        self.measures += count
        fresh = {"seen_at": self.lab.now + LASTS, "measured_at": self.lab.now, **live}
        self.lab.change(StationLive, self.id, **fresh)


@pytest.fixture
def station(lab: RunningLab) -> Station:
    """A station with two thousand measures of a running experiment."""
    unit = lab.unit()
    place = lab.station("Station 04", unit)
    cell = lab.battery("NMC-018", "24A-00718")
    profile = lab.profile("Cycle life 0.5C", cycles=100)
    run = lab.experiment("NMC-018 cycle life", place, cell, profile)
    lab.confirm(place, cell)
    later = lab.now + LASTS
    lab.live(place, run, instruction_id=59, cycle=12, current_a=-1.5, seen_at=later)
    lab.run(run, place)
    lab.measures(run, place, 2000, end=lab.ago(seconds=2))
    lab.master()
    lab.change(Lease, "master-node", beat_at=later, expires_at=later)
    return Station(lab, place, unit, cell, profile, run, 2000)


def asks(request: Request, output: str) -> bool:
    """Whether a request is a callback with this first output."""
    body = request.post_data or ""
    return "_dash-update-component" in request.url and f'"output":"..{output}' in body


@dataclass
class Answers:
    """The answers to what an open view asks."""

    bodies: list[bytes] = field(default_factory=list)
    asked: int = 0

    def listen(self, page: Page, output: str) -> None:
        page.on("request", lambda request: self._count(request, output))
        page.on("response", lambda answer: self._keep(answer, output))

    def _count(self, request: Request, output: str) -> None:
        self.asked += asks(request, output)

    def _keep(self, answer: Response, output: str) -> None:
        if asks(answer.request, output):
            self.bodies.append(answer.body())

    @property
    def with_points(self) -> int:
        return sum("x" in one for one in self.updates)

    @property
    def updates(self) -> list[dict]:
        return [json.loads(body)["response"]["live-update"]["data"] for body in self.bodies]


def open_live(page: Page, station: Station, every: str = "1") -> Answers:
    answers = Answers()
    answers.listen(page, "live-update.data")
    page.goto(f"/monitor/{station.id}")
    expect(page.locator(f"{GRAPH} .trace").first).to_be_attached()
    page.locator("#live-every").select_option(every)
    expect(page.locator(".bem-strip")).not_to_contain_text("–")
    return answers


def asked_before(page: Page, answers: Answers) -> int:
    """Return how often the view has asked, once what it was about to ask has gone out."""
    page.clock.run_for(1000)
    settled(page)
    return answers.asked


def drawn(page: Page) -> list[dict]:
    """Return key, last x and number of points of each trace, as Plotly reads them.

    What the server has drawn is packed until points are added to it; both are read here.
    """
    return page.evaluate(
        f"""document.querySelector("{GRAPH}")._fullData.map((trace) => ({{
            key: trace.meta.key, last: trace.x[trace.x.length - 1], count: trace.x.length}}))"""
    )


def shown_range(page: Page) -> list[float]:
    """Return the ends of the time axis in Unix ms."""
    return page.evaluate(
        f"""document.querySelector("{GRAPH}").layout.xaxis.range.map((place) =>
            typeof place === "number" ? place : Date.parse(String(place).replace(" ", "T")))"""
    )


def width(page: Page) -> float:
    """Return the length of the time axis in ms."""
    first, last = shown_range(page)
    return last - first


def drawn_frame(page: Page) -> None:
    """Return once what has come is drawn: two frames later."""
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )


def test_only_new_points_travel_and_the_graph_moves_on(
    page: Page, station: Station, sign_in, screenshot
):
    sign_in(page, "operator")
    answers = open_live(page, station)
    before = shown_range(page)
    for number in (1, 2, 3):
        station.go_on(5)
        last = station.lab.now.timestamp() * 1000
        wait_until(page, lambda: all(abs(one["last"] - last) < 2 for one in drawn(page)))  # noqa: B023
        wait_until(page, lambda count=number: answers.with_points >= count)
    assert len(drawn(page)) == 3
    assert shown_range(page)[1] == pytest.approx(last, abs=2)
    assert shown_range(page)[1] > before[1]
    with_points = [one for one in answers.updates if "x" in one]
    assert [one["after"] for one in with_points] == [2004, 2009, 2014]
    assert all(len(one["x"]) == 5 and len(one["y"]) == 3 for one in with_points)
    sent = list(zip(map(len, answers.bodies), answers.updates, strict=True))
    assert all(size < MOST_BYTES for size, one in sent if Key.DIGEST not in one)
    # what the page says travels only when it has changed: once, if a worker counts the cycles now
    assert sum(Key.DIGEST in one for _, one in sent) <= 1
    screenshot(page, "live-running")


def test_zoom_and_hidden_traces_survive_what_comes(page: Page, station: Station, sign_in):
    sign_in(page, "operator")
    answers = open_live(page, station)
    page.locator(".bem-traces").get_by_text("Current").click()
    wait_until(
        page,
        lambda: [one["key"] for one in drawn(page)][:1] == ["voltage"] and len(drawn(page)) == 2,
    )
    drag(page, "#live-graph", 0.6, 0.8)
    expect(page.get_by_role("button", name="Follow")).to_be_visible()
    zoomed = shown_range(page)
    for _ in range(2):
        before = answers.with_points
        station.go_on(5)
        wait_until(page, lambda: answers.with_points > before)  # noqa: B023
    drawn_frame(page)
    assert shown_range(page) == pytest.approx(zoomed, abs=1)
    assert drawn(page)[0]["key"] == "voltage"
    assert "current" not in [one["key"] for one in drawn(page)]
    page.get_by_role("button", name="Follow").click()
    wait_until(page, lambda: shown_range(page)[1] > zoomed[1])
    assert "current" not in [one["key"] for one in drawn(page)]


def test_a_zoom_is_what_was_drawn_with_the_mouse_while_points_come(
    page: Page, station: Station, sign_in
):
    sign_in(page, "viewer")
    answers = open_live(page, station)
    page.get_by_text("1 min", exact=True).click()
    wait_until(page, lambda: width(page) < 61_000)
    settled(page)
    low, high = shown_range(page)
    box = page.locator("#live-graph .nsewdrag").first.bounding_box()
    places = [box["x"] + part * box["width"] for part in (0.4, 0.5, 0.7)]
    middle = box["y"] + box["height"] / 2
    page.mouse.move(places[0], middle)
    page.mouse.down()
    page.mouse.move(places[1], middle)
    station.go_on(5)
    wait_until(page, lambda: any(one.get("after") == 2004 for one in answers.updates))
    drawn_frame(page)
    page.mouse.move(places[2], middle, steps=4)
    page.mouse.up()
    expect(page.get_by_role("button", name="Follow")).to_be_visible()
    wanted = [low + part * (high - low) for part in (0.4, 0.7)]
    assert shown_range(page) == pytest.approx(wanted, abs=300)


def test_a_figure_that_never_came_is_asked_for_again(page: Page, station: Station, sign_in):
    sign_in(page, "viewer")
    open_live(page, station)
    lost, seen = [], []

    def lose(route):
        if '"output":"..live-graph.figure' in (route.request.post_data or "") and not seen:
            lost.append(route)
            return route.fulfill(status=204)  # as if it had been dropped on the way
        return route.fallback()

    page.route(re.compile("_dash-update-component"), lose)
    lab = station.lab
    following = lab.experiment("Rate test", station.id, station.battery, station.profile)
    station.experiment, station.measures = following, 10
    lab.measures(following, station.id, 10)
    lab.change(StationLive, station.id, experiment_id=following, seen_at=datetime.now(UTC) + LASTS)
    wait_until(page, lambda: bool(lost))
    expect(page.locator(".bem-strip")).to_contain_text("–")  # nothing of the one before
    seen.append("–")
    wait_until(page, lambda: page.locator(".bem-strip").inner_text().count("–") == 0)
    station.go_on(5)
    last = lab.now.timestamp() * 1000
    wait_until(page, lambda: all(abs(one["last"] - last) < 2 for one in drawn(page)))


def test_ranges_go_by_time_and_reach_the_csv(page: Page, station: Station, sign_in):
    sign_in(page, "viewer")
    open_live(page, station, every="60")
    for words, seconds in (("5 min", 300), ("15 min", 900), ("1 min", 60)):
        page.get_by_text(words, exact=True).click()
        wait_until(page, lambda wide=1000 * seconds: abs(width(page) - wide) < 5)
    page.get_by_text("All", exact=True).click()
    wait_until(page, lambda: width(page) > 1_900_000)
    page.get_by_text("1 min", exact=True).click()
    wait_until(page, lambda: width(page) < 61_000)
    page.get_by_role("button", name="CSV").click()
    with page.expect_download() as download:
        page.get_by_text("What is shown").click()
    lines = download.value.path().read_text().splitlines()
    assert 55 <= len(lines) <= 63
    assert "Power" not in lines[0]
    with page.expect_download() as download:
        page.get_by_text("Everything").click()
    assert len(download.value.path().read_text().splitlines()) == 2001


def test_a_tab_that_nobody_sees_asks_nothing(page: Page, station: Station, sign_in):
    sign_in(page, "viewer")
    page.clock.install()
    answers = open_live(page, station)
    hide = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s})"
    page.evaluate(hide % "true")
    asked = asked_before(page, answers)
    station.go_on(7)
    page.clock.run_for(10_000)
    assert answers.asked == asked
    page.evaluate(hide % "false")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_until(page, lambda: any(one.get("after") == 2006 for one in answers.updates))


def test_refreshing_can_be_paused(page: Page, station: Station, sign_in):
    sign_in(page, "viewer")
    page.clock.install()
    answers = open_live(page, station)
    page.get_by_role("button", name="Pause refreshing").click()
    expect(page.get_by_role("button", name="Go on refreshing")).to_be_visible()
    asked = asked_before(page, answers)
    page.clock.run_for(10_000)
    assert answers.asked == asked
    page.get_by_role("button", name="Go on refreshing").click()
    page.clock.run_for(2_000)
    wait_until(page, lambda: answers.asked > asked)


def command(station: Station) -> Command:
    with station.lab.database.read() as session:
        return session.query(Command).order_by(Command.id.desc()).first()


def command_that_lasts(page: Page, station: Station) -> Command:
    """Return what was asked, once it is there; it is on its way as long as the test lasts."""
    wait_until(page, lambda: command(station))
    later = datetime.now(UTC) + LASTS
    station.lab.change(Command, command(station).id, created_at=later)
    return command(station)


def test_a_stop_is_asked_for_sent_and_confirmed(page: Page, station: Station, sign_in, screenshot):
    sign_in(page, "operator")
    open_live(page, station)
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Stop experiment {station.experiment} on Station 04?")
    expect(dialog).to_contain_text("Its 2,000 measures are kept.")
    page.get_by_label("Reason (optional)").fill("smells of solvent")
    dialog.get_by_role("button", name=f"Stop experiment {station.experiment}").click()
    said = page.locator("#live-notes")
    asked = command_that_lasts(page, station)
    expect(said).to_contain_text("Stop: Sending.")
    assert (asked.kind, asked.reason, asked.user_name) == ("stop", "smells of solvent", "operator")
    station.lab.change(Command, asked.id, state=CommandState.SENT)
    expect(said).to_contain_text("Sent, waiting for the station.")
    now = datetime.now(UTC)
    answer = {"state": CommandState.DONE, "answered_at": now, "output_off": True}
    station.lab.change(Command, asked.id, **answer)
    expect(said).to_contain_text("Stopped, output off, confirmed by the station.")
    station.lab.change(
        Experiment, station.experiment, status=ExperimentStatus.FINISHED, finished_at=now
    )
    station.lab.change(
        StationLive,
        station.id,
        state=StationState.IDLE,
        experiment_id=None,
        seen_at=now + LASTS,
        voltage_v=3.7012,
        current_a=0.0,
    )
    expect(said).to_contain_text("NMC-018 cycle life has finished")
    # what is at the terminals now, not the last sample of what is over
    strip = page.locator(".bem-strip")
    expect(strip).to_contain_text("3.701")
    expect(strip).to_contain_text("0.000")
    expect(strip).to_contain_text("–")  # a channel of which it says nothing
    expect(said.get_by_role("link", name="Open the experiment")).to_be_visible()
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_disabled()
    screenshot(page, "live-stopped")


def test_a_stop_without_an_answer_is_not_taken_for_done(page: Page, station: Station, sign_in):
    sign_in(page, "operator")
    station.lab.command(
        StationCommand.STOP,
        station.unit,
        station.id,
        experiment_id=station.experiment,
        state=CommandState.SENT,
        created_at=datetime.now(UTC) - timedelta(seconds=8),
    )
    open_live(page, station)
    said = page.locator("#live-notes")
    expect(said).to_contain_text("Not confirmed. Treat the cell as live.")
    page.goto("/")
    expect(page.get_by_label("Station 04")).to_contain_text(
        "Not confirmed. Treat the cell as live."
    )


def test_a_refused_command_says_why(page: Page, station: Station, sign_in):
    sign_in(page, "operator")
    open_live(page, station)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Pause experiment").click()
    asked = command_that_lasts(page, station)
    expect(page.locator("#live-notes")).to_contain_text("Pause: Sending.")
    refused = {
        "state": CommandState.REFUSED,
        "answered_at": datetime.now(UTC),
        "answer": "the relay is stuck",
    }
    station.lab.change(Command, asked.id, **refused)
    expect(page.locator("#live-notes")).to_contain_text("Pause refused: the relay is stuck.")


def test_a_viewer_sees_no_commands(page: Page, station: Station, sign_in):
    station.lab.alarm(station.id, "T2 silent for 3 s", experiment_id=station.experiment)
    sign_in(page, "viewer")
    open_live(page, station)
    expect(page.get_by_text("T2 silent for 3 s").first).to_be_visible()
    for name in ("Pause", "Stop", "Resume", "Acknowledge"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.goto("/")
    expect(page.get_by_label("Station 04")).to_contain_text("T2 silent for 3 s")
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)


def test_the_next_experiment_takes_the_view(page: Page, station: Station, sign_in):
    keep_toasts(page)
    sign_in(page, "viewer")
    open_live(page, station)
    lab = station.lab
    following = lab.experiment("NMC-018 rate test", station.id, station.battery, station.profile)
    station.experiment, station.measures = following, 0
    lab.measures(following, station.id, 10)
    lab.change(StationLive, station.id, experiment_id=following, seen_at=datetime.now(UTC) + LASTS)
    expect(page.locator(".bem-about")).to_contain_text("Experiment NMC-018 rate test")
    expect(page.get_by_text("The next experiment has begun: NMC-018 rate test.")).to_be_visible()
    station.measures = 10
    wait_until(page, lambda: [one["count"] for one in drawn(page)] == [10, 10, 10])
    station.go_on(5)
    last = lab.now.timestamp() * 1000
    wait_until(page, lambda: all(abs(one["last"] - last) < 2 for one in drawn(page)))


def test_what_a_pause_records_is_shown(page: Page, station: Station, sign_in):
    """Until the first record of the pause nothing is said of what flowed before, nor of records."""
    sign_in(page, "viewer")
    open_live(page, station)
    strip = page.locator(".bem-strip")
    paused = {"state": StationState.PAUSED, "state_since": datetime.now(UTC), "output_on": False}
    station.lab.change(StationLive, station.id, **paused, current_a=None, temperature_degc=None)
    expect(strip.locator(".none")).not_to_have_count(0)
    expect(strip).not_to_contain_text("not recorded")
    station.go_on(1)
    expect(strip.locator(".none")).to_have_count(0)
    expect(strip).not_to_contain_text("–")


def test_after_a_run_no_channel_that_it_recorded_is_said_to_be_not_recorded(
    page: Page, station: Station, sign_in
):
    """A station at rest speaks of one temperature; the run has recorded two."""
    sign_in(page, "viewer")
    open_live(page, station)
    strip = page.locator(".bem-strip")
    over = {"status": ExperimentStatus.FINISHED, "finished_at": datetime.now(UTC)}
    station.lab.change(Experiment, station.experiment, **over)
    idle = {"state": StationState.IDLE, "experiment_id": None, "output_on": False}
    station.lab.change(StationLive, station.id, **idle, current_a=0.0, temperature_degc=24.5)
    expect(strip).to_contain_text("24.5")
    expect(strip.locator(".none")).to_have_text("– not reported now")


@pytest.mark.parametrize("width", [390, 1400])
def test_what_is_left_of_an_instruction_stands_in_one_line(
    page: Page, station: Station, sign_in, width: int
):
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, "viewer")
    open_live(page, station)
    lines = page.locator(".bem-steps .now .r").evaluate(
        """one => {
          one.textContent = "about 58 min 32 s left";
          const range = document.createRange();
          range.selectNodeContents(one);
          return range.getClientRects().length;
        }"""
    )
    assert lines == 1


def test_a_silent_station_is_not_shown_as_stopped(page: Page, station: Station, sign_in):
    sign_in(page, "viewer")
    open_live(page, station)
    lost = datetime.now(UTC) - timedelta(seconds=20)
    station.lab.change(StationLive, station.id, seen_at=lost, contact_lost_at=lost)
    said = page.locator("#live-notes")
    expect(said).to_contain_text("No contact since")
    expect(said).to_contain_text("Goes on by itself; heard last: CC −1.5 A until 2.5 V.")
    expect(page.locator(".bem-header")).to_contain_text("Lost contact")


def test_the_wall_is_filtered_searched_and_remembered(
    page: Page, lab: RunningLab, sign_in, screenshot
):
    twelve(lab)
    heard = update(StationLive).where(StationLive.contact_lost_at.is_(None))
    with lab.database.write() as session:  # as long as the test lasts
        session.execute(heard.values(seen_at=lab.now + LASTS))
    sign_in(page, "viewer")
    page.goto("/")
    tiles = page.locator(".bem-tile:visible")
    expect(tiles).to_have_count(12)
    expect(page.get_by_label("Station 03", exact=True)).to_contain_text("Lost contact")

    def height(name: str) -> float:
        return page.get_by_label(f"Station {name}", exact=True).bounding_box()["y"]

    wait_until(page, lambda: height("07") < height("01"))  # the alarm comes first
    screenshot(page, "monitor")
    page.get_by_role("button", name=re.compile("Held")).click()
    page.get_by_role("button", name=re.compile("Paused")).click()
    expect(tiles).to_have_count(2)
    expect(page).to_have_url(re.compile(r"state=held,paused"))
    page.reload()
    expect(tiles).to_have_count(2)
    page.get_by_role("button", name=re.compile("All")).click()
    page.get_by_placeholder("Station or battery").fill("NMC-018")
    expect(tiles).to_have_count(1)
    page.goto("/?q=stk-b4")
    expect(tiles).to_have_count(1)
    expect(tiles).to_contain_text("Flow stack B polarisation")
    page.goto("/")
    page.get_by_text("Table", exact=True).click()
    expect(page.locator(".bem-monitor.as-table")).to_be_visible()
    expect(page.get_by_text("Temperature", exact=True)).to_be_visible()  # a heading
    page.keyboard.press("/")  # also from the switch
    expect(page.get_by_placeholder("Station or battery")).to_be_focused()
    page.reload()
    expect(page.locator(".bem-monitor.as-table")).to_be_visible()
    row = page.get_by_label("Station 04", exact=True)
    for words in ("Station 04", "Running", "NMC-018 cycle life 0.5C", "3.819", "Cycle 12 of 100"):
        expect(row.get_by_text(words, exact=True)).to_be_visible()
    screenshot(page, "monitor-table")


def test_a_wall_that_is_open_follows(page: Page, station: Station, sign_in):
    sign_in(page, "viewer")
    page.goto("/")
    tile = page.get_by_label("Station 04", exact=True)
    expect(tile).to_contain_text("3.819")
    station.go_on(5, voltage_v=3.7654)
    expect(tile).to_contain_text("3.765")
    station.go_on(5, state=StationState.PAUSED, detail="by operator: leak", output_on=False)
    expect(tile).to_contain_text("by operator: leak. Output off, confirmed.")
    expect(page.get_by_role("button", name=re.compile("Paused"))).to_contain_text("1")


SCRIPT = "<img src=x onerror=hacked=1>"


def test_a_long_wall_is_drawn_where_somebody_looks(page: Page, lab: RunningLab, sign_in):
    wall = fill(lab, 60)
    with lab.database.write() as session:  # as long as the test lasts
        session.execute(update(StationLive).values(seen_at=lab.now + LASTS, voltage_v=3.1234))
    sign_in(page, "viewer")
    page.goto("/")
    tiles = page.locator(".bem-tile")
    expect(tiles).to_have_count(60)
    first, last = (page.get_by_label(f"Station {n}", exact=True) for n in ("0001", "0060"))
    expect(first).to_contain_text("3.123")
    expect(last).to_contain_text("Running")
    expect(last.locator("footer")).to_have_count(0)
    lab.change(StationLive, wall.stations[-1], voltage_v=3.2345)
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text("3.235")
    expect(last.locator(".spark svg")).to_be_visible()
    expect(first.locator("footer")).to_have_count(0)
    page.get_by_placeholder("Station or battery").fill("station 0007")
    expect(page.locator(".bem-tile:visible")).to_have_count(1)
    expect(page.get_by_label("Station 0007", exact=True)).to_contain_text("of 100")


def test_a_tile_that_changes_keeps_the_focus_and_goes_to_its_place(
    page: Page, station: Station, sign_in
):
    lab = station.lab
    other = lab.station("Station 02", lab.unit())
    lab.live(other, None, seen_at=lab.now + LASTS)
    sign_in(page, "operator")
    page.goto("/")
    names = page.locator(".bem-tile .st")
    expect(names).to_have_text(["Station 04", "Station 02"])  # what runs, then what is idle
    names.last.focus()
    lab.alarm(other, "The pump leaks.", code="leak")
    expect(names).to_have_text(["Station 02", "Station 04"])
    expect(names.first).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Acknowledge")).to_be_focused()
    page.get_by_role("link", name="NMC-018 cycle life").click()
    expect(page).to_have_url(re.compile(f"/experiments/{station.experiment}"))
    page.go_back()
    expect(names).to_have_text(["Station 02", "Station 04"])


def test_names_that_are_scripts_are_text_on_a_tile(page: Page, station: Station, sign_in):
    lab = station.lab
    lab.change(CyclerStation, station.id, name=SCRIPT)
    lab.change(Experiment, station.experiment, name=SCRIPT)
    lab.change(Battery, station.battery, name=SCRIPT, serial_number=SCRIPT)
    lab.alarm(station.id, SCRIPT)
    sign_in(page, "operator")
    page.goto(f"/?q={SCRIPT}")
    tile = page.get_by_label(SCRIPT, exact=True)
    expect(tile.get_by_role("link", name=SCRIPT)).to_have_count(2)
    expect(tile.locator(".bem-note")).to_contain_text(SCRIPT)
    settled(page)
    assert page.locator("img[onerror]").count() == 0
    assert page.evaluate("window.hacked") is None


def test_an_alarm_is_acknowledged_with_a_comment(page: Page, station: Station, sign_in):
    alarm = station.lab.alarm(station.id, "Voltage 4.262 V, limit 4.250 V.")
    sign_in(page, "operator")
    page.goto("/")
    expect(page.locator("#shell-alarms")).to_have_text("1")
    page.get_by_role("button", name="Acknowledge").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Voltage 4.262 V, limit 4.250 V.")
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(dialog).to_contain_text("Write what you found")
    page.get_by_label("What did you find?").fill("Cell removed.")
    dialog.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_label("Station 04", exact=True)).not_to_contain_text("Voltage 4.262 V")
    with station.lab.database.read() as session:
        found = session.get_one(StationAlarm, alarm)
        assert (found.acknowledged_by, found.comment) == ("operator", "Cell removed.")


def test_a_battery_is_confirmed_after_a_question(page: Page, lab: RunningLab, sign_in):
    place = lab.station("Station 09", lab.unit())
    before, waiting = lab.battery("NMC-022", "A1"), lab.battery("NMC-031", "24A-00731")
    lab.confirm(place, before)
    lab.live(place, None, seen_at=lab.now + LASTS)
    profile = lab.profile("Ageing")
    lab.plan("NMC-031 ageing", place, waiting, "held", profile_id=profile)
    sign_in(page, "operator")
    page.goto("/")
    tile = page.get_by_label("Station 09", exact=True)
    expect(tile).to_contain_text(
        "Last confirmed here: NMC-022. Is NMC-031 (SN 24A-00731) connected"
    )
    tile.get_by_role("button", name="Confirm battery").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Then NMC-031 ageing may start at once")
    dialog.get_by_role("button", name="It is connected").click()
    expect(tile).to_contain_text("Next: NMC-031 ageing")
    expect(tile).not_to_contain_text("Is NMC-031")


def test_a_fresh_system_says_what_to_do(page: Page, served: Served, sign_in):
    sign_in(page, "operator")
    page.goto("/")
    expect(page.get_by_text("No stations yet.")).to_be_visible()


@pytest.mark.parametrize("address", ["/", "/monitor/{}"])
def test_a_phone_never_scrolls_sideways(
    page: Page, station: Station, sign_in, screenshot, address: str
):
    page.set_viewport_size({"width": 360, "height": 760})
    sign_in(page, "operator")
    page.goto(address.format(station.id))
    expect(page.get_by_text("NMC-018 cycle life").first).to_be_visible()
    settled(page)
    wait_until(page, lambda: page.evaluate("document.documentElement.scrollWidth") <= 360, 60)


def test_an_outage_is_said_as_long_as_it_lasts(page: Page, lab: RunningLab, sign_in, watch):
    watch.expect("ERR_INTERNET_DISCONNECTED")
    twelve(lab)
    sign_in(page, "viewer")
    page.goto("/")
    expect(page.locator(".bem-tile").first).to_be_visible()
    settled(page)
    page.context.set_offline(True)
    try:
        expect(page.get_by_text("No connection to the server")).to_be_visible()
        expect(page.locator("#shell-toasts .error")).to_have_count(0)
        page.get_by_role("link", name="Batteries", exact=True).click()
    finally:
        page.context.set_offline(False)
    expect(page.get_by_text("No connection to the server")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Batteries")  # asked for again


@pytest.mark.parametrize("server_answers", [True, False], ids=["database hangs", "server hangs"])
def test_an_open_page_says_what_does_not_answer(
    page: Page, lab: RunningLab, sign_in, watch, server_answers: bool
):
    watch.expect("status of 503")
    twelve(lab)
    later = datetime.now(UTC) + LASTS  # it leads as long as the test lasts
    lab.change(Lease, "master-node", beat_at=later, expires_at=later)
    sign_in(page, "viewer")
    page.goto("/")
    master = page.locator("#shell-master i")
    expect(master).to_be_visible()
    settled(page)
    usual = master.evaluate("icon => getComputedStyle(icon).color")
    held = []

    def answer(route: Route) -> None:
        if server_answers:
            route.fulfill(status=503, json={"error": "The database does not answer."})
        else:
            held.append(route)

    page.route(re.compile("_dash-update-component|/health"), answer)
    what = "The database does not answer since" if server_answers else "No connection to the server"
    expect(page.get_by_text(what)).to_be_visible()
    assert master.evaluate("icon => getComputedStyle(icon).color") != usual
    page.unroute_all()
    for route in held:
        with suppress(Error):  # given up meanwhile
            route.continue_()
    expect(page.locator("#bem-outage")).to_have_count(0)


def test_the_script_writes_durations_as_the_page_does(lab: RunningLab, page: Page, sign_in):
    sign_in(page, "viewer")
    page.goto("/")
    page.wait_for_function("() => Boolean(window.bem && bem.left)")
    seconds = [0, 59.6, 492, 3599.6, 3629.6, 86_369, 86_399.4, 89_520, 172_000.5]
    written = page.evaluate(
        "seconds => seconds.map(one => bem.left([bem.now(), 0, one, 0, 0, 1]).next)", seconds
    )
    assert written == [f"in {duration_words(one)}" for one in seconds]


def test_the_script_says_what_is_left_as_the_page_does(lab: RunningLab, page: Page, sign_in):
    """Also of an instruction that takes longer than expected, and of which that is not said yet."""
    sign_in(page, "viewer")
    page.goto("/")
    page.wait_for_function("() => Boolean(window.bem && bem.left)")
    at = datetime(2126, 1, 1, tzinfo=UTC)  # nothing passes before it
    kinds = [(False, False), (False, True), (True, True)]
    left = [
        Remaining(at, 10.0, step_s, after_s, rate, is_exact=is_exact, ends_by_time=by_time)
        for step_s in (300.0, 0.0, -19.0, -21.0, -400.0)
        for after_s in (0.0, 4000.0)
        for rate in (0.0, 1.0, 25.0)
        for is_exact, by_time in kinds
        if step_s >= 0 or not by_time
    ]
    numbers = [[at.timestamp() * 1000, *one.numbers()] for one in left]
    said = page.evaluate("all => all.map(bem.left).map(one => [one.words, one.next])", numbers)
    assert said == [[one.words(), one.until_next()] for one in left]
