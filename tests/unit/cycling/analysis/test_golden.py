"""What goes in and out of measured and synthetic cells, cycle by cycle, beside their numbers."""

from dataclasses import replace
from itertools import pairwise

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from cycling.analysis.comparison import Reason
from cycling.analysis.integration import COLUMNS, Edge, Samples
from tests import golden
from tests.machine import ROOT

CASES = {one.name: one for one in golden.cases()}
COUNTED_PCT = 1e-4


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_our_integral_is_within_the_tolerances(case):
    for edge in case.edges:
        for found in case.deviations(edge, counted=False):
            for name in golden.TOLERANCES:
                most, off = getattr(case, name), getattr(found, name)
                assert most is None or off is None or abs(off) <= most, (edge, found)


@pytest.mark.parametrize("case", [one for one in CASES.values() if one.counters], ids=str)
def test_the_counters_are_the_instruments(case):
    for edge in Edge if "step_time_s" in case.columns else (Edge.LEAD,):
        for found in case.deviations(edge, counted=True):
            assert abs(found.charge_pct) <= COUNTED_PCT, (edge, found)
            assert abs(found.energy_pct or 0) <= COUNTED_PCT, (edge, found)
            assert abs(found.ce_points or 0) <= COUNTED_PCT, (edge, found)


@pytest.mark.parametrize("case", [one for one in CASES.values() if one.counters], ids=str)
def test_a_difference_is_said_where_there_is_one(case):
    found = case.statistics(case.edges[0]).comparisons
    rounded = case.charge_pct is None
    assert {one.reason for one in found} == {Reason.ROUNDED if rounded else None}


def test_the_old_value_is_not_held_where_records_are_slow():
    """Each discharge would lose 0.60 %."""
    worst = CASES["coin_87ua_arbin"].deviations(Edge.HOLD, counted=False)
    assert min(one.charge_pct for one in worst) == pytest.approx(-0.604, abs=0.01)


def test_what_is_missing_is_said():
    assert CASES["synthetic_gap_in_step"].statistics(Edge.LEAD).whole.missing_s == 7200
    for name in ("half_cell_si_arbin", "coin_87ua_arbin"):  # a logger that slows down
        assert CASES[name].statistics(Edge.SPLIT).whole.missing_s == 0


@settings(max_examples=8)
@given(data=st.data())
def test_it_does_not_matter_how_the_samples_come(data):
    case = CASES[data.draw(st.sampled_from(["coin_87ua_arbin", "full_cell_lfp_fastcharge_arbin"]))]
    rows, count = case.samples(Edge.SPLIT, counted=True), len(case.columns["time_s"])
    cuts = data.draw(st.lists(st.integers(0, count), max_size=9))
    parts = [part(rows, slice(*ends)) for ends in pairwise([0, *sorted(cuts), count])]
    for off in case.deviations(Edge.SPLIT, counted=True, parts=parts):
        assert abs(off.charge_pct) <= COUNTED_PCT
    parts = [replace(one, counters=()) for one in parts]
    pieces = case.deviations(Edge.SPLIT, counted=False, parts=parts)
    once = case.deviations(Edge.SPLIT, counted=False)
    for one, other in zip(pieces, once, strict=True):
        assert one.charge_pct == pytest.approx(other.charge_pct, abs=1e-7)


def part(rows: Samples, which: slice) -> Samples:
    columns = [getattr(rows, name)[which] for name in (*COLUMNS, "led_s")]
    return Samples(*columns, tuple(one[which] for one in rows.counters))


def test_the_document_has_the_table():
    assert "\n".join(golden.table()) in (ROOT / "docs" / "statistics.md").read_text("utf-8")
