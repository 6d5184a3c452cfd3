"""Add experiment and the queues, as people use them."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Locator, Page, Route, expect
from sqlalchemy import func, select

from db.commands.queue import NewPlan, add_plan, confirm_battery
from db.engine import connect
from db.models import Experiment, Plan
from db.terms import PlanState
from tests.browser.conftest import TIMEOUT_MS, Served, only_from
from tests.browser.waiting import keep_toasts, settled, wait_until
from tests.form_lab import BY, CYCLE, FormLab
from tests.unit.db.lab import add_profile

ON_SQLITE = pytest.mark.parametrize("served", ["sqlite"], indirect=True)
MISTAKE = CYCLE.replace("CC, -0.5C, VOLTAGE, 2.9", "CC, -0.5C, CURRENT, 2.9")
SAVE = "#addexp-save"
A_TRY_MS = 5_000
PULSE = "shell-alarms.children"  # which every page asks for with each pulse of the frame


@pytest.fixture
def lab(served: Served) -> Iterator[FormLab]:
    database = connect(served.database_url)
    yield FormLab(database)
    database.dispose()


@pytest.fixture
def operator(page: Page, sign_in) -> Page:
    sign_in(page, "operator")
    return page


def choose(page: Page, what: str, words: str, row: int = 0) -> None:
    """Choose from a list. The answer to a check closes an open one: then it is opened again."""
    box = page.locator(f'[id=\'{{"row":{row},"type":"addexp-{what}"}}\']')
    search = page.locator(".dash-dropdown-search")
    option = page.locator(".dash-dropdown-option", has_text=words).first
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    while words not in box.inner_text():
        assert time.monotonic() < deadline, f"{words} cannot be chosen"
        with suppress(Error, AssertionError):
            if not search.is_visible():
                box.click(timeout=A_TRY_MS)
            search.fill(words, timeout=A_TRY_MS)
            option.click(timeout=A_TRY_MS)
            expect(box).to_contain_text(words, timeout=A_TRY_MS)


def write(page: Page, text: str) -> None:
    page.locator("#addexp-profile-text").fill(text)


def problems(page: Page) -> Locator:
    return page.locator("#addexp-profile-problems .bem-note.error")


def open_form(page: Page, query: str = "") -> None:
    page.goto(f"/add-experiment{query}")
    expect(page.locator(".bem-late .bem-card, #addexp-no-graph:visible").first).to_be_visible()
    expect(page.locator("#addexp-profile-text")).to_be_editable()
    settled(page)  # an answer to the first check closes an open list


def let_go(page: Page, held: list[Route]) -> None:
    """Have the requests answered that were held back, and no more held back."""
    page.unroute_all()
    for one in held:
        with suppress(Error):  # Dash has asked again, and gave this one up
            one.continue_()


def count(lab: FormLab, model) -> int:
    with lab.database.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def states(lab: FormLab) -> list[PlanState]:
    with lab.database.read() as session:
        return list(session.scalars(select(Plan.state).order_by(Plan.id)))


def test_from_a_mistake_to_the_queue(operator: Page, lab: FormLab):
    page = operator
    keep_toasts(page)
    open_form(page)
    page.locator("#addexp-name").fill("Ageing of one")
    choose(page, "battery", "NMC-001")
    choose(page, "station", "Station 01")
    write(page, MISTAKE)
    expect(problems(page)).to_contain_text("CC cannot end by CURRENT")
    expect(page.locator("#addexp-state")).to_contain_text("1 error in the profile, line 4")
    settled(page)
    page.locator(SAVE).click()
    expect(page.locator("#addexp-profile-error")).to_contain_text("Fix what is marked")
    expect(page.locator("#addexp-profile-text")).to_be_focused()
    assert count(lab, Plan) == 0

    write(page, CYCLE)
    expect(problems(page)).to_have_count(0)
    expect(page.locator(SAVE)).to_have_text("Queue experiment on Station 01")
    expect(page.locator("#addexp-graph .main-svg").first).to_be_visible()
    summary = page.locator("#addexp-summary")
    expect(summary).to_contain_text("first in the queue")
    expect(summary).to_contain_text("Held until NMC-001 (SN SN-A) is confirmed on Station 01.")
    page.get_by_label("NMC-001 (SN SN-A) is connected to Station 01").check()
    expect(summary).to_contain_text("Queued at once.")
    page.locator(SAVE).click()
    expect(page).to_have_url(re.compile(r"/$"))
    expect(page.locator("#shell-toasts")).to_contain_text("Ageing of one, is queued.")
    assert states(lab) == [PlanState.QUEUED]
    assert count(lab, Experiment) == 1

    open_form(page)  # the next form is empty, and another one
    expect(page.locator("#addexp-name")).to_have_value("")


@ON_SQLITE
class TestForm:
    def test_blanks_are_all_named_and_the_first_gets_the_focus(self, operator: Page, lab: FormLab):
        open_form(operator)
        operator.locator("#addexp-name").fill("   ")
        operator.locator(SAVE).click()
        expect(operator.locator("#addexp-name-error")).to_have_text("Give the experiment a name.")
        expect(operator.locator(".bem-pair-error")).to_have_text("Choose a battery.")
        expect(operator.locator("#addexp-profile-error")).to_contain_text("Write the profile")
        expect(operator.locator("#addexp-name")).to_be_focused()
        assert count(lab, Plan) == 0

    def test_what_is_typed_survives_a_reload_and_a_lost_login(
        self, operator: Page, lab: FormLab, sign_in, watch
    ):
        page = operator
        open_form(page)
        page.locator("#addexp-name").fill("<img src=x> 🔋")
        choose(page, "battery", "NMC-001")
        choose(page, "station", "Station 01")
        page.locator("#addexp-add-row").click()
        choose(page, "battery", "NMC-002", 1)
        write(page, CYCLE)
        expect(page.locator("#addexp-summary")).to_contain_text("<img src=x> 🔋")
        settled(page)
        page.reload()
        self.check_filled(page)
        watch.expect("status of 401")
        with only_from(page, "addexp-send.data"):
            page.context.clear_cookies()
            page.locator(SAVE).click()
            expect(page).to_have_url(re.compile("/login"))
        sign_in(page, "operator")
        page.goto("/add-experiment")
        self.check_filled(page)

    def check_filled(self, page: Page) -> None:
        expect(page.locator("#addexp-name")).to_have_value("<img src=x> 🔋")
        expect(page.locator(".bem-pair")).to_have_count(2)
        expect(page.locator(".bem-pairs")).to_contain_text("NMC-002, SN SN-B")
        expect(page.locator("#addexp-profile-text")).to_have_value(CYCLE)
        expect(page.locator("#addexp-summary")).to_contain_text("Station 01")

    def test_several_pairs_are_queued_together(self, operator: Page, lab: FormLab):
        page = operator
        open_form(page)
        page.locator("#addexp-name").fill("Both")
        choose(page, "battery", "NMC-001")
        choose(page, "station", "Station 01")
        page.locator("#addexp-add-row").click()
        choose(page, "battery", "NMC-002", 1)
        choose(page, "station", "Station 01", 1)
        write(page, CYCLE)
        expect(page.locator(SAVE)).to_have_text("Queue 2 experiments")
        expect(page.locator(".bem-pair").nth(1)).to_contain_text("chosen twice")
        expect(page.locator(SAVE)).to_be_disabled()
        choose(page, "station", "Station 03", 1)
        expect(page.locator("#addexp-summary")).to_contain_text("simulated")
        page.locator(SAVE).click()
        expect(page).to_have_url(re.compile(r"/$"))
        assert states(lab) == [PlanState.HELD] * 2

    def test_a_pair_that_was_taken_away_is_not_queued(self, operator: Page, lab: FormLab):
        page = operator
        open_form(page)
        page.locator("#addexp-name").fill("One of two")
        choose(page, "battery", "NMC-001")
        choose(page, "station", "Station 01")
        write(page, CYCLE)
        page.locator("#addexp-add-row").click()
        expect(page.locator(SAVE)).to_have_text("Queue 2 experiments")
        choose(page, "battery", "NMC-002", 1)
        choose(page, "station", "Station 03", 1)
        settled(page)
        page.get_by_role("button", name="Remove pair 2").click()
        expect(page.locator(SAVE)).to_have_text("Queue experiment on Station 01")
        page.locator(SAVE).click()
        expect(page).to_have_url(re.compile(r"/$"))
        assert states(lab) == [PlanState.HELD]

    def test_pairs_come_and_go_while_nothing_is_answered(self, operator: Page, lab: FormLab):
        """What is chosen meanwhile stays, in the row that it was chosen in."""
        page, held = operator, list[Route]()
        open_form(page)
        page.locator("#addexp-name").fill("Both")
        write(page, CYCLE)
        settled(page)
        page.route(re.compile("_dash-update-component"), lambda route: held.append(route))
        page.locator("#addexp-add-row").click()
        choose(page, "battery", "NMC-001")
        choose(page, "battery", "NMC-002", 1)
        page.locator("#addexp-add-row").click()
        choose(page, "station", "Station 01")
        choose(page, "station", "Station 03", 1)
        page.get_by_role("button", name="Remove pair 3").click()
        pairs = page.locator(".bem-pair")
        expect(pairs).to_have_count(2)
        let_go(page, held)
        expect(page.locator(SAVE)).to_have_text("Queue 2 experiments")
        expect(page.locator("#addexp-summary")).to_contain_text("NMC-002 (SN SN-B)at Station 03")
        page.get_by_role("button", name="Remove pair 1").click()
        expect(pairs).to_have_count(1)
        expect(pairs.get_by_text("Battery", exact=True)).to_be_visible()
        expect(pairs).to_contain_text("NMC-002, SN SN-B")
        page.locator(SAVE, has_text="Queue experiment on Station 03").click()
        expect(page).to_have_url(re.compile(r"/$"))
        assert states(lab) == [PlanState.HELD]

    def test_a_check_does_not_wait_for_a_look_at_the_laboratory(self, operator: Page, lab: FormLab):
        page, held = operator, list[Route]()

        def hold(route: Route) -> None:
            if '"changedPropIds":["addexp-again.data"]' in (route.request.post_data or ""):
                held.append(route)
            else:
                route.fallback()

        open_form(page, f"?battery={lab.a}")
        page.route(re.compile("_dash-update-component"), hold)
        wait_until(page, lambda: held)
        write(page, MISTAKE)
        expect(problems(page)).to_contain_text("CC cannot end by CURRENT")
        let_go(page, held)

    def test_the_laboratory_is_looked_at_again_beside_what_is_typed(
        self, operator: Page, lab: FormLab
    ):
        page = operator
        open_form(page)
        page.locator("#addexp-name").fill("Waits")
        choose(page, "battery", "NMC-001")
        choose(page, "station", "Station 01")
        write(page, CYCLE)
        expect(page.locator(SAVE)).to_be_enabled()
        about = page.locator("#addexp-description")
        about.press_sequentially("At 25 °C")
        settled(page)
        confirm_battery(lab.database, lab.s2, lab.a, by=BY(lab.now()))
        expect(page.locator(SAVE)).to_be_disabled()
        expect(page.locator("#addexp-state")).to_contain_text("confirmed on Station 02")
        confirm_battery(lab.database, lab.s1, lab.a, by=BY(lab.now()))
        expect(page.locator(SAVE)).to_be_enabled()
        expect(page.locator("#addexp-state")).to_have_text("")
        expect(about).to_be_focused()
        expect(about).to_have_value("At 25 °C")

    def test_an_open_list_stays_as_it_is_while_the_laboratory_changes(
        self, operator: Page, lab: FormLab
    ):
        page = operator
        open_form(page, f"?battery={lab.a}")
        choose(page, "station", "Station 01")
        settled(page)
        page.locator('[id=\'{"row":0,"type":"addexp-station"}\']').click()
        search = page.locator(".dash-dropdown-search")
        search.fill("Station")
        confirm_battery(lab.database, lab.s2, lab.b, by=BY(lab.now()))
        asked: list[str] = []
        page.on("request", lambda one: asked.append(one.post_data or ""))
        for _ in range(2):  # pulses
            with page.expect_request(lambda one: PULSE in (one.post_data or "")):
                pass
        settled(page)
        assert not any("addexp-again" in one for one in asked)
        expect(search).to_have_value("Station")
        expect(page.locator(".dash-dropdown-option")).to_have_count(3)
        page.keyboard.press("Escape")
        with page.expect_request(lambda one: "addexp-again" in (one.post_data or "")):
            pass
        settled(page)
        page.locator('[id=\'{"row":0,"type":"addexp-station"}\']').click()
        option = page.locator(".dash-dropdown-option", has_text="Station 02")
        expect(option).to_contain_text("NMC-002 confirmed")

    def test_a_library_profile_and_those_that_do_not_fit(self, operator: Page, lab: FormLab):
        page = operator
        open_form(page, f"?battery={lab.a}")
        choose(page, "station", "Station 01")
        page.locator("#addexp-source label", has_text="Choose").click()
        settled(page)  # an answer to a check closes an open list
        page.locator("#addexp-version").click()
        page.locator(".dash-dropdown-option", has_text="Cycle life").click()
        page.locator("#addexp-name").fill("From the library")
        expect(page.locator("#addexp-summary")).to_contain_text("about")
        page.locator(SAVE).click()
        expect(page).to_have_url(re.compile(r"/$"))
        assert states(lab) == [PlanState.HELD]

    def test_a_hazard_must_be_acknowledged(self, operator: Page, lab: FormLab):
        page = operator
        open_form(page, f"?battery={lab.a}")
        choose(page, "station", "Station 01")
        page.locator("#addexp-name").fill("Pulse")
        write(page, "CC, 1, TIME, 30")
        page.locator(SAVE).click()
        expect(page.locator("#addexp-acknowledge-error")).to_contain_text("read the warnings")
        assert count(lab, Plan) == 0
        page.get_by_label("I have read these warnings").check()
        page.locator(SAVE).click()
        expect(page).to_have_url(re.compile(r"/$"))
        assert count(lab, Plan) == 1

    def test_an_answer_that_comes_together_with_a_check_takes_the_focus(
        self, operator: Page, lab: FormLab
    ):
        page = operator
        open_form(page)
        page.evaluate(
            """() => {
              const { show } = window.dash_clientside.addExperiment;
              const problems = { "addexp-name": "Give the experiment a name." };
              show({ problems: {} }, { problems, focus: "addexp-name" });
            }"""
        )
        expect(page.locator("#addexp-name")).to_be_focused()
        expect(page.locator("#addexp-name-error")).to_have_text("Give the experiment a name.")

    def test_an_answer_that_is_lost_is_made_up_for_by_the_next_check(
        self, operator: Page, lab: FormLab
    ):
        page = operator
        open_form(page)

        def lose(route):
            if '"output":"..addexp-answer' in (route.request.post_data or ""):
                return route.fulfill(status=204)  # the answer to the click
            return route.fallback()

        page.route(re.compile("_dash-update-component"), lose)
        page.locator(SAVE).click()
        page.locator("#addexp-description").fill("something")  # the check's answer comes
        expect(page.locator("#addexp-name-error")).to_have_text("Give the experiment a name.")

    def test_a_draft_is_kept_reopened_and_queued_once(self, operator: Page, lab: FormLab):
        page = operator
        open_form(page)
        page.locator("#addexp-name").fill("Later")
        write(page, CYCLE)
        page.locator("#addexp-draft").click()
        expect(page.locator("#addexp-saved")).to_contain_text("Draft saved")
        number = page.locator("#addexp-saved").inner_text().rpartition(" ")[2]
        page.goto("/queue")
        page.get_by_role("link", name="Later").click()
        expect(page.locator("#addexp-name")).to_have_value("Later")
        expect(page.locator("#addexp-profile-text")).to_have_value(CYCLE)
        choose(page, "battery", "NMC-001")
        choose(page, "station", "Station 01")
        expect(page.locator("#addexp-summary")).to_contain_text("Later")
        page.locator(SAVE).click()
        expect(page).to_have_url(re.compile(r"/$"))
        assert states(lab) == [PlanState.HELD]
        page.goto(f"/experiments/{number}")  # its number since the draft
        expect(page.locator(".bem-status")).to_have_text("Held")
        page.get_by_role("button", name="Cancel it").click()
        page.get_by_label("Reason").fill("Cell is warm")
        page.get_by_role("button", name="Cancel experiment").click()
        expect(page.locator(".bem-status")).to_have_text("Cancelled")
        expect(page.get_by_label("State")).to_contain_text("Cell is warm")
        assert states(lab) == [PlanState.CANCELLED]

    def test_an_address_of_nothing_gives_an_empty_form(self, operator: Page, lab: FormLab):
        open_form(operator, "?draft=987")
        expect(operator.locator(".bem-note.paused").first).to_contain_text("The form is empty.")

    def test_a_battery_that_is_deleted_meanwhile_is_said(self, operator: Page, lab: FormLab):
        page = operator
        open_form(page, f"?battery={lab.a}")
        choose(page, "station", "Station 01")
        page.locator("#addexp-name").fill("Gone")
        write(page, CYCLE)
        expect(page.locator("#addexp-summary")).to_contain_text("NMC-001")
        with lab.database.write() as session:
            for table in ("bem_battery_details", "Lithium", "Battery"):
                column = "battery_id" if table.startswith("bem") else "BatID"
                session.connection().exec_driver_sql(
                    f"DELETE FROM {table} WHERE {column} = {lab.a}"
                )
        page.locator(SAVE).click()
        expect(page.locator(".bem-pair-error")).to_contain_text("does not exist any more")
        assert count(lab, Plan) == 0


@ON_SQLITE
class TestQueue:
    @pytest.fixture(autouse=True)
    def waiting(self, lab: FormLab) -> None:
        profile = add_profile(lab.database, "Rest")
        with lab.database.write() as session:
            session.connection().exec_driver_sql(
                "INSERT INTO Instructions (InstrID, ProfID, Mode, SetPoint, LimitType, LimitPoint)"
                f" VALUES (1, {profile}, 'WAIT', 1000, 'TIME', 1000)"
            )
        confirm_battery(lab.database, lab.s1, lab.a, by=BY(lab.now()))
        for name in ("First", "Second", "Third"):
            new = NewPlan(f"token {name}", name, "", lab.s1, lab.a, profile)
            add_plan(lab.database, new, by=BY(lab.now()))

    def names(self, page: Page) -> Locator:
        return page.locator(".bem-queued .name")

    def test_an_operator_changes_the_order_by_keyboard(self, operator: Page, lab: FormLab):
        page = operator
        page.goto("/queue")
        expect(self.names(page)).to_have_text(["First", "Second", "Third"])
        page.get_by_role("button", name="Move Third up").press("Enter")
        expect(self.names(page)).to_have_text(["First", "Third", "Second"])
        with lab.database.read() as session:
            queued = select(Experiment.name).order_by(Experiment.created_at)
            assert list(session.scalars(queued)) == ["First", "Third", "Second"]

    def test_cancelling_asks_and_names_it(self, operator: Page, lab: FormLab):
        page = operator
        page.goto("/queue")
        page.get_by_role("button", name="Cancel Second").click()
        dialog = page.locator(".modal-content")
        expect(dialog).to_contain_text(
            re.compile(
                r"Cancel experiment \d+, Second\? It leaves the queue for good, and keeps its"
            )
        )
        dialog.get_by_role("button", name="Keep it").click()
        expect(dialog).to_have_count(0)
        page.get_by_role("button", name="Move Third up").click()  # the buttons are new ones then
        expect(self.names(page)).to_have_text(["First", "Third", "Second"])
        page.get_by_role("button", name="Cancel Second").click()
        dialog.get_by_role("button", name="Cancel experiment").click()
        expect(self.names(page)).to_have_text(["First", "Third"])
        expect(dialog).to_have_count(0)
        assert count(lab, Experiment) == 2

    def test_a_viewer_sees_it_and_changes_nothing(self, page: Page, sign_in, lab: FormLab):
        sign_in(page, "viewer")
        page.goto("/queue")
        expect(self.names(page)).to_have_text(["First", "Second", "Third"])
        expect(page.locator(".bem-queued button")).to_have_count(0)
