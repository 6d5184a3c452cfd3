"""The graph of an experiment as Plotly dictionaries."""

import base64
import json
from datetime import UTC
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plotly.io.json import to_json_plotly

from components.figures.measure_axes import Line
from components.figures.measure_graph import (
    HOVER_WIDTH,
    MARKERS_BELOW,
    EventMark,
    Look,
    detail,
    figure,
    height,
    mark_layout,
    marks,
    overview,
)
from components.figures.spans import Span
from components.figures.template import template
from components.figures.time_axis import CLOCK, elapsed
from tests.generated import examples

AT = 1_780_000_000.0
NOTE = EventMark(AT, "1", "24 Aug 2026\nDoor <b>open</b> & fan")
ALARM = EventMark(AT + 60, "▼", "Alarm 12", alarm=True)
LOOK = Look(dark=False, zone=UTC)
MADRID = ZoneInfo("Europe/Madrid")
BEGIN = 1_780_000_000.0
UNITS = ["V", "A", "W", "degC", "Ah", "1", "mA"]


def line(key="voltage", unit="V", n=10, values=None, name="") -> Line:
    times = BEGIN + np.arange(float(n if values is None else len(values)))
    column = np.linspace(3, 4, n) if values is None else np.array(values, dtype=float)
    return Line(key, name or key.title(), unit, "#0072b2", times, column)


def window(one: Line) -> tuple[float, float]:
    return float(one.unix_s[0]), float(one.unix_s[-1])


def unpacked(sent: dict) -> list[float]:
    return np.frombuffer(base64.b64decode(sent["bdata"]), dtype="<f8").tolist()


def sent(drawn) -> dict:
    """What the browser gets; fails for NaN, which is no JSON."""

    def refuse(constant: str):
        raise AssertionError(constant)

    return json.loads(to_json_plotly(drawn), parse_constant=refuse)


LINES = st.lists(
    st.builds(
        line,
        key=st.sampled_from(["voltage", "current", "x1", "x2"]),
        unit=st.sampled_from(UNITS),
        values=st.lists(st.floats(min_value=-1e300, max_value=1e300), max_size=4),
    ),
    max_size=6,
)


TIMES = st.sampled_from([CLOCK, elapsed((BEGIN, BEGIN + 10)), elapsed((BEGIN, BEGIN + 1e7))])


@examples(40)
@given(LINES, st.booleans(), st.booleans(), st.booleans(), TIMES)
def test_every_figure_is_json_without_nan(lines, dark, every_sample, narrow, time):
    look = Look(dark=dark, zone=MADRID, every_sample=every_sample, narrow=narrow, time=time)
    drawn = sent(figure(lines, (BEGIN, BEGIN + 10), look))
    assert len(drawn["data"]) == len(lines)
    assert drawn["layout"]["height"] == height(lines)
    sent(detail(lines, look))
    sent(overview(lines[0], (BEGIN, BEGIN + 10), look) if lines else {})


@pytest.mark.parametrize("time", [CLOCK, elapsed((BEGIN, BEGIN + 9))])
def test_plotly_knows_every_property_of_the_figure(time):
    lines = [line(), line("current", "A"), line("x1", "degC"), line("power", "W")]
    look = Look(dark=False, zone=UTC, time=time)
    marks = [EventMark(BEGIN, "1", "Door open"), EventMark(BEGIN, "!", "Alarm", alarm=True)]
    drawn = sent(figure(lines, window(lines[0]), look, marks))
    for part in (drawn, sent(overview(lines[0], window(lines[0]), look))):
        for layout in (part["layout"], part["layout"]["template"]["layout"]):
            layout.pop("template", None)
            layout.pop("meta", None)
        go.Figure(part)  # refuses what it does not know


def test_points_come_as_they_are_measured_in_milliseconds_that_plotly_puts_into_the_zone():
    one = line(values=[3.1, 3.2, 3.3])
    (trace,) = figure([one], window(one), Look(dark=False, zone=MADRID))["data"]
    assert unpacked(trace["y"]) == [3.1, 3.2, 3.3]
    assert unpacked(trace["x"]) == [(BEGIN + second) * 1000 for second in range(3)]


def test_elapsed_time_counts_from_the_first_measure_in_a_unit_that_suits():
    one = line(values=[3.1, 3.2, 3.3])
    look = Look(dark=False, zone=UTC, time=elapsed((BEGIN, BEGIN + 7200)))
    drawn = figure([one], (BEGIN, BEGIN + 120), look)
    assert unpacked(drawn["data"][0]["x"]) == pytest.approx([0, 1 / 60, 2 / 60])
    assert drawn["layout"]["xaxis"]["type"] == "linear"
    assert drawn["layout"]["xaxis"]["range"] == [0, 2]
    assert drawn["layout"]["xaxis"]["title"]["text"] == "Test time / min"
    strip = overview(one, (BEGIN, BEGIN + 120), look)["layout"]
    assert strip["xaxis"]["range"] == pytest.approx([0, 2 / 60])
    assert "title" not in strip["xaxis"]
    knots = [[0, BEGIN * 1000], [120, (BEGIN + 7200) * 1000]]
    assert strip["meta"] == drawn["layout"]["meta"] == {"knots": knots, "unit_ms": 60_000}


def test_both_time_axes_make_the_same_height_and_sides():
    axes = [Look(False, UTC, time=time) for time in (CLOCK, elapsed((0, 1)))]
    assert axes[0].margin == axes[1].margin


def test_small_currents_are_drawn_in_the_unit_of_their_axis():
    one = line("current", "A", values=[0.001, -0.002])
    drawn = figure([one], window(one), LOOK)
    assert unpacked(drawn["data"][0]["y"]) == pytest.approx([1, -2])
    assert drawn["layout"]["yaxis"]["title"]["text"] == "Current / mA"
    assert drawn["data"][0]["hovertemplate"].endswith(" mA")


