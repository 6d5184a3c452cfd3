"""`bem pulses`: a line a pulse, and what it refuses."""

from pathlib import Path

import numpy as np
import pytest

from db.commands.experiments.cycles.wrong_pulses import tick_pulse
from db.measures.pulses import experiment_pulses
from tests import golden
from tests.integration.bem.cli.shell import cells, importing
from tests.integration.db.measures.voltage_lab import opened_cycles
from tests.unit.db.lab import BY

TOLERANCE = 2e-5


def write_case(path: Path, name: str) -> Path:
    """Write a golden case as a file in BDF."""
    of = golden.other(name)[0].columns
    heads = {
        "time_s": "Test Time / s",
        "voltage_v": "Voltage / V",
        "current_a": "Current / A",
        "step": "Step Count / 1",
        "cycle": "Cycle Count / 1",
        "step_time_s": "Step Time / s",
    }
    names = [one for one in heads if one in of]
    rows = zip(*(of[one].tolist() for one in names), strict=True)
    lines = [",".join(map(repr, row)) for row in rows]
    path.write_text("\n".join([",".join(heads[one] for one in names), *lines]) + "\n")
    return path


def test_the_pulses_of_a_measured_cell(here, tmp_path: Path):
    bem, _ = here
    file = write_case(tmp_path / "hppc.csv", "hppc_pulses")
    experiment_id = bem.done(*importing(file)).strip()
    said = bem("pulses", experiment_id, "--at", "0.1,1,10,30")
    head, *rows = cells(said.out)
    assert head == [
        *("start_s", "rest_v", "step_a", "r_0.1s_ohm", "r_1s_ohm", "r_10s_ohm", "r_30s_ohm"),
        "r_end_ohm",
    ]
    _case, expected = golden.other("hppc_pulses")
    assert len(rows) == 18
    of = {
        name: np.array([float(row[place] or "nan") for row in rows])
        for place, name in enumerate(head)
    }
    for ours, theirs in (
        ("start_s", "start_s"),
        ("rest_v", "v0"),
        ("step_a", "current_a"),
        *((f"r_{one}s_ohm", f"r_{one}s") for one in ("0.1", "1", "10", "30")),
    ):
        values = expected[theirs].astype(float)
        np.testing.assert_allclose(of[ours], values, rtol=TOLERANCE, err_msg=ours)
    assert said.err == ""
    assert cells(bem.done("pulses", experiment_id))[0][3:] == [
        *("r_0.1s_ohm", "r_1s_ohm", "r_10s_ohm", "r_end_ohm"),
    ]


def test_resistance_at_a_state_of_charge(here, tmp_path: Path):
    bem, _ = here
    file = write_case(tmp_path / "hppc.csv", "hppc_pulses")
    experiment_id = bem.done(*importing(file)).strip()
    said = bem("pulses", experiment_id, "--at", "10", "--soc", "99.9")
    head, *rows = cells(said.out)
    assert head[:4] == ["direction", "soc_pct", "quantity", "ohm"]
    assert {row[0] for row in rows} == {"charge", "discharge"}
    assert {row[2] for row in rows} == {"r_10s_ohm", "r_end_ohm"}
    for row in rows:
        ends = float(row[4]), float(row[5])
        assert min(ends) - 0.5 <= 99.9 <= max(ends) + 0.5
    assert "In a straight line between pulses that follow each other" in said.err
    assert "--soc" in bem.refused("pulses", experiment_id, "--soc", "101")


def test_a_pulse_that_was_unticked_is_left_out(here, tmp_path: Path):
    bem, database = here
    file = write_case(tmp_path / "pulses.csv", "synthetic_pulses")
    experiment_id = bem.done(*importing(file)).strip()
    with opened_cycles(database, int(experiment_id)) as (one, cycles):
        measure = int(experiment_pulses(one, cycles.steps).begin.id[1])
    before = cells(bem.done("pulses", experiment_id))
    tick_pulse(database, int(experiment_id), measure, is_right=False, by=BY)
    said = bem("pulses", experiment_id)
    assert cells(said.out) == [before[0], before[1], before[3]]
    assert said.err == "1 pulse was unticked on the experiment's page, and left out.\n"


def test_no_pulse_is_a_sentence_and_a_head(here, tmp_path: Path):
    bem, _ = here
    file = write_case(tmp_path / "peaks.csv", "synthetic_dqdv_two_peaks")
    experiment_id = bem.done(*importing(file)).strip()
    said = bem("pulses", experiment_id, "--at", "10")
    assert said.out == "start_s,rest_v,step_a,r_10s_ohm,r_end_ohm\n"
    assert (
        said.err
        == "There is no pulse: a current after a rest of at least 5 s, for at most 120 s.\n"
    )


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("0.1,x", "--at 0.1,x: x is no time in seconds above 0. Write times with commas"),
        ("1,,2", "nothing is no time"),
        ("0", "0 is no time"),
        ("nan", "nan is no time"),
        (",".join(map(str, range(1, 60))), "--at takes up to 50 times."),
    ],
)
def test_times_that_are_none(here, at, words):
    assert words in here[0].refused("pulses", "1", "--at", at)


def test_an_experiment_that_is_not_there(here):
    assert "There is no experiment 4711." in here[0].refused("pulses", "4711")
