"""Totals of chunks: however samples are cut, late or merged, their steps are the same."""

from dataclasses import asdict, fields, replace
from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cycling.analysis.chunk_totals import (
    ChunkTotals,
    Counting,
    add_up,
    merge,
    merge_all,
)
from cycling.analysis.counters import Counter, Quantity
from cycling.analysis.edges import Sought
from cycling.analysis.ends import Tops
from cycling.analysis.integration import COLUMNS, Samples
from cycling.analysis.statistics import statistics, statistics_of_steps
from tests import golden

GOLDEN = {one.name: one for one in golden.cases()}
HOW = Counting(0.001, (Counter((Quantity.CHARGE,), "Charge"),))


def part(rows: Samples, which: slice) -> Samples:
    columns = [getattr(rows, name)[which] for name in (*COLUMNS, "led_s")]
    return Samples(*columns, tuple(one[which] for one in rows.counters))


def cut(rows: Samples, cuts, how: Counting) -> list[ChunkTotals]:
    ends = [0, *sorted(cuts), len(rows.time_s)]
    return [ChunkTotals.of(part(rows, slice(*both)), how) for both in pairwise(ends)]


def assert_same(ours, once) -> None:
    ours, once = ours.steps, once.steps
    assert len(ours) == len(once)
    for name in ("sums", "lowest", "highest", "key"):
        np.testing.assert_allclose(
            getattr(ours.table, name), getattr(once.table, name), rtol=1e-9, atol=1e-9
        )
    for one in fields(once.ends):
        if one.name != "tops":
            theirs = getattr(once.ends, one.name)
            np.testing.assert_allclose(
                getattr(ours.ends, one.name), theirs, rtol=1e-9, atol=1e-9, err_msg=one.name
            )
    for which in (last_tops(ours), last_tops(once)):
        assert len(which.row) <= len(once)
    common = np.isin(last_tops(ours).row, last_tops(once).row)
    np.testing.assert_allclose(
        last_tops(ours).charge_as[common],
        last_tops(once).of(np.isin(last_tops(once).row, last_tops(ours).row)).charge_as,
        rtol=1e-9,
        atol=1e-9,
    )


def last_tops(steps) -> Tops:
    tops = steps.ends.tops
    return tops.of(np.append(tops.row[1:] != tops.row[:-1], True)[: len(tops.row)])


@st.composite
def experiments(draw) -> Samples:
    """Steps with blanks, gaps and clocks that stand; counters that start again."""
    count = draw(st.integers(3, 60))
    seconds = draw(
        st.lists(st.sampled_from([0.0, 1.0, 2.0, 5.0, 100.0]), min_size=count, max_size=count)
    )
    step = np.cumsum(draw(st.lists(st.sampled_from([0, 0, 0, 1]), min_size=count, max_size=count)))

    def values(*known: float) -> np.ndarray:
        some = st.lists(st.sampled_from(known), min_size=count, max_size=count)
        return np.array(draw(some), float)

    return Samples(
        time_s=np.cumsum(seconds),
        voltage_v=values(3.0, 3.5, 4.0, 4.001, np.nan),
        current_a=values(-1.0, 0.0, 0.0005, 1.0, 0.9995, 0.5, np.nan),
        instruction=step.astype(float),
        step=step.astype(float),
        cycle=step // 3.0,
        temperature=values(20.0, 25.0, np.nan),
        led_s=values(0.0, 1.0, np.inf),
        counters=(np.maximum.accumulate(values(0.0, 0.1, 0.2, 0.3)),),
    )


def without_blanks(rows: Samples) -> Samples:
    """Which of two steps a blank belongs to is only said where a source names steps."""
    known = {"current_a": -0.3, "voltage_v": 3.2, "temperature": 22.0}
    filled = {name: np.nan_to_num(getattr(rows, name), nan=one) for name, one in known.items()}
    counters = tuple(np.nan_to_num(one) for one in rows.counters)
    return replace(rows, **filled, counters=counters)


@given(rows=experiments(), data=st.data(), sought=st.sampled_from(Sought))
def test_cuts_change_nothing(rows, data, sought):
    how = replace(HOW, sought=sought)
    rows = rows if sought is Sought.NOTHING else without_blanks(rows)
    cuts = data.draw(st.lists(st.integers(0, len(rows.time_s)), max_size=6))
    once = add_up(iter([rows]), how, 0.5)
    parts = cut(rows, cuts, how)
    assert_same(merge_all(parts, how).experiment(0.5), once)


