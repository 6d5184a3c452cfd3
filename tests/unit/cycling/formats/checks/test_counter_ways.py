"""Counters of charge and discharge that count while the current flows the other way."""

from dataclasses import replace

import numpy as np
import pytest

from cycling.formats import Field, apply_options, read_measures, verify

HEAD = "Time (s),U (V),I (A),Charge Capacity (Ah),Discharge Capacity (Ah)"


def rows(into, out, sign=1):
    charge = [f"{60 * n},{3.5 + n / 100},{sign},{into * n / 60},0" for n in range(61)]
    rest = [
        f"{60 * n},{3.5 + n / 100},{-sign},{into},{out * (n - 61) / 60}" for n in range(61, 122)
    ]
    return "\n".join([*charge, *rest]) + "\n"


def swapped():
    lines = [line.split(",") for line in rows(1, 1).splitlines()]
    return "\n".join(",".join([*line[:3], line[4], line[3]]) for line in lines) + "\n"


def found(proposed, content, options=(), **changes):
    table, mapping = proposed(f"{HEAD}\n{content}")
    changed = replace(apply_options(mapping, options), positive_is_charge=True, **changes)
    result = verify(table, changed)
    return table, result, [p for p in result.problems if p.code == "counter-way"]


def test_counters_that_follow_the_current_are_believed(proposed):
    assert found(proposed, rows(1, 1))[2] == []


def test_counters_the_other_way_round_are_a_question(proposed):
    _, result, (problem,) = found(proposed, swapped())
    assert (problem.severity, result.ok) == ("question", False)
    assert "'Charge Capacity (Ah)' and 'Discharge Capacity (Ah)'" in problem.text
    assert found(proposed, swapped(), accepted=("counter-way",))[1].ok


def test_so_are_those_of_energy(proposed):
    energy = HEAD.replace("Capacity (Ah)", "Energy (Wh)")
    for content, codes in ((rows(3, 3), []), (swapped(), ["counter-way"])):
        table, mapping = proposed(f"{energy}\n{content}")
        result = verify(table, replace(mapping, positive_is_charge=True))
        assert [p.code for p in result.problems] == [*codes, "sparse-edges"]
    option = result.problems[0].option
    assert option == "Charge Energy (Wh)=discharge_energy:Wh"
    assert verify(table, apply_options(result.mapping, [option])).ok


def test_the_option_turns_both(proposed):
    option = found(proposed, swapped())[2][0].option
    table, result, problems = found(proposed, swapped(), [option])
    assert problems == []
    (block,) = read_measures(table, result.mapping)
    assert block.extended[Field.CHARGE_CAPACITY.channel][-1] == 1
    np.testing.assert_allclose(block.extended[Field.DISCHARGE_CAPACITY.channel][-1], 1)


def test_the_sign_may_be_what_is_wrong(proposed):
    table, mapping = proposed(f"{HEAD}\n{swapped()}")
    assert verify(table, replace(mapping, positive_is_charge=False)).ok


@pytest.mark.parametrize("out", [0, 1e-6])
def test_a_counter_that_hardly_counts_says_nothing(proposed, out):
    lines = [line.split(",") for line in rows(1, 1).splitlines()]
    content = "\n".join(
        ",".join([*line[:4], str(out * number if number < 61 else out * 61)])
        for number, line in enumerate(lines)
    )
    assert found(proposed, content + "\n")[2] == []
