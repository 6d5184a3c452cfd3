"""Add battery, Batteries and the page of a battery, as the browser asks for them."""

import csv
import io

import pytest

from cycling.analysis.cycles.choices import Kind
from cycling.terms import ExperimentStatus, Technology
from db.models import BatteryLife
from db.queries.batteries.table import BatterySortKey
from db.queries.lists import read_sort
from pages.batteries.filters import FIGURES, view_of
from pages.batteries.listing import SHOWN, wide_columns
from pages.batteries.listing import Ids as ListIds
from pages.battery.add_parts import FORM as ADD
from pages.battery.add_parts import Ids as AddIds
from pages.battery.add_parts import next_one
from pages.battery.details import DELETE, Ids
from pages.battery.details import FORM as EDIT
from pages.battery.fields import FIELDS
from tests.unit.components.tree import find, nested_lists, of_type, text
from tests.unit.pages.battery_forms import EACH, LITHIUM, battery_controls
from tests.unit.pages.lab import new_battery
from tests.unit.pages.visitor import UPDATE, shown

ONCE = {f"{AddIds.ONCE}.data": "t1" * 8}
SAVE = {f"{AddIds.SAVE}.n_clicks": 1}
RESULT = f"{AddIds.RESULT}.data"
CHECKED = f"{ADD.part('checked')}.data"
TOAST = "shell-toasts-store.data"
NOTHING = {"technology": [], "q": "", "state": [], "station": [], **dict.fromkeys(FIGURES, "")}

COIN = {
    "kind": "anode half cell",
    "lithium": "Na-ion",
    "capacity_ah": "0.002",
    "active_mass_g": "0.0012",
    "electrode_area_cm2": "1.13",
    "formation_cycles": "3",
    "fabrication_date": "",
}


def add(visitor, typed: dict, *, by: str = AddIds.SAVE, **more):
    given = battery_controls(ADD, typed) | ONCE | {f"{by}.n_clicks": 1} | more
    return visitor.call(RESULT, given, by=f"{by}.n_clicks")


class TestAdding:
    @pytest.mark.parametrize("typed", EACH.values(), ids=EACH)
    def test_a_battery_of_each_technology_leads_on(self, oscar, lab, typed):
        answer = add(oscar, typed)
        (made,) = lab.batteries()
        assert made.technology == typed["technology"]
        leads_to = f"/add-experiment?battery={made.id}"
        assert answer[RESULT] == {"problems": {}, "saved": True, "go": leads_to}
        assert answer[TOAST]["href"] == f"/add-battery?like={made.id}"
        assert answer[TOAST]["text"] == "Cell B (SN SN-2) is registered."
        assert [one.action for one in lab.audits()][-1] == "add battery"

    def test_and_the_next_one_is_offered_at_once(self, oscar, lab):
        answer = add(oscar, LITHIUM, by=AddIds.SAVE_NEXT)
        (made,) = lab.batteries()
        assert answer[RESULT]["go"] == f"/add-battery?like={made.id}"

    def test_sent_twice_it_is_one_battery_and_leads_to_the_same_page(self, oscar, lab):
        first, second = add(oscar, LITHIUM), add(oscar, LITHIUM)
        assert len(lab.batteries()) == 1
        assert first[RESULT] == second[RESULT]

    def test_an_empty_form_says_everything_and_the_first_field_gets_the_focus(self, oscar, lab):
        answer = add(oscar, {"technology": "Lithium"})
        found = answer[RESULT]
        assert found["all"] is True
        assert found["focus"] == "name"
        assert len(found["problems"]) == 12
        assert "go" not in answer[RESULT]
        assert lab.batteries() == []

    def test_one_that_exists_is_linked(self, oscar, lab):
        battery = lab.battery("Cell B", serial_number="SN-2")
        answer = add(oscar, LITHIUM, **{f"{AddIds.ONCE}.data": "t2" * 8})
        words = answer[RESULT]["problems"]["serial_number"]
        assert text(words).startswith("A battery with this name, manufacturer, model and serial")
        assert of_type(words, "Link")[0]["props"]["href"] == f"/batteries/{battery}"
        assert len(lab.batteries()) == 1

    def test_a_viewer_adds_nothing(self, vera, lab):
        given = battery_controls(ADD, LITHIUM) | SAVE
        body = vera.body(RESULT, given, by=f"{AddIds.SAVE}.n_clicks")
        assert vera.client.post(UPDATE, json=body).status_code == 403
        assert lab.batteries() == []
        assert vera.client.get("/add-battery").status_code == 403

    def test_a_form_that_has_just_been_drawn_saves_nothing(self, oscar, lab):
        save = f"{AddIds.SAVE}.n_clicks"
        oscar.call(RESULT, {**battery_controls(ADD, LITHIUM), save: None}, by=save)
        assert lab.batteries() == []


