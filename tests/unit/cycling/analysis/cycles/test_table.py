"""The cycle table of measured and synthetic cells, and what a choice changes."""

from dataclasses import replace
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cycling.analysis.chunk_totals import ChunkTotals, Counting, merge_all
from cycling.analysis.cycles.choices import Choices, Direction, Kind, Numbering, Reference
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import COLUMNS, Edge, Samples
from tests import golden

CASES = {one.name: one for one in golden.cases()}
NAN = float("nan")
EXACT = 1e-6


def table(name: str, *, counted=True, is_running=False, **choices) -> CycleTable:
    case = CASES[name]
    steps = case.steps(case.edges[0], counted=counted and bool(case.counters))
    return cycle_table(steps, Choices(**choices), is_running=is_running)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_numbers_of_the_file_and_what_went_in_and_out(case):
    found = table(case.name, numbering=Numbering.FILE)
    assert found.number.tolist() == case.expected["cycle"].tolist()
    rel = EXACT if case.counters else 1e-6
    np.testing.assert_allclose(found.charge.ah, case.expected["charge_ah"], rtol=rel, atol=1e-12)
    np.testing.assert_allclose(
        found.discharge.ah, case.expected["discharge_ah"], rtol=rel, atol=1e-12
    )


@pytest.mark.parametrize(
    ("name", "cycles"),
    [
        ("full_cell_m50t", [0, 1, 2, 3, 4, 5, 6, 7]),  # a lone discharge first
        ("coin_87ua_arbin", [1, 2, 3, 4]),  # the file's fifth one is a rest
        ("neware_cc_rest", [0, 1, 2]),
        ("synthetic_anode_free", list(range(1, 31))),
        ("synthetic_partial_ends", [1, 2, 3, 4]),
    ],
)
def test_cycles_by_current(name, cycles):
    assert table(name, numbering=Numbering.CURRENT).number.tolist() == cycles


def test_efficiencies_are_the_instruments():
    found = table("full_cell_m50t", capacity_ah=5.0)
    expected = [126.344179, 99.951323, 99.954556, 99.900703, 99.969678, 99.904601, 99.876927]
    assert found.ce_pct.tolist() == pytest.approx(expected, abs=1e-5)
    assert found.ee_pct[1] == pytest.approx(91.70740779623766)
    assert found.ve_pct[1] == pytest.approx(100 * found.ee_pct[1] / found.ce_pct[1])
    assert found.rate_class.labels == ("C/10", "1C")
    assert found.charge_rate_class.label(0) == "C/2"


def test_an_anode_half_cell_the_right_way_round():
    """Others say 108 to 120 %, or throw the efficiency away where the discharge comes first."""
    found = table("synthetic_half_cell_anode", kind=Kind.ANODE_HALF)
    assert found.ce_pct.tolist() == pytest.approx([83.33333333333334, 98.0, 98.5])
    assert (found.first, found.input) == (Direction.DISCHARGE, Direction.DISCHARGE)
    as_full = table("synthetic_half_cell_anode", kind=Kind.FULL)
    assert as_full.ce_pct[0] == pytest.approx(120.0)
    silicon = table("half_cell_si_arbin", kind=Kind.ANODE_HALF)
    assert silicon.ce_pct[0] == pytest.approx(100 / 1.0797877776, abs=1e-4)


def test_the_share_at_constant_voltage():
    found = table("synthetic_cccv")
    assert found.charge.cv_ah[0] == pytest.approx(0.16625354130388892, rel=EXACT)
    assert found.cv_share_pct[0] == pytest.approx(24.9534945778334, rel=EXACT)
    assert found.charge.current_a[0] == pytest.approx(1.0)


def test_a_profile_says_which_steps_are_at_constant_voltage():
    steps = CASES["synthetic_cc_linear"].steps(Edge.SPLIT, counted=False)
    is_cv = np.arange(len(steps)) == 0
    found = cycle_table(steps, Choices(), is_cv=is_cv)
    assert found.cv_share_pct.tolist() == pytest.approx([100.0, 0.0, 0.0])
    assert found.charge.current_a[0] == pytest.approx(2.0)  # nothing else: of all of it


def test_ends_after_the_rest():
    found = table("synthetic_cc_linear")
    ends = (found.charge.end_v, found.charge.rested_v, found.discharge.end_v)
    assert [one[0] for one in ends] == pytest.approx([4.2, 4.1, 2.8])
    assert found.hysteresis_v.tolist() == pytest.approx([0.2] * 3)
    assert np.isnan(table("synthetic_partial_ends").charge.rested_v).all()


def test_partial_cycles_are_out_of_efficiencies_and_retention():
    found = table("synthetic_partial_ends")
    assert found.is_complete.tolist() == [False, True, True, False]
    for values in (found.ce_pct, found.ee_pct, found.retention_pct):
        assert np.isnan(values).tolist() == [True, False, False, True]


def test_the_last_cycle_of_what_runs_is_not_complete():
    assert table("synthetic_anode_free", is_running=True).is_complete.tolist() == [True] * 29 + [
        False
    ]


def test_a_cycle_with_missing_time_has_no_efficiency():
    found = table("synthetic_gap_in_step")
    assert (found.missing_s[0], bool(found.is_complete[0])) == (7200.0, True)
    assert np.isnan(found.ce_pct[0])


