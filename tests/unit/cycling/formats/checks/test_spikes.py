"""Single samples of the voltage far from both their neighbours."""

import pytest

from cycling.formats import verify


def spikes(proposed, voltages, current="1"):
    currents = current if isinstance(current, list) else [current] * len(voltages)
    pairs = zip(voltages, currents, strict=True)
    rows = "".join(f"{n},{volt},{ampere}\n" for n, (volt, ampere) in enumerate(pairs))
    table, mapping = proposed(f"t (s),U,I\n{rows}")
    return [p for p in verify(table, mapping).problems if p.code == "spike"]


def steady(count):
    return [3.7 + n / 10_000 for n in range(count)]


@pytest.mark.parametrize("place", [1, 30, 98])
@pytest.mark.parametrize("value", [6.5, 0, 2])
def test_one_is_a_warning_with_row_and_value(proposed, place, value):
    voltages = steady(100)
    voltages[place] = value
    (problem,) = spikes(proposed, voltages)
    assert (problem.severity, problem.row) == ("warning", place + 2)
    assert f"is {value} V in this row alone, 3.7" in problem.text


def test_one_of_another_sign_is_said_where_it_is_huge(proposed):
    voltages = steady(100)
    voltages[30] = -3e7
    (problem,) = spikes(proposed, voltages)
    assert "is -3e+07 V in this row alone" in problem.text
    voltages[30] = -3.7  # turned polarity
    assert spikes(proposed, voltages) == []


def test_one_between_two_blocks_is_found_once(proposed):
    voltages = steady(200_000)
    voltages[60_000:140_000:20] = [6.5] * 4_000
    assert len(spikes(proposed, voltages)) == 10  # as many as are shown of a kind


def test_a_pulse_or_a_step_or_a_blank_is_none(proposed):
    pulse, currents = steady(100), ["0"] * 100
    pulse[50], currents[50] = 2.0, "-20"
    step = [3.7] * 50 + [2.0] * 50
    blank = ["" if n == 50 else volt for n, volt in enumerate(steady(100))]
    assert spikes(proposed, pulse, currents) == []
    assert spikes(proposed, step) == spikes(proposed, blank) == []