class TestChecking:
    @pytest.fixture
    def ask(self, oscar):
        def ask(values: object, own: object = None) -> dict:
            given = {f"{ADD.part('typed')}.data": values, f"{ADD.part('own')}.data": own}
            by = f"{ADD.part('typed')}.data"
            return oscar.call(f"{ADD.part('side')}.children", given, by=by)

        return ask

    @staticmethod
    def values(typed: dict) -> list:
        return [typed.get(name, "") for name in FIELDS]

    def test_says_what_is_wrong_and_what_the_limits_mean(self, ask, lab):
        lab.battery(manufacturer="Maker", model="M7")
        answer = ask(self.values(LITHIUM | {"capacity_ah": "x", "voltage_max_v": "4.6"}))
        assert list(answer[CHECKED]["problems"]) == ["capacity_ah"]
        side = answer[f"{ADD.part('side')}.children"]
        assert "4.65" in text(side)
        assert "4.6 V is unusual for NMC" in text(side)
        models = answer[f"{ADD.part('models')}.children"]
        assert [one["props"]["value"] for one in models] == ["M7"]

    def test_a_battery_is_no_other_one_of_its_own_name(self, ask, lab):
        own = lab.battery("Cell B", serial_number="SN-2")
        for known, problems in ((own, []), (None, ["serial_number"])):
            answer = ask(self.values(LITHIUM), known)
            assert list(answer[CHECKED]["problems"]) == problems

    @pytest.mark.parametrize("odd", [None, [], "x", 5, {"a": 1}, [None] * 3, [[]] * 29])
    def test_whatever_is_sent_gets_an_answer(self, ask, odd):
        assert ask(odd)[CHECKED]["problems"]


class TestCopying:
    def test_fills_everything_and_counts_the_serial_number_on(self, oscar, lab):
        battery = lab.battery("NMC-031", serial_number="24A-031", capacity_rate="C/5", cells=2)
        page = oscar.open("/add-battery", f"?like={battery}")
        values = {name: shown(page, ADD.field(name))["value"] for name in LITHIUM}
        assert values["serial_number"] == "24A-032"
        assert values["name"] == "NMC-032"  # it ended in the same number
        assert (values["cells"], values["current_min_a"]) == ("2", "5.8")
        assert shown(page, ADD.field("capacity_rate"))["value"] == "C/5"
        assert "Copied from NMC-031, SN 24A-031." in text(page)

    def test_what_is_taken_already_is_passed_over(self, oscar, lab):
        first = lab.battery("Cell", serial_number="1")
        for number in ("2", "3"):
            lab.battery("Cell", serial_number=number)
        page = oscar.open("/add-battery", f"?like={first}")
        assert shown(page, ADD.field("serial_number"))["value"] == "4"
        assert shown(page, ADD.field("name"))["value"] == "Cell"

    def test_without_a_number_the_next_one_is_asked_for(self, oscar, lab):
        battery = lab.battery("Cell", serial_number="first")
        page = oscar.open("/add-battery", f"?like={battery}")
        assert shown(page, ADD.field("serial_number"))["value"] == ""
        assert "no number to count on" in text(page)

    @pytest.mark.parametrize("like", ["", "0", "-1", "abc", "1e99", "4711", "9" * 40, "%00"])
    def test_of_one_that_is_not_there_the_form_is_empty(self, oscar, like):
        page = oscar.open("/add-battery", f"?like={like}")
        assert shown(page, ADD.field("name"))["value"] == ""

    @pytest.mark.parametrize(
        ("name", "serial", "following"),
        [
            ("NMC-031", "24A-031", ("NMC-032", "24A-032")),
            ("Cell 9", "SN-9", ("Cell 10", "SN-10")),
            ("INR18650", "7", ("INR18650", "8")),
            ("Cell", "7", ("Cell", "8")),
            ("Cell 12", "2", ("Cell 12", "3")),
            ("W" * 28 + "99", "99", ("W" * 28 + "99", "100")),
        ],
    )
    def test_a_name_counts_only_with_its_serial_number(self, web, name, serial, following):
        with web.app_context():
            copy = next_one(new_battery(name, serial_number=serial))
        assert (copy.name, copy.serial_number) == following


