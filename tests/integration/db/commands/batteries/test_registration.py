"""Batteries: what is refused and how it is said, and how each technology is stored."""

from datetime import date
from math import inf, nan

import pytest
from sqlalchemy import select, text

from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.samples.batteries import sample_batteries
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Technology,
)
from db.commands.batteries.registration import add_battery, check_battery
from db.engine import Database
from db.models import AuditEntry, Battery
from db.queries.batteries.choices import battery_choices, find_battery
from db.queries.experiments.detail import experiment_facts
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment, at_once, cell

LEAD = {"technology": Technology.LEAD_ACID, "capacity_ah": 44.0}
STACK = {
    "technology": Technology.REDOX_STACK,
    "capacity_ah": None,
    "electrode_size_cm2": 62.5,
}


def rows(database: Database, statement: str) -> list[tuple]:
    with database.read() as session:
        return [tuple(row) for row in session.execute(text(statement))]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "The name is missing."),
        ({"name": "  "}, "The name is missing."),
        ({"name": "x" * 31}, "The name has 31 characters; shorten it to 30."),
        ({"manufacturer": ""}, "The manufacturer is missing."),
        ({"manufacturer": "x" * 21}, "The manufacturer has 21 characters; shorten it to 20."),
        ({"model": "\t"}, "The model is missing."),
        ({"model": "x" * 21}, "The model has 21 characters; shorten it to 20."),
        ({"serial_number": ""}, "The serial number is missing."),
        ({"serial_number": "x" * 31}, "The serial number has 31 characters; shorten it to 30."),
        ({"description": "x" * 251}, "The description has 251 characters; shorten it to 250."),
        ({"cells": 0}, "The number of cells must be between 1 and 10,000."),
        ({"cells": -1}, "The number of cells must be between 1 and 10,000."),
        ({"cells": 10_001}, "The number of cells must be between 1 and 10,000."),
        ({"voltage_min_v": 4.2}, "The lowest voltage must be below the highest one."),
        ({"voltage_min_v": 5.0}, "The lowest voltage must be below the highest one."),
        ({"voltage_max_v": nan}, "The lowest voltage must be below the highest one."),
        ({"voltage_min_v": -inf}, "The lowest voltage must be below the highest one."),
        ({"voltage_max_v": 2_147_484.0}, "The lowest voltage must be below the highest one."),
        ({"current_min_a": 1.0}, "The discharge and charge currents must be positive numbers."),
        ({"current_max_a": -1.0}, "The discharge and charge currents must be positive numbers."),
        ({"current_max_a": nan}, "The discharge and charge currents must be positive numbers."),
        ({"current_min_a": -inf}, "The discharge and charge currents must be positive numbers."),
        (
            {"current_min_a": 0.0, "current_max_a": 0.0},
            "Give a largest charge or discharge current above 0 A.",
        ),
        (
            {"cell_voltage_min_v": 4.0, "cell_voltage_max_v": 3.0},
            "The lowest cell voltage must be below the highest one.",
        ),
        (
            {"cell_voltage_min_v": nan, "cell_voltage_max_v": 4.0},
            "The lowest cell voltage must be below the highest one.",
        ),
        ({"cell_voltage_max_v": inf}, "The lowest cell voltage must be below the highest one."),
        ({"cell_voltage_min_v": nan}, "The lowest cell voltage must be below the highest one."),
        ({"capacity_ah": None}, "The capacity is missing; give it in Ah, above 0."),
        ({"capacity_ah": 0.0}, "The capacity is missing; give it in Ah, above 0."),
        ({"capacity_ah": -1.0}, "The capacity is missing; give it in Ah, above 0."),
        ({"capacity_ah": nan}, "The capacity is missing; give it in Ah, above 0."),
        ({"capacity_ah": inf}, "The capacity is missing; give it in Ah, above 0."),
        ({"chemistry": "Gel"}, "The chemistry must be one of: NMC, NCA, LMO, LFP, LCO, Other."),
        (LEAD | {"capacity_ah": None}, "The capacity is missing; give it in Ah, above 0."),
        (LEAD | {"chemistry": "NMC"}, "The chemistry must be one of: Liquid, Gel, Other."),
        (
            STACK | {"electrode_size_cm2": None},
            "Give the electrode size in cm2, 0.01 or more.",
        ),
        (STACK | {"electrode_size_cm2": 0.004}, "Give the electrode size in cm2, 0.01 or more."),
        (STACK | {"electrode_size_cm2": nan}, "Give the electrode size in cm2, 0.01 or more."),
        (
            STACK | {"electrode_composition": "x" * 31},
            "The electrode composition has 31 characters; shorten it to 30.",
        ),
    ],
)
def test_a_wrong_field_is_named_in_a_sentence(wrong: dict, sentence: str):
    with pytest.raises(InputError) as refused:
        check_battery(cell(**wrong))
    assert str(refused.value) == sentence


