"""What a profile says and its author hardly means."""

import pytest

from cycling.profile import check_profile
from tests.unit.cycling.profile.texts import said

CYCLE = "CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0.05\nCC, -1, VOLTAGE, 3\nWAIT, 60"


def findings(text, capacity_ah=None):
    return said(check_profile(text, capacity_ah))


def test_a_sound_cycle_has_no_findings():
    assert findings(f"REPEAT 3 CYCLES\n{CYCLE}\nEND") == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("CC, 1, VOLTAGE, 4.1\nCV, 4.2, CURRENT, 0.05", "error 2:5 The CC step before ends at"),
        ("CC, -1, VOLTAGE, 3\nCV, 2.8, CURRENT, 0.05", "error 2:5 The CC step before ends at"),
        ("CC, 1, VOLTAGE, 4.2\nCV, 4.17, CURRENT, 0.05", "warning 2:5 The CC step before"),
        ("CC, 1, VOLTAGE, 4.19\nCV, 4.2, CURRENT, 0.05", "warning 2:5 The CC step before"),
        ("CC, 1, VOLTAGE, 4\nCV, 4.2, TIME, 5, MAX, 1", "warning 2:5 The CC step before"),
        ("CV, 4.2, CURRENT, 0.05", "warning 1:1 This CV may pull the full current"),
        ("CC, 1, VOLTAGE, 4.2, TIME, 9\nCV, 4.2, TIME, 5", "warning 2:1 This CV may pull"),
        ("CC, 1, TIME, 60", "warning 1:1 Only TIME ends this CC, so no voltage bounds it"),
        ("CP, -5, TIME, 60", "warning 1:1 Only TIME ends this CP"),
        ("CC, 1, CAPACITY, 1", "warning 1:1 Only CAPACITY ends this CC"),
        ("CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0", "warning 2:19 CURRENT does not fall to 0"),
        ("CC, 0, TEMPERATURE, 30", "warning 1:21 The battery may never have this temperature"),
        ("CC, 1, VOLTAGE, 0", "warning 1:17 A charge to 0 V ends at once"),
        (
            "CC, -1, VOLTAGE, 3\nCC, 1, VOLTAGE, 2.9",
            "warning 2:17 This charge to 2.9 V ends at once",
        ),
        (
            "CC, 1, VOLTAGE, 4\nCC, -1, VOLTAGE, 4",
            "warning 2:18 This discharge to 4 V ends at once",
        ),
        ("CC, 1, VOLTAGE, 4\nCC, 2, VOLTAGE, 4", "warning 2:17 This charge to 4 V ends at once"),
        (
            "CC, 1, VOLTAGE, 4\nCV, 4, CURRENT, 1",
            "warning 2:17 The step before runs at 1 A",
        ),
        ("CC, 1, VOLTAGE, 4\nCV, 4, CURRENT, 1, MAX, 0.5", "warning 2:17 MAX is 0.5 A"),
        ("REPEAT 5\nCC, -1, TIME, 1h\nWAIT, 9\nEND", "warning 1:1 This loop discharges"),
        ("REPEAT 5\nCP, -1, TIME, 9\nWAIT, 9\nEND", "warning 1:1 This loop discharges"),
        (
            "REPEAT 2\nREPEAT 5\nCC, -1, CAPACITY, 1Ah\nWAIT, 9\nEND\nEND",
            "warning 2:1 This loop discharges 5 Ah and never charges, and no VOLTAGE ends it: the",
        ),
    ],
)
def test_a_doubt_is_told_once_with_its_place(text, finding):
    found = findings(text, 3.0)
    assert len([one for one in found if one.startswith(finding)]) == 1, found


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("CC, 1, VOLTAGE, 4.1\nCV, 4.2, TIME, 60", "charge"),
        ("CC, 1, VOLTAGE, 4.2\nCV, 4.0, TIME, 60", "discharge"),
        ("CC, -1, VOLTAGE, 3\nCV, 4.2, TIME, 60", "charge"),
        ("CC, -1, VOLTAGE, 3\nCV, 2.8, TIME, 60", "discharge"),
        ("CC, 1, VOLTAGE, 4.2\nCV, 4.2, TIME, 60\nCV, 3, TIME, 60", "discharge"),
    ],
)
def test_a_cv_that_jumps_either_way_is_an_error_unless_it_names_a_maximum(text, way):
    assert [one for one in findings(text, 3.0) if f"may {way} with the full current" in one]
    limited = f"{text}, MAX, 0.5C"
    assert not [one for one in findings(limited, 3.0) if one.startswith("error")]


def test_safety_is_a_bound_for_a_step_by_time():
    assert findings("SAFETY VOLTAGE 2 5\nCC, 1, TIME, 60") == []


def test_charging_in_stages_is_no_doubt():
    assert findings("CC, 2, VOLTAGE, 4.2\nCC, 1, VOLTAGE, 4.2") == []


def test_without_a_capacity_the_rest_is_still_told():
    found = findings("CC, 1C, VOLTAGE, 4.1\nCV, 4.2, CURRENT, 2C")
    assert [one.split()[0] + one.split()[1] for one in found] == [
        "error1:5",
        "error2:5",
        "error2:19",
    ]
    assert "jumps" in found[1]


@pytest.mark.parametrize(
    "text",
    [
        "REPEAT 5\nCC, -1, VOLTAGE, 3\nWAIT, 9\nEND",  # a voltage ends it
        "SAFETY VOLTAGE 2 5\nREPEAT 20\nCC, -C/10, TIME, 30min\nWAIT, 2h\nEND",  # GITT: 1 C
        "CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/20\nCV, 4.0, MAX, C/10, TIME, 9h",  # a float
        "CC, -1, VOLTAGE, 3\nCV, 4.2, MAX, 0.5C, CURRENT, C/20",  # a charge of its own
        "CC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, C/10\nCC, C/20, VOLTAGE, 4.2",
    ],
)
def test_what_is_meant_so_is_no_doubt(text):
    assert findings(text, 3.0) == []


def test_a_step_before_that_does_not_stand_before_is_named():
    text = "REPEAT 2\nCV, 4.2, CURRENT, C/20, MAX, 1\nCC, 1, VOLTAGE, 4\nEND"
    assert [one for one in findings(text, 3.0) if "The CC step before (line 3) ends" in one]