class TestTheList:
    ROWS = f"{ListIds.GRID}.getRowsResponse"
    REQUEST = f"{ListIds.GRID}.getRowsRequest"

    def rows(self, visitor, **request):
        given = {self.REQUEST: {"startRow": 0, "endRow": 100, **request}}
        return visitor.call(self.ROWS, given, by=self.REQUEST)[self.ROWS]

    def test_a_row_says_what_there_is_to_know(self, vera, lab):
        battery = lab.battery("NMC-1")
        lab.experiment("Test", battery)
        answer = self.rows(vera)
        assert answer["rowCount"] == 1
        (row,) = answer["rowData"]
        assert (row["key"], row["name"], row["serial"]) == (str(battery), "NMC-1", "SN-1")
        assert (row["capacity"], row["range"], row["experiments"]) == ("2.9", "2.5 to 4.2", "1")
        assert row["last"]["status"]["word"] == "Finished"
        assert (row["technology"], row["station"]) == ("Lithium, NMC", "–")
        assert (row["state"]["word"], row["last_capacity"], row["efc"]) == ("Idle", "–", "–")

    def test_what_runs_is_running_although_another_one_waits(self, vera, lab, store):
        battery = lab.battery("NMC-1")
        lab.experiment("Runs", battery, status=ExperimentStatus.RUNNING)
        lab.experiment("Waits", battery, status=ExperimentStatus.QUEUED, begun_at=None)
        with store.write() as session:
            numbers = {"last_capacity_ah": 2.8123, "retention_pct": 97.26}
            numbers |= {"equivalent_full_cycles": 1204.24, "resistance_ohm": 0.0234}
            session.add(
                BatteryLife(battery_id=battery, experiments=2, pending=1, cycles=9, **numbers)
            )
        (row,) = self.rows(vera)["rowData"]
        assert (row["state"]["word"], row["last"]["status"]["word"]) == ("Running", "Running")
        assert (row["station"], row["station_title"]) == ("Virtual", "Running on Virtual")
        figures = [row[name] for name in FIGURES]
        assert figures == ["2.812", "97.3", "1,204.2", "0.0234"]
        assert row["efc_title"] == (
            "Of 2 experiments. Without 1 experiment still to be added up. "
            "What runs is counted every half minute"
        )

    def test_a_kind_that_is_not_the_usual_one_is_said(self, vera, lab):
        lab.battery("Coin", kind=Kind.CATHODE_HALF, capacity_ah=0.002)
        (row,) = self.rows(vera)["rowData"]
        assert row["technology"] == "Cathode half cell, NMC"
        assert (row["capacity"], row["size"]) == ("0.002", "2 mAh")

    def test_it_sorts_as_asked_and_ignores_what_is_no_column(self, vera, lab):
        for name in ("b", "a"):
            lab.battery(name)

        def by(column: str) -> list[dict]:
            return [{"colId": column, "sort": "asc"}]

        assert [r["name"] for r in self.rows(vera, sortModel=by("name"))["rowData"]] == ["a", "b"]
        assert [r["name"] for r in self.rows(vera, sortModel=by("x"))["rowData"]] == ["a", "b"]

    def test_the_controls_narrow_it(self, vera, lab):
        lab.battery("NMC-1")
        given = {
            f"{ListIds.TECHNOLOGY}.value": ["LeadAcid"],
            f"{ListIds.SEARCH}.value": "",
            f"{ListIds.VIEW}.data": NOTHING,
        }
        answer = vera.call(f"{ListIds.VIEW}.data", given, by=f"{ListIds.TECHNOLOGY}.value")
        assert answer[f"{ListIds.VIEW}.data"] == NOTHING | {"technology": ["LeadAcid"]}
        assert answer[f"{ListIds.COUNT}.children"] == "0 of 1"
        assert answer[f"{ListIds.NONE}.hidden"] is False
        assert "No battery matches" in text(answer[f"{ListIds.NONE}.children"])

    def test_the_panel_narrows_it_and_a_chip_takes_that_back(self, vera, lab):
        lab.battery("NMC-1")
        given = {f"{ListIds.part('state')}.value": ["running"]}
        given |= {f"{ListIds.part('retention')}.value": "<80"}
        answer = vera.call(f"{ListIds.VIEW}.data", given, by=f"{ListIds.part('state')}.value")
        asked = {"state": ["running"], "retention": "<80"}
        assert answer[f"{ListIds.VIEW}.data"] == NOTHING | asked
        assert answer[f"{ListIds.COUNT}.children"] == "0 of 1"
        chips = text(answer[f"{ListIds.CHIPS}.children"])
        assert "StateRunning" in chips
        assert "Retention / %<80" in chips
        cross = ListIds.remove("state")
        patterns = {"batteries-remove": [(cross, 1)]}
        by = {"id": cross, "property": "n_clicks"}
        answer = vera.call(f"{ListIds.VIEW}.data", given, by=by, patterns=patterns)
        assert answer[f"{ListIds.VIEW}.data"] == NOTHING | {"retention": "<80"}
        assert answer[f"{ListIds.part('state')}.value"] == []

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("?state=asleep", "State “asleep” is unknown and left out."),
            ("?efc=many", "EFC “many” is no range: that filter is left out."),
            ("?station=99", "There is no station “99”: that filter is left out."),
        ],
    )
    def test_what_an_address_asks_for_and_nobody_knows_is_said(self, vera, query, words):
        assert words in text(vera.open("/batteries", query))

    def test_the_list_as_shown_is_a_file(self, vera, lab, store):
        for name in ("b", "=a"):
            lab.battery(name)
        lab.battery("Lead", technology=Technology.LEAD_ACID, chemistry="Gel", serial_number="7")
        lab.battery("Other", serial_number="9")
        query = "technology=Lithium&technology=RedoxStack&q=SN-1&state=idle&state=held&sort=name"
        answer = vera.client.get(f"/batteries.csv?{query}")
        heads, *lines = csv.reader(io.StringIO(answer.text))
        assert answer.headers["Content-Disposition"].startswith('attachment; filename="batteries-')
        assert [line[heads.index("name")] for line in lines] == ["'=a", "b"]
        assert lines[0][heads.index("state")] == "idle"
        assert [one.target for one in lab.audits()][-1] == "batteries"

    def test_only_those_who_may_are_offered_to_add_one(self, vera, oscar):
        hrefs = [
            [link["props"]["href"] for link in of_type(who.open("/batteries"), "Link")]
            for who in (vera, oscar)
        ]
        assert hrefs == [[], ["/add-battery"]]

    def test_a_phone_gets_lines(self, visitor):
        page = visitor("vera", narrow=True).open("/batteries")
        (column,) = shown(page, ListIds.SETS)["data"]["columns"]
        assert column["cellRenderer"] == "BatteryLines"

    @pytest.mark.parametrize(
        "given",
        [None, [], "x", {"technology": 5, "q": []}, {"technology": ["x", None], "q": "\ud800"}],
    )
    def test_an_odd_address_is_the_whole_list(self, given):
        assert view_of(given).to_store() == NOTHING

    def test_an_address_is_read_back(self):
        view = view_of({"technology": ["RedoxStack", "Lithium"], "q": "cell"})
        assert view_of(view.to_store()) == view
        assert view.to_filter().technologies == (Technology.LITHIUM, Technology.REDOX_STACK)
        assert (
            read_sort("-last", BatterySortKey).key,
            read_sort("-last", BatterySortKey).descending,
        ) == ("last", True)
        assert read_sort("bogus", BatterySortKey) is read_sort(None, BatterySortKey) is None