def test_what_is_refused_leaves_no_row(database: Database):
    with pytest.raises(InputError):
        add_cell(database, cells=0)
    assert rows(database, "SELECT * FROM Battery") == []
    assert rows(database, "SELECT * FROM bem_audit") == []


def test_the_widest_values_that_are_allowed_fit_their_columns(database: Database):
    widest = add_cell(
        database,
        "ß" * 30,
        manufacturer="é" * 20,
        model="🔋" * 20,
        serial_number="x" * 30,
        description="ö" * 250,
        cells=10_000,
        voltage_min_v=-1_999_999.0,
        voltage_max_v=1_999_999.0,
        current_min_a=-1_999_999.0,
        current_max_a=1_999_999.0,
        cell_voltage_min_v=-2_000_000.0,
        cell_voltage_max_v=2_000_000.0,
        capacity_ah=1_999_999.0,
        fabrication_date=date(1900, 1, 1),
    )
    add_cell(database, "Stack", **STACK | {"electrode_size_cm2": 1_999_999.0})
    facts = experiment_facts(database, add_experiment(database, battery_id=widest)).battery
    assert facts.voltage_v == (-1_999_999.0, 1_999_999.0)
    assert facts.model == "🔋" * 20


def test_a_lithium_cell_in_the_fixed_columns(database: Database):
    battery_id = add_cell(
        database,
        "  Cell 1 ",
        description=" from the drawer ",
        cell_voltage_min_v=2.5,
        cell_voltage_max_v=4.25,
        current_min_a=-7.275,
        capacity_ah=4.8765,
        chemistry="NMC",
    )
    assert rows(database, "SELECT * FROM Battery") == [
        (
            battery_id, "Cell 1", "from the drawer", "LG", "M50", "001",
            date(2026, 1, 31) if not database.is_sqlite else "2026-01-31",
            "Lithium", 1, 2500, 4250, 2500, 4200, -7275, 5000,
        )
    ]  # fmt: skip
    assert rows(database, "SELECT * FROM Lithium") == [(battery_id, 4876.5, "NMC")]
    facts = experiment_facts(database, add_experiment(database, battery_id=battery_id)).battery
    assert (facts.capacity_ah, facts.chemistry) == (4.8765, "NMC")
    assert facts.current_a == (-7.275, 5.0)
    assert facts.electrode_size_cm2 is None


def test_a_coin_cells_capacity_is_not_rounded(database: Database):
    battery_id = add_cell(database, capacity_ah=0.0000321)
    assert rows(database, "SELECT Capacity FROM Lithium") == [(pytest.approx(0.0321, rel=1e-15),)]
    facts = experiment_facts(database, add_experiment(database, battery_id=battery_id)).battery
    assert facts.capacity_ah == pytest.approx(0.0000321, rel=1e-15)


def test_a_lead_acid_battery_in_the_fixed_columns(database: Database):
    battery_id = add_cell(database, **LEAD | {"cells": 6, "chemistry": "Gel"})
    assert rows(database, "SELECT Tech, CellsNum FROM Battery") == [("LeadAcid", 6)]
    assert rows(database, "SELECT * FROM LeadAcid") == [(battery_id, 44000.0, "Gel")]


def test_a_redox_stack_in_the_fixed_columns(database: Database):
    battery_id = add_cell(
        database,
        **STACK
        | {
            "electrode_composition": " carbon felt ",
            "bipolar_type": BipolarType.GRAPHITE,
            "membrane_type": MembraneType.FUMASEP_CATIONIC,
            "electrolyte_type": ElectrolyteType.ALL_VANADIUM,
        },
    )
    assert rows(database, "SELECT * FROM RedoxStack") == [
        (battery_id, 6250, "carbon felt", "Graphite", "Fumasep-Cathionic", "All-vanadium")
    ]
    facts = experiment_facts(database, add_experiment(database, battery_id=battery_id)).battery
    assert (facts.electrode_size_cm2, facts.capacity_ah) == (62.5, None)
    assert facts.chemistry == "All-vanadium"


