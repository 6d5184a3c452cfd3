"""The tab of pulses, as the browser asks for it."""

import base64
import csv
import io

import numpy as np
import pytest

from cycling.terms import Technology
from db.queries.audit import AuditFilter, audit_page
from db.queries.experiments.cycles.wrong_pulses import wrong_pulses
from tests import golden
from tests.integration.db.measures.voltage_lab import golden_import
from tests.unit.components.tree import find, of_type, text
from tests.unit.db.lab import add_cell, block, import_blocks

CONTROLS = {
    "pulses-show.value": "pulses",
    "pulses-at.value": "10",
    "pulses-x.value": "soc",
    "pulses-full.value": 100,
    "pulses-soc.value": None,
    "pulses-length.value": None,
    "shell-theme.data": "light",
}
CONTENT = "pulses-content.children"
CELL = {"capacity_ah": 0.0032, "current_min_a": -0.01, "current_max_a": 0.01}


def kept(experiment_id: int, **query) -> dict:
    path = f"/experiments/{experiment_id}"
    return {"experiment": experiment_id, "path": path, "query": {"tab": "pulses", **query}}


def draw(visitor, experiment_id: int, *, by=None, **changes):
    values = {**CONTROLS, "pulses-view.data": kept(experiment_id)}
    values["pulses-drawn.data"] = changes.pop("drawn", None)
    values |= {f"pulses-{name}.value": one for name, one in changes.items()}
    return visitor.call(CONTENT, values, by=by)


def column(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["bdata"]), "<f8")


def traces(answer, graph: int) -> dict[str, dict]:
    drawn = of_type(answer[CONTENT], "Graph")[graph]["props"]["figure"]["data"]
    return {one["name"]: one for one in drawn}


def boxes(answer) -> list[dict]:
    return [one["props"] for one in find(answer[CONTENT], role="checkbox")]


@pytest.fixture
def hppc(store) -> int:
    return golden_import(store, "hppc_pulses", electrode_size_cm2=1.54, **CELL)


def test_eighteen_pulses_with_their_resistance(vera, hppc):
    answer = draw(vera, hppc)
    words = text(answer[CONTENT])
    assert "18 pulses, 9 of charge and 9 of discharge." in words
    _case, expected = golden.other("hppc_pulses")
    after = expected["r_10s"].astype(float)
    drawn = traces(answer, 1)
    ours = [column(drawn[name]["y"]) for name in ("Discharge", "Charge")]
    np.testing.assert_allclose(ours[0], after[::2], rtol=2e-5)
    np.testing.assert_allclose(ours[1], after[1::2], rtol=2e-5)
    socs = column(drawn["Discharge"]["x"])
    assert socs[0] == pytest.approx(89.97, abs=0.05)
    assert np.all(np.diff(socs) < 0)
    assert "R 10 s / Ω" in words
    assert "ASR 10 s / (Ω cm²)" in words
    assert "100 % where the cell was fullest (at first)" in words
    assert len(boxes(answer)) == 18


def test_resistance_at_a_state_of_charge_lies_between_two_pulses(vera, hppc):
    answer = draw(vera, hppc, soc=55)
    drawn = traces(answer, 1)["Discharge"]
    soc_pct, ohm = column(drawn["x"]), column(drawn["y"])
    at_half = np.interp(55, soc_pct[::-1], ohm[::-1])
    above, below = soc_pct[soc_pct > 55][-1], soc_pct[soc_pct < 55][0]
    words = text(answer[CONTENT])
    assert f"R after 10 s at 55 % SOC, discharge: {at_half:.3f} Ω, interpolated in a " in words
    assert f"between pulses at {above:.1f} % (at " in words
    assert f"and {below:.1f} % (at " in words
    assert "R after 10 s at 55 % SOC, charge: " in words
    assert answer["pulses-view.data"]["query"]["soc"] == "55"
    words = text(draw(vera, hppc, soc=2)[CONTENT])
    assert "No R after 10 s at 2 % SOC: no two pulses of one direction" in words


def test_power_is_that_at_which_voltage_reaches_the_limits(vera, hppc):
    answer = draw(vera, hppc)
    _case, expected = golden.other("hppc_pulses")
    ohm, rest_v = (expected[one].astype(float)[::2] for one in ("r_10s", "v0"))
    watts = column(traces(answer, 2)["Discharge"]["y"])
    np.testing.assert_allclose(watts, 2.5 * (rest_v - 2.5) / ohm, rtol=2e-5)
    assert "2.5 V in discharge, 4.2 V in charge" in text(answer[CONTENT])


