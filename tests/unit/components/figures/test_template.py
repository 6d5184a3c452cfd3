"""The plot template and the channels' colours."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.figures.template import channel_colours, date_ticks, packed, template

THEMES = pytest.mark.parametrize("dark", [False, True])
MAIN = [("voltage", "V"), ("current", "A"), ("power", "W")]


@THEMES
def test_each_theme_has_the_same_parts(dark):
    assert template(dark=dark).keys() == template(dark=not dark).keys()
    layout, other = template(dark=dark)["layout"], template(dark=not dark)["layout"]
    assert layout.keys() == other.keys()
    assert layout["paper_bgcolor"] != other["paper_bgcolor"]


@THEMES
def test_voltage_current_power_and_temperature_have_colours_of_their_own(dark):
    colours = channel_colours([*MAIN, ("x1", "degC")], dark=dark)
    assert len(set(colours)) == 4


@THEMES
def test_the_main_colours_do_not_depend_on_order_or_company(dark):
    palette = dict(zip(MAIN, channel_colours(MAIN, dark=dark), strict=True))
    mixed = [("x9", "V"), ("power", "W"), ("x2", "degC"), ("voltage", "V"), ("current", "A")]
    for channel, colour in zip(mixed, channel_colours(mixed, dark=dark), strict=True):
        assert palette.get(channel, colour) == colour


@THEMES
def test_the_palette_wraps_with_many_channels(dark):
    many = [*MAIN, *((f"x{number}", "Ah") for number in range(40))]
    others = channel_colours(many, dark=dark)[3:]
    size = len(set(others))
    assert size > 2
    assert others[:size] == others[size : 2 * size]
    assert not set(others) & set(channel_colours(MAIN, dark=dark))


@pytest.mark.parametrize("unit", ["degC", "°C", "K"])
def test_the_first_temperature_has_its_colour_and_further_ones_another(unit):
    first, second = channel_colours([("x1", unit), ("x2", unit)], dark=False)
    assert first == template(dark=False)["layout"]["meta"]["channel_colours"]["temperature"]
    assert second != first


def test_no_channels_have_no_colours():
    assert channel_colours([], dark=False) == []


@THEMES
def test_date_ticks_cover_every_zoom(dark):
    stops = date_ticks(dark=dark)
    assert stops[0]["dtickrange"][0] is None
    assert stops[-1]["dtickrange"][1] is None


@given(st.lists(st.floats(allow_nan=False)))
def test_packed_values_come_back(values):
    sent = packed(np.array(values, dtype=float))
    back = np.frombuffer(base64.b64decode(sent["bdata"]), dtype=f"<{sent['dtype']}")
    assert back.tolist() == values


@pytest.mark.parametrize(
    "values", [np.arange(10.0)[::3], np.arange(4, dtype=np.int64), np.arange(3, dtype=">f8")]
)
def test_arrays_of_any_layout_are_packed_as_plotly_reads_them(values):
    sent = packed(values)
    assert np.frombuffer(base64.b64decode(sent["bdata"]), dtype="<f8").tolist() == values.tolist()