@pytest.mark.parametrize(
    ("given", "table", "stored"),
    [
        ({}, "Lithium", ("Other",)),
        (LEAD, "LeadAcid", ("Other",)),
        (STACK, "RedoxStack", ("Not recorded", "Other", "Other", "Other")),
    ],
)
def test_what_is_not_known_is_stored_as_that(database: Database, given, table, stored):
    add_cell(database, **given)
    (row,) = rows(database, f"SELECT * FROM {table}")
    assert row[2:] == stored


@pytest.mark.parametrize("kind", [*LithiumChemistry, *LeadAcidChemistry])
def test_every_chemistry_can_be_stored(database: Database, kind):
    given = LEAD if isinstance(kind, LeadAcidChemistry) else {}
    battery_id = add_cell(database, **given, chemistry=kind)
    facts = experiment_facts(database, add_experiment(database, battery_id=battery_id)).battery
    assert facts.chemistry == kind


def test_the_sample_batteries_can_all_be_registered(database: Database):
    for sample in sample_batteries():
        given = {name: getattr(sample, name) for name in sample.__dataclass_fields__}
        add_battery(database, cell(**given), by=BY)
    assert len(battery_choices(database)) == len(sample_batteries())


def test_the_same_battery_is_registered_once(database: Database):
    add_cell(database)
    with pytest.raises(ConflictError, match="Cell 1 by LG, model M50, serial number 001 is regis"):
        add_cell(database)
    for other in ({"serial_number": "002"}, {"model": "M51"}, {"manufacturer": "SK"}):
        add_cell(database, **other)
    assert len(battery_choices(database)) == 4
    with database.read() as session:
        assert len(session.scalars(select(AuditEntry)).all()) == 4


def test_from_ten_threads_at_once_it_is_one_row(database: Database):
    results = at_once([lambda: add_cell(database)] * 10)
    assert sum(isinstance(one, int) for one in results) == 1
    assert sum(isinstance(one, ConflictError) for one in results) == 9
    assert rows(database, "SELECT COUNT(*) FROM Lithium") == [(1,)]


def test_adding_one_is_in_the_audit_trail(database: Database):
    battery_id = add_cell(database)
    with database.read() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.at, entry.user_name, entry.address) == (NOW, "oscar", "10.0.0.7")
    assert (entry.action, entry.target) == ("add battery", f"battery {battery_id}")
    assert entry.detail == {"name": "Cell 1", "serial_number": "001"}


class TestFinding:
    def test_by_id_and_by_name(self, database: Database):
        battery_id = add_cell(database, "Cell 1")
        assert find_battery(database, "Cell 1").id == battery_id
        assert find_battery(database, str(battery_id)).id == battery_id

    def test_a_name_of_digits_counts_before_an_id(self, database: Database):
        first = add_cell(database, "Cell")
        named = add_cell(database, str(first))
        assert find_battery(database, str(first)).id == named

    @pytest.mark.parametrize(
        "unknown", ["", "nobody", "4711", "-1", "٣", "1e3", "9" * 40, "%", "' OR 1=1 --"]
    )
    def test_an_unknown_one(self, database: Database, unknown: str):
        add_cell(database)
        with pytest.raises(NotFoundError, match="There is no battery"):
            find_battery(database, unknown)

    def test_several_of_one_name(self, database: Database):
        first = add_cell(database)
        second = add_cell(database, serial_number="002")
        sentence = rf"give one of their ids {first} \(SN 001\), {second} \(SN 002\)"
        with pytest.raises(InputError, match=sentence):
            find_battery(database, "Cell 1")

    def test_choices_are_sorted_by_name(self, database: Database):
        for name in ("b", "a", "c"):
            add_cell(database, name)
        assert [one.name for one in battery_choices(database)] == ["a", "b", "c"]
        assert battery_choices(database)[0].technology is Technology.LITHIUM


def test_a_battery_is_kept_as_long_as_an_experiment_has_it(database: Database):
    battery_id = add_cell(database)
    add_experiment(database, battery_id=battery_id)
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.write() as session:
        session.delete(session.get_one(Battery, battery_id))
