"""What a cycle was when it had just ended."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cycling.analysis.cycles.choices import Choices, Numbering, Reference
from cycling.analysis.cycles.history import history
from tests.unit.cycling.analysis.cycles.made import made_table

REFERENCES = [one for one in Reference if one is not Reference.TYPED]


def fade(cycles: int, per_cycle: float = 0.01) -> list[tuple[float, float]]:
    return [(1 - per_cycle * n, 0.995 * (1 - per_cycle * n)) for n in range(cycles)]


@pytest.mark.parametrize("reference", REFERENCES)
def test_of_a_usual_table_it_says_the_same_at_the_end(reference):
    choices = Choices(
        reference=reference, reference_cycles=(2, 4), formation_cycles=1, capacity_ah=1.1
    )
    table = made_table(fade(30), choices)
    seen = history(table)
    assert seen.is_judged.tolist() == [False] + [True] * 29
    first = 3 if reference is Reference.MEAN else 1  # before, its cycles are not all there
    assert np.isnan(seen.retention_pct[:first]).all()
    expected = table.retention_pct[first:]
    if reference is not Reference.GREATEST:
        assert seen.retention_pct[first:] == pytest.approx(expected)
    assert seen.rate_class == tuple(table.rate_class.label(row) for row in range(30))


def test_the_greatest_is_the_greatest_until_then():
    rising = [(one, one) for one in (1.0, 1.1, 1.05)]
    seen = history(made_table(rising, Choices(reference=Reference.GREATEST)))
    assert seen.retention_pct == pytest.approx([100.0, 100.0, 100 * 1.05 / 1.1])


def test_a_half_cycle_at_the_start_is_no_reference_once_the_next_ones_are_there():
    seen = history(made_table([(0.3, 0.2), *fade(5)]))
    assert seen.reference_ah == pytest.approx([0.2, *[0.995] * 5])
    assert seen.is_judged.tolist() == [True] * 6


def test_incomplete_and_formation_and_missing_time_and_the_last_of_what_runs_are_not_judged():
    halves = [*fade(4), (0.96, 0.2), *fade(5)]
    table = made_table(halves, Choices(formation_cycles=2), missing=[4])
    judged = history(table, is_running=True).is_judged
    assert judged.tolist() == [False, False, True, False, False, *[True] * 4, False]


def test_each_rate_class_has_its_own_reference():
    halves = [(1.0, 0.99), (1.2, 1.19), (0.9, 0.89), (1.1, 1.09)]
    seen = history(made_table(halves, Choices(capacity_ah=2.0), current_a=[2.0, 0.1, 2.1, 0.1]))
    assert seen.rate_class == ("1C", "C/20", "1C", "C/20")
    assert seen.reference_ah == pytest.approx([0.99, 1.19, 0.99, 1.19], rel=1e-3)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([0.1, 0.3, 0.45, 0.9, 1.0]),
            st.floats(0.5, 1.0),
            st.sampled_from([0.1, 0.11, 1.03]),
        ),
        min_size=2,
        max_size=12,
    ),
    st.sampled_from(REFERENCES),
    st.integers(0, 3),
    st.sampled_from([None, 1.0]),
)
def test_what_comes_later_changes_nothing(cycles, reference, formation, capacity_ah):
    if reference is Reference.NOMINAL and capacity_ah is None:
        capacity_ah = 2.0
    choices = Choices(
        numbering=Numbering.FILE,
        reference=reference,
        reference_cycles=(1, 5),
        formation_cycles=formation,
        capacity_ah=capacity_ah,
    )
    halves = [(charge_ah, share * charge_ah) for charge_ah, share, _ in cycles]
    sizes_a = [one[2] for one in cycles]
    whole = history(made_table(halves, choices, current_a=sizes_a))
    for cut in range(1, len(cycles)):
        # the next one has begun: it is there, and not looked at
        begun = [*halves[:cut], (halves[cut][0] / 50, 0.0)]
        table = made_table(begun, choices, current_a=sizes_a[: cut + 1], is_running=True)
        seen = history(table, is_running=True)
        assert seen.is_judged[:cut].tolist() == whole.is_judged[:cut].tolist()
        np.testing.assert_allclose(seen.reference_ah[:cut], whole.reference_ah[:cut], rtol=1e-9)
        np.testing.assert_allclose(seen.retention_pct[:cut], whole.retention_pct[:cut], rtol=1e-9)
        assert seen.rate_class[:cut] == whole.rate_class[:cut]
