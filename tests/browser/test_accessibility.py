"""Every page by the rules of axe, for a wide screen and for a phone."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bem.services import utc_now
from cycling.profile import OWN_PROTOCOL
from cycling.terms import ExperimentStatus
from db.commands.alarms import acknowledge
from db.commands.audit import By, record_export
from db.commands.profiles import compile_version, save_profile
from db.engine import connect
from db.models import Experiment
from tests.browser.conftest import Served
from tests.browser.waiting import settled, wait_until
from tests.running_lab import RunningLab
from tests.unit.pages.experiment.cycles.cycled import cycled
from tests.unit.pages.experiment.pulses.pulsed import pulsed

pytestmark = pytest.mark.parametrize("served", ["sqlite"], indirect=True)

LIVE, RUN = "/monitor/{station}", "/experiments/{run}"
TABS = ("cycles", "dqdv", "pulses")
# Those that a phone shows otherwise are looked at twice.
ON_BOTH = (
    "/",
    LIVE,
    "/experiments",
    RUN,
    *(f"/experiments/{{pulsed}}?tab={tab}" for tab in TABS),
    "/compare?experiments={cycled},{pulsed}&group=model&y=discharge_ah&y=ce_pct&curve=voltage",
    "/add-experiment",
    "/batteries",
    "/batteries/{life}?tab=life&y=discharge_ah&y=ce_pct",
    "/stations",
    "/users",
    "/audit",
)
OTHERS = (
    "/login",
    "/?view=table",
    "/experiments/{empty}",
    *(f"/experiments/{{empty}}?tab={tab}" for tab in TABS),
    "/import-experiment",
    "/compare",
    "/queue",
    "/batteries/{cell}",
    "/batteries/{cell}?tab=life",
    "/model?manufacturer=LG&model=M50",
    "/add-battery",
    "/profiles",
    "/edit-profile",
    "/stations/new",
    "/stations/{station}/edit",
    "/account",
    "/profiles/{library}",
    "/adopted-profiles/{adopted}",
    "/nothing-here",
)
LONG = "X" * 30  # a name as long as may be, without a blank
TEXT = f"CC, 0.5C, VOLTAGE, 4.18  # {'x' * 200}\nWAIT, 10min\n"
PHONES_PX = (390, 320)
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
DIALOGS = {
    LIVE: ("Stop", "Acknowledge"),
    RUN: ("Rename",),
    "/experiments": ("Filter", "Rules", "Tags"),
    "/batteries": ("Filter",),
}
# The columns of a grid are set in the browser, a moment after the grid is there, and its rows and
# their cells come one after the other.
HAVE_COLUMNS = """() => [...document.querySelectorAll(".bem-grid")].every(grid =>
    grid.querySelector("[role=columnheader], [role=gridcell]")
    && [...grid.querySelectorAll(".ag-header-row, .ag-row")].every(
        row => row.children.length || !row.offsetHeight))"""
GREYED = 'div[style*="opacity: 0.6"] { opacity: 1 !important; }'  # while it is fetched again
OBSCURED = "partially obscured"  # by a bar that stays while the page is scrolled


@pytest.fixture
def lab(served: Served) -> Iterator[dict[str, int]]:
    """A laboratory with something on each page; what its addresses are filled with."""
    database = connect(served.database_url)
    lab = RunningLab(database, now=datetime.now(UTC))
    unit = lab.unit()
    station = lab.station(LONG, unit)
    cell = lab.battery(LONG, "24A-00718")
    profile = lab.profile(LONG, cycles=100)
    run = lab.experiment(LONG, station, cell, profile)
    by = By("admin", "", lab.now)
    saved = save_profile(database, name=LONG, description="", text=TEXT, by=by)
    written = compile_version(
        database, saved.version_id, capacity_ah=2.5, capabilities=OWN_PROTOCOL, by=by
    )
    waits = {"status": ExperimentStatus.QUEUED, "begun_at": None}
    empty = lab.experiment(LONG, station, cell, written, **waits)
    lab.alarm(station, "The pump leaks.", code="leak", experiment_id=run)
    alarm = lab.alarm(station, "No contact.", code="contact lost", experiment_id=run)
    acknowledge(database, alarm, comment="Seen", by=By("admin", "", lab.now))
    record_export(database, f"experiment {run}", {}, by=By("admin", "", lab.now))
    lab.confirm(station, cell)
    lab.live(station, run, instruction_id=59, cycle=12, current_a=-1.5)
    lab.run(run, station)
    lab.measures(run, station, 500, end=lab.ago(seconds=2))
    lab.master()
    several = {
        "library": saved.profile_id,
        "adopted": profile,
        "pulsed": pulsed(database, clock=utc_now),
    }
    several["cycled"] = cycled(database, 3, name=LONG[:20], clock=utc_now)
    with database.read() as session:
        several["life"] = session.get_one(Experiment, several["cycled"]).battery_id
    yield {"station": station, "cell": cell, "run": run, "empty": empty, **several}
    database.dispose()


def violations(page: Page, address: str) -> list[tuple[str, str, str]]:
    """What axe says about a page once it is drawn: a grid sets its columns one after the other."""
    page.goto(address)
    once_drawn(page)
    found: list[tuple[str, str, str]] = []

    def is_clean() -> bool:
        found[:] = shown_violations(page)
        return not found

    with suppress(AssertionError):
        wait_until(page, is_clean, 2)
    return found


def once_drawn(page: Page) -> None:
    """Wait until nothing more is on its way to the page."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settled(page)
    for grid in page.locator(".bem-grid:visible").all():  # what is far below is drawn when it comes
        grid.scroll_into_view_if_needed()
    page.wait_for_function(HAVE_COLUMNS)


