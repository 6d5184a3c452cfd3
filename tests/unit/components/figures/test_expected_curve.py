"""The figure of a profile's expected course."""

from base64 import b64decode

import numpy as np
import pytest

from components.figures.expected_curve import CurveLook, expected_curve
from components.figures.template import channel_colours
from cycling.battery.chemistry import chemistries
from cycling.profile import parse, resolve
from cycling.profile.simulation.expected_curve import MAX_POINTS, simulate_curve

NMC = chemistries()["nmc"]

CYCLES = "REPEAT 100 CYCLES\n  CC, C/2, VOLTAGE, 4.2\n  CC, -1C, VOLTAGE, 2.7\n  WAIT, 1h\nEND\n"


def figure(text: str = CYCLES, capacity_ah: float = 3.0, **look):
    program = resolve(parse(text).profile, capacity_ah).program
    look = {"dark": False, **look}
    return expected_curve(simulate_curve(program, NMC.battery(capacity_ah)), CurveLook(**look))


def values(packed: dict) -> np.ndarray:
    return np.frombuffer(b64decode(packed["bdata"]))


def words(drawn: dict) -> list[str]:
    return [one["text"] for one in drawn["layout"]["annotations"]]


@pytest.mark.parametrize("dark", [False, True])
def test_voltage_is_blue_and_current_orange_in_both_themes(dark):
    drawn = figure(dark=dark)
    colours = [trace["line"]["color"] for trace in drawn["data"][:2]]
    assert [trace["name"] for trace in drawn["data"]] == ["Voltage", "Current", "Uncertainty"]
    assert colours == channel_colours([("voltage", "V"), ("current", "A")], dark=dark)


def test_points_are_few_and_the_line_breaks_where_rounds_are_left_out():
    drawn = figure()
    x = values(drawn["data"][0]["x"])
    assert len(x) <= MAX_POINTS + 1
    assert np.isnan(x).sum() == 1
    known = x[~np.isnan(x)]
    assert np.all(np.diff(known) >= -1e-6)
    assert len(drawn["data"][0]["customdata"]) == len(x)


def test_rounds_are_named_and_those_left_out_counted():
    assert {"cycle 1 of 100", "cycle 100 of 100", "97 more, the same"} <= set(words(figure()))


def test_rounds_that_are_not_simulated_are_said_to_be_assumed():
    pulses = "REPEAT 1500\n  CC, -C/20, TIME, 10\n  WAIT, 60\nEND\n"
    assert "499 more, assumed" in words(figure(pulses))


def test_the_band_goes_around_the_voltage_and_stops_at_the_gap():
    drawn = figure()
    band, volts = drawn["data"][2], values(drawn["data"][0]["y"])
    x, y = values(band["x"]), values(band["y"])
    assert band["fill"] == "toself"
    assert np.isnan(x).sum() == 2  # one outline before the gap, one after it
    assert np.nanmin(y) <= np.nanmin(volts)
    assert np.nanmax(y) >= np.nanmax(volts)
    assert len(figure("WAIT, 60\n")["data"]) == 3  # its charge is not known
    assert len(figure("WAIT, 0\n")["data"]) == 3


def test_ticks_say_true_times_on_both_sides_of_the_band():
    axis = figure()["layout"]["xaxis"]
    assert axis["title"]["text"] == "Time / h"
    hours = [float(one) for one in axis["ticktext"]]
    assert hours[0] == 0
    assert hours[-1] > 300
    assert axis["tickvals"] == sorted(axis["tickvals"])
    assert axis["tickvals"][-1] <= axis["range"][1]


def test_hovering_says_time_line_and_round():
    assert figure()["data"][0]["customdata"][0] == "0 h, line 2, cycle 1 of 100"


def test_what_waits_for_a_line_is_a_band_with_its_number():
    drawn = figure("CC, C/2, VOLTAGE, 4.2\n", waits_for=2)
    assert "line 2" in words(drawn)
    end = values(drawn["data"][0]["x"])[-1]
    assert drawn["layout"]["xaxis"]["range"][1] > 1.2 * end


def test_the_range_of_the_battery_is_drawn_where_the_course_comes_near():
    drawn = figure(battery_v=(1.0, 4.2))
    assert "battery highest 4.2 V" in words(drawn)
    assert not any("lowest" in one for one in words(drawn))
    (label,) = [one for one in drawn["layout"]["annotations"] if "highest" in one["text"]]
    assert label["yanchor"] == "top"  # above its line stand the numbers of lines
    assert label["bgcolor"]


def test_the_currents_of_a_coin_cell_are_in_milliamperes():
    drawn = figure("CC, C/10, VOLTAGE, 4.2\n", 0.002)
    assert drawn["layout"]["yaxis2"]["title"]["text"] == "Current / mA"


def test_a_single_rest_can_be_drawn():
    drawn = figure("WAIT, 60\n")
    assert drawn["layout"]["xaxis"]["title"]["text"] == "Time / s"
    assert figure("WAIT, 0\n")["data"]


def test_the_name_of_a_round_that_begins_late_stands_left_of_its_begin():
    """At the right end there is no room beside it."""
    drawn = figure("WAIT, 10h\nREPEAT 3\n  WAIT, 30\nEND\n")
    (name,) = [one for one in drawn["layout"]["annotations"] if "round" in one["text"]]
    assert (name["text"], name["xanchor"]) == ("round 1 of 3", "right")
    assert name["x"] == drawn["layout"]["xaxis"]["range"][1]
    early = figure("REPEAT 3\n  WAIT, 1h\nEND\n")["layout"]["annotations"]
    assert [one["text"] for one in early if "round" in one["text"]] == [
        *("round 1 of 3", "round 2 of 3", "round 3 of 3")
    ]
