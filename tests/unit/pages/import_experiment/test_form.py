"""The fields of the experiment that a file becomes."""

import pytest

from cycling.terms import Technology
from db.queries.batteries.detail import BatteryChoice
from pages.import_experiment.form import battery_options, experiment_form
from tests.unit.components.tree import find, nested_lists
from tests.unit.pages.files import UPLOAD

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("cell.csv", "cell"),
        ("cell.2026.csv.gz", "cell"),
        ("W" * 255, "W" * 30),
        ("<b>&.txt", "<b>&"),
        ("", ""),
    ],
)
def test_the_name_of_the_experiment_is_taken_from_the_file(file_name, name):
    form = experiment_form({**UPLOAD, "name": file_name}, [])
    (field,) = find(form, id="import-name")
    assert (field["props"]["value"], field["props"]["maxLength"]) == (name, 30)
    assert nested_lists(form) == []


def test_what_was_typed_belongs_to_its_file():
    form = experiment_form(UPLOAD, [])
    for name in ("name", "battery", "description"):
        (field,) = find(form, id=f"import-{name}")
        assert field["props"]["persistence"] == UPLOAD["id"]
        assert find(form, html_for=f"import-{name}")


def test_many_batteries_are_offered_by_name_and_serial_number():
    batteries = [
        BatteryChoice(number, MARKUP[:30], f"SN-{number}", Technology.LITHIUM)
        for number in range(2000)
    ]
    options = battery_options(batteries)
    assert len({option["value"] for option in options}) == 2000
    assert options[7]["label"] == f"{MARKUP[:30]}, SN SN-7"
    assert "Lithium" in options[7]["search"]
    assert battery_options([]) == []
