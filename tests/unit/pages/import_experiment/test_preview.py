"""The picture of a file, with values and without."""

import base64
from datetime import UTC
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from pages.import_experiment.preview import PREVIEW_PX, preview
from tests.unit.components.tree import as_json
from tests.unit.pages.files import result


def points(packed: dict) -> list[float]:
    return np.frombuffer(base64.b64decode(packed["bdata"]), dtype="<f8").tolist()


def test_the_preview_draws_voltage_and_current():
    drawn = as_json(preview(result(), 1000.0, UTC, dark=False))
    assert [trace["name"] for trace in drawn["data"]] == ["Voltage", "Current"]
    assert points(drawn["data"][0]["x"]) == [1_000_000, 1_001_000, 1_002_000]
    assert drawn["layout"]["xaxis"]["range"] == [1_000_000, 1_002_000]
    assert drawn["layout"]["height"] == PREVIEW_PX


@pytest.mark.parametrize(
    "values",
    [
        {"time_s": [], "voltage_v": [], "current_a": []},
        {"time_s": [0.0, 1.0], "voltage_v": [], "current_a": []},
        {"time_s": [0.0, 1.0], "voltage_v": [None, None], "current_a": [None, None]},
        {"time_s": [None, None], "voltage_v": [1.0, 2.0], "current_a": [1.0, 2.0]},
    ],
    ids=str,
)
def test_a_preview_of_nothing_is_drawn(values):
    drawn = as_json(preview(result(preview=values), 0.0, UTC, dark=True))
    assert drawn["data"] == []
    assert None not in drawn["layout"]["xaxis"].get("range", [])


def test_blank_values_and_times_are_left_out_of_the_preview():
    values = {
        "time_s": [None, 1.0, 2.0, 3.0],
        "voltage_v": [3.0, 3.1, None, 3.3],
        "current_a": [1.0, 1.0, 1.0, None],
    }
    drawn = as_json(preview(result(preview=values), 0.0, UTC, dark=False))
    voltage, current = drawn["data"]
    assert (points(voltage["x"]), points(voltage["y"])) == ([1000, 3000], [3.1, 3.3])
    assert points(current["x"]) == [1000, 2000]
    assert drawn["layout"]["xaxis"]["range"] == [1000, 3000]


@pytest.mark.parametrize("start_s", [0.0, -1e11, 1.6e12, 253_402_300_799.0])
def test_a_clock_in_the_wrong_unit_is_drawn_all_the_same(start_s):
    zone = ZoneInfo("Asia/Kathmandu")
    drawn = as_json(preview(result(), start_s, zone, dark=False))
    assert len(drawn["data"]) == 2