@pytest.mark.parametrize(
    ("every_sample", "n", "mode"),
    [
        (True, 2, "lines+markers"),
        (True, MARKERS_BELOW - 1, "lines+markers"),
        (True, MARKERS_BELOW, "lines"),
        (False, 2, "lines"),
    ],
)
def test_markers_are_drawn_only_for_few_single_samples(every_sample, n, mode):
    one = line(n=n)
    (trace,) = figure([one], window(one), Look(False, UTC, every_sample=every_sample))["data"]
    assert trace["mode"] == mode


@examples(40)
@given(LINES)
def test_panels_stay_in_the_figure_and_do_not_overlap(lines):
    layout = figure(lines, (BEGIN, BEGIN + 1), LOOK)["layout"]
    axes = [one for name, one in layout.items() if name.startswith("yaxis") and "domain" in one]
    domains = {tuple(one["domain"]) for one in axes}
    for low, high in domains:
        assert 0 <= low < high <= 1
    ordered = sorted(domains)
    assert all(below[1] < above[0] for below, above in pairwise(ordered))
    overlaid = [one for one in axes if "overlaying" in one]
    assert len(domains) == len(axes) - len(overlaid)


def test_the_time_axis_stands_below_the_lowest_panel():
    lines = [line(), line("current", "A"), line("power", "W"), line("x1", "degC")]
    layout = figure(lines, window(lines[0]), LOOK)["layout"]
    lowest = min((layout[name]["domain"][0], name) for name in layout if name.startswith("yaxis"))
    assert layout["xaxis"]["anchor"] == lowest[1].replace("axis", "")


def test_more_panels_make_the_figure_higher():
    two = [line(), line("current", "A")]
    assert height([]) == height([line()]) == height(two)
    assert height(two) < height([*two, line("power", "W")])


def test_nothing_shown_is_said_in_words():
    drawn = sent(figure([], (BEGIN, BEGIN + 1), LOOK))
    assert drawn["data"] == []
    (said,) = drawn["layout"]["annotations"]
    assert said["text"] == "Switch on a channel above."
    assert not drawn["layout"]["xaxis"]["visible"]


def test_an_experiment_without_values_is_drawn_empty():
    one = line(values=[])
    drawn = sent(figure([one], (0.0, 0.0), LOOK))
    assert unpacked(drawn["data"][0]["x"]) == []
    low, high = drawn["layout"]["xaxis"]["range"]
    assert low < high
    strip = sent(overview(one, (0.0, 0.0), LOOK))
    assert strip["layout"]["xaxis"]["range"] == [-500, 500]


def test_a_zoom_replaces_points_and_scales_only():
    lines = [line(), line("current", "A", values=[0.001, 0.002])]
    traces, axes = detail(lines, LOOK)
    whole = figure(lines, window(lines[0]), LOOK)
    assert [trace.keys() for trace in traces] == [{"x", "y", "mode", "hovertemplate"}] * 2
    for small, large in zip(traces, whole["data"], strict=True):
        assert small.items() <= large.items()
    assert list(axes) == ["yaxis", "yaxis2"]
    for name, part in axes.items():
        assert part.items() <= whole["layout"][name].items()


def test_the_strip_shows_the_whole_experiment_and_marks_the_window():
    one = line(n=100)
    shown = (BEGIN + 10, BEGIN + 20)
    layout = overview(one, shown, LOOK)["layout"]
    assert layout["xaxis"]["range"] == [BEGIN * 1000, (BEGIN + 99) * 1000]
    assert layout["shapes"] == marks(shown, LOOK)
    box, *edges = layout["shapes"]
    assert [box["x0"], box["x1"]] == [one["x0"] for one in edges] == CLOCK.range(shown)


def test_the_strip_has_the_sides_of_the_graph_above_it():
    for look in (LOOK, Look(dark=True, zone=UTC, narrow=True)):
        above = figure([line()], window(line()), look)["layout"]["margin"]
        below = overview(line(), window(line()), look)["layout"]["margin"]
        assert (above["l"], above["r"]) == (below["l"], below["r"])


def test_the_mark_can_be_seen_in_both_themes():
    colours = [marks((0, 1), Look(dark, UTC))[0]["fillcolor"] for dark in (False, True)]
    grounds = [template(dark=dark)["layout"]["paper_bgcolor"] for dark in (False, True)]
    assert all(colour != ground for colour, ground in zip(colours, grounds, strict=True))


def test_names_and_units_with_markup_are_drawn_as_they_are():
    one = line("x1", "<u>", name="T<b>25</b> & x")
    drawn = figure([one], window(one), LOOK)
    (trace,) = drawn["data"]
    assert trace["name"] == "T&lt;b>25&lt;/b> &amp; x"
    assert trace["hovertemplate"] == "%{y:.6~g} &lt;u>"


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


@pytest.mark.parametrize(("high", "stands"), [(True, "bottom"), (False, "top")])
def test_what_is_written_upwards_stands_where_the_curve_is_not(high: bool, stands: str):
    """The voltage is high, or low, about a pause that is too short for its name."""
    values = np.full(800, 4.2 if high else 3.0)
    values[-1] = 3.0 if high else 4.2
    measured = line(values=values)
    short = Span(BEGIN + 100, BEGIN + 102, "pause", ("Paused 15:47",), ("Paused",))
    drawn = figure([measured], window(measured), LOOK, spans=[short])
    (label,) = drawn["layout"]["annotations"]
    assert (label["textangle"], label["yanchor"]) == (-90, stands)
    assert label["y"] == (0.0 if high else 1)
