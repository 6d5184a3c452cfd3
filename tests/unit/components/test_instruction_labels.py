"""Instructions, readings and the small line of a tile."""

import pytest

from components.figures.sparkline import spark_paths
from components.instruction_labels import (
    clock_duration,
    instruction_words,
    set_duration,
    short_duration,
)
from components.readings import amperes, degrees, signed, volts
from cycling.terms import Mode


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((Mode.WAIT, 0, [("TIME", 600)]), "WAIT 10 min"),
        ((Mode.CC, -1.5, [("VOLTAGE", 2.5)]), "CC −1.5 A until 2.5 V"),
        ((Mode.CC, 1.5, [("TIME", 30)]), "CC 1.5 A for 30 s"),
        (
            (Mode.CV, 4.2, [("CURRENT", 0.15), ("TIME", 7200)]),
            "CV 4.2 V until 0.15 A or 2 h",
        ),
        (
            (Mode.CV, 4.2, [("CURRENT", 0.15)], 3.0),
            "CV 4.2 V at 3 A at most until 0.15 A",
        ),
        ((Mode.CP, 2, [("CAPACITY", 1.2), ("ENERGY", 4)]), "CP 2 W until 1.2 Ah or 4 Wh"),
        ((Mode.CC, 1, []), "CC 1 A"),
    ],
)
def test_an_instruction_is_said_as_it_is_written(given, words):
    assert instruction_words(*given) == words


def test_a_duration_that_was_set_is_said_to_the_last_digit():
    assert [set_duration(s) for s in (0, 0.25, 30, 90.5, 600, 3630, 89_520, 2_592_000)] == [
        *("0 s", "0.25 s", "30 s", "90.5 s", "10 min", "1 h 30 s", "1 d 52 min", "30 d"),
    ]


def test_durations_leave_out_what_is_zero():
    assert [short_duration(s) for s in (30, 600, 5400, 7200)] == [
        "30 s",
        "10 min",
        "1 h 30 min",
        "2 h",
    ]
    assert [clock_duration(s) for s in (-3, 9, 600, 6570)] == ["0:00", "0:09", "10:00", "1:49:30"]
    # rounded as the test time beside it, "9 min 12 s"
    assert [clock_duration(s) for s in (551.4, 551.5, 551.6)] == ["9:11", "9:12", "9:12"]


def test_readings_have_steady_digits():
    assert [volts(v) for v in (3.8191, 13.819, 402.46, -0.0001, None)] == [
        "3.819",
        "13.82",
        "402.5",
        "0.000",
        "–",
    ]
    assert amperes(-1.5, 3.0) == ("−1.500", "A")
    assert amperes(0.0001, 0.002) == ("0.100", "mA")
    assert amperes(None, 0.0) == ("–", "A")
    assert degrees(28.04) == "28.0"
    assert signed(-0.0004, 3) == "0.000"


def test_a_line_needs_two_points_and_stays_within_its_place():
    assert spark_paths([]) == spark_paths([(0.0, 3.7)]) == ("", "")
    drawn, _ = spark_paths([(0.0, 3.0), (30.0, 4.0), (60.0, 3.5)])
    assert "M0 33" in drawn
    assert "120 3" in drawn
    flat, _ = spark_paths([(0.0, 3.7001), (30.0, 3.7)])
    assert "17." in flat or "18." in flat
