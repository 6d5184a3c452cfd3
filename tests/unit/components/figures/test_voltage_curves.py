"""Voltage over charge: colours, legend or colour bar, units."""

import numpy as np
import pytest

from components.figures.viridis import viridis
from components.figures.voltage_curves import IN_LEGEND, VoltageCurve, curves_figure


def curves(count: int, peak: float = 2.0) -> list[VoltageCurve]:
    charge = np.linspace(0, peak, 5)
    return [
        VoltageCurve(cycle, half, charge, charge + 3)
        for cycle in range(1, count + 1)
        for half in ("charge", "discharge")
    ]


def test_both_halves_of_a_cycle_have_one_colour_and_one_entry():
    figure = curves_figure(curves(2), "Ah", dark=False)
    assert [one["showlegend"] for one in figure["data"]] == [True, False, True, False]
    colours = [one["line"]["color"] for one in figure["data"]]
    assert colours == [one for one in viridis([1, 2]) for _half in "+-"]


def test_many_cycles_have_a_colour_bar():
    few, many = (curves_figure(curves(n), "Ah", dark=False) for n in (IN_LEGEND, IN_LEGEND + 1))
    assert "marker" not in few["data"][-1]
    bar = many["data"][-1]["marker"]
    assert (bar["cmin"], bar["cmax"]) == (1, IN_LEGEND + 1)
    assert not any(one["showlegend"] for one in many["data"])


@pytest.mark.parametrize(
    ("peak", "unit", "title"),
    [(2.0, "Ah", "Ah"), (0.002, "Ah", "mAh"), (150.0, "mAh/g", "mAh/g")],
)
def test_the_unit_suits_the_charge(peak, unit, title):
    layout = curves_figure(curves(1, peak), unit, dark=True)["layout"]
    assert layout["xaxis"]["title"]["text"] == f"Charge of the half / {title}"
    assert layout["yaxis"]["range"][0] <= 3


def test_nothing_chosen_is_an_empty_graph():
    assert curves_figure([], "Ah", dark=False)["data"] == []