@settings(max_examples=5)
@given(rows=experiments(), data=st.data())
def test_live_is_what_is_added_up_anew_at_every_sample(rows, data):
    """What is complete is kept, in pieces of any size; the rest is added up with each sample."""
    cuts = data.draw(st.lists(st.integers(0, len(rows.time_s)), max_size=4))
    kept, begun = ChunkTotals.nothing(HOW), 0
    for end in range(1, len(rows.time_s) + 1):
        live = merge(kept, ChunkTotals.of(part(rows, slice(begun, end)), HOW)).experiment(0.5)
        until = part(rows, slice(0, end))
        assert_same(live, add_up(iter([until]), HOW, 0.5))
        once = statistics([until], deadband_a=HOW.deadband_a, counters=HOW.counters, lead_in_s=0.5)
        ours = statistics_of_steps(live, deadband_a=HOW.deadband_a)
        assert [one.instruction for one in ours.instructions] == [
            one.instruction for one in once.instructions
        ]
        for mine, theirs in zip(
            [ours.whole, *(one.totals for one in ours.instructions)],
            [once.whole, *(one.totals for one in once.instructions)],
            strict=True,
        ):
            numbers = (flat(asdict(mine)), flat(asdict(theirs)))
            assert numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=1e-9, nan_ok=True)
        assert ours.held_ah == pytest.approx(once.held_ah, abs=1e-12)
        assert ours.silenced_ah == pytest.approx(once.silenced_ah, abs=1e-12)
        if end in cuts:
            kept = merge(kept, ChunkTotals.of(part(rows, slice(begun, end)), HOW))
            begun = end


def flat(totals: dict) -> dict[str, float]:
    """Numbers by their names, NaN where unknown."""
    spreads = [name for name, one in totals.items() if isinstance(one, dict)]
    plain = {name: one for name, one in totals.items() if name not in spreads}
    plain |= {f"{name}/{key}": v for name in spreads for key, v in totals[name].items()}
    return {name: np.nan if one is None else one for name, one in plain.items()}


def test_without_steps_charge_rest_and_discharge_are_some():
    case = GOLDEN["synthetic_cc_linear"]
    rows = case.samples(case.edges[0], counted=False)
    nothing = np.full(len(rows.time_s), np.nan)
    rows = replace(rows, step=nothing, cycle=nothing, led_s=None)
    steps = add_up(iter([rows]), Counting(0.001, (), False, Sought.STEPS), 0.0).steps
    net_ah = steps.hours("charge_as") - steps.hours("discharge_as")
    assert np.sign(net_ah).tolist() == [1, 0, -1, 0] * 3
    expected = case.expected["charge_ah"]
    assert net_ah[net_ah > 0].tolist() == pytest.approx(expected.tolist(), rel=2e-3)


@given(rows=experiments(), data=st.data())
def test_it_does_not_matter_which_neighbours_are_merged_first(rows, data):
    """As of chunks that come late: what is between others joins them when it is there."""
    cuts = data.draw(st.lists(st.integers(0, len(rows.time_s)), max_size=6))
    parts = cut(rows, cuts, HOW)
    while len(parts) > 1:
        place = data.draw(st.integers(0, len(parts) - 2))
        parts[place : place + 2] = [merge(parts[place], parts[place + 1])]
    assert_same(parts[0].experiment(), add_up(iter([rows]), HOW, 0.0))


@given(rows=experiments())
def test_nothing_is_added_by_no_samples(rows):
    nothing, some = ChunkTotals.nothing(HOW), ChunkTotals.of(rows, HOW)
    for both in (merge(nothing, some), merge(some, nothing)):
        assert_same(both.experiment(), some.experiment())


@settings(max_examples=6)
@given(data=st.data())
def test_golden_cases_are_the_same_in_pieces(data):
    case = GOLDEN[data.draw(st.sampled_from(["coin_87ua_arbin", "half_cell_si_arbin"]))]
    edge = case.edges[0]
    rows, options = case.samples(edge, counted=True), case.options(edge, counted=True)
    how = Counting(options["deadband_a"], tuple(case.counters), has_temperature=False)
    cuts = data.draw(st.lists(st.integers(0, len(rows.time_s)), max_size=9))
    ours = merge_all(cut(rows, cuts, how), how)
    once = add_up(iter([rows]), how, options["lead_in_s"])
    assert len(ours.head[0]) <= 5
    assert_same(ours.experiment(options["lead_in_s"]), once)
    whole = statistics([rows], **options).whole
    assert once.steps.hours("charge_as").sum() == pytest.approx(whole.charge_ah, rel=1e-12)
    assert [one.is_used for one in ours.experiment().comparisons] == [
        one.is_used for one in once.comparisons
    ]


def test_a_channel_that_is_blank_is_waited_for():
    rows = Samples(*(np.arange(50.0), *(np.ones(50) for _ in range(5)), np.full(50, np.nan)))
    waits = ChunkTotals.of(rows, Counting(0.001))
    assert waits.tail is None
    assert ChunkTotals.of(rows, Counting(0.001, has_temperature=False)).head.shape[1] == 3


def test_another_deadband_may_give_the_same():
    current_a = np.array([0.0, 0.002, 0.5, 0.5, 1.0, 0.5, 0.5])
    rows = Samples(np.arange(7.0), np.ones(7), current_a, *(np.ones(7) for _ in range(4)))
    totals = ChunkTotals.of(rows, Counting(0.01))
    assert totals.holds_for(0.3)
    assert not totals.holds_for(0.6)
    assert not totals.holds_for(0.001)
    assert not replace(totals, tail=None).holds_for(0.002)
