"""Marks of notes and alarms in a graph."""

import pytest

from components.figures.event_marks import HOVER_WIDTH, EventMark, mark_layout
from components.figures.time_axis import CLOCK, elapsed

AT = 1_780_000_000.0
NOTE = EventMark(AT, "1", "24 Aug 2026\nDoor <b>open</b> & fan")
ALARM = EventMark(AT + 60, "▼", "Alarm 12", alarm=True)


@pytest.mark.parametrize("dark", [False, True])
def test_a_mark_is_a_line_over_all_panels_and_a_label_above_them(dark):
    parts = mark_layout([NOTE], CLOCK, dark=dark)
    (line,), (label,) = parts["shapes"], parts["annotations"]
    assert line["x0"] == line["x1"] == label["x"] == AT * 1000
    assert (line["yref"], line["y0"], line["y1"]) == ("paper", 0, 1)
    assert line["line"]["dash"] == "dot"
    assert (label["text"], label["yanchor"]) == ("1", "bottom")


def test_marks_stand_at_the_elapsed_time_too():
    parts = mark_layout([ALARM], elapsed((AT, AT + 3600)), dark=False)
    assert parts["shapes"][0]["x0"] == parts["annotations"][0]["x"] == 1


def test_alarms_are_red_and_below_the_notes():
    parts = mark_layout([NOTE, ALARM], CLOCK, dark=False)
    alarm, note = parts["annotations"]
    assert (alarm["text"], note["text"]) == ("▼", "1")
    assert parts["shapes"][0]["line"] == {"width": 1, "color": "#d0352b", "dash": "solid"}
    assert note["font"]["color"] != alarm["font"]["color"]


def test_words_are_shown_as_they_are_with_their_lines():
    (label,) = mark_layout([NOTE], CLOCK, dark=False)["annotations"]
    assert label["hovertext"] == "24 Aug 2026<br>Door &lt;b>open&lt;/b> &amp; fan"


def test_long_words_are_broken_into_lines():
    long = EventMark(AT, "1", "word " * 100 + "x" * 200)
    (label,) = mark_layout([long], CLOCK, dark=False)["annotations"]
    lines = label["hovertext"].split("<br>")
    assert len(lines) > 5
    assert max(map(len, lines)) <= HOVER_WIDTH


def test_without_marks_there_is_nothing():
    assert mark_layout([], CLOCK, dark=False) == {"shapes": [], "annotations": []}
