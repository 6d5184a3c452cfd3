"""The parts of the import page, with little and with much in them."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from cycling.formats import Column, Field, Mapping
from cycling.terms import Technology
from db.queries.batteries.choices import BatteryChoice
from db.queries.jobs import JobStatus
from db.terms import JobState
from pages.import_experiment import parts
from pages.import_experiment.mapping import SHOWN_COLUMNS
from tests.unit.components.tree import as_json, classes, find, nested_lists, of_type, text, walk
from tests.unit.pages.files import MAPPING, UPLOAD, problem, result, verification

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
JOB = JobStatus(
    id=5,
    kind="verify file",
    state=JobState.RUNNING,
    done=250,
    total=1000,
    error=None,
    result=None,
    user_name="oscar",
    created_at=NOW,
    ended_at=None,
)
MARKUP = "<img src=x onerror=alert(1)>"
SEVERITIES = ("error", "question", "warning")


def many_columns(count: int) -> Mapping:
    columns = [
        Column(index, f"Extra {index} / degC", Field.EXTENDED, "degC", f"Extra {index}")
        for index in range(count)
    ]
    columns[count - 1] = replace(columns[count - 1], field=Field.VOLTAGE, unit="V")
    return Mapping("Table", tuple(columns))


def rows(table) -> list[dict]:
    (body,) = of_type(table, "Tbody")
    return of_type(body, "Tr")


def points(packed: dict) -> list[float]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<f8").tolist()


def test_the_place_for_a_file_can_be_dropped_on_and_pressed():
    drawn = parts.drop_zone()
    assert find(drawn, **{"data-bem-drop": "true"})
    assert of_type(drawn, "Button")[0]["props"]["data-bem-upload"] == "true"
    assert nested_lists(drawn) == nested_lists(parts.upload_progress()) == []


@pytest.mark.parametrize("name", ["", "x", "W" * 255, MARKUP + ".csv"])
def test_the_file_is_named_with_its_size(name):
    drawn = parts.file_line({**UPLOAD, "name": name, "size": 999_999_999})
    assert f"{name} 1.0 GB" in text(drawn)
    assert find(drawn, title=name)
    assert "Img" not in {node["type"] for node in walk(drawn)}


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 2), (0, 100, 2), (250, 1000, 25), (9, 3, 100)]
)
def test_the_check_shows_how_far_it_is(done, total, percent):
    drawn = parts.checking(replace(JOB, done=done, total=total), NOW)
    (bar,) = of_type(drawn, "Progress")
    assert bar["props"]["value"] == percent


def test_a_check_that_nobody_does_says_whom_to_tell():
    waiting = replace(JOB, state=JobState.QUEUED)
    later = NOW + timedelta(seconds=11)
    assert "Waiting for a free worker" in text(parts.checking(waiting, later))
    assert "Waiting for a free worker" in text(parts.importing(waiting, later))
    assert "Waiting" not in text(parts.checking(waiting, NOW))
    assert "Waiting" not in text(parts.checking(JOB, later))


@pytest.mark.parametrize(
    ("done", "total", "words"),
    [
        (0, 0, "Starting"),
        (0, 10_412, "0 %, 0 of 10,412 rows"),
        (2_603, 10_412, "25 %, 2,603 of 10,412 rows"),
    ],
)
def test_the_import_shows_how_far_it_is(done, total, words):
    job = replace(JOB, done=done, total=total)
    assert text(parts.importing(job, NOW)) == words


def test_a_file_is_said_to_be_what_it_was_recognised_as():
    drawn = parts.recognised(result(rows=10_412, duration_s=3600.0))
    assert text(drawn) == "BDF, comma, UTF-8, 10,412 rows, 1 h 0 min"
    assert "0 s" in text(parts.recognised(result(rows=0, duration_s=None)))


def test_every_column_has_a_row_with_its_first_value():
    table = parts.columns_table(MAPPING, ["0", "3.0", "1.0"])
    assert nested_lists(table) == []
    cells = [[text(cell) for cell in of_type(row, "Td")] for row in rows(table)]
    assert [(one[0], one[1], one[4]) for one in cells] == [
        ("Test Time / s", "0", "Test Time / s"),
        ("Voltage / V", "3.0", "Voltage / V"),
        ("Current / A", "1.0", "Current / A"),
        ("Note", "", ""),
    ]


def test_every_control_of_a_column_has_a_label_of_its_own():
    table = parts.columns_table(MAPPING, [])
    labels = [node["props"]["html_for"] for node in of_type(table, "Label")]
    assert len(set(labels)) == len(labels) == 2 * len(MAPPING.columns)
    assert all(isinstance(label, str) for label in labels)


def test_a_unit_is_chosen_or_typed_or_not_asked_for():
    table = parts.columns_table(many_columns(3), [])
    voltage, extended, _ = rows(table)
    (select,) = [one for one in of_type(voltage, "Select") if one["props"]["value"] == "V"]
    units = [option["value"] for option in select["props"]["options"]]
    assert units == list(Field.VOLTAGE.units)
    (typed,) = of_type(extended, "Input")
    assert (typed["props"]["value"], typed["props"]["maxLength"]) == ("degC", 20)
    ignored = rows(parts.columns_table(MAPPING, []))[-1]
    assert "d-none" in classes(ignored)


def test_of_two_thousand_columns_the_important_ones_are_shown():
    mapping = many_columns(2000)
    table = parts.columns_table(mapping, ["1"] * 2000)
    shown = rows(table)
    assert len(shown) == SHOWN_COLUMNS
    assert text(of_type(shown[0], "Td")[0]) == "Extra 1999 / degC"  # the voltage
    assert f"and {2000 - SHOWN_COLUMNS} further columns as recognised" in text(table)
    assert parts.columns_words(mapping) == "2000 of 2000 imported"


def test_columns_without_a_label_are_called_by_their_number():
    mapping = Mapping("Table", (Column(0, "", Field.VOLTAGE, "V", "x"),))
    table = parts.columns_table(mapping, [])
    assert text(of_type(table, "Td")[0]) == "#1"


def test_labels_with_markup_stay_text():
    mapping = Mapping("Table", (Column(0, MARKUP, Field.EXTENDED, "<u>", MARKUP),))
    table = parts.columns_table(mapping, [MARKUP])
    first, value, *_ = of_type(table, "Td")
    assert (text(first), text(value)) == (MARKUP, MARKUP)
    assert "Img" not in {node["type"] for node in walk(table)}


def test_ignored_columns_do_not_count_as_imported():
    assert parts.columns_words(MAPPING) == "3 of 4 imported"


@pytest.mark.parametrize(
    ("problems", "words"),
    [
        ([], None),
        ([problem("warning")], None),
        ([problem("error")], "Correct row 7"),
        ([problem("warning"), problem("question"), problem("error")], "Decide row 7"),
        ([problem("question", code="sign", place="")], "Decide the sign of the current"),
        ([problem("error", place="", column="<u>")], "Correct column <u>"),
        ([problem("error", place="")], "Correct the columns"),
    ],
)
def test_what_is_missing_is_said_beside_the_button(problems, words):
    drawn = parts.missing(verification(problems=problems))
    assert (drawn and text(drawn).strip()) == words


def test_a_file_without_problems_says_so():
    drawn = parts.problem_list([], 0)
    assert text(drawn).strip() == "None: every row can be imported."
    assert parts.problem_words([]) == ""


def test_a_hundred_problems_are_listed_and_the_others_counted():
    problems = [
        problem(SEVERITIES[number % 3], text=f"Number {number}.", place=f"Row {number}")
        for number in range(100)
    ]
    drawn = parts.problem_list(problems, 12_345)
    items = of_type(drawn, "Li")
    assert len(items) == 101
    assert text(items[41]) == "Row 41Number 41."
    assert text(items[-1]) == "and 12,245 more of these"
    assert nested_lists(drawn) == []
    assert set(SEVERITIES) <= classes(drawn)
    assert parts.problem_words(problems) == "34 to correct, 33 to decide, 33 to know"


def test_a_problem_of_the_whole_file_has_no_row():
    drawn = parts.problem_list([problem(place="", text=MARKUP)], 1)
    assert text(drawn) == f"Whole file{MARKUP}"
    assert len(of_type(drawn, "Li")) == 1


def test_the_preview_draws_voltage_and_current():
    drawn = as_json(parts.preview(result(), 1000.0, UTC, dark=False))
    assert [trace["name"] for trace in drawn["data"]] == ["Voltage", "Current"]
    assert points(drawn["data"][0]["x"]) == [1_000_000, 1_001_000, 1_002_000]
    assert drawn["layout"]["xaxis"]["range"] == [1_000_000, 1_002_000]
    assert drawn["layout"]["height"] == parts.PREVIEW_PX


@pytest.mark.parametrize(
    "preview",
    [
        {"time_s": [], "voltage_v": [], "current_a": []},
        {"time_s": [0.0, 1.0], "voltage_v": [], "current_a": []},
        {"time_s": [0.0, 1.0], "voltage_v": [None, None], "current_a": [None, None]},
        {"time_s": [None, None], "voltage_v": [1.0, 2.0], "current_a": [1.0, 2.0]},
    ],
    ids=str,
)
def test_a_preview_of_nothing_is_drawn(preview):
    drawn = as_json(parts.preview(result(preview=preview), 0.0, UTC, dark=True))
    assert drawn["data"] == []
    assert None not in drawn["layout"]["xaxis"].get("range", [])


def test_blank_values_and_times_are_left_out_of_the_preview():
    preview = {
        "time_s": [None, 1.0, 2.0, 3.0],
        "voltage_v": [3.0, 3.1, None, 3.3],
        "current_a": [1.0, 1.0, 1.0, None],
    }
    drawn = as_json(parts.preview(result(preview=preview), 0.0, UTC, dark=False))
    voltage, current = drawn["data"]
    assert (points(voltage["x"]), points(voltage["y"])) == ([1000, 3000], [3.1, 3.3])
    assert points(current["x"]) == [1000, 2000]
    assert drawn["layout"]["xaxis"]["range"] == [1000, 3000]


@pytest.mark.parametrize("start_s", [0.0, -1e11, 1.6e12, 253_402_300_799.0])
def test_a_clock_in_the_wrong_unit_is_drawn_all_the_same(start_s):
    zone = ZoneInfo("Asia/Kathmandu")
    drawn = as_json(parts.preview(result(), start_s, zone, dark=False))
    assert len(drawn["data"]) == 2


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
    form = parts.experiment_form({**UPLOAD, "name": file_name}, [])
    (field,) = find(form, id="import-name")
    assert (field["props"]["value"], field["props"]["maxLength"]) == (name, 30)
    assert nested_lists(form) == []


def test_what_was_typed_belongs_to_its_file():
    form = parts.experiment_form(UPLOAD, [])
    for name in ("name", "battery", "description"):
        (field,) = find(form, id=f"import-{name}")
        assert field["props"]["persistence"] == UPLOAD["id"]
        assert find(form, html_for=f"import-{name}")


def test_many_batteries_are_offered_by_name_and_serial_number():
    batteries = [
        BatteryChoice(number, MARKUP[:30], f"SN-{number}", Technology.LITHIUM)
        for number in range(2000)
    ]
    options = parts.battery_options(batteries)
    assert len({option["value"] for option in options}) == 2000
    assert options[7]["label"] == f"{MARKUP[:30]}, SN SN-7"
    assert "Lithium" in options[7]["search"]
    assert parts.battery_options([]) == []


def test_the_zones_begin_with_utc():
    zones = parts.zone_options()
    assert zones[0] == "UTC"
    assert {"Europe/Madrid", "America/St_Johns"} <= set(zones)
    assert len(zones) == len(set(zones))