class TestThePage:
    def test_a_half_cell_shows_what_its_cycles_are_counted_by(self, oscar, lab):
        battery = lab.battery(
            "Coin",
            kind=Kind.ANODE_HALF,
            chemistry="Na-ion",
            capacity_ah=0.002,
            active_mass_g=0.0012,
            electrode_size_cm2=1.13,
            formation_cycles=3,
            fabrication_date=None,
        )
        words = text(oscar.open(f"/batteries/{battery}"))
        for part in ("Sodium", "Na-ion", "Anode half cell", "2 mAh", "1.2 mg", "1.13 cm²"):
            assert part in words
        assert "3 cycles" in words
        assert "Made on" not in words
        form = oscar.open(f"/batteries/{battery}", "?edit=1")
        typed = {name: shown(form, EDIT.field(name))["value"] for name in COIN}
        assert typed == COIN
        assert shown(form, EDIT.part("box"))["className"].endswith(" Lithium anode-half-cell")

    def test_a_stack_shows_what_its_electrolyte_holds(self, vera, lab):
        battery = lab.battery(
            "Stack",
            technology=Technology.REDOX_STACK,
            chemistry=None,
            capacity_ah=8.0,
            electrode_size_cm2=100.0,
            electrolyte_mol_per_l=1.6,
            electrolyte_electrons=1.0,
        )
        words = text(vera.open(f"/batteries/{battery}"))
        for part in ("8 Ah", "100 cm²", "1.6 mol/L", "1 a molecule"):
            assert part in words

    def test_says_everything_with_units(self, vera, lab):
        battery = lab.battery(
            "Pack",
            cells=4,
            parallel=2,
            capacity_rate="C/5",
            voltage_min_v=10.0,
            voltage_max_v=16.8,
            temperature_max_degc=45.0,
            description="From the drawer",
        )
        words = text(vera.open(f"/batteries/{battery}"))
        for part in (
            "Pack",
            "SN SN-1",
            "Maker, M1",
            "1 Mar 2025",
            "2.9 Ah at C/5",
            "4 in series × 2 in parallel",
            "10 to 16.8 V",
            "9.9 to 16.968 V, by default",
            "up to 5.8 A",
            "up to 45 °C",
            "From the drawer",
            "No station.",
            "No experiment has been made with this battery.",
        ):
            assert part in words, part

    def test_an_open_page_follows_what_is_made_with_the_battery(self, vera, lab):
        battery = lab.battery()
        lab.experiment("First", battery)
        asked = {f"{Ids.BATTERY}.data": battery, f"{Ids.PAGE}.data": 1}

        def now() -> str:
            drawn = vera.call(f"{Ids.EXPERIMENTS}.children", asked, by="shell-pulse.data")
            return text(drawn[f"{Ids.EXPERIMENTS}.children"])

        assert "Second" not in now()
        lab.experiment("Second", battery, status=ExperimentStatus.RUNNING)
        assert "Second" in now()
        assert "Running" in now()

    def test_lists_its_experiments_newest_first_a_page_at_a_time(self, vera, lab):
        battery = lab.battery()
        ids = [lab.experiment(f"Test {number}", battery) for number in range(27)]

        def listed(search: str = "") -> list[str]:
            page = vera.open(f"/batteries/{battery}", search)
            assert nested_lists(page) == []
            (table,) = of_type(page, "Table")
            return [link["props"]["href"] for link in of_type(table, "Link")]

        addresses = [f"/experiments/{one}" for one in reversed(ids)]
        assert listed() == addresses[:25]
        assert listed("?page=2") == addresses[25:]
        for odd in ("0", "-1", "abc", "99", "9" * 30):
            assert listed(f"?page={odd}") == addresses[:25]

    @pytest.mark.parametrize(
        ("who", "offered"),
        [
            ("vera", []),
            ("oscar", ["Change", "Copy as next serial number", "Add experiment"]),
            ("ada", ["Change", "Copy as next serial number", "Add experiment", "Delete"]),
        ],
    )
    def test_offers_what_the_viewer_may_do(self, visitor, lab, who, offered):
        battery = lab.battery()
        page = visitor(who).open(f"/batteries/{battery}")
        (actions,) = find(page, className="actions") or [{"props": {}}]
        titles = [
            node["props"].get("title") or text(node)
            for kind in ("Link", "Button")
            for node in of_type(actions, kind)
        ]
        assert titles == offered

    @pytest.mark.parametrize("battery_id", ["0", "4711", "9999999999"])
    def test_of_one_that_is_not_there(self, vera, battery_id):
        assert "There is no battery" in text(vera.open(f"/batteries/{battery_id}"))

    def test_a_viewer_who_asks_for_the_form_gets_the_page(self, vera, lab):
        battery = lab.battery()
        assert not find(vera.open(f"/batteries/{battery}", "?edit=1"), id=EDIT.field("name"))