def test_retention_of_an_anode_free_cell():
    _case, expected = golden.other("synthetic_anode_free")
    found = table("synthetic_anode_free")
    assert found.retention_pct.tolist() == pytest.approx(expected["retention_pct"].tolist())
    assert found.ce_pct.tolist() == pytest.approx(expected["ce_pct"].tolist())
    nominal = table("synthetic_anode_free", reference=Reference.NOMINAL, capacity_ah=4.0)
    assert nominal.retention_pct[0] == pytest.approx(100 * 1.98 / 4)
    assert nominal.equivalent_full_cycles[0] == pytest.approx((2.0 + 1.98) / 8)


def test_end_points_slip_by_what_is_lost():
    found = table("synthetic_anode_free")
    lost = found.charge.ah - found.discharge.ah
    np.testing.assert_allclose(found.discharge_slippage_ah[1:], lost[1:], atol=1e-9)
    between = found.charge.ah[1:] - found.discharge.ah[:-1]
    np.testing.assert_allclose(found.charge_slippage_ah[1:], between, atol=1e-9)
    assert np.isnan(found.charge_slippage_ah[0])
    assert np.isnan(table("synthetic_partial_ends").charge_slippage_ah[[1, 3]]).all()


def test_what_is_lost_in_an_hour():
    found = table("synthetic_cc_linear")
    assert found.ce_loss_pct_per_h[0] == pytest.approx(1.0 / (found.duration_s[0] / 3600))


def test_temperatures():
    time_s = np.arange(0, 7200, 60.0)
    current_a = np.where(time_s < 3600, 1.0, -1.0)
    degc = np.where(time_s < 3600, 25.0, 25.0 + (time_s - 3600) / 600)
    nothing = np.full(len(time_s), NAN)
    rows = Samples(time_s, nothing + 3.7, current_a, nothing, current_a, nothing, degc)
    steps = merge_all([ChunkTotals.of(rows, Counting(0.01))], Counting(0.01)).experiment().steps
    found = cycle_table(steps, Choices())
    assert found.temperature_rise[0] == pytest.approx(5.9)
    extremes = found.temperature_lowest[0], found.temperature_highest[0]
    assert extremes == (25.0, pytest.approx(30.9))
    assert found.temperature_mean[0] == pytest.approx(26.5, abs=0.1)


def test_nothing_at_all():
    how = Counting(0.01)
    found = cycle_table(ChunkTotals.nothing(how).experiment().steps, Choices())
    assert (len(found), found.main_class) == (0, -1)


def test_steps_that_no_cycle_counts_are_left_out():
    steps = CASES["synthetic_cc_linear"].steps(Edge.SPLIT, counted=False)
    cycle = steps.cycle.copy()
    cycle[:4] = np.nan
    steps = replace(steps, table=replace(steps.table, key=cycle))
    assert cycle_table(steps, Choices()).number.tolist() == [2, 3]


@settings(max_examples=8)
@given(data=st.data())
def test_live_equals_recomputed_wherever_it_is_cut(data):
    """The table of an experiment that has come so far, made of chunks that were kept."""
    case = CASES[
        data.draw(st.sampled_from(["half_cell_si_arbin", "full_cell_lfp_fastcharge_arbin"]))
    ]
    rows, options = case.samples(Edge.SPLIT, counted=True), case.options(Edge.SPLIT, counted=True)
    how = Counting(options["deadband_a"], tuple(case.counters), has_temperature=False)
    until = data.draw(st.integers(1, len(rows.time_s)))
    cuts = data.draw(st.lists(st.integers(0, until), max_size=6))
    parts = [
        ChunkTotals.of(part(rows, slice(*ends)), how)
        for ends in pairwise([0, *sorted(cuts), until])
    ]
    tables = [
        cycle_table(one.experiment(options["lead_in_s"]).steps, Choices(), is_running=True)
        for one in (merge_all(parts, how), ChunkTotals.of(part(rows, slice(0, until)), how))
    ]
    for name in ("number", "is_complete", "ce_pct", "ee_pct", "cv_share_pct", "retention_pct"):
        np.testing.assert_allclose(*(getattr(one, name) for one in tables), rtol=1e-9)
    for name in ("ah", "wh", "end_v", "current_a", "net_ah"):
        np.testing.assert_allclose(
            *(getattr(one.discharge, name) for one in tables), rtol=1e-9, atol=1e-12
        )


def part(rows: Samples, which: slice) -> Samples:
    columns = [getattr(rows, name)[which] for name in (*COLUMNS, "led_s")]
    return Samples(*columns, tuple(one[which] for one in rows.counters))


@settings(max_examples=10)
@given(share=st.floats(0.02, 1.0))
def test_a_cycle_that_is_over_stays_as_it_is_while_the_next_one_grows(share):
    """By current, of a source that names no cycle."""
    case = CASES["synthetic_anode_free"]
    rows = case.samples(Edge.SPLIT, counted=False)
    nothing = np.full(len(rows.time_s), NAN)
    rows = replace(rows, cycle=nothing)
    starts = np.flatnonzero(np.diff(rows.step, prepend=-1) != 0)
    begin, end = starts[10], starts[12]  # the sixth cycle
    until = begin + max(2, int(share * (end - begin)))
    how = Counting(0.001, has_temperature=False)
    so_far, whole = (
        cycle_table(ChunkTotals.of(one, how).experiment().steps, Choices(), is_running=True)
        for one in (part(rows, slice(0, until)), rows)
    )
    assert so_far.number.tolist() == [1, 2, 3, 4, 5, 6]
    np.testing.assert_allclose(so_far.ce_pct[:5], whole.ce_pct[:5], rtol=1e-9)
