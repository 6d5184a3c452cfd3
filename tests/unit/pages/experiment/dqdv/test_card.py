"""The tab of dQ/dV, as the browser asks for it."""

import base64
import csv
import io

import numpy as np
import pytest

from tests import golden
from tests.integration.db.measures.voltage_lab import golden_import
from tests.unit.components.tree import find, text
from tests.unit.db.lab import add_cell, block, import_blocks
from tests.unit.pages.visitor import shown

CONTROLS = {
    "dqdv-half.value": "charge",
    "dqdv-curve.value": "dqdv",
    "dqdv-show.value": "curves",
    "dqdv-cycles.value": None,
    "dqdv-cycles.min": 1,
    "dqdv-cycles.max": 9,
    "dqdv-rate.value": "all",
    "dqdv-reference.value": None,
    "dqdv-difference.value": False,
    "dqdv-bin.value": "5",
    "dqdv-smooth.value": "0",
    "shell-theme.data": "light",
}


def kept(experiment_id: int) -> dict:
    path = f"/experiments/{experiment_id}"
    return {"experiment": experiment_id, "path": path, "query": {"tab": "dqdv"}}


def draw(visitor, experiment_id: int, *, by=None, **changes):
    values = {**CONTROLS, "dqdv-view.data": kept(experiment_id)}
    values |= {f"dqdv-{name}.value": one for name, one in changes.items() if name != "drawn"}
    values["dqdv-drawn.data"] = changes.get("drawn")
    return visitor.call("dqdv-graph.figure", values, by=by)


def column(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["bdata"]), f"<{packed['dtype']}")


def lines(answer) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    traces = answer["dqdv-graph.figure"]["data"]
    drawn = [one for one in traces if one["type"] == "scatter" and one.get("mode") == "lines"]
    return {one["name"]: (column(one["x"]), column(one["y"])) for one in drawn}


@pytest.fixture
def peaks(store) -> int:
    return golden_import(store, "synthetic_dqdv_two_peaks", capacity_ah=20.0)


@pytest.fixture
def fading(store) -> int:
    """Twenty cycles between 3 and 4 V of 1, 0.99, 0.98 ... Ah, at 0.1 A; every fifth at 1 A."""
    parts = [_cycle(cycle) for cycle in range(1, 21)]
    columns = [np.concatenate(one) for one in zip(*parts, strict=True)]
    seconds, volts, amperes, step, cycle = columns
    rows = block(
        len(volts),
        test_time_s=np.cumsum(seconds),
        voltage_v=volts,
        current_a=amperes,
        step=step,
        cycle=cycle,
    )
    return import_blocks(store, [rows], battery_id=add_cell(store, capacity_ah=1.0))


def _cycle(number: int) -> list[np.ndarray]:
    amperes = 1.0 if number % 5 == 0 else 0.1
    capacity_ah = 1 - 0.01 * number
    up = np.linspace(3, 4, 51)
    volts = np.concatenate([up, up[::-1]])
    seconds = np.full(102, capacity_ah / amperes * 3600 / 51)  # each half has the time before it
    signs = np.repeat([1.0, -1.0], 51)
    return [seconds, volts, amperes * signs, 2 * number + (signs < 0), np.full(102, float(number))]


def test_what_was_charged_only_opens_with_its_charge(vera, peaks):
    page = vera.open(f"/experiments/{peaks}", "?tab=dqdv")
    assert shown(page, "dqdv-half")["value"] == "charge"
    asked = vera.open(f"/experiments/{peaks}", "?tab=dqdv&half=discharge")
    assert shown(asked, "dqdv-half")["value"] == "discharge"
    nothing = draw(vera, peaks, half="discharge")
    assert text(nothing["dqdv-notes.children"]) == "None of these cycles has a discharge."
    assert not nothing["dqdv-caption.children"]


def test_a_map_says_which_curve_and_half_it_is_of(vera, fading):
    answer = draw(vera, fading, half="both", curve="dvdq", show="map")
    said = text(answer["dqdv-caption.children"])
    assert "A map is of dQ/dV and one half, here the discharge." in said
    assert "A map is" not in text(draw(vera, fading, show="map")["dqdv-caption.children"])


def test_the_page_has_controls_and_says_what_it_does_not_know(vera, peaks):
    page = vera.open(f"/experiments/{peaks}", "?tab=dqdv&bin=7&reference=9&cycles=x")
    words = text(page)
    assert "Bin in mV “7” is unknown and left out. It may be 1, 2, 5, 10 or 20." in words
    assert "There is no cycle 9 to be the reference." in words
    assert "“x” names no cycle by its number." in words
    assert (
        find(page, id="dqdv-cycles")[0]["props"]["max"] == 2
    )  # a slider of one cycle would have none


def test_the_curve_adds_up_and_the_table_has_its_peaks(vera, peaks):
    answer = draw(vera, peaks, bin="2")
    ((x, y),) = lines(answer).values()
    _case, expected = golden.other("synthetic_dqdv_two_peaks")
    assert x[np.argmax(y)] == pytest.approx(float(expected["peak_v"][0]), abs=2e-3)
    words = text(answer["dqdv-peaks.children"])
    assert "3.6000" in words
    assert "3.9000" in words
    assert text(answer["dqdv-notes.children"]).count("no effect") == 0
    assert "Bins of 2 mV, raw. Rests and constant voltage are left out." in text(
        answer["dqdv-caption.children"]
    )
    query = answer["dqdv-view.data"]["query"]
    assert query == {"tab": "dqdv", "half": "charge", "bin": "2", "smooth": "0"}


