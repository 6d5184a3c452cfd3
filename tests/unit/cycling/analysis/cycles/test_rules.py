"""Which cycles break a rule, and what is said of them."""

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from cycling.analysis.cycles.choices import Choices, Kind, Reference
from cycling.analysis.cycles.rules import Rule, RuleKind, judgements, problem_of
from tests.unit.cycling.analysis.cycles.made import PLAIN, made_table

CAPACITY = Rule(RuleKind.CAPACITY, 80.0)
SHARES = st.floats(0.6, 1.0).map(lambda one: round(one, 3))


def one(table, rule, **more):
    (found,) = judgements(table, [rule], **more)
    return found


def of_shares(shares, choices=PLAIN, **more):
    return made_table([(one, one) for one in shares], choices, **more)


def broken(shares, rule, **more) -> list[int]:
    table = of_shares(shares, **more)
    return table.number[one(table, rule).rows].tolist()


@pytest.mark.parametrize(
    ("shares", "cycles", "expected"),
    [
        ([1, 0.9, 0.79, 0.78, 0.77], 1, [3]),  # once, however long it stays so
        ([1, 0.9, 0.79, 0.78, 0.77], 3, [5]),
        ([1, 0.79, 0.85, 0.79, 0.78], 1, [2, 4]),  # and again, when it was kept between
        ([1, 0.79, 0.85, 0.79, 0.78], 2, [5]),
        ([1, 0.79, 0.78, 0.85, 0.79, 0.78], 2, [3]),  # kept once only: it is still broken
        ([1, 0.79, 0.78, 0.85, 0.86, 0.79, 0.78], 2, [3, 7]),
        ([1, 0.80001, 0.80001], 1, []),
        ([1], 1, []),
    ],
)
def test_a_rule_is_broken_by_so_many_in_a_row_and_said_once(shares, cycles, expected):
    assert broken([*shares], Rule(RuleKind.CAPACITY, 80.0, cycles)) == expected


def test_since_when_it_is_broken():
    table = of_shares([1, 0.9, 0.79, 0.78, 0.85, 0.7])
    assert one(table, CAPACITY).since.tolist() == [-1, -1, 2, 2, -1, 5]


def test_what_is_incomplete_or_lacks_time_is_passed_over_and_breaks_no_row():
    halves = [(1, 1), (1, 1), (0.79, 0.79), (0.5, 0.13), (0.78, 0.78), (0.77, 0.77)]
    table = made_table(halves, missing=[5])
    three = Rule(RuleKind.CAPACITY, 80.0, 2)
    assert table.number[one(table, three).rows].tolist() == [6]


def test_formation_and_the_running_one_never():
    table = of_shares([0.5, 1, 0.7, 0.7], Choices(formation_cycles=1, capacity_ah=2.0))
    nominal = of_shares(
        [0.5, 1, 0.7, 0.7],
        Choices(formation_cycles=1, capacity_ah=2.0, reference=Reference.NOMINAL),
    )
    assert one(nominal, CAPACITY).rows.tolist() == [1]
    assert one(table, CAPACITY, is_running=True).rows.tolist() == [2]
    assert one(of_shares([1, 0.7]), CAPACITY, is_running=True).rows.tolist() == []


def test_cycles_of_another_rate_are_a_row_of_their_own():
    """A slow check between them has more capacity, of another reference."""
    sizes_a = [1, 0.05, 1, 0.05, 1, 0.05, 1]
    shares = [1, 1.1, 0.79, 1.08, 0.78, 1.07, 0.77]
    table = of_shares(shares, Choices(capacity_ah=1.0), current_a=sizes_a)
    assert table.number[one(table, Rule(RuleKind.CAPACITY, 80.0, 3)).rows].tolist() == [7]


def test_ce_by_the_convention_of_the_battery():
    halves = [(1.0, 0.999), (1.0, 0.98), (1.0, 0.999)]
    full = one(made_table(halves), Rule(RuleKind.CE, 99.0))
    assert full.rows.tolist() == [1]
    assert full.words(1) == (
        "CE 98.0 % is below 99 %. CE = 100 × Q discharge / Q charge (full cell)"
    )
    anode = one(made_table(halves, Choices(kind=Kind.ANODE_HALF)), Rule(RuleKind.CE, 99.0))
    assert anode.rows.tolist() == []


