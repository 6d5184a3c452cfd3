"""What a battery and an experiment say to the engine of cycles."""

from dataclasses import replace

import pytest

from cycling.analysis.cycles.choices import Choices, Direction, Kind, Numbering, Reference
from cycling.analysis.edges import Sought
from cycling.battery.conventions import (
    OwnChoices,
    choices_of,
    counting_of,
    electrolyte_of,
    problem_of,
)
from cycling.battery.electrolyte import Electrolyte
from cycling.terms import Polarity, Technology
from tests.unit.cycling.battery.test_description import CELL

COIN = replace(
    CELL,
    kind=Kind.ANODE_HALF,
    capacity_ah=0.002,
    active_mass_g=0.0012,
    electrode_size_cm2=1.13,
    formation_cycles=3,
)
STACK = replace(
    CELL,
    technology=Technology.REDOX_STACK,
    cells=4,
    capacity_ah=None,
    electrode_size_cm2=100.0,
    electrolyte_mol_per_l=1.6,
    electrolyte_electrons=1.0,
)


def side(polarity: Polarity, volume: int) -> Electrolyte:
    return Electrolyte(polarity, volume, 0, 10, 20)


class TestChoices:
    def test_those_of_a_battery_are_what_it_says(self):
        assert choices_of(COIN) == Choices(
            kind=Kind.ANODE_HALF,
            formation_cycles=3,
            capacity_ah=0.002,
            mass_g=0.0012,
            area_cm2=1.13,
        )

    def test_of_a_battery_that_says_nothing_there_is_no_mass_and_no_area(self):
        assert choices_of(CELL) == Choices(capacity_ah=1)

    def test_those_of_a_stack_say_how_many_cells_share_its_voltage(self):
        assert choices_of(STACK).cells == 4

    @pytest.mark.parametrize(
        ("technology", "kind"),
        [
            (Technology.LITHIUM, Kind.FULL),
            (Technology.LEAD_ACID, Kind.LEAD_ACID),
            (Technology.REDOX_STACK, Kind.FLOW),
        ],
    )
    def test_the_kind_is_that_of_the_technology_unless_it_is_given(self, technology, kind):
        assert choices_of(replace(CELL, technology=technology)).kind is kind

    def test_what_was_chosen_for_the_experiment_counts(self):
        own = OwnChoices(
            numbering=Numbering.CURRENT,
            first=Direction.DISCHARGE,
            reference=Reference.MEAN,
            reference_cycles=(5, 9),
            formation_cycles=0,
            mass_g=0.0013,
        )
        chosen = choices_of(COIN, own)
        assert (chosen.numbering, chosen.first) == (Numbering.CURRENT, Direction.DISCHARGE)
        assert (chosen.reference, chosen.reference_cycles) == (Reference.MEAN, (5, 9))
        assert (chosen.formation_cycles, chosen.mass_g) == (0, 0.0013)
        assert (chosen.kind, chosen.area_cm2) == (Kind.ANODE_HALF, 1.13)


def test_samples_are_added_up_by_the_capacity_and_the_greatest_current():
    assert counting_of(COIN, 1.0).deadband_a == 0.002 / 2000
    assert counting_of(COIN, 0.0002).deadband_a == pytest.approx(1e-7)
    how = counting_of(STACK, 10.0, has_temperature=False, sought=Sought.STEPS)
    assert (how.deadband_a, how.has_temperature, how.sought) == (0.005, False, Sought.STEPS)


class TestElectrolyte:
    def test_the_smaller_side_limits_and_each_cell_has_its_share(self):
        sides = [side(Polarity.POSITIVE, 500), side(Polarity.NEGATIVE, 400)]
        found = electrolyte_of(STACK, sides)
        assert found is not None
        assert found.volume_l == pytest.approx(0.1)
        # 1.6 mol/L in 0.4 L are 17.15 Ah; four cells in series pass each ampere four times
        assert found.capacity_ah == pytest.approx(17.1530 / 4, rel=1e-4)

    @pytest.mark.parametrize(
        "unknown",
        [{"electrolyte_mol_per_l": None}, {"electrolyte_electrons": None}, {"cells": 0}],
    )
    def test_it_is_not_guessed(self, unknown):
        sides = [side(Polarity.POSITIVE, 500)]
        assert electrolyte_of(replace(STACK, **unknown), sides) is None
        assert electrolyte_of(STACK, []) is None


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (OwnChoices(), ""),
        (OwnChoices(reference=Reference.TYPED, reference_ah=0.0021), ""),
        (OwnChoices(reference=Reference.MEAN, reference_cycles=(3, 3)), ""),
        (OwnChoices(reference=Reference.NOMINAL), ""),
        (OwnChoices(reference=Reference.TYPED), "A capacity in Ah is given for a typed"),
        (OwnChoices(reference_ah=1.0), "A capacity in Ah is given for a typed"),
        (OwnChoices(reference=Reference.MEAN), "The first and the last cycle are given for"),
        (OwnChoices(reference_cycles=(1, 2)), "The first and the last cycle are given for"),
        (OwnChoices(reference=Reference.MEAN, reference_cycles=(4, 3)), "The mean is that of"),
        (OwnChoices(reference=Reference.MEAN, reference_cycles=(-1, 3)), "The mean is that of"),
        (OwnChoices(reference=Reference.TYPED, reference_ah=0.0), "Give the reference in Ah"),
        (OwnChoices(formation_cycles=-1), "The number of formation cycles must be"),
        (OwnChoices(mass_g=float("nan")), "Give the active mass in g, above 0"),
        (OwnChoices(mass_g=0.0), "Give the active mass in g, above 0"),
    ],
    ids=str,
)
def test_choices_that_contradict_themselves_are_refused_in_words(own, words):
    assert problem_of(own, COIN).startswith(words)
    assert bool(problem_of(own, COIN)) == bool(words)


def test_without_a_nominal_capacity_nothing_refers_to_it():
    words = problem_of(OwnChoices(reference=Reference.NOMINAL), STACK)
    assert words.startswith("This battery has no nominal capacity")