class TestChanging:
    RESULT = f"{Ids.RESULT}.data"
    TYPED = LITHIUM | {"name": "Cell A", "serial_number": "SN-1"}

    def save(self, visitor, battery: int, typed: dict, seen: str | None = None):
        page = visitor.open(f"/batteries/{battery}", "?edit=1")
        given = battery_controls(EDIT, typed) | {
            f"{Ids.SAVE}.n_clicks": 1,
            f"{Ids.SEEN}.data": seen or shown(page, Ids.SEEN)["data"],
            f"{Ids.BATTERY}.data": battery,
        }
        return visitor.call(self.RESULT, given, by=f"{Ids.SAVE}.n_clicks")

    def test_stores_it_and_leads_back(self, oscar, lab):
        battery = lab.battery()
        answer = self.save(oscar, battery, self.TYPED | {"description": "new"})
        assert answer[f"{Ids.RESULT}.data"]["go"] == f"/batteries/{battery}"
        assert lab.batteries()[0].description == "new"
        assert lab.audits()[-1].detail == {"description": [None, "new"]}

    def test_a_wrong_field_is_said_under_it(self, oscar, lab):
        battery = lab.battery()
        answer = self.save(oscar, battery, self.TYPED | {"voltage_max_v": "1"})
        assert list(answer[self.RESULT]["problems"]) == ["voltage_max_v"]

    def test_an_old_state_is_refused_in_words(self, oscar, lab):
        battery = lab.battery()
        answer = self.save(oscar, battery, self.TYPED | {"description": "new"}, seen="older")
        assert answer[TOAST]["text"].startswith("Somebody has changed this battery")
        assert lab.batteries()[0].description == ""

    def test_limits_are_locked_while_an_experiment_runs_and_say_why(self, oscar, lab):
        battery = lab.battery()
        lab.experiment("Test", battery, status=ExperimentStatus.RUNNING)
        page = oscar.open(f"/batteries/{battery}", "?edit=1")
        assert shown(page, EDIT.field("voltage_max_v"))["disabled"] is True
        assert shown(page, EDIT.field("name"))["disabled"] is False
        assert "Limits and capacity stay as they are: experiment" in text(page)
        answer = self.save(oscar, battery, self.TYPED | {"voltage_max_v": "4.1"})
        assert answer[TOAST]["text"].startswith("Limits and capacity stay as they are")
        assert lab.batteries()[0].voltage_max_mv == 4200

    def test_a_viewer_changes_nothing(self, vera, lab):
        battery = lab.battery()
        given = battery_controls(EDIT, self.TYPED) | {f"{Ids.BATTERY}.data": battery}
        body = vera.body(self.RESULT, given, by=f"{Ids.SAVE}.n_clicks")
        assert vera.client.post(UPDATE, json=body).status_code == 403


