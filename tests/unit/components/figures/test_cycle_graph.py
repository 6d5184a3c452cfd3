"""The graph of cycles: what is drawn how, how many points, and what lies outside its axes."""

from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest

from components.figures.cycle_graph import MAX_POINTS, CyclePoints, cycle_figure, kept_rows
from cycling.analysis.cycles.kinds import CycleKind


def points(count: int = 20, **changes) -> CyclePoints:
    number = np.arange(1, count + 1)
    discharge = 5.0 - 0.01 * number
    values = {
        "x": number.astype(float),
        "number": number,
        "charge": discharge / 0.999,
        "discharge": discharge,
        "ce_pct": np.full(count, 99.9),
        "kinds": [CycleKind.CYCLE] * count,
        "is_formation": np.zeros(count, np.bool_),
        "unit": "Ah",
        "x_title": "Cycle",
    }
    return CyclePoints(**{**values, **changes})


def drawn(given: CyclePoints, **look) -> tuple[dict, dict[str, dict]]:
    figure = cycle_figure(given, dark=False, **look).figure
    traces: dict[str, dict] = {}
    for one in figure["data"]:
        name = one["name"]
        traces[f"{name} right" if one.get("yaxis") == "y2" and name != "CE" else name] = one
    return figure["layout"], traces


def values(packed: dict) -> np.ndarray:
    return np.frombuffer(b64decode(packed["bdata"]), packed["dtype"])


def test_charge_is_hollow_discharge_filled_and_efficiency_at_the_right():
    layout, traces = drawn(points())
    assert traces["Charge"]["marker"]["symbol"] == "circle-open"
    assert traces["Discharge"]["marker"]["symbol"] == "circle"
    assert traces["CE"]["yaxis"] == "y2"
    assert values(traces["Discharge"]["y"])[:2] == pytest.approx([4.99, 4.98])
    assert layout["yaxis"]["title"]["text"] == "Capacity / Ah"


def test_the_axis_of_efficiency_shows_hundredths_and_not_0_to_100():
    ce = 99.9 + 0.02 * np.sin(np.arange(20.0))
    ce[0] = 82.0
    found = cycle_figure(points(ce_pct=ce), dark=False)
    low, high = found.figure["layout"]["yaxis2"]["range"]
    assert 99.7 < low < 99.88 < 99.92 < high < 100.1
    assert found.outside == (0, 1)


def test_small_capacities_are_in_their_own_unit():
    layout, traces = drawn(points(charge=np.full(20, 8.7e-5), discharge=np.full(20, 8.6e-5)))
    assert layout["yaxis"]["title"]["text"] == "Capacity / µAh"
    assert values(traces["Charge"]["y"])[0] == pytest.approx(87.0)


def test_incomplete_cycles_are_grey_and_do_not_press_the_others_together():
    kinds = [CycleKind.CYCLE] * 19 + [CycleKind.INCOMPLETE]
    discharge = np.append(np.full(19, 4.9), 0.1)
    found = cycle_figure(points(kinds=kinds, discharge=discharge), dark=False)
    low, _high = found.figure["layout"]["yaxis"]["range"]
    assert low > 4
    assert found.outside[0] == 1
    grey = next(one for one in found.figure["data"] if one["name"] == "Incomplete")
    assert grey["marker"]["color"] == "#8b949f"
    near = cycle_figure(points(kinds=kinds, discharge=np.append(np.full(19, 4.9), 4.7)), dark=False)
    assert near.outside[0] == 0


def test_formation_is_shaded_and_checks_have_a_shape_of_their_own():
    kinds = [CycleKind.FORMATION] * 2 + [CycleKind.CYCLE] * 17 + [CycleKind.CHECK]
    layout, traces = drawn(points(kinds=kinds, is_formation=np.arange(20) < 2))
    (shade,) = layout["shapes"]
    assert (shade["x0"], shade["x1"]) == (0.5, 2.5)
    assert traces["Capacity check"]["marker"]["symbol"] == "diamond"


def test_chosen_cycles_have_a_ring():
    chosen = np.isin(np.arange(1, 21), [3, 20])
    figure = cycle_figure(points(chosen=chosen), dark=True).figure
    assert values(figure["data"][-1]["x"]).tolist() == [3, 20]


def test_few_cycles_have_whole_numbers_as_ticks():
    assert drawn(points(4))[0]["xaxis"]["dtick"] == 1
    assert "dtick" not in drawn(points(40))[0]["xaxis"]


@pytest.mark.parametrize("count", [10, 20_000])
def test_no_trace_has_more_points_than_a_browser_draws_at_once(count):
    figure = cycle_figure(points(count), dark=False).figure
    assert max(len(values(one["x"])) for one in figure["data"]) <= min(count, MAX_POINTS)


def test_the_extremes_of_every_column_stay():
    rng = np.random.default_rng(1)
    columns = [rng.normal(size=9_000) for _ in range(3)]
    columns[1][4_321] = 50.0
    columns[2][17] = -50.0
    columns[0][:10] = np.nan
    rows = kept_rows(columns, 600)
    assert len(rows) <= 600
    assert {0, 17, 4_321, 8_999} <= set(rows.tolist())
    assert kept_rows([np.arange(5.0)], 600).tolist() == [0, 1, 2, 3, 4]


def test_without_cycles_there_is_an_empty_graph():
    none = points(0, kinds=[])
    assert cycle_figure(replace(none), dark=False).figure["layout"]["xaxis"]["range"] == [0, 1]
