"""What is chosen about the cycles of an experiment, and beneath it what its battery says."""

import pytest
from sqlalchemy import func, select

from cycling.analysis.cycles.choices import Choices, Direction, Kind, Numbering, Reference
from cycling.battery.conventions import OwnChoices
from cycling.errors import InputError, NotFoundError
from cycling.terms import Polarity, Technology
from db.commands.experiments.cycles.choices import choose_cycles
from db.engine import Database
from db.models import AuditEntry, CycleChoices, RedoxElectrolyte
from db.queries.experiments.cycles.choices import conventions
from tests.unit.db.lab import BY, add_cell, add_experiment

EVERYTHING = OwnChoices(
    numbering=Numbering.CURRENT,
    first=Direction.DISCHARGE,
    reference=Reference.MEAN,
    reference_cycles=(5, 9),
    formation_cycles=0,
    mass_g=0.0013,
)
TYPED = OwnChoices(reference=Reference.TYPED, reference_ah=0.0021)


@pytest.fixture
def experiment(database: Database) -> int:
    coin = {"kind": Kind.CATHODE_HALF, "active_mass_g": 0.0012, "formation_cycles": 3}
    battery_id = add_cell(database, capacity_ah=0.002, electrode_size_cm2=1.13, **coin)
    return add_experiment(database, battery_id=battery_id)


def details(database: Database) -> list[dict]:
    query = select(AuditEntry).where(AuditEntry.action == "choose cycles").order_by(AuditEntry.id)
    with database.read() as session:
        return [one.detail for one in session.scalars(query)]


def test_without_choices_it_is_what_the_battery_says(database: Database, experiment: int):
    found = conventions(database, experiment)
    assert (found.own, found.electrolyte) == (OwnChoices(), None)
    assert found.choices == Choices(
        kind=Kind.CATHODE_HALF,
        formation_cycles=3,
        capacity_ah=0.002,
        mass_g=0.0012,
        area_cm2=1.13,
    )


def test_choices_are_stored_and_the_trail_says_them(database: Database, experiment: int):
    for own in (EVERYTHING, EVERYTHING, TYPED):  # the same again changes nothing
        choose_cycles(database, experiment, own, by=BY)
        assert conventions(database, experiment).own == own
    assert details(database) == [
        {
            "numbering": [None, "by current"],
            "first": [None, "discharge"],
            "reference": [None, "mean of cycles"],
            "reference_cycles": [None, "5 to 9"],
            "formation_cycles": [None, 0],
            "mass_g": [None, 0.0013],
        },
        {
            "numbering": ["by current", None],
            "first": ["discharge", None],
            "reference": ["mean of cycles", "typed"],
            "reference_cycles": ["5 to 9", None],
            "reference_ah": [None, 0.0021],
            "formation_cycles": [0, None],
            "mass_g": [0.0013, None],
        },
    ]
    choices = conventions(database, experiment).choices
    assert (choices.reference_ah, choices.formation_cycles, choices.mass_g) == (0.0021, 3, 0.0012)


def test_all_taken_back_leaves_no_row(database: Database, experiment: int):
    choose_cycles(database, experiment, EVERYTHING, by=BY)
    choose_cycles(database, experiment, OwnChoices(), by=BY)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(CycleChoices)) == 0
    assert len(details(database)) == 2


def test_what_cannot_be_is_refused_and_stores_nothing(database: Database, experiment: int):
    with pytest.raises(InputError, match="A capacity in Ah is given for a typed reference"):
        choose_cycles(database, experiment, OwnChoices(reference=Reference.TYPED), by=BY)
    assert (conventions(database, experiment).own, details(database)) == (OwnChoices(), [])


def test_of_an_experiment_that_is_not_there(sqlite_database: Database):
    with pytest.raises(NotFoundError):
        choose_cycles(sqlite_database, 4711, EVERYTHING, by=BY)
    with pytest.raises(NotFoundError):
        conventions(sqlite_database, 4711)


def test_the_electrolyte_of_a_stack_is_that_of_its_experiment(database: Database):
    stack = add_cell(
        database,
        technology=Technology.REDOX_STACK,
        capacity_ah=None,
        electrode_size_cm2=100.0,
        electrolyte_mol_per_l=1.6,
        electrolyte_electrons=1.0,
    )
    experiment_id = add_experiment(database, battery_id=stack)
    with database.write() as session:
        for polarity, volume in ((Polarity.POSITIVE, 500), (Polarity.NEGATIVE, 400)):
            session.add(
                RedoxElectrolyte(
                    experiment_id=experiment_id,
                    battery_id=stack,
                    polarity=polarity,
                    volume=volume,
                    initial_soc=0,
                    min_flow_rate=10,
                    max_flow_rate=20,
                )
            )
    found = conventions(database, experiment_id)
    assert found.choices.kind is Kind.FLOW
    assert found.electrolyte is not None
    assert found.electrolyte.volume_l == 0.4