def test_charge_in_each_unit_is_that_of_the_table(vera, fading):
    x, y = lines(draw(vera, fading, cycles=[2, 2]))["Cycle 2"]
    width_v = x[1] - x[0]
    assert y.sum() * width_v == pytest.approx(0.98, rel=1e-9)


def test_fast_cycles_are_warned_of_and_a_rate_leaves_them_out(vera, fading):
    answer = draw(vera, fading, half="discharge")
    words = text(answer["dqdv-notes.children"])
    assert "At 1C: above C/5, peaks are shifted and blurred by the cell's resistance." in words
    assert "12 of 20 cycles, evenly spread." in answer["dqdv-caption.children"]
    assert "Each discharge is of one of 2 rates: C/10, 1C." in words
    slow = draw(vera, fading, half="discharge", rate="C/10")
    words = text(slow["dqdv-notes.children"])
    assert words.startswith(
        "The bin of 5 mV has no effect: from record to record the voltage moves"
    )
    assert words.endswith(
        "by 20 mV (median of the coarsest cycle drawn), so that bins are 40 mV wide."
    )
    assert not {"Cycle 5", "Cycle 10"} & set(lines(slow))


def test_a_reference_and_what_others_differ_by(vera, fading):
    drawn = lines(draw(vera, fading, cycles=[3, 4], reference=2))
    assert list(drawn) == ["Cycle 3", "Cycle 4", "Cycle 2, reference"]
    answer = draw(vera, fading, cycles=[3, 4], reference=2, difference=True)
    differences = lines(answer)
    assert list(differences) == ["Cycle 3", "Cycle 4"]
    unit = answer["dqdv-graph.figure"]["layout"]["yaxis"]["title"]["text"]
    assert unit == "dQ/dV, less that of cycle 2 / (mAh/V)"
    for place, (x, y) in enumerate(differences.values(), 3):
        width_v = x[1] - x[0]
        assert y.sum() * width_v == pytest.approx(-10 * (place - 2), abs=1e-6)
    without = draw(vera, fading, difference=True)
    assert "Give a reference cycle" in text(without["dqdv-notes.children"])


def test_both_halves_stand_on_both_sides_of_zero(vera, fading):
    answer = draw(vera, fading, half="both", cycles=[2, 2])
    traces = answer["dqdv-graph.figure"]["data"]
    sums = [column(one["y"]).sum() for one in traces]
    assert sums[0] == pytest.approx(-sums[1])
    assert sums[0] > 0


def test_dv_dq_has_no_table_of_peaks(vera, fading):
    answer = draw(vera, fading, curve="dvdq", cycles=[2, 2])
    ((x, y),) = lines(answer).values()
    assert answer["dqdv-peaks-card.hidden"] is True
    assert x[-1] == pytest.approx(0.98)
    np.testing.assert_allclose(y[30:-10], 1 / (0.98 * 50 / 51), rtol=1e-6)


def test_a_map_has_every_cycle_and_its_peaks(vera, fading):
    heat, _dots = draw(vera, fading, show="map")["dqdv-graph.figure"]["data"]
    assert heat["x"] == list(range(1, 21))
    table = column(heat["z"]).reshape([int(one) for one in heat["z"]["shape"].split(",")])
    assert table.shape[1] == 20
    sums_ah = np.nansum(table, axis=0)[1:] * 0.04
    np.testing.assert_allclose(sums_ah, 1 - 0.01 * np.arange(2, 21), rtol=1e-5)


def test_what_is_drawn_comes_as_a_file(vera, fading):
    view = kept(fading)
    view["query"] |= {"half": "charge", "cycles": "2-3", "smooth": "0", "bin": "20"}
    answer = vera.call("dqdv-file.data", {"dqdv-view.data": view}, by="dqdv-csv.n_clicks")
    file = answer["dqdv-file.data"]
    assert file["filename"] == f"{fading}-Ageing-dqdv-charge-40mV-raw.csv"
    rows = list(csv.DictReader(io.StringIO(file["content"])))
    assert list(rows[0]) == ["cycle", "half", "voltage_v", "dqdv_ah_per_v"]
    for cycle in (2, 3):
        sums = [float(one["dqdv_ah_per_v"]) for one in rows if one["cycle"] == str(cycle)]
        assert 0.04 * sum(sums) == pytest.approx(1 - 0.01 * cycle, rel=1e-9)


def test_the_pulse_of_the_frame_draws_nothing_again_that_is_over(vera, fading):
    answer = draw(vera, fading)
    assert answer["dqdv-drawn.data"]["is_over"] is True
    again = draw(vera, fading, by="shell-pulse.data", drawn=answer["dqdv-drawn.data"])
    assert dict(again) == {}


def test_without_measures_there_is_a_sentence(vera, lab):
    made = lab.experiment("Empty", lab.battery())
    assert "This experiment has no measures yet." in text(
        vera.open(f"/experiments/{made}", "?tab=dqdv")
    )


def test_a_pulse_of_the_frame_draws_what_was_asked_for_and_has_not_come(vera, fading):
    drawn = draw(vera, fading)["dqdv-drawn.data"]
    again = draw(vera, fading, by="shell-pulse.data", drawn=drawn, cycles=[3, 4])
    assert list(lines(again)) == ["Cycle 3", "Cycle 4"]
