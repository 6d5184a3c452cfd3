"""The graph of a comparison: panels, lines, means with bands, names that are scripts."""

from base64 import b64decode

import numpy as np
import pytest

from components.figures.comparison_graph import (
    MAX_LINES_POINTS,
    MAX_NAMED_EDGES,
    CellLine,
    Edge,
    MeanLine,
    Panel,
    comparison_figure,
    dash_of,
    outline,
)

SCRIPT = "<img src=x onerror=alert(1)> & B"


def values(packed: dict) -> np.ndarray:
    return np.frombuffer(b64decode(packed["bdata"]), packed["dtype"])


def line(count: int = 50, look: int = 0, name: str = "12 Cell", **more) -> CellLine:
    x = np.arange(1.0, count + 1)
    return CellLine(name, look, x, 2 - 0.001 * x, **more)


def mean(count: int = 20, alone_from: int = 15, name: str = "NMC") -> MeanLine:
    x = np.arange(1.0, count + 1)
    deviation = np.where(x < alone_from, 0.1, np.nan)
    number = np.where(x < alone_from, 3, 1)
    return MeanLine(
        name, 0, x, 2 - 0 * x, 1.9 + 0 * deviation, 2.1 + 0 * deviation, deviation, number
    )


def test_a_panel_for_each_metric_over_one_axis():
    panels = [Panel("Q / Ah", "Ah", [line()]), Panel("CE / %", "%", [line()])]
    figure = comparison_figure(panels, "Cycle", dark=False).figure
    layout = figure["layout"]
    assert [one["yaxis"] for one in figure["data"]] == ["y", "y2"]
    assert layout["xaxis"]["anchor"] == "y2"
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]
    assert layout["yaxis"]["title"]["text"] == "Q / Ah"
    assert [one["showlegend"] for one in figure["data"]] == [True, False]


def test_edges_go_through_all_panels_and_have_their_names():
    panels = [Panel("Q / Ah", "Ah", [line()]), Panel("CE / %", "%", [line()])]
    edges = [Edge(0.5, "7", "7 Ageing"), Edge(20.5, "9", SCRIPT), Edge(np.nan, "11")]
    layout = comparison_figure(panels, "Cycle", dark=False, edges=edges).figure["layout"]
    places = [(one["x0"], one["x1"], one["y0"], one["y1"]) for one in layout["shapes"]]
    assert places == [(0.5, 0.5, 0, 1), (20.5, 20.5, 0, 1)]
    assert [one["text"] for one in layout["annotations"]] == ["7", "9"]
    assert "<img" not in layout["annotations"][1]["hovertext"]
    near = [Edge(0.5, "7"), Edge(1.5, "8"), Edge(9.5, "9")]
    layout = comparison_figure(panels, "Cycle", dark=False, edges=near).figure["layout"]
    assert [one["text"] for one in layout["annotations"]] == ["8", "9"]
    many = [Edge(float(x), str(x)) for x in range(MAX_NAMED_EDGES + 1)]
    layout = comparison_figure(panels, "Cycle", dark=False, edges=many).figure["layout"]
    assert (len(layout["shapes"]), "annotations" in layout) == (MAX_NAMED_EDGES + 1, False)
    nothing = comparison_figure([Panel("Q", "Ah")], "Cycle", dark=False, edges=edges).figure
    assert "shapes" not in nothing["layout"]


def test_a_marked_line_shows_each_value():
    figure = comparison_figure(
        [Panel("Q", "Ah", [line(is_marked=True), line()])], "Cycle", dark=False
    ).figure
    assert [one["mode"] for one in figure["data"]] == ["lines+markers", "lines"]


def test_names_are_drawn_as_they_are():
    figure = comparison_figure(
        [Panel("Q / Ah", "Ah", [line(name=SCRIPT, group=SCRIPT)], [mean(name=SCRIPT)])],
        "Cycle",
        dark=True,
    ).figure
    for one in figure["data"]:
        for text in (one["name"], one["legendgroup"], one.get("hovertemplate", "")):
            assert "<img" not in text
    assert "&lt;img" in figure["data"][-1]["name"]


def test_a_mean_says_how_many_there_are_and_ends_its_band_where_one_is_alone():
    figure = comparison_figure([Panel("Q", "Ah", (), [mean()])], "Cycle", dark=False).figure
    band, drawn = figure["data"]
    assert band["fill"] == "toself"
    assert values(band["x"]).max() == 14
    assert values(band["y"]).tolist() == [1.9] * 14 + [2.1] * 14
    assert drawn["customdata"][0] == "n = 3, ± 0.1 Ah"
    assert drawn["customdata"][-1] == "n = 1"
    assert len(values(drawn["x"])) == 20


