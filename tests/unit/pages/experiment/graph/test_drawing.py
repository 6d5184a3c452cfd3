"""The graph of the experiment page, without Dash."""

from base64 import b64decode
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.figures.measure_graph import Look
from db import series
from db.commands.experiments.channels import ensure_channels
from db.queries.batteries.detail import largest_of_battery
from pages.experiment.graph.drawing import (
    OVERVIEW_POINTS,
    drawing,
    range_words,
    strip,
    window_of,
)
from tests.generated import examples
from tests.unit.pages.lab import BEGIN

LOOK = Look(dark=False, zone=UTC)
BEGIN_S = BEGIN.timestamp()
MOST_POINTS = 2000


@pytest.fixture
def experiment(lab) -> int:
    return lab.experiment("Aging", lab.battery())


def drawn_of(store, experiment, *how):
    with series.opened(store, experiment) as one:
        return drawing(one, *how)


def strip_of(store, experiment, *, dark):
    with series.opened(store, experiment) as one:
        (trace,) = strip(one, (BEGIN_S, BEGIN_S + 1), Look(dark=dark, zone=UTC))["data"]
    return np.frombuffer(b64decode(trace["y"]["bdata"]))


def words(store, experiment, shown=("voltage",), window=None, zone=UTC) -> list[str]:
    return range_words(drawn_of(store, experiment, shown, window, Look(dark=False, zone=zone)))


def test_a_hundredth_of_what_the_battery_carries_may_be_noise(store, lab, experiment):
    lab.measures(experiment, 10, power_mw=np.full(10, 10.0))
    most_a, most_v = largest_of_battery(store, experiment)
    drawn = drawn_of(store, experiment, ["voltage", "current", "power"], None, LOOK)
    noise = {line.key: line.noise for line in drawn.lines}
    assert most_a > 0
    assert noise == {
        "voltage": 0.0,
        "current": pytest.approx(most_a / 100),
        "power": pytest.approx(most_a / 100 * most_v),
    }


@given(st.floats(min_value=1, max_value=7e12), st.floats(min_value=1, max_value=7e12))
def test_a_window_goes_from_the_earlier_to_the_later_end(one, other):
    assert window_of([one, other]) == (min(one, other) / 1000, max(one, other) / 1000)


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        [],
        {},
        "",
        "ab",
        7,
        True,
        [1e12],
        [1e12, 2e12, 3e12],
        [1e12, None],
        [1e12, [2e12]],
        ["soon", "later"],
        [1e12, float("nan")],
        [float("-inf"), float("inf")],
        [-1e300, 1e300],
        [1e12, 10**400],
        {"a": 1, "b": 2},
    ],
    ids=str,
)
def test_what_is_no_window_means_the_whole_experiment(wanted):
    assert window_of(wanted) is None


@examples(50)
@given(
    st.lists(st.floats() | st.integers() | st.text(max_size=4) | st.none() | st.booleans())
    | st.text(max_size=3)
)
def test_whatever_the_browser_keeps_is_a_window_that_can_be_said(wanted):
    window = window_of(wanted)
    for end in window or ():
        assert datetime.fromtimestamp(end, ZoneInfo("Pacific/Kiritimati"))


def test_a_long_experiment_is_thinned_and_its_extremes_are_kept(store, lab, experiment):
    lab.measures(experiment, 5_000)
    drawn = drawn_of(store, experiment, ["voltage", "current"], None, LOOK)
    assert [line.key for line in drawn.lines] == ["voltage", "current"]
    for line in drawn.lines:
        assert 2 < len(line.values) == len(line.unix_s) <= MOST_POINTS
        assert (np.diff(line.unix_s) > 0).all()
    assert (drawn.lines[0].values.min(), drawn.lines[0].values.max()) == (3, 4)
    assert (drawn.samples, drawn.look.every_sample, drawn.zoomed) == (5_000, False, False)
    assert drawn.window == (BEGIN_S, BEGIN_S + 4_999)