@pytest.mark.parametrize(("at", "name"), [("0.1", "r_0.1s"), ("1", "r_1s"), ("30", "r_30s")])
def test_other_times_and_axes(vera, hppc, at, name):
    _case, expected = golden.other("hppc_pulses")
    drawn = traces(draw(vera, hppc, at=at, x="time"), 1)["Discharge"]
    np.testing.assert_allclose(column(drawn["y"]), expected[name].astype(float)[::2], rtol=2e-5)
    np.testing.assert_allclose(column(drawn["x"]) * 3600, expected["start_s"][::2], rtol=2e-5)


def test_a_wrong_pulse_is_unticked_and_stays_so(oscar, vera, store, hppc):
    measure = int(boxes(draw(oscar, hppc))[2]["data-bem-pulse"])
    values = {"pulses-view.data": kept(hppc)}
    wanted = {"measure": measure, "right": False, "asked": 1}
    answer = oscar.call("pulses-ticked.data", {**values, "pulses-tick-wanted.data": wanted})
    assert answer["pulses-ticked.data"]["measure"] == measure
    assert wrong_pulses(store, hppc) == {measure}
    again = draw(vera, hppc)
    assert boxes(again)[2]["aria-checked"] == "false"
    assert boxes(again)[2]["disabled"] is True  # a viewer changes nothing
    assert len(column(traces(again, 1)["Discharge"]["y"])) == 8
    assert "1 is unticked and left out below" in text(again[CONTENT])
    refused = vera.call("pulses-ticked.data", {**values, "pulses-tick-wanted.data": wanted})
    assert refused.status == 403
    back = {**wanted, "right": True}
    oscar.call("pulses-ticked.data", {**values, "pulses-tick-wanted.data": back})
    assert wrong_pulses(store, hppc) == frozenset()
    actions = [row.action for row in audit_page(store, AuditFilter()).rows]
    assert {"tick pulse", "untick pulse"} <= set(actions)


def test_a_pulse_that_is_not_there_is_refused_in_a_toast(oscar, hppc):
    wanted = {"measure": 99_999_999, "right": False, "asked": 1}
    values = {"pulses-view.data": kept(hppc), "pulses-tick-wanted.data": wanted}
    answer = oscar.call("pulses-ticked.data", values)
    assert "has no measure 99999999" in answer["shell-toasts-store.data"]["text"]


def test_without_a_capacity_it_goes_over_the_charge(vera, store):
    stack = {"technology": Technology.REDOX_STACK, "electrode_size_cm2": 100.0}
    experiment_id = golden_import(store, "synthetic_pulses", capacity_ah=None, **stack)
    words = text(draw(vera, experiment_id)[CONTENT])
    assert "The battery has no nominal capacity" in words
    assert "SOC / %" not in words
    assert "Pulse power" not in words


def test_no_pulses_is_a_sentence(vera, store):
    experiment_id = golden_import(store, "synthetic_cccv")
    words = text(draw(vera, experiment_id)[CONTENT])
    assert (
        "No pulses: a pulse is a current after a rest of at least 5 s, for at most 120 s." in words
    )


def test_the_file_has_what_is_shown(vera, hppc):
    answer = vera.call(
        "pulses-file.data", {"pulses-view.data": kept(hppc)}, by="pulses-csv.n_clicks"
    )
    file = answer["pulses-file.data"]
    assert file["filename"] == f"{hppc}-Ageing-pulses.csv"
    rows = list(csv.DictReader(io.StringIO(file["content"])))
    _case, expected = golden.other("hppc_pulses")
    assert [float(one["r_10s_ohm"]) for one in rows] == pytest.approx(
        expected["r_10s"].astype(float).tolist(), rel=2e-5
    )
    assert {one["counts"] for one in rows} == {"1"}


def test_rests(vera, hppc):
    answer = draw(vera, hppc, show="rests")
    words = text(answer[CONTENT])
    assert "V after 1 h / V" in words
    rows = len(of_type(answer[CONTENT], "Tr")) - 1
    assert rows >= 9


def titration_of(store, *directions: float) -> int:
    """Ten portions of 0.1 A for 15 min that move the rested voltage by 20 mV each, each way."""
    parts = [(0.0, 60)]
    for direction in directions or (1.0,):
        parts += [(0.1 * direction, 15), (0.0, 60)] * 10
    currents_a = np.repeat([one for one, _minutes in parts], [2 * n for _one, n in parts])
    step = np.repeat(np.arange(1.0, len(parts) + 1), [2 * n for _one, n in parts])
    charged = np.cumsum(currents_a) * 30 / 3600
    rows = block(
        len(step),
        test_time_s=np.arange(1, len(step) + 1) * 30.0,
        voltage_v=3.5 + 0.8 * charged + currents_a,
        current_a=currents_a,
        step=step,
    )
    return import_blocks(store, [rows], battery_id=add_cell(store, capacity_ah=0.5))


