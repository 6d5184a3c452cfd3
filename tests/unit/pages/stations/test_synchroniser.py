"""What the overview and the live view say of WattRex stations."""

import time
from datetime import timedelta

import pytest

from cycling.terms import ExperimentStatus
from db.models import Experiment, WattrexUnit
from pages.stations.ids import CHANGE
from tests.integration.master_node.wattrex.test_service import TestStalled as Stalling
from tests.integration.master_node.wattrex.test_service import WattrexLab
from tests.unit.components.tree import find, of_type, text
from tests.unit.pages.tiles import tiles


@pytest.fixture
def rack(store) -> WattrexLab:
    return WattrexLab(store)


def live(who, rack: WattrexLab):
    return who.open(f"/monitor/{rack.station_id}")


def tile(who) -> str:
    (words,) = tiles(who.open("/")).values()
    return words


def buttons(page) -> dict[str, bool]:
    return {
        text(one): one["props"]["disabled"]
        for one in of_type(page, "Button")
        if "bem-command" in one["props"].get("className", "")
    }


def test_a_run_shows_its_measures_and_its_buttons_are_grey_with_the_reason(oscar, rack):
    experiment_id = rack.begin()
    rack.rows(experiment_id, 0, 4)
    rack.look()
    rack.rows(experiment_id, 4, 4)
    rack.look()
    page = live(oscar, rack)
    assert buttons(page) == {"Pause": True, "Stop": True}
    assert "WattRex cyclers take no pause or stop from here: go to Rack 3." in text(page)
    assert "It takes no stop and no limits from here." in text(page)
    words = tile(oscar)
    assert "3.507V" in words
    assert "CC 1.5 A until 4.2 V" in words  # the mode is that of the instruction


def test_an_error_never_says_that_nothing_flows(oscar, rack):
    experiment_id = rack.begin()
    rack.rows(experiment_id, 0, 4)
    rack.look()
    rack.change(Experiment, experiment_id, status=ExperimentStatus.ERROR, finished_at=rack.now)
    rack.look()
    for words in (text(live(oscar, rack)), tile(oscar)):
        assert "Current may still be flowing: go to the station" in words
        assert "Nothing runs now" not in words
        assert "utput off" not in words


def test_a_silent_unit_whose_measures_still_come_says_what_to_do(oscar, rack):
    experiment_id = rack.begin()
    rack.rows(experiment_id, 0, 4)
    rack.look()
    rack.silence(40)
    rack.rows(experiment_id, 4, 1)
    rack.look(heartbeat=False)
    words = tile(oscar)
    assert "No contact since" in words
    assert "Its measures still arrive: restart the CU manager on its unit." in words


def test_a_number_that_nobody_knows_is_said_on_the_wall(vera, rack):
    (notes,) = find(vera.open("/"), id="monitor-unregistered")
    assert text(notes) == ""
    rack.heartbeat(41)
    words = text(find(vera.open("/"), id="monitor-unregistered"))
    assert "A WattRex unit says that it is number 41." in words
    assert "remove the file config/cu_manager/.cu_id" in words
    told = vera.call("monitor-unregistered.children", {"monitor-slow-tick.n_intervals": 1})
    assert "number 41" in text(told["monitor-unregistered.children"])


def test_an_operator_renames_an_experiment_and_a_viewer_is_not_offered_it(oscar, vera, rack):
    experiment_id = rack.begin()
    address = f"/experiments/{experiment_id}"
    assert "Rename" in {text(one) for one in of_type(oscar.open(address), "Button")}
    assert "Rename" not in {text(one) for one in of_type(vera.open(address), "Button")}
    typed = {
        "experiment-rename-name.value": "Ageing at 25",
        "experiment-rename-about.value": "cell 12",
        "experiment-id.data": experiment_id,
    }
    save, opened = "experiment-rename-sure.n_clicks", "experiment-rename-dialog.is_open"
    empty = oscar.call(opened, {**typed, "experiment-rename-name.value": " ", save: 1}, by=save)
    assert empty["experiment-rename-error.children"]
    done = oscar.call(opened, {**typed, save: 1}, by=save)
    assert done["experiment-rename-go.href"] == address
    rack.change(Experiment, experiment_id, name="Ageing", description="theirs")
    rack.look()
    words = text(oscar.open(address))
    assert "Ageing at 25" in words
    assert "cell 12" in words
    assert vera.call(opened, {**typed, save: 1}, by=save).status == 403


