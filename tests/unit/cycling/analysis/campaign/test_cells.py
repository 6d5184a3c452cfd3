"""The cycles of a cell as a cycle table has them."""

import numpy as np

from cycling.analysis.campaign.cells import AXIS_COLUMNS, BY_NAME, Axis, cell_cycles
from cycling.analysis.cycles.choices import Choices, Kind, Reference
from tests.unit.cycling.analysis.cycles.made import made_table

HALVES = [(2.0, 1.9), (1.95, 1.85), (1.9, 1.8)]


def test_every_metric_is_that_of_the_table():
    table = made_table(HALVES, Choices(capacity_ah=2.0, mass_g=4.0))
    one = cell_cycles(table, is_counted=True)
    assert set(one.columns) == set(BY_NAME)
    for name, values in one.columns.items():
        np.testing.assert_equal(values, BY_NAME[name].of(table))
    assert one.number.tolist() == [1, 2, 3]
    assert one.is_complete.tolist() == table.is_complete.tolist()
    facts = one.facts
    assert (facts.capacity_ah, facts.mass_g, facts.area_cm2) == (2.0, 4.0, None)
    assert (facts.main, facts.is_counted, facts.kind) == ("C/2", True, "full cell")
    assert facts.convention == "CE = 100 × Q discharge / Q charge (full cell)"
    assert facts.reference == "first complete cycle after formation"
    assert facts.choices.mass_g == 4.0


def test_some_metrics_only_and_what_was_chosen():
    choices = Choices(kind=Kind.ANODE_HALF, reference=Reference.MEAN, reference_cycles=(2, 4))
    one = cell_cycles(made_table(HALVES, choices), is_counted=False, names=["ce_pct"])
    assert set(one.columns) == {"ce_pct"}
    assert one.facts.reference == "mean of cycles 2 to 4"
    assert "lithiation" in one.facts.convention
    typed = Choices(reference=Reference.TYPED, reference_ah=1.25)
    assert cell_cycles(made_table(HALVES, typed), is_counted=False).facts.reference == (
        "typed, 1.25 Ah"
    )


def test_a_rate_that_it_never_had_has_no_cycle():
    one = cell_cycles(made_table(HALVES[:1]), is_counted=False)
    assert one.of_rate("9C").tolist() == [False]


def test_every_axis_is_a_metric():
    assert {AXIS_COLUMNS[one] for one in Axis} - {""} <= set(BY_NAME)