def test_a_titration_gives_diffusion_for_a_typed_length(vera, store):
    experiment_id = titration_of(store)
    page = vera.open(f"/experiments/{experiment_id}", "?tab=pulses&show=gitt")
    assert find(page, id="pulses-show")[0]["props"]["value"] == "gitt"
    answer = draw(vera, experiment_id, show="gitt")
    assert "Titration 1, charge, 10 portions" in text(answer[CONTENT])
    assert "Type the diffusion length L" in text(answer[CONTENT])
    answer = draw(vera, experiment_id, show="gitt", length=3)
    diffusion = 10 ** column(traces(answer, 1)["D"]["y"])
    rising = 29 / 30  # what the voltage moves after the first of thirty samples
    expected = 4 / (np.pi * 900) * 3e-4**2 / rising**2
    np.testing.assert_allclose(diffusion, expected, rtol=1e-6)
    assert "Weppner and Huggins 1977" in text(answer[CONTENT])


@pytest.mark.parametrize("length", [None, 3])
def test_every_graph_of_a_titration_has_its_own_pictures(vera, store, length):
    answer = draw(vera, titration_of(store, 1.0, -1.0), show="gitt", length=length)
    names = []
    for section in of_type(answer[CONTENT], "Section"):
        pictures = [
            one["props"] for one in of_type(section, "Button") if "data-bem-picture" in one["props"]
        ]
        assert len(of_type(section, "Graph")) == bool(pictures)
        names += dict.fromkeys(one["data-bem-name"] for one in pictures)
    assert len(set(names)) == len(of_type(answer[CONTENT], "Graph")) == (4 if length else 2)


def rows_of(visitor, experiment_id: int, **query) -> list[dict[str, str]]:
    values = {"pulses-view.data": kept(experiment_id, **query)}
    answer = visitor.call("pulses-file.data", values, by="pulses-csv.n_clicks")
    return list(csv.DictReader(io.StringIO(answer["pulses-file.data"]["content"])))


def test_the_file_has_every_titration(vera, store):
    experiment_id = titration_of(store, 1.0, -1.0)
    words = text(draw(vera, experiment_id, show="gitt")[CONTENT])
    assert "Titration 1, charge" in words
    assert "Titration 2, discharge" in words
    rows = rows_of(vera, experiment_id, show="gitt", length="3")
    assert [one["titration"] for one in rows] == ["1"] * 9 + ["2"] * 9
    assert all(float(one["d_cm2_per_s"]) > 0 for one in rows)


def test_what_is_not_there_is_not_offered_and_said(vera, store, hppc):
    page = vera.open(f"/experiments/{hppc}", "?tab=pulses&show=ocv")
    assert "No cycle went at C/20 or less both ways: its pulses are shown." in text(page)
    options = find(page, id="pulses-show")[0]["props"]["options"]
    assert [one["value"] for one in options] == ["pulses", "rests"]


def test_pseudo_ocv_of_a_slow_cycle(vera, store):
    volts = np.concatenate([np.linspace(3.1, 4.1, 101), np.linspace(3.9, 2.9, 101)])
    rows = block(
        202,
        test_time_s=np.arange(1, 203) * 720.0,
        voltage_v=volts,
        current_a=np.repeat([0.05, -0.05], 101),
        step=np.repeat([1.0, 2.0], 101),
    )
    experiment_id = import_blocks(store, [rows], battery_id=add_cell(store, capacity_ah=1.0))
    drawn = traces(draw(vera, experiment_id, show="ocv"), 0)["Cycle 1"]
    ocv = column(drawn["y"])
    assert ocv[len(ocv) // 2] == pytest.approx(3.5, abs=0.01)


def test_the_pulse_of_the_frame_reads_nothing_again_that_is_over(vera, hppc):
    answer = draw(vera, hppc)
    again = draw(vera, hppc, by="shell-pulse.data", drawn=answer["pulses-drawn.data"])
    assert dict(again) == {}


def test_a_pulse_of_the_frame_shows_what_was_asked_for_and_has_not_come(vera, hppc):
    drawn = draw(vera, hppc)["pulses-drawn.data"]
    assert dict(draw(vera, hppc, by="shell-pulse.data", drawn=drawn)) == {}
    again = draw(vera, hppc, by="shell-pulse.data", drawn=drawn, at="30")
    assert "Resistance after 30 s" in text(again[CONTENT])