def test_a_band_with_a_hole_is_two_shapes():
    low = np.array([1.0, 1, np.nan, 1, 1])
    x, y = outline(np.arange(5.0), low, low + 1)
    np.testing.assert_equal(x, [0, 1, 1, 0, np.nan, 3, 4, 4, 3])
    np.testing.assert_equal(y, [1, 1, 2, 2, np.nan, 1, 1, 2, 2])
    assert len(outline(np.arange(2.0), np.full(2, np.nan), np.zeros(2))[0]) == 0


def test_many_long_lines_are_thinned_and_keep_their_extremes():
    lines = []
    for number in range(50):
        one = line(2000, look=number, name=f"{number} Cell")
        one.y[777] = 1.0
        lines.append(one)
    figure = comparison_figure([Panel("Q", "Ah", lines)], "Cycle", dark=False).figure
    drawn = [values(one["y"]) for one in figure["data"]]
    assert sum(map(len, drawn)) <= 1.1 * MAX_LINES_POINTS
    assert all(1.0 in one and one[-1] == 0 for one in drawn)
    assert figure["layout"]["showlegend"] is False


@pytest.mark.parametrize("narrow", [False, True])
def test_the_legend_has_means_alone_where_lines_are_behind_them(narrow):
    lines = [line(look=n % 2, name=f"{n} Cell", is_faint=True) for n in range(50)]
    panel = Panel("Q", "Ah", lines, [mean(name="LFP"), mean(name="NMC")])
    figure = comparison_figure([panel], "Cycle", dark=False, narrow=narrow).figure
    assert figure["layout"]["showlegend"] is True
    named = [one["name"] for one in figure["data"] if one["showlegend"]]
    assert named == ["LFP", "NMC"]


def test_a_phone_has_no_room_for_a_legend_of_many_names():
    panel = Panel("Q", "Ah", [line(look=n, name=f"{n} Cell") for n in range(6)])
    shown = [
        comparison_figure([panel], "Cycle", dark=False, narrow=narrow).figure["layout"]
        for narrow in (False, True)
    ]
    assert [one["showlegend"] for one in shown] == [True, False]


def test_another_metric_is_seen_whole_after_a_zoom():
    of_charge, of_percent = (
        comparison_figure([Panel(title, "", [line()])], "Cycle", dark=False).figure["layout"]
        for title in ("Q / Ah", "CE / %")
    )
    assert of_charge["uirevision"] == of_percent["uirevision"]  # the axis of cycles stays zoomed
    assert of_charge["yaxis"]["uirevision"] != of_percent["yaxis"]["uirevision"]


def test_two_lines_of_a_name_are_in_the_legend_once_and_peaks_are_within_the_axis():
    peak = line(name="12 Cell")
    peak.y[20] = 90.0
    both = [peak, line(name="12 Cell", is_named=False)]
    found = comparison_figure([Panel("dQ/dV", "", both, is_whole=True)], "V", dark=False)
    assert [one["showlegend"] for one in found.figure["data"]] == [True, False]
    assert found.outside == [0]


def test_an_odd_value_does_not_stretch_the_axis_and_is_counted():
    one = line()
    one.y[20] = 90.0
    found = comparison_figure([Panel("Q", "Ah", [one])], "Cycle", dark=False)
    assert found.outside == [1]
    assert found.figure["layout"]["yaxis"]["range"][1] < 3


@pytest.mark.parametrize("panels", [[], [Panel("Q", "Ah")]])
def test_nothing_is_said_in_its_place(panels):
    figure = comparison_figure(panels, "Cycle", dark=False, narrow=True).figure
    assert figure["data"] == []
    assert figure["layout"]["annotations"][0]["text"] == "Nothing to draw"


def test_one_point_is_seen_and_looks_repeat_with_another_dash():
    figure = comparison_figure([Panel("Q", "Ah", [line(1)])], "Cycle", dark=False).figure
    assert figure["data"][0]["mode"] == "lines+markers"
    assert [dash_of(one) for one in (0, 7, 8, 31, 32)] == [
        "solid",
        "solid",
        "dash",
        "dashdot",
        "solid",
    ]