def shown_violations(page: Page, part: str | None = None) -> list[tuple[str, str, str]]:
    """What axe says about the page as it is, or about a part of it."""
    page.add_style_tag(content=GREYED)
    return [
        (rule["id"], node["html"], node["failureSummary"])
        for rule in Axe().run(page, context=part, options=OPTIONS).response["violations"]
        for node in rule["nodes"]
        if OBSCURED not in node["failureSummary"]
    ]


def too_wide(page: Page) -> list[tuple[int, int]]:
    """On which phones the page has to be moved to the side, and how wide it is there."""
    widths = []
    for width in PHONES_PX:
        page.set_viewport_size({"width": width, "height": 844})
        try:  # a graph takes its new width a moment later
            wait_until(page, lambda most=width: whole_width(page) <= most, 60)
        except AssertionError:
            widths.append((width, whole_width(page)))
    return widths


def whole_width(page: Page) -> int:
    """Return the width of the whole page in px."""
    return page.evaluate("() => document.documentElement.scrollWidth")


@pytest.fixture(autouse=True)
def still(page: Page) -> None:
    """Nothing fades, for what fades has another colour."""
    page.emulate_media(reduced_motion="reduce")


@pytest.mark.parametrize("address", OTHERS)
def test_axe_has_nothing_to_say(page: Page, lab: dict[str, int], sign_in, address: str, watch):
    if address == "/nothing-here":
        watch.expect("status of 404")
    if address != "/login":
        sign_in(page, "admin")
    assert violations(page, address.format(**lab)) == []
    assert too_wide(page) == []


@pytest.mark.parametrize("address", ON_BOTH)
def test_nor_on_a_phone_and_on_a_wide_screen(
    page: Page, lab: dict[str, int], sign_in, address: str
):
    wide = page.viewport_size
    page.set_viewport_size({"width": PHONES_PX[0], "height": 844})
    sign_in(page, "admin")
    assert violations(page, address.format(**lab)) == []
    assert too_wide(page) == []
    page.goto("about:blank")  # a page with a grid loads itself anew when it becomes wide
    page.set_viewport_size(wide)
    assert violations(page, address.format(**lab)) == []


def test_nor_when_menus_and_dialogs_are_open(page: Page, lab: dict[str, int], sign_in):
    sign_in(page, "admin")
    for address, dialogs in DIALOGS.items():
        page.goto(address.format(**lab))
        once_drawn(page)
        for menu in page.locator(".dropdown-toggle:visible").all():
            menu.click()
            expect(page.locator(".dropdown-menu.show")).to_be_visible()
            assert shown_violations(page, ".dropdown-menu.show") == []
            menu.click()
        for name in dialogs:
            page.get_by_role("button", name=name, exact=True).first.click()
            expect(page.get_by_role("dialog")).to_be_visible()
            assert shown_violations(page) == []
            page.keyboard.press("Escape")
            expect(page.get_by_role("dialog")).to_be_hidden()
        for summary in page.locator("main details > summary").all():
            summary.click()
        assert shown_violations(page) == []
