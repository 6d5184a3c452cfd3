"""A last row of numbers that is no measure."""

import numpy as np
import pytest

from cycling.formats import propose, verify
from cycling.formats.totals import CLOCK_STANDS, SUMS

HEAD = "n,Time (s),U (V),I (A),Q (Ah)"


def lines(last, count=600):
    rows = [
        f"{n + 1},{n * 10},{3.3 + n / 1000:.3f},{1 if n < count / 2 else -0.5},{n / 360:.5f}"
        for n in range(count)
    ]
    return "\n".join([HEAD, *rows, *([last] if last else [])]) + "\n"


def columns(count=600):
    n = np.arange(count)
    current = np.where(n < count / 2, 1, -0.5)
    return n * 10, np.round(3.3 + n / 1000, 3), current, np.round(n / 360, 5)


def row(number, values, decimals=4):
    return ",".join([str(number), *(f"{value:.{decimals}f}" for value in values)])


@pytest.mark.parametrize("number", ["", "601", "600"])
@pytest.mark.parametrize("kind", [np.sum, np.mean, np.max, np.min])
def test_sums_and_the_like_are_left_out(opened, kind, number):
    table = opened(lines(row(number, [kind(column) for column in columns()])))
    assert table.totals == SUMS
    result = verify(table, propose(table))
    assert (result.rows, result.duration_s) == (600, 5990)
    assert [(p.severity, p.row) for p in result.problems if p.code == "totals-row"] == [
        ("warning", 602)
    ]


def test_totals_of_some_columns_are_left_out(opened):
    assert opened(lines(",5990,,,1.66389")).totals == SUMS
    assert opened(lines("600,5990,0,0,1.66389")).totals == SUMS


@pytest.mark.parametrize(
    "last",
    [
        "",
        "601,6000,3.9,-0.5,1.66667",
        "601,6000,3.8,0,1.66667",
        "601,36000,3.2,0,1.66667",  # a gap before it
        "601,5990,3.899,-0.5,1.66389",  # the same moment once more
        "601,5990,3.4,0,1.66389",
        "601,5990,3.899,0,1.66389",  # the same moment, the current off
        "601,6000,,,1.66667",
        "601,6000,3.9,-0.5,note",
        "601,6000,3.3,-0.5,1.66667",  # it falls to where it began
    ],
)
def test_a_measure_is_none(opened, last):
    assert opened(lines(last)).totals == ""


def test_a_measure_at_which_a_counter_starts_again_is_none(opened):
    """All but its time is an extreme of its column."""
    rows = [f"{n * 60},{4.2 - n / 2500:.4f},-1,{n % 60 / 60:.5f}" for n in range(181)]
    head = "Time (s),U (V),I (A),Discharge Capacity (Ah)"
    table = opened("\n".join([head, *rows]) + "\n")
    assert (table.totals, verify(table, propose(table)).rows) == ("", 181)


def test_times_in_hours_minutes_and_seconds_are_added_up(opened):
    rows = [f"0:{n:02}:00,{3.3 + n / 1000:.3f},1" for n in range(40)]
    volts = sum(round(3.3 + n / 1000, 3) for n in range(40))
    last = f"13:00:00,{volts:.3f},40"
    table = opened("\n".join(["Time,U (V),I (A)", *rows, last]) + "\n")
    assert table.totals == SUMS


def test_of_columns_that_never_change_nothing_is_told(opened):
    rows = ["a,3.5,1"] * 20
    assert opened("\n".join(["State,U (V),I (A)", *rows, ",3.5,1"]) + "\n").totals == ""


def test_a_clock_may_have_moments_twice(opened):
    rows = [f"2026-03-05 10:00:{n},{n},3.5,1" for n in range(10, 40)]
    again = [rows[12], rows[-1], "2026-03-05 10:00:39,9000,3.5,1"]
    table = opened("\n".join(["Date,Time (s),U,I", *rows[:13], again[0], *rows[13:], *again[1:]]))
    assert table.totals == CLOCK_STANDS


@pytest.mark.parametrize(("clock", "totals"), [(19, CLOCK_STANDS), ("", CLOCK_STANDS), (40, "")])
def test_a_time_that_jumps_while_the_clock_stands(opened, clock, totals):
    rows = [f"2026-03-05 10:00:{n},{n},3.5,1" for n in range(10, 20)]
    last = f"2026-03-05 10:00:{clock}" if clock else ""
    table = opened("\n".join(["Date,Time (s),U,I", *rows, f"{last},400,3.5,1"]) + "\n")
    assert table.totals == totals