class TestStationsPage:
    def repair(self, visitor, experiment_id: int, by: str):
        values = {f"{CHANGE.chosen}.data": {"do": "repair", "of": experiment_id, "asked": 1}}
        return visitor.call(f"{CHANGE.dialog}.is_open", values, by=by)

    def test_a_stalled_synchroniser_is_said_and_repaired_by_an_admin(self, visitor, oscar, rack):
        ada = visitor("ada")
        experiment_id = Stalling().stall(rack)
        assert "An admin can repair it here." in text(oscar.open("/stations"))
        assert not find(oscar.open("/stations"), **{"data-bem-do": "repair"})
        (button,) = find(ada.open("/stations"), **{"data-bem-do": "repair"})
        assert button["props"]["data-bem-of"] == str(experiment_id)

        asked = self.repair(ada, experiment_id, f"{CHANGE.chosen}.data")
        title = f"Repair the synchroniser of experiment {experiment_id}?"
        assert asked[f"{CHANGE.title}.children"] == title
        done = self.repair(ada, experiment_id, f"{CHANGE.sure}.n_clicks")
        assert "is under way" in done["shell-toasts-store.data"]["text"]
        assert "A repair is under way: up to a minute." in text(ada.open("/stations"))
        again = self.repair(ada, experiment_id, f"{CHANGE.sure}.n_clicks")
        assert "has not found" in again[f"{CHANGE.error}.children"]

    def test_the_question_names_the_experiment_and_what_is_kept(self, visitor, rack):
        experiment_id = Stalling().stall(rack)
        asked = self.repair(visitor("ada"), experiment_id, f"{CHANGE.chosen}.data")
        words = text(asked[f"{CHANGE.question}.children"])
        assert f"Ageing, experiment {experiment_id}." in words
        assert "No measure is lost." in words

    def test_what_came_of_a_repair_is_said(self, visitor, rack, monkeypatch):
        monkeypatch.setattr("db.commands.wattrex.repairs.RECONCILE_AFTER", timedelta(0))
        experiment_id = Stalling().stall(rack)
        self.repair(visitor("ada"), experiment_id, f"{CHANGE.sure}.n_clicks")
        rack.rows(experiment_id, 3, 3)  # it goes on: two again, one new
        for _ in range(2):
            rack.look()
            time.sleep(0.05)
        said = text(visitor("ada").open("/stations"))
        assert f"Repair of Ageing ({experiment_id}): the synchroniser goes on." in said
        assert "2 rows came again, 4 were put back." in said
        assert "its measures do not come" not in said

    def test_a_repair_without_effect_is_said_with_what_to_do(self, visitor, rack, monkeypatch):
        monkeypatch.setattr("db.commands.wattrex.repairs.GOES_ON_WITHIN", timedelta(0))
        experiment_id = Stalling().stall(rack)
        self.repair(visitor("ada"), experiment_id, f"{CHANGE.sure}.n_clicks")
        time.sleep(0.05)
        rack.look()
        said = text(visitor("ada").open("/stations"))
        assert "it did not help, and everything is as it was before" in said
        assert find(visitor("ada").open("/stations"), **{"data-bem-do": "repair"})

    def test_an_operator_repairs_nothing(self, oscar, rack):
        experiment_id = Stalling().stall(rack)
        for by in (f"{CHANGE.chosen}.data", f"{CHANGE.sure}.n_clicks"):
            answer = self.repair(oscar, experiment_id, by)
            assert "An admin repairs synchronisers" in str(answer)
        assert "A repair is under way" not in text(oscar.open("/stations"))

    def test_strangers_and_clocks_are_said(self, vera, rack):
        rack.heartbeat(41)
        rack.change(WattrexUnit, rack.unit_id, clock_offset_s=7.3)
        said = text(vera.open("/stations"))
        assert "says that it is number 41" in said
        assert "7.3 s ahead" in said
