"""Shaded and named times of a graph."""

import pytest

from components.figures.spans import Span, span_labels, span_shapes
from components.figures.time_axis import CLOCK, by_test_time

BEGIN = 1_780_000_000.0
WINDOW = (BEGIN, BEGIN + 800.0)  # a second a pixel
NAMES = ("Paused 15:47, output off, by oscar", "Paused 4 min", "Paused")


def pause(first: float, last: float | None) -> Span:
    end = None if last is None else BEGIN + last
    return Span(BEGIN + first, end, "pause", NAMES, ("Paused", "Until 16:03"))


def labels(*spans: Span, window=WINDOW, time=CLOCK, narrow: bool = False) -> list[str]:
    made = span_labels(spans, window, time, dark=False, narrow=narrow)
    return [one["text"] for one in made if one["visible"]]


@pytest.mark.parametrize(
    ("lasts", "text", "angle", "anchor"),
    [
        (300, NAMES[0], 0, "center"),
        (100, NAMES[1], 0, "center"),
        (50, NAMES[2], 0, "center"),
        (20, NAMES[0], -90, "center"),
        (5, NAMES[0], -90, "left"),
    ],
)
def test_a_name_is_as_long_as_its_room(lasts, text, angle, anchor):
    (made,) = span_labels([pause(100, 100 + lasts)], WINDOW, CLOCK, dark=False, narrow=False)
    assert (made["text"], made["textangle"], made["xanchor"]) == (text, angle, anchor)


@pytest.mark.parametrize(("lasts", "covers"), [(300, False), (20, True)])
def test_a_name_that_is_written_upwards_covers_the_curves_behind_it(lasts, covers):
    (made,) = span_labels([pause(100, 100 + lasts)], WINDOW, CLOCK, dark=False, narrow=False)
    assert (made["bgcolor"] != "rgba(0,0,0,0)") == covers


def test_at_the_end_of_the_axis_a_name_stands_left_of_its_line():
    (made,) = span_labels([pause(795, 798)], WINDOW, CLOCK, dark=False, narrow=False)
    assert (made["textangle"], made["xanchor"]) == (-90, "right")


def test_a_name_stands_where_the_window_shows_its_time():
    window = (BEGIN + 250, BEGIN + 650)
    (label,) = span_labels([pause(100, 300)], window, CLOCK, dark=True, narrow=False)
    assert label["x"] == (BEGIN + 275) * 1000
    assert labels(pause(100, 200), window=window) == []  # as many labels, hidden


def test_names_that_would_cover_each_other_are_one():
    made = span_labels([pause(100, 105), pause(106, 108)], WINDOW, CLOCK, dark=True, narrow=False)
    assert [one["visible"] for one in made] == [True, False]
    assert made[0]["text"] == f"{NAMES[0]}; {NAMES[2]}"
    assert made[0]["hovertext"] == "Paused<br>Until 16:03<br>Paused<br>Until 16:03"


def test_a_name_that_is_written_level_begins_beside_the_one_before_it():
    made = span_labels([pause(100, 102), pause(102, 330)], WINDOW, CLOCK, dark=True, narrow=False)
    upright, level = made
    assert (upright["textangle"], level["textangle"]) == (-90, 0)
    left = level["x"] / 1000 - BEGIN - len(level["text"]) * 6.2 / 2
    assert left >= 101 + 14  # where the first one ends


def test_a_name_that_has_no_room_beside_the_one_before_it_is_shorter():
    made = span_labels([pause(100, 102), pause(102, 190)], WINDOW, CLOCK, dark=True, narrow=False)
    assert [one["text"] for one in made] == [NAMES[0], NAMES[2]]


def test_a_pause_that_lasts_goes_on_beyond_the_window():
    (shape,) = span_shapes([pause(700, None)], WINDOW, CLOCK, dark=False)
    assert (shape["x0"], shape["name"]) == ((BEGIN + 700) * 1000, "lasts")
    assert shape["x1"] > WINDOW[1] * 1000


def test_on_the_axis_of_test_time_a_pause_is_a_line():
    time = by_test_time([(BEGIN, 0), (BEGIN + 100, 100), (BEGIN + 400, 100), (BEGIN + 800, 500)])
    (shape,) = span_shapes([pause(100, 400)], WINDOW, time, dark=False)
    assert (shape["type"], shape["x0"], shape["x1"]) == ("line", 100 / 60, 100 / 60)
    assert labels(pause(100, 400), time=time) == [NAMES[0]]


def test_where_panels_are_low_what_is_written_upwards_is_shorter():
    look = {"dark": False, "narrow": False, "high_px": 140.0}
    (made,) = span_labels([pause(100, 105)], WINDOW, CLOCK, **look)
    assert (made["text"], made["textangle"]) == (NAMES[1], -90)