def test_temperature_and_resistance_above():
    table = of_shares([1, 1, 1, 1], warm=[3.0, 8.0, 12.5, 4.0])
    rise = one(table, Rule(RuleKind.TEMPERATURE_RISE, 10.0))
    assert rise.rows.tolist() == [2]
    assert rise.words(2) == "Rise of temperature 12.5 K in discharge is above 10 K"
    pulses = np.array([100.0, np.nan, 151.0, 160.0])
    resistance = one(table, Rule(RuleKind.RESISTANCE, 150.0, 2), resistance_pct=pulses)
    assert resistance.rows.tolist() == [3]
    assert resistance.words(3) == (
        "R after 10 s 160.0 % of the first cycle with pulses is above 150 % for 2 cycles"
    )
    assert one(table, Rule(RuleKind.RESISTANCE, 150.0)).rows.tolist() == []


def test_the_words_name_the_reference_and_never_what_looks_kept():
    table = of_shares([1, 0.79996], Choices(capacity_ah=1.0))
    assert one(table, CAPACITY).words(1) == (
        "Capacity 79.996 % of 1 Ah (the first complete cycle after formation, 1C) is below 80 %"
    )
    mean = Choices(reference=Reference.MEAN, reference_cycles=(1, 2))
    assert one(of_shares([1.02, 0.98, 0.7], mean), CAPACITY).words(2) == (
        "Capacity 70.0 % of 1 Ah (the mean of cycles 1 to 2, 1 A) is below 80 %"
    )
    typed = Choices(reference=Reference.TYPED, reference_ah=2.0)
    assert one(of_shares([1.02], typed), CAPACITY).words(0) == (
        "Capacity 51.0 % of 2 Ah (as typed) is below 80 %"
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(RuleKind.CE, 99.5), ""),
        (Rule(RuleKind.CE, 0.0), "CE: write a number above 0, up to 200 %."),
        (Rule(RuleKind.CAPACITY, float("nan")), "Capacity: write a number above 0, up to 200 %."),
        (Rule(RuleKind.RESISTANCE, 1e9), "R after 10 s: write a number above 0, up to 10,000 %."),
        (Rule(RuleKind.CE, 99.0, 0), "CE: write for how many cycles, 1 to 100."),
    ],
)
def test_what_is_no_rule(rule, words):
    assert problem_of(rule) == words


def test_a_rule_in_words():
    assert Rule(RuleKind.CE, 99.5, 3).words == "CE below 99.5 % for 3 cycles"
    rise = Rule(RuleKind.TEMPERATURE_RISE, 10.0)
    assert rise.words == "Rise of temperature above 10 K"


@settings(deadline=None)
@given(
    st.lists(st.tuples(SHARES, SHARES, st.sampled_from([0.1, 1.0])), min_size=1, max_size=40),
    st.integers(1, 4),
    st.integers(0, 2),
)
def test_later_cycles_change_nothing_of_what_was_said(cycles, in_a_row, formation):
    """Each cycle is judged as the next one begins; at the end the same is said of all."""
    choices = Choices(capacity_ah=1.0, formation_cycles=formation)
    rules = [Rule(RuleKind.CAPACITY, 80.0, in_a_row), Rule(RuleKind.CE, 90.0, in_a_row)]
    halves, sizes_a = [one[:2] for one in cycles], [one[2] for one in cycles]
    whole = judgements(made_table(halves, choices, current_a=sizes_a), rules)
    said: list[set[tuple[int, str]]] = [set(), set()]
    for count in range(1, len(cycles) + 1):
        more = [(halves[count][0] / 50, 0.0)] if count < len(cycles) else []
        table = made_table(
            [*halves[:count], *more],
            choices,
            current_a=sizes_a[: count + len(more)],
            is_running=bool(more),
        )
        for known, now in zip(said, judgements(table, rules, is_running=bool(more)), strict=True):
            lines = {(row, now.words(row)) for row in now.rows.tolist()}
            assert known <= lines
            assert {row for row, _ in lines - known} <= {count - 1}
            known |= lines
    for known, at_end in zip(said, whole, strict=True):
        assert known == {(row, at_end.words(row)) for row in at_end.rows.tolist()}
