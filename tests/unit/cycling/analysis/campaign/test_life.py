"""Experiments of a cell, joined: numbers go on, what is not alike keeps apart."""

from dataclasses import replace

import numpy as np
import pytest

from cycling.analysis.campaign.cells import Axis
from cycling.analysis.campaign.courses import ALL_RATES, Asked, course
from cycling.analysis.campaign.life import Part, joined, numbers_of
from cycling.analysis.cycles.metrics import Basis
from tests.unit.cycling.analysis.campaign.made import cell

NAN = np.nan


def test_of_nothing_there_is_no_life():
    assert joined([]) is None
    assert joined([Part(cell([]))]) is None
    assert numbers_of(None).cycles == 0


def test_one_experiment_alone_is_as_it_is():
    one = cell([2.0, 1.9, 1.8])
    life = joined([Part(one)])
    assert life.cell.number.tolist() == [1, 2, 3]
    for name, values in one.columns.items():
        np.testing.assert_array_equal(life.cell.columns[name], values)
    assert life.cell.columns["retention_pct"].tolist() == pytest.approx([100, 95, 90])


def test_cycles_throughput_and_days_go_on_from_one_to_the_next():
    life = joined([Part(cell([2.0, 2.0])), Part(cell([])), Part(cell([1.0, 1.0, 1.0]))])
    assert life.cell.number.tolist() == [1, 2, 3, 4, 5]
    assert life.own_number.tolist() == [1, 2, 1, 2, 3]
    assert life.part.tolist() == [0, 0, 1, 1, 1]  # what has no cycles is no part
    assert life.cell.columns["throughput_ah"].tolist() == [4, 8, 10, 12, 14]
    assert life.cell.columns["equivalent_full_cycles"].tolist() == [1, 2, 2.5, 3, 3.5]
    assert life.cell.columns["days"].tolist() == [0.5, 1, 1.5, 2, 2.5]
    assert {name: one.tolist() for name, one in life.begins.items()} == {
        "": [0, 2],
        "throughput_ah": [0, 8],
        "equivalent_full_cycles": [0, 2],
        "days": [0, 1],
    }
    drawn = course(life.cell, Asked("discharge_ah", Axis.EFC))
    assert drawn.x.tolist() == [1, 2, 2.5, 3, 3.5]


def test_a_half_before_the_first_cycle_and_numbers_that_skip():
    life = joined([Part(cell([1, 2], number=[0, 3])), Part(cell([2, 2], number=[0, 1]))])
    assert life.cell.number.tolist() == [0, 3, 3, 4]


def test_days_of_the_calendar_have_the_gap_between_experiments():
    parts = [Part(cell([2.0, 2.0]), 3.0), Part(cell([2.0]), 13.0)]
    assert joined(parts, is_calendar=True).cell.columns["days"].tolist() == [0.5, 1, 10.5]
    unknown = [parts[0], Part(cell([2.0]))]
    days = joined(unknown, is_calendar=True).cell.columns["days"]
    np.testing.assert_array_equal(days, [0.5, 1, NAN])


def test_after_an_experiment_without_a_capacity_there_are_no_equivalent_cycles():
    life = joined([Part(cell([2.0], capacity_ah=None)), Part(cell([2.0]))])
    assert np.isnan(life.cell.columns["equivalent_full_cycles"]).all()
    assert numbers_of(life).equivalent_full_cycles is None
    assert life.cell.facts.capacity_ah is None
    life = joined([Part(cell([2.0])), Part(cell([2.0], capacity_ah=None))])
    np.testing.assert_array_equal(life.cell.columns["equivalent_full_cycles"], [1, NAN])


def test_retention_is_of_the_first_cycle_of_the_same_rate_in_the_whole_life():
    first = cell([3.0, 2.0, 2.2], rate=[1, 1, 0], formation=1)
    second = cell([1.9, 2.1, 1.0], rate=[1, 0, 1], complete=[1, 1, 0])
    life = joined([Part(first), Part(second)])
    expected = [150, 100, 100, 95, 100 * 2.1 / 2.2, NAN]
    np.testing.assert_allclose(life.cell.columns["retention_pct"], expected)
    assert life.reference == ""
    found = numbers_of(life)
    assert (found.cycles, found.last_capacity_ah) == (5, 2.1)  # of rates with as many the lowest
    assert found.retention_pct == pytest.approx(100 * 2.1 / 2.2)


def test_a_reference_that_is_not_measured_stays():
    parts = []
    for values in ([90.0, 89.0], [88.0]):
        one = cell(np.array(values) / 50, retention_pct=values)
        parts.append(Part(replace(one, facts=replace(one.facts, reference="nominal capacity"))))
    life = joined(parts)
    assert life.reference == "nominal capacity"
    assert life.cell.columns["retention_pct"].tolist() == [90, 89, 88]
    other = [parts[0], Part(cell([1.5], retention_pct=[100.0]))]  # of another reference
    assert joined(other).cell.columns["retention_pct"].tolist() == pytest.approx(
        [100, 100 * 89 / 90, 100 * 75 / 90]
    )


def test_the_main_rate_is_that_of_the_most_complete_cycles_of_the_life():
    first = cell([2.0] * 2, rate=[1, 1])
    second = cell([2.2] * 5, rate=[0] * 5, main="C/10")
    life = joined([Part(first), Part(second)])
    assert (life.cell.facts.main, life.cell.rate.labels) == ("C/10", ("C/10", "1C"))
    assert numbers_of(life).last_capacity_ah == 2.2
    drawn = course(life.cell, Asked("discharge_ah", rate="1C"))
    assert drawn.number.tolist() == [1, 2]


def test_a_cycle_without_a_rate_stays_without_one():
    life = joined([Part(cell([2.0, 1.0], rate=[1, -1])), Part(cell([1.0], rate=[-1]))])
    assert [life.cell.rate.label(row) for row in range(3)] == ["1C", "", ""]


def test_a_charge_by_mass_goes_by_the_mass_of_its_experiment():
    parts = [Part(cell([2.0], mass_g=4.0)), Part(cell([2.0], mass_g=2.0))]
    life = joined(parts, basis=Basis.MASS)
    assert (life.cell.columns["discharge_ah"].tolist(), life.unit) == ([500, 1000], "mAh/g")
    assert life.cell.columns["retention_pct"].tolist() == [100, 100]  # of the charge
    unknown = joined([Part(cell([2.0]))], basis=Basis.MASS)
    assert np.isnan(unknown.cell.columns["discharge_ah"]).all()


def test_a_resistance_is_of_any_cycle_with_pulses():
    first = cell([2.0, 0.3], complete=[1, 0], resistance_ohm=[NAN, 0.02])
    second = cell([2.0, 2.0], resistance_ohm=[0.03, NAN])
    life = joined([Part(first), Part(second), Part(cell([2.0]))])
    drawn = course(life.cell, Asked("resistance_ohm", rate=ALL_RATES))
    assert (drawn.x.tolist(), drawn.y.tolist()) == ([2, 3], [0.02, 0.03])
    assert numbers_of(life).resistance_ohm == 0.03
    assert course(first, Asked("resistance_ohm")).y.tolist() == [0.02]
    none = course(cell([2.0], resistance_ohm=[NAN]), Asked("resistance_ohm"))
    assert none.why == "it has no pulses of 10 s after a rest"