def test_a_small_window_brings_every_sample(store, lab, experiment):
    lab.measures(experiment, 5_000)
    window = (BEGIN_S + 100, BEGIN_S + 200)
    drawn = drawn_of(store, experiment, ["voltage"], window, LOOK)
    (line,) = drawn.lines
    assert drawn.look.every_sample
    assert line.unix_s[0] <= window[0] < window[1] <= line.unix_s[-1]
    assert len(line.unix_s) <= 103
    assert (drawn.interval_s, drawn.zoomed, drawn.window) == (1, True, window)


@pytest.mark.parametrize("window", [(0, 1), (BEGIN_S - 10, BEGIN_S - 5), (4e9, 4e9 + 1)])
def test_a_window_beside_the_experiment_can_be_drawn(store, lab, experiment, window):
    lab.measures(experiment, 100)
    drawn = drawn_of(store, experiment, ["voltage"], window, LOOK)
    assert drawn.window == window
    assert len(drawn.lines[0].values) < 100


def test_channels_that_are_off_or_unknown_are_not_read(store, lab, experiment):
    lab.measures(experiment, 10)
    drawn = drawn_of(store, experiment, ["current", "power", "x99", "bogus"], None, LOOK)
    assert [line.key for line in drawn.lines] == ["current"]
    assert drawn_of(store, experiment, [], None, LOOK).lines == []


def test_a_channel_keeps_its_colour_whichever_are_shown(store, lab, experiment):
    channels = ensure_channels(store, [("Cell", "degC"), ("Oven", "degC"), ("Charge", "Ah")])
    values = {id_: np.linspace(20, 30, 50) for id_ in channels.values()}
    lab.measures(experiment, 50, extended=values, power_mw=np.ones(50))
    keys = ["voltage", "current", "power", *(f"x{id_}" for id_ in channels.values())]
    all_shown = drawn_of(store, experiment, keys, None, LOOK).lines
    assert sorted(line.key for line in all_shown) == sorted(keys)
    assert len({line.colour for line in all_shown}) == len(keys)
    for line in all_shown:
        (alone,) = drawn_of(store, experiment, [line.key], None, LOOK).lines
        assert alone.colour == line.colour


def test_an_experiment_without_measures_can_be_drawn(store, experiment):
    drawn = drawn_of(store, experiment, ["voltage"], None, LOOK)
    assert drawn.window == (0, 0)
    assert len(drawn.lines[0].values) == 0
    assert len(strip_of(store, experiment, dark=False)) == 0


def test_the_strip_has_few_points(store, lab, experiment):
    lab.measures(experiment, 5_000)
    assert 2 < len(strip_of(store, experiment, dark=True)) <= OVERVIEW_POINTS


def test_the_words_name_the_whole_experiment(store, lab, experiment):
    lab.measures(experiment, 5_000)
    assert words(store, experiment) == [
        "Whole experiment, 1 h 23 min wall time",
        "5,000 measures, extremes kept",
    ]


def test_the_words_name_the_window_in_the_viewers_zone(store, lab, experiment):
    lab.measures(experiment, 5_000)
    zone = ZoneInfo("Europe/Madrid")
    window = (BEGIN_S + 100, BEGIN_S + 200)
    assert words(store, experiment, window=window, zone=zone) == [
        "24 Aug 2026, 08:11:42 to 08:13:22",
        "every sample, 1 s apart",
    ]
    midnight = datetime(2026, 8, 24, 22, tzinfo=UTC).timestamp()
    when, _how = words(store, experiment, window=(midnight - 1, midnight + 1), zone=zone)
    assert when == "24 Aug 2026, 23:59:59 to 25 Aug 2026, 00:00:01"


@pytest.mark.parametrize("shown", [("voltage",), ()])
def test_a_single_measure_is_every_sample(store, lab, experiment, shown):
    lab.measures(experiment, 1)
    assert words(store, experiment, shown) == ["Whole experiment, 0 s wall time", "every sample"]
