"""What the library says about a text, whatever the battery."""

import json
from dataclasses import replace

import pytest

from cycling.profile.summary import Extent, summarised, summary_from, text_problems, with_ends

RATES = "REPEAT 10 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\nEND\n"


def test_rates_are_a_range_of_rates():
    summary = summarised(RATES)
    assert summary.needs_capacity
    assert summary.current == Extent(-1.0, 0.5, "C")
    assert summary.voltage == Extent(2.7, 4.2, "V")
    assert (summary.steps, summary.cycles) == (20, 10)


def test_a_text_is_simulated_once():
    assert summarised(RATES) is summarised(RATES)


def test_amperes_are_a_range_of_amperes():
    assert summarised("CC, 2, VOLTAGE, 4.2\nCC, -3, VOLTAGE, 2.7\n").current == Extent(-3, 2, "A")


def test_both_together_hang_on_the_capacity():
    summary = summarised("CC, C/2, VOLTAGE, 4.2\nCC, -3, VOLTAGE, 2.7\n")
    assert summary.current is None


def test_a_range_without_a_bound_says_so():
    assert summarised("CV, 4.2, TIME, 60\n").current == Extent(None, None, "A")
    assert summarised("CC, -1, TIME, 60\n").voltage == Extent(None, None, "V")


def test_what_steps_go_to_is_told_from_where_safety_aborts():
    summary = summarised("SAFETY VOLTAGE 2 4.5\nCC, 1, VOLTAGE, 4.2\nCC, -1, TIME, 60\n")
    assert summary.voltage == Extent(2, 4.2, "V")
    assert summary.ends == Extent(4.2, 4.2, "V")
    assert summarised("CC, -1, TIME, 60\n").ends == Extent(None, None, "V")


def test_an_older_summary_gets_what_it_lacks_from_its_text():
    text = "SAFETY VOLTAGE 2 4.5\nCC, 0.5C, VOLTAGE, 4.2\n"
    summary = summarised(text)
    assert with_ends(replace(summary, ends=None), text) == summary
    older = replace(summary, ends=None)
    assert with_ends(older, "CC\n") == older  # what is an error by now


def test_a_rest_has_no_voltage_and_a_certain_duration():
    summary = summarised("WAIT, 1h\n")
    assert (summary.voltage, summary.duration_s) == (None, 3600)


def test_amperes_up_to_a_voltage_take_a_time_that_nobody_knows():
    assert summarised("CC, 2, VOLTAGE, 4.2\n").duration_s is None


def test_rates_take_the_same_time_for_every_capacity():
    assert summarised(RATES).duration_s == pytest.approx(10 * 3 * 3600, rel=0.1)


def test_it_comes_back_from_json():
    for text in (RATES, "WAIT, 1\n", "CV, 4.2, TIME, 60\n"):
        summary = summarised(text)
        assert summary_from(json.loads(json.dumps(summary.to_json()))) == summary


def test_a_text_with_errors_has_none():
    with pytest.raises(ValueError, match="line 1"):
        summarised("GO\n")


def test_missing_capacity_is_no_error_of_a_text_and_a_jump_is():
    assert text_problems(RATES) == ()
    (found,) = text_problems("CC, 1C, VOLTAGE, 4.1\nCV, 4.3, CURRENT, C/20\n")
    assert (found.line, found.severity) == (2, "error")
