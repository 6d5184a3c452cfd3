"""How long a profile takes and how far that may be off, in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from cycling.profile import BatteryLimits
from cycling.profile.summary import summarised
from pages.profile.check import CheckedBattery, checked
from pages.profile.labels import (
    about_duration,
    about_quantity,
    course_words,
    duration_basis,
    duration_words,
    expected_duration,
    trip_words,
)

DAY_S, HOUR_S = 86400.0, 3600.0
LIFE = "REPEAT 100 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\nEND\n"


@pytest.mark.parametrize(
    ("value_s", "off_s", "words"),
    [
        (13 * DAY_S + 20 * HOUR_S, 1.12 * DAY_S, "about 13 d 20 h ± 1.1 d"),
        (2 * HOUR_S, 700, "about 2 h ± 12 min"),
        (30 * DAY_S, 0, "30 d"),
        (30 * DAY_S, 60, "30 d"),  # less than anybody would mind
        (30 * DAY_S + 2 * HOUR_S, 2 * HOUR_S, "about 30 d 2 h ± 2 h"),  # its last digit may be off
        (30 * HOUR_S, 1.7 * HOUR_S, "about 1 d 6 h ± 2 h"),  # as it is shown to the hour
        (30 * HOUR_S, 1.04 * HOUR_S, "about 1 d 6 h ± 1 h"),
        (300 * DAY_S + HOUR_S, 112 * DAY_S, "about 300 d ± 110 d"),
        (5400, 102, "about 1 h 30 min ± 2 min"),
        (2 * HOUR_S, None, "about 2 h"),
        (3573, 18 * 60, "about 1 h ± 18 min"),  # no seconds where minutes are not sure
        (35 * DAY_S + 6060, 1900, "about 35 d 2 h ± 32 min"),  # its last digit may be off
    ],
)
def test_a_duration_says_how_far_it_may_be_off(value_s, off_s, words):
    assert about_duration(value_s, off_s) == words


@pytest.mark.parametrize(
    ("value", "ends", "words"),
    [
        (2.764, (2.5, 2.9), "2.8 ± 0.3"),
        (300.4, (270, 305), "300 ± 30"),
        (2.764, (2.764, 2.764), "2.76"),
        (0.0, (0.0, 0.0), "0"),
        (2.764, None, "about 2.76"),  # on another battery it may end otherwise
        (0.0, None, "0"),
    ],
)
def test_a_quantity_says_how_far_it_may_be_off(value, ends, words):
    assert about_quantity(value, ends) == words


def test_library_and_profile_say_the_same_of_the_same_kind_of_battery():
    """Also of a battery of another size, because C-rates mean the same for it."""
    summary = summarised(LIFE)
    assert duration_words(summary).startswith("about ")
    assert duration_words(summary) == expected_duration(checked(LIFE, capacity_ah=3.0))
    assert duration_words(summary) == expected_duration(checked(LIFE, capacity_ah=0.2))
    assert duration_basis(summary) == "for Lithium, NMC"


def test_what_only_times_end_is_said_without_doubt():
    summary = summarised("WAIT, 5d\n")
    assert (duration_words(summary), duration_basis(summary)) == ("5 d", "")
    assert expected_duration(checked("WAIT, 5d\n", capacity_ah=3.0)) == "5 d"


def test_a_version_of_before_has_an_estimate():
    summary = replace(summarised(LIFE), duration_s=7200.0, duration_off_s=None)
    assert duration_words(summary) == "about 2 h"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CC, 1, VOLTAGE, 4.2\n", ""),
        ("SAFETY VOLTAGE 2 4\nCC, 1, VOLTAGE, 4.2\n", "until the safety limit in line 2"),
        ("CV, 4.2, CURRENT, 0\n", "line 1 does not end"),
        ("WAIT, 1\nCC, -1, TIME, 9h\n", "line 2 goes beyond what the battery holds"),
        ("WAIT, 1\n" * 2600, "the first 2,500 steps"),
        (
            "REPEAT 1500\nCC, -0.1, TIME, 10\nWAIT, 60\nEND\n",
            "499 rounds not simulated, assumed to be like the last before",
        ),
        (
            "SAFETY VOLTAGE 2.5 5\nCC, -1, TIME, 2.7h\nWAIT, 1\n",
            "on a smaller battery it may end before",
        ),
    ],
)
def test_what_a_curve_does_not_show_is_said(text, words):
    assert course_words(checked(text, capacity_ah=3.0).curve) == words


@pytest.mark.parametrize(
    ("safety", "whose"), [("SAFETY VOLTAGE 2 4\n", "of SAFETY"), ("", "that the battery allows")]
)
def test_an_expected_end_by_a_safety_limit_is_a_warning(safety, whose):
    limits = BatteryLimits(off_min_v=Decimal("2.5"), off_max_v=Decimal("4.1"))
    view = checked(f"{safety}CC, 1, VOLTAGE, 4.2\n", battery=CheckedBattery(limits=limits))
    line = 2 if safety else 1
    assert trip_words(view).startswith(
        f"The station is expected to switch off in line {line}, after"
    )
    assert f"the voltage leaves the range {whose}." in trip_words(view)
    assert trip_words(checked("CC, 1, VOLTAGE, 4.0\n")) == ""
