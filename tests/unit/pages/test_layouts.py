"""What holds for every page, walking through what it draws."""

import re
from collections import Counter

import dash
import pytest

from cycling.terms import ExperimentStatus
from pages.experiment.tabs import Tab
from tests.unit.components.tree import nested_lists, of_type, text, walk
from tests.unit.pages.experiment.pulses.pulsed import pulsed
from tests.unit.pages.lab import Lab

FORM_CONTROLS = {"Input", "Select", "Textarea", "Dropdown"}
NAME = "<b>" + "W" * 23 + "</b>"  # 30 characters


@pytest.fixture
def pages(visitor, lab: Lab) -> dict[str, dict]:
    """Every page as an admin sees it, by its address; that of experiments with and without data."""
    battery = lab.battery(NAME, serial_number="S" * 30)
    unused = lab.battery("Unused")
    full = lab.experiment(NAME, battery, description="d" * 250)
    lab.measures(full, 10)
    bare = {"status": ExperimentStatus.QUEUED, "begun_at": None, "finished_at": None}
    empty = lab.experiment("Waiting", battery, **bare)
    station = lab.station("Station 1")
    known = {"<battery_id>": (battery, unused, 4711), "<station_id>": (station, 1, 4711)}
    paths = ["/nowhere"]
    for page in dash.page_registry.values():
        template = page["path_template"]
        if template:
            ids = known.get(re.findall("<.*>", template)[0], (full, empty, 4711))
            paths += [re.sub("<.*>", str(one), template) for one in ids]
        else:
            paths.append(page["path"])
    pulses = pulsed(lab.database)  # in cycles, with dQ/dV
    tabs = [f"/experiments/{one}?tab={tab}" for one in (pulses, full, empty) for tab in Tab]
    ada = visitor("ada")
    split = [(path, *path.partition("?")) for path in [*paths, *tabs]]
    return {path: ada.open(name, mark + query) for path, name, mark, query in split}


def test_no_page_holds_a_list_within_a_list(pages):
    assert {path: nested for path, page in pages.items() if (nested := nested_lists(page))} == {}


def test_no_id_stands_twice_on_a_page(pages):
    for path, page in pages.items():
        ids = Counter(
            str(node["props"]["id"]) for node in walk(page) if node["props"].get("id") is not None
        )
        assert [one for one, count in ids.items() if count > 1] == [], path


def test_every_page_has_one_heading_of_the_first_rank(pages):
    for path, page in pages.items():
        assert len(of_type(page, "H1")) == 1, path
        assert text(of_type(page, "H1")[0]), path


def test_every_control_has_a_label(pages):
    for path, page in pages.items():
        labelled = {str(node["props"].get("html_for")) for node in of_type(page, "Label")}
        within = {
            str(node["props"]["id"])
            for label in of_type(page, "Label")
            for node in walk(label)
            if node["type"] in FORM_CONTROLS
        }
        controls = {
            str(node["props"]["id"])
            for node in walk(page)
            if node["type"] in FORM_CONTROLS and node["props"].get("type") != "hidden"
        }
        assert controls - labelled - within == set(), path


def test_every_button_has_words_or_a_name(pages):
    for path, page in pages.items():
        for button in of_type(page, "Button"):
            assert text(button).strip() or button["props"].get("aria-label"), path


def test_nothing_on_a_page_is_drawn_as_html(pages):
    for path, page in pages.items():
        kinds = {node["type"] for node in walk(page)}
        assert not kinds & {"DangerouslySetInnerHTML", "Markdown", "Script", "Iframe"}, path


def test_nothing_is_loaded_from_elsewhere(pages):
    for path, page in pages.items():
        for node in walk(page):
            for name in ("href", "src", "action"):
                address = node["props"].get(name) or "/"
                assert address.startswith(("/", "#", "data:")), (path, address)
                assert not address.startswith("//"), path


def test_every_page_can_be_opened_by_those_who_may(visitor, pages):
    vera = visitor("vera")
    forms = {"/import-experiment", "/add-battery", "/add-experiment", "/edit-profile"}
    forms |= {"/users", "/audit"}
    forms |= {path for path in pages if path.startswith("/stations/")}
    for path in pages:
        expected = 403 if path in forms else 404 if path == "/nowhere" else 200
        if "not-found" in path:
            continue  # Dash's own address of the page for unknown addresses
        assert vera.client.get(path).status_code == expected, path
