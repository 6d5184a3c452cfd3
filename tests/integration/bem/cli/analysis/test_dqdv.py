"""`bem dqdv`: bins that add up to the charge, and what it refuses."""

from pathlib import Path

import pytest

from tests.integration.bem.cli.analysis.test_pulses import write_case
from tests.integration.bem.cli.shell import cells, importing


@pytest.fixture
def imported(here, tmp_path: Path) -> tuple:
    bem, _ = here
    file = write_case(tmp_path / "peaks.csv", "synthetic_dqdv_two_peaks")
    return bem, bem.done(*importing(file)).strip()


def test_the_bins_add_up_and_peaks_are_where_they_are(imported):
    bem, experiment_id = imported
    options = ("--cycle", "1", "--half", "charge")
    head, *rows = cells(bem.done("dqdv", experiment_id, *options, "--bin-mv", "2"))
    assert head == ["voltage_v", "dq_ah", "dqdv_ah_per_v"]
    volts, charges_ah, ah_per_v = ([float(row[n]) for row in rows] for n in range(3))
    assert charges_ah == pytest.approx([0.002 * one for one in ah_per_v], rel=1e-12)
    assert volts[ah_per_v.index(max(ah_per_v))] == pytest.approx(3.6, abs=0.002)
    smooth = cells(bem.done("dqdv", experiment_id, *options, "--sigma-mv", "5"))[1:]
    assert sum(float(row[1]) for row in smooth) == pytest.approx(sum(charges_ah), rel=1e-9)
    assert max(float(row[2]) for row in smooth) < max(ah_per_v)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--cycle", "7", "--half", "charge"), "has no cycle 7. Its only cycle is 1."),
        (("--cycle", "1", "--half", "discharge"), "Cycle 1 of experiment 1 has no discharge."),
        (("--cycle", "1", "--half", "both"), "both"),
        (("--cycle", "1", "--half", "charge", "--bin-mv", "0"), "--bin-mv is a width in mV from"),
        (("--cycle", "1", "--half", "charge", "--bin-mv", "nan"), "--bin-mv is a width in mV"),
        (("--cycle", "1", "--half", "charge", "--sigma-mv", "-1"), "--sigma-mv is a width in mV"),
        (("--half", "charge"), "--cycle"),
        (("--cycle", "1"), "--half"),
    ],
)
def test_what_is_not_there(imported, options, words):
    bem, experiment_id = imported
    assert words in bem.refused("dqdv", experiment_id, *options)


def test_bins_that_are_too_fine_are_said(imported):
    bem, experiment_id = imported
    options = ("--cycle", "1", "--half", "charge", "--bin-mv", "0.01")
    said = bem("dqdv", experiment_id, *options)
    assert "Bins of 0.01 mV are finer than the voltage: 2 times its median step is" in said.err