class TestDeleting:
    OPEN = f"{DELETE.dialog}.is_open"

    def press(self, visitor, battery: int, button: str):
        given = {f"{Ids.BATTERY}.data": battery, f"{button}.n_clicks": 1}
        return visitor.call(self.OPEN, given, by=f"{button}.n_clicks")

    def test_asks_and_then_deletes(self, visitor, lab):
        ada, battery = visitor("ada"), lab.battery()
        assert find(ada.open(f"/batteries/{battery}"), id=DELETE.open)
        asked = self.press(ada, battery, DELETE.open)
        assert asked[self.OPEN] is True
        assert asked[f"{DELETE.title}.children"] == "Delete Cell A (SN SN-1)?"
        assert f"What is known of battery {battery} goes" in asked[f"{DELETE.question}.children"]
        assert len(lab.batteries()) == 1
        answer = self.press(ada, battery, DELETE.sure)
        assert answer[f"{DELETE.go}.href"] == "/batteries"
        assert lab.batteries() == []
        assert lab.audits()[-1].action == "delete battery"

    def test_a_battery_with_experiments_is_kept_and_says_so(self, visitor, lab):
        ada, battery = visitor("ada"), lab.battery()
        lab.experiment("Test", battery)
        asked = self.press(ada, battery, DELETE.open)
        words = asked[f"{DELETE.question}.children"]
        assert asked[f"{DELETE.title}.children"] == "Cell A cannot be deleted"
        assert asked[f"{DELETE.sure}.style"] == {"display": "none"}
        assert (
            "is kept. It has 1 experiment. Only a battery without experiments can be deleted."
            in words
        )
        answer = self.press(ada, battery, DELETE.sure)
        assert "Only a battery without" in answer[f"{DELETE.error}.children"]
        assert len(lab.batteries()) == 1

    def test_an_operator_may_not(self, oscar, lab):
        battery = lab.battery()
        given = {f"{Ids.BATTERY}.data": battery, f"{DELETE.sure}.n_clicks": 1}
        body = oscar.body(self.OPEN, given, by=f"{DELETE.sure}.n_clicks")
        assert oscar.client.post(UPDATE, json=body).status_code == 403
        assert len(lab.batteries()) == 1
        assert not find(oscar.open(f"/batteries/{battery}"), id=DELETE.dialog)


def test_the_columns_of_the_list_fit_beside_the_navigation_of_a_screen_1280_pixels_wide():
    usual = [one for one in wide_columns(None) if not one["optional"] or one["field"] in SHOWN]
    assert sum(one.get("width") or one["minWidth"] for one in usual) <= 1096
