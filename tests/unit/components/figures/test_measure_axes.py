"""The y axes of a graph."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from components.figures.measure_axes import INTERVALS, NICE_STEPS, Line, axes_of, axis_of, grid
from tests.generated import examples

VALUES = st.floats(min_value=-1e300, max_value=1e300)
MEASURED = st.floats(min_value=-1e9, max_value=1e9)


def line(key="voltage", unit="V", values=(3.0, 4.0), name="") -> Line:
    times = np.arange(float(len(values)))
    return Line(key, name or key.title(), unit, f"#{key}", times, np.array(values, dtype=float))


@given(VALUES, VALUES)
@example(0.0, 0.0)
@example(5e-324, 5e-324)
@example(0.0, 5e-324)
@example(0.0, 1e-310)
@example(1e-320, 1e-318)
@example(-1e-22, 1e-22)
@example(-1e300, 1e300)
@example(1e300, 1e300)
@example(3.7, 3.7 + 4e-16)
@example(-5.8, -5.8)
@example(1e15, 1e15 + 1)
@example(4.2, 4.2000000000001)
def test_the_grid_holds_its_data(one, other):
    low, high = min(one, other), max(one, other)
    start, step = grid(low, high)
    assert math.isfinite(start)
    assert math.isfinite(step)
    assert step > 0
    room = 1e-6 * step + 1e-12 * max(abs(low), abs(high))
    assert start <= low + room
    assert start + INTERVALS * step >= high - room


@given(MEASURED, st.floats(min_value=1e-3, max_value=1e9))
def test_the_steps_of_the_grid_are_nice(low, span):
    _start, step = grid(low, low + span)
    mantissa = step / 10 ** math.floor(math.log10(step))
    assert min(abs(mantissa - nice) for nice in NICE_STEPS) < 1e-6


@given(MEASURED, st.floats(min_value=1e-3, max_value=1e9))
def test_the_grid_begins_at_a_multiple_of_its_step(low, span):
    assume(abs(low) < 1e8 * span)  # beyond that a double cannot say which multiple it is
    start, step = grid(low, low + span)
    assert start / step == pytest.approx(round(start / step), abs=1e-4)


@given(MEASURED, st.floats(min_value=1e-3, max_value=1e9))
def test_the_grid_is_not_much_larger_than_its_data(low, span):
    _start, step = grid(low, low + span)
    assert step * INTERVALS <= 3.1 * span


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 5, (0, 1)),
        (2.5, 4.2, (2.4, 0.4)),
        (-1.5, 1.5, (-1.5, 0.75)),
        (0, 0, (-1, 0.5)),
    ],
)
def test_grids_that_were_checked_by_eye(low, high, expected):
    start, step = grid(low, high)
    assert (start, step) == pytest.approx(expected)


def test_a_constant_is_drawn_in_the_middle_of_its_axis():
    start, step = grid(3.7, 3.7)
    assert start < 3.7 < start + INTERVALS * step


@examples(40)
@given(st.lists(MEASURED, min_size=1), st.lists(MEASURED, min_size=1))
def test_voltage_and_current_have_coinciding_grids(volts, amperes):
    axes = axes_of([line(values=volts), line("current", "A", amperes)])
    intervals = {round((axis.range[1] - axis.range[0]) / axis.step) for axis in axes}
    assert intervals == {INTERVALS}


def test_two_units_share_the_top_panel_and_further_ones_are_stacked():
    axes = axes_of(
        [line(), line("current", "A"), line("power", "W"), line("x1", "degC"), line("x2", "degC")]
    )
    assert [(axis.unit, axis.panel, axis.on_right) for axis in axes] == [
        ("V", 0, False),
        ("A", 0, True),
        ("W", 1, False),
        ("degC", 2, False),
    ]
    assert [(axis.name, axis.layout_name) for axis in axes] == [
        ("y", "yaxis"),
        ("y2", "yaxis2"),
        ("y3", "yaxis3"),
        ("y4", "yaxis4"),
    ]


@pytest.mark.parametrize("units", [["V"], ["A"], ["A", "W"], ["V", "W"], ["V", "W", "A"], []])
def test_without_voltage_and_current_together_every_unit_has_its_panel(units):
    axes = axes_of([line(f"x{unit}", unit) for unit in units])
    assert [axis.panel for axis in axes] == list(range(len(units)))
    assert not any(axis.on_right for axis in axes)


def test_one_axis_holds_all_channels_of_its_unit():
    lines = [line(values=[3, 4]), line("x1", "V", [1, 2], name="Cell 1")]
    (axis,) = axes_of(lines)
    assert axis.range[0] <= 1 < 4 <= axis.range[1]
    assert axis.title == "Voltage / V"
    assert axis.colour == ""
    assert all(axis_of([axis], one) is axis for one in lines)


def test_the_axis_of_one_channel_has_its_name_and_colour():
    (axis,) = axes_of([line("x1", "degC", name="Cell top")])
    assert (axis.title, axis.colour) == ("Cell top / °C", "#x1")


@pytest.mark.parametrize("unit", ["1", ""])
def test_a_number_without_a_unit_has_none_in_its_title(unit):
    (axis,) = axes_of([line("x1", unit, name="Step ID")])
    assert axis.title == "Step ID"


@pytest.mark.parametrize(
    ("unit", "peak", "shown", "factor"),
    [
        ("A", 5.8, "A", 1),
        ("A", 0.1, "A", 1),
        ("A", 0.099, "mA", 1e3),
        ("A", -0.05, "mA", 1e3),
        ("A", 9e-5, "µA", 1e6),
        ("A", 9e-8, "nA", 1e9),
        ("A", 0, "A", 1),
        ("V", 0.012, "mV", 1e3),
        ("Ah", 0.002, "mAh", 1e3),
        ("mA", 0.002, "mA", 1),
        ("degC", 0.002, "°C", 1),
        ("1", 0.002, "", 1),
    ],
)
def test_small_values_are_shown_in_the_unit_in_which_they_read_well(unit, peak, shown, factor):
    (axis,) = axes_of([line("x1", unit, [0, peak])])
    assert (axis.shown_unit, axis.factor) == (shown, factor)
    assert axis.range[0] <= min(0, peak * factor) + 1e-9
    assert axis.range[1] >= max(0, peak * factor) - 1e-9


def test_a_channel_without_values_has_an_axis_all_the_same():
    (axis,) = axes_of([line(values=[])])
    assert axis.range == [0, 1]
    (shared,) = axes_of([line(values=[]), line("x1", "V", [7, 8])])
    assert shared.range[0] <= 7 < 8 <= shared.range[1]


def test_names_with_markup_are_drawn_as_they_are():
    (axis,) = axes_of([line("x1", "<u>", name="T<25> & more")])
    assert axis.title == "T&lt;25> &amp; more / &lt;u>"


@pytest.mark.parametrize(
    ("unit", "values", "least"),
    [
        ("A", [2.9995, 3.0004], 0.06),  # a current that is held, and its noise
        ("A", [-1.4004, -1.3996], 0.028),
        ("W", [11.99, 12.01], 0.24),
        ("V", [4.1999, 4.2001], 0.0042),
        ("degC", [25.01, 25.04], 1.0),
    ],
)
def test_what_is_held_is_not_drawn_as_its_noise(unit: str, values: list[float], least: float):
    (axis,) = axes_of([line("x1", unit, values)])
    low, high = axis.range
    assert high - low >= least * 0.999
    assert low <= values[0] <= values[1] <= high
    assert high - low <= 2 * least


@pytest.mark.parametrize(("unit", "values"), [("V", [4.19, 4.2]), ("A", [2.9, 3.0])])
def test_what_changes_fills_its_axis(unit: str, values: list[float]):
    (axis,) = axes_of([line("x1", unit, values)])
    low, high = axis.range
    assert high - low <= 2 * (values[1] - values[0])


def test_the_noise_of_a_current_at_rest_does_not_fill_its_axis():
    """0.4 mA of an instrument for 20 A, on a cell for 3 A."""
    noise = np.random.default_rng(1).normal(0, 4e-4, 500)
    width = float(np.ptp(noise))
    at_rest = replace(line("current", "A", noise), noise=0.03)
    (axis,) = axes_of([at_rest])
    low, high = (end / axis.factor for end in axis.range)
    assert high - low >= 5 * width
    assert low < 0 < high
    assert axis.least == [0.02, pytest.approx(5 * width * axis.factor)]
    for other in (
        replace(at_rest, noise=1e-3),  # a coin cell: that is a current
        replace(at_rest, values=noise + 2e-3),  # a float current, which has a sign
        replace(at_rest, values=np.array([1e-4, -1e-4])),
    ):
        (axis,) = axes_of([other])
        assert axis.least == [0.02, 0.0]
