"""Name and battery as a file suggests them."""

import pytest

from cycling.terms import Technology
from db.queries.batteries.detail import BatteryChoice
from pages.import_experiment.proposals import proposed_battery, proposed_name
from tests.unit.pages.files import UPLOAD, result
from tests.unit.pages.import_experiment.test_page import values

BATTERIES = [
    BatteryChoice(1, "NMC-1", "S900", Technology.LITHIUM),
    BatteryChoice(2, "NMC-17", "S901", Technology.LITHIUM),
    BatteryChoice(3, "Cell", "S902", Technology.LITHIUM),
    BatteryChoice(4, "Cell", "S903", Technology.LITHIUM),
    BatteryChoice(5, "7", "8", Technology.LITHIUM),
]


@pytest.mark.parametrize(
    ("file_name", "facts", "battery"),
    [
        ("run NMC-17 7.csv", {}, 2),
        ("run_nmc-1_7.csv", {}, 1),
        ("run S903.csv", {}, 4),
        ("NMC-170.csv", {}, None),
        ("Cell.csv", {}, None),
        ("S900 S901.csv", {}, None),
        ("NMC-1.csv", {"cell": "NMC-17"}, 2),
        ("NMC-1.csv", {"name": "Formation of NMC-17"}, 2),
        ("NMC-1.csv", {"cell": "unknown"}, 1),
        ("7.csv", {}, None),
        ("", {}, None),
    ],
)
def test_the_one_battery_that_is_named(file_name, facts, battery):
    assert proposed_battery(BATTERIES, file_name, facts) == battery


def test_the_name_of_the_test_comes_before_that_of_the_file():
    assert proposed_name("cell.2026.csv", {}) == "cell"
    assert proposed_name("cell.csv", {"name": "Formation 3"}) == "Formation 3"
    assert len(proposed_name("cell.csv", {"name": "W" * 99})) == 30


def propose(visitor, name="cell", battery=None):
    verified = {"job": 1, **result(), "facts": {"name": "Formation", "cell": "NMC-17"}}
    fields = {"import-name.value": name, "import-battery.value": battery}
    return visitor.call("import-name.value", values(verified=verified, upload=UPLOAD) | fields)


def test_both_are_filled_in(oscar, lab):
    battery = lab.battery("NMC-17")
    answer = propose(oscar)
    assert answer["import-name.value"] == "Formation"
    assert answer["import-battery.value"] == battery


def test_what_was_typed_or_chosen_stays(oscar, lab):
    lab.battery("NMC-17")
    assert propose(oscar, "Mine", 77) == {}


def test_a_file_that_is_not_checked_proposes_nothing(oscar):
    assert oscar.call("import-name.value", values(verified=None, upload=UPLOAD)).status == 204
