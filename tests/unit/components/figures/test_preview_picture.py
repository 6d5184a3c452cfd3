"""The small picture of an experiment."""

from xml.etree import ElementTree

import numpy as np
import pytest

from components.figures.preview_picture import (
    HEIGHT,
    WIDTH,
    Curve,
    preview_picture,
    sentence_picture,
)
from components.figures.spans import Span
from components.figures.template import channel_colours, template

SVG = "{http://www.w3.org/2000/svg}"
NOTHING = Curve(np.empty(0), np.empty(0))
BEGIN_S = 1.7e9


def curve(*values: float, step_s: float = 60.0) -> Curve:
    return Curve(BEGIN_S + step_s * np.arange(len(values)), np.array(values, float))


class Picture:
    """What stands in an SVG."""

    def __init__(self, voltage: Curve, current: Curve = NOTHING, *, dark: bool = False) -> None:
        self.text = preview_picture(voltage, current, dark=dark)
        self.root = ElementTree.fromstring(self.text)
        self.words = [one.text for one in self.root.iter(f"{SVG}text")]
        self.title = self.root.findtext(f"{SVG}title")
        self.lines = [
            [tuple(map(float, point.split(","))) for point in one.get("points").split()]
            for one in self.root.iter(f"{SVG}polyline")
        ]
        self.dots = list(self.root.iter(f"{SVG}circle"))


def test_voltage_stands_in_front_of_a_thinner_current():
    drawn = Picture(curve(3, 3.5, 4.2), curve(1.5, -2, 1.5))
    voltage, current = channel_colours([("voltage", "V"), ("current", "A")], dark=False)
    behind, front = drawn.root.iter(f"{SVG}polyline")
    assert (behind.get("stroke"), front.get("stroke")) == (current, voltage)
    assert float(behind.get("stroke-width")) < float(front.get("stroke-width"))


def test_the_ends_of_the_axes_and_the_duration_are_named():
    drawn = Picture(curve(3, 3.5, 4.2), curve(1.5, -2, 1.5))
    assert drawn.words == ["1.5 A", "−2 A", "4.2 V", "3 V", "2 min 0 s"]
    assert drawn.title == "Voltage 3 V to 4.2 V; Current −2 A to 1.5 A; 2 min 0 s"


def test_the_curve_fills_its_place_and_stays_in_it():
    (line,) = Picture(curve(3, 3.5, 4.2, 3.1)).lines
    xs, ys = zip(*line, strict=True)
    assert (min(xs), max(xs)) == (10, 310)
    assert (min(ys), max(ys)) == (26, 124)
    assert ys[2] == min(ys)  # the largest value is at the top


def test_many_cycles_are_drawn_thinner():
    few, many = (
        Picture(curve(*[3, 4] * cycles)).root.find(f"{SVG}polyline").get("stroke-width")
        for cycles in (5, 100)
    )
    assert float(few) == 1.5
    assert 0.5 <= float(many) < 0.7


def test_two_points_are_a_line():
    assert Picture(curve(3, 4)).lines == [[(10, 124), (310, 26)]]


def test_one_point_is_a_dot_in_the_middle():
    drawn = Picture(curve(3.7), curve(0.5))
    assert drawn.lines == []
    assert [(dot.get("cx"), dot.get("cy")) for dot in drawn.dots] == [("160.0", "75.0")] * 2
    assert drawn.words == ["0.5 A", "3.7 V", "0 s"]


def test_a_flat_line_is_in_the_middle_and_has_one_value():
    drawn = Picture(curve(3.3, 3.3, 3.3))
    assert drawn.lines == [[(10, 75), (160, 75), (310, 75)]]
    assert drawn.words == ["3.3 V", "2 min 0 s"]


def test_a_difference_that_no_instrument_shows_is_flat():
    drawn = Picture(curve(3.3, 3.3 + 1e-9))
    assert {y for _, y in drawn.lines[0]} == {75}


def test_small_differences_get_the_digits_that_tell_them_apart():
    assert Picture(curve(3.30004, 3.3001)).words[:2] == ["3.3001 V", "3.30004 V"]
    assert Picture(curve(3.30004, 3.30007)).words[:2] == ["3.30007 V", "3.30004 V"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((-0.0123456, 0.05), ["50 mA", "−12.35 mA"]),
        ((-2e-5, 0), ["0 µA", "−20 µA"]),
        ((-1e-9, 100), ["100 A", "0 A"]),
        ((0, 12_345_678), ["12,345,678 A", "0 A"]),
        ((-4e12, 4e12), ["4e+12 A", "−4e+12 A"]),
        ((0, 0), ["0 A"]),
    ],
)
def test_values_are_short_and_have_real_minus_signs(values, words):
    assert Picture(NOTHING, curve(*values)).words[:-1] == words


def test_what_is_no_number_is_left_out():
    drawn = Picture(curve(3, 4, np.nan, np.inf), Curve(np.array([np.nan]), np.array([1.0])))
    assert drawn.lines == [[(10, 124), (310, 26)]]
    assert drawn.words == ["4 V", "3 V", "1 min 0 s"]
    assert "nan" not in drawn.text
    assert "inf" not in drawn.text


def test_both_channels_share_one_time():
    late = Curve(np.array([BEGIN_S + 60, BEGIN_S + 120]), np.array([1.0, 2.0]))
    current, voltage = Picture(curve(3, 4), late).lines
    assert [x for x, _ in voltage] == [10, 160]
    assert [x for x, _ in current] == [160, 310]


@pytest.mark.parametrize("nothing", [NOTHING, curve(np.nan)])
def test_without_measures_there_is_a_sentence(nothing):
    drawn = Picture(nothing)
    assert drawn.words == ["No measures"]
    assert drawn.lines == []


def test_a_theme_has_its_colours():
    for dark in (False, True):
        drawn = Picture(curve(3, 4), dark=dark)
        assert (
            drawn.root.find(f"{SVG}rect").get("fill")
            == template(dark=dark)["layout"]["paper_bgcolor"]
        )


def test_a_sentence_is_never_markup():
    evil = '</text><script>alert("1")</script> & more'
    root = ElementTree.fromstring(sentence_picture(evil, dark=False))
    assert list(root.iter(f"{SVG}script")) == []
    assert root.findtext(f"{SVG}text") == evil
    assert root.findtext(f"{SVG}title") == evil


def test_every_picture_has_the_same_size_and_is_small():
    long = Curve(BEGIN_S + np.arange(240.0), np.sin(np.arange(240.0)))
    for text in (
        sentence_picture("Being prepared", dark=True),
        preview_picture(long, long, dark=True),
    ):
        root = ElementTree.fromstring(text)
        assert (root.get("width"), root.get("height")) == (str(WIDTH), str(HEIGHT))
        assert len(text) < 8000


def test_a_line_breaks_and_the_time_between_is_shaded_and_named():
    pause = Span(BEGIN_S + 60, BEGIN_S + 120, "pause", ("Paused 1 min 0 s",), ())
    volts = curve(3, 4, np.nan, 3.5, 3.6)
    root = ElementTree.fromstring(preview_picture(volts, NOTHING, dark=True, spans=[pause]))
    assert len(list(root.iter(f"{SVG}polyline"))) == 2
    shade = list(root.iter(f"{SVG}rect"))[1]
    assert (float(shade.get("x")), float(shade.get("width"))) == (85, 75)
    assert root.find(f"{SVG}title").text.endswith("; Paused 1 min 0 s")
