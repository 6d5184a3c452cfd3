"""Changing and deleting batteries, the exact limits, a form that is sent twice; on each engine."""

from dataclasses import replace
from datetime import date
from functools import partial
from math import inf, nan

import pytest
from sqlalchemy import select, text

from cycling.analysis.cycles.choices import Kind
from cycling.battery.description import NewBattery
from cycling.errors import ConflictError, InputError, NotFoundError
from cycling.samples.batteries import sample_batteries
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    ExperimentStatus,
    LeadAcidChemistry,
    LithiumChemistry,
    MembraneType,
    Technology,
)
from db.commands.batteries.changes import (
    add_battery,
    change_battery,
    check_battery,
    delete_battery,
    mark_of,
)
from db.commands.form_tokens import DoneBeforeError, once
from db.engine import Database
from db.models import AuditEntry, Battery, BatteryDetails, ConfirmedBattery, Plan
from db.queries.batteries.detail import (
    battery_choices,
    battery_details,
    battery_models,
    find_battery,
    manufacturers,
    registered_as,
)
from db.queries.experiments.detail import experiment_facts
from db.terms import PlanState
from tests.unit.db.lab import BY, NOW, add_cell, add_experiment, add_station, at_once, cell

PACK = {
    "cells": 4,
    "parallel": 2,
    "capacity_rate": "C/5",
    "voltage_min_v": 10.0,
    "voltage_max_v": 16.8,
    "cell_voltage_min_v": 2.5,
    "cell_voltage_max_v": 4.2,
    "safety_voltage_min_v": 9.5,
    "safety_voltage_max_v": 17.2,
    "temperature_min_degc": -10.0,
    "temperature_max_degc": 45.5,
    "charge_temperature_min_degc": 5.0,
    "chemistry": "NMC",
}
STACK = {
    "technology": Technology.REDOX_STACK,
    "capacity_ah": None,
    "electrode_size_cm2": 62.5,
    "electrode_composition": "Felt",
}
KIND_OF_LITHIUM = (
    "The kind of a Lithium battery is: full cell, cathode half cell, anode half cell, anode-free, "
    "symmetric."
)
ONE_CELL = "A half cell or symmetric cell is one cell: give 1 in series and 1 in parallel."
REFUSED = (InputError, ConflictError, NotFoundError)
LEAD = {"technology": Technology.LEAD_ACID, "capacity_ah": 44.0}
NEW_STACK = {
    "technology": Technology.REDOX_STACK,
    "capacity_ah": None,
    "electrode_size_cm2": 62.5,
}


def stored(database: Database, battery_id: int) -> NewBattery:
    return battery_details(database, battery_id).battery


def change(database: Database, battery_id: int, seen: str | None = None, **changes) -> bool:
    known = stored(database, battery_id)
    new = replace(known, **changes)
    return change_battery(database, battery_id, new, seen=seen or mark_of(known), by=BY)


def add_plan(database: Database, battery_id: int, state: PlanState) -> None:
    with database.write() as session:
        session.add(
            Plan(
                token=f"plan-{state}",
                state=state,
                experiment_id=1_000 + len(state),
                name="Planned",
                description="",
                station_id=None,
                battery_id=battery_id,
                profile_id=None,
                position=0,
                detail={},
                user_name="oscar",
                created_at=NOW,
                state_since=NOW,
            )
        )


def confirm(database: Database, battery_id: int, station_id: int) -> None:
    with database.write() as session:
        session.add(
            ConfirmedBattery(
                station_id=station_id, battery_id=battery_id, user_name="oscar", confirmed_at=NOW
            )
        )


def audits(database: Database) -> list[tuple[str, dict]]:
    with database.read() as session:
        entries = session.query(AuditEntry).order_by(AuditEntry.id).all()
        return [(one.action, one.detail) for one in entries]


@pytest.mark.parametrize(
    "given",
    [
        PACK,
        {"technology": Technology.LEAD_ACID, "capacity_ah": 44.0, "chemistry": "Gel"},
        STACK,
    ],
    ids=["lithium", "lead-acid", "stack"],
)
def test_what_was_described_is_what_is_read(database: Database, given):
    described = cell(**given)
    found = stored(database, add_cell(database, **given))
    for name, value in vars(described).items():
        if value is not None:  # what is not known of a stack is stored as Other
            assert getattr(found, name) == value, name


def test_a_coin_cells_limits_are_exact_beside_fixed_columns_that_are_rounded_inwards(
    database: Database,
):
    battery_id = add_cell(
        database,
        voltage_min_v=2.5004,
        voltage_max_v=4.2009,
        current_min_a=-0.0025,
        current_max_a=0.0004,
    )
    with database.read() as session:
        fixed = session.execute(text("SELECT VoltMin, VoltMax, CurrMin, CurrMax FROM Battery"))
        assert tuple(fixed.one()) == (2501, 4200, -2, 0)
    found = stored(database, battery_id)
    assert (found.voltage_min_v, found.voltage_max_v) == (2.5004, 4.2009)
    assert (found.current_min_a, found.current_max_a) == (-0.0025, 0.0004)


def test_limits_that_another_program_has_changed_count_before_ours(database: Database):
    battery_id = add_cell(database, current_max_a=0.0014)
    with database.write() as session:
        session.execute(text("UPDATE Battery SET CurrMax = 7000"))
    assert stored(database, battery_id).current_max_a == 7.0


def test_a_battery_of_another_program_has_no_details(database: Database):
    battery_id = add_cell(database, **PACK)
    with database.write() as session:
        session.execute(text("DELETE FROM bem_battery_details"))
    found = stored(database, battery_id)
    assert (found.voltage_max_v, found.parallel, found.capacity_rate) == (16.8, 1, "")
    assert change(database, battery_id, parallel=2)
    assert stored(database, battery_id).parallel == 2


class TestTheSameFormTwice:
    BY = replace(BY, form_token="0123456789abcdef")

    def test_makes_one_battery(self, database: Database):
        first = add_battery(database, cell(), by=self.BY)
        send = partial(add_battery, database, cell(), by=self.BY)
        with pytest.raises(DoneBeforeError) as done:
            once(database, self.BY.form_token, send)
        assert done.value.number == first
        assert [action for action, _ in audits(database)] == ["add battery"]

    def test_from_ten_threads_at_once_everybody_gets_it(self, database: Database):
        send = partial(add_battery, database, cell(), by=self.BY)
        made = at_once([lambda: once(database, self.BY.form_token, send)] * 10)
        assert len({getattr(one, "number", one) for one in made}) == 1
        assert sum(isinstance(one, int) for one in made) == 1

    def test_another_form_is_told_that_it_exists(self, database: Database):
        add_battery(database, cell(), by=self.BY)
        with pytest.raises(ConflictError, match="is registered already"):
            add_battery(database, cell(), by=replace(BY, form_token="fedcba9876543210"))


class TestChanging:
    def test_every_field_and_the_audit_row_with_before_and_after(self, database: Database):
        battery_id = add_cell(database)
        assert change(database, battery_id, **PACK, description="x", name=" Cell  2 ")
        found = stored(database, battery_id)
        assert (found.name, found.description, found.cells) == ("Cell 2", "x", 4)
        assert (found.voltage_max_v, found.safety_voltage_max_v) == (16.8, 17.2)
        action, detail = audits(database)[-1]
        assert action == "change battery"
        assert detail["voltage_max_v"] == [4.2, 16.8]
        assert detail["chemistry"] == ["Other", "NMC"]
        assert "serial_number" not in detail

    def test_nothing_different_is_not_recorded(self, database: Database):
        battery_id = add_cell(database)
        assert not change(database, battery_id)
        assert len(audits(database)) == 1

    def test_the_technology_stays(self, database: Database):
        battery_id = add_cell(database)
        with pytest.raises(InputError, match="technology of a battery cannot be changed"):
            change(database, battery_id, **STACK)

    def test_a_wrong_field_is_refused(self, database: Database):
        battery_id = add_cell(database)
        with pytest.raises(InputError, match="lowest voltage must be below"):
            change(database, battery_id, voltage_max_v=1.0)
        assert stored(database, battery_id).voltage_max_v == 4.2

    def test_the_name_of_another_battery_is_refused(self, database: Database):
        add_cell(database)
        second = add_cell(database, serial_number="002")
        with pytest.raises(ConflictError, match="is registered already"):
            change(database, second, serial_number="001")

    def test_who_edits_an_old_state_is_told(self, database: Database):
        battery_id = add_cell(database)
        old = mark_of(stored(database, battery_id))
        change(database, battery_id, description="first")
        with pytest.raises(ConflictError, match="Somebody has changed this battery"):
            change(database, battery_id, old, description="second")
        assert stored(database, battery_id).description == "first"

    def test_of_ten_changes_at_once_one_is_made(self, database: Database):
        battery_id = add_cell(database)
        seen = mark_of(stored(database, battery_id))

        def send(number: int):
            new = cell(chemistry="Other", description=f"change {number}")
            return lambda: change_battery(database, battery_id, new, seen=seen, by=BY)

        results = at_once([send(number) for number in range(10)])
        assert results.count(True) == 1
        assert sum(isinstance(one, ConflictError) for one in results) == 9

    @pytest.mark.parametrize(
        "status",
        [ExperimentStatus.QUEUED, ExperimentStatus.RUNNING, ExperimentStatus.PAUSED],
    )
    def test_limits_stay_while_an_experiment_needs_them(self, database: Database, status):
        battery_id = add_cell(database)
        experiment = add_experiment(database, battery_id=battery_id, status=status)
        sentence = rf"stay as they are: experiment {experiment} \(Ageing\) is {status.lower()}\."
        for limit in ({"voltage_max_v": 4.1}, {"capacity_ah": 4.9}, {"safety_voltage_max_v": 5.0}):
            with pytest.raises(ConflictError, match=sentence):
                change(database, battery_id, **limit)
        assert change(database, battery_id, name="Renamed", serial_number="7", description="d")

    def test_limits_stay_while_an_experiment_is_held(self, database: Database):
        battery_id = add_cell(database)
        add_plan(database, battery_id, PlanState.HELD)
        with pytest.raises(ConflictError, match=r"experiment \d+ \(Planned\) is held"):
            change(database, battery_id, voltage_max_v=4.1)

    def test_limits_may_change_once_it_has_finished(self, database: Database):
        battery_id = add_cell(database)
        add_experiment(database, battery_id=battery_id)
        assert change(database, battery_id, voltage_max_v=4.1)

    def test_one_that_is_not_there(self, database: Database):
        with pytest.raises(NotFoundError, match="not there any more"):
            change_battery(database, 4711, cell(), seen="", by=BY)


class TestDeleting:
    def test_one_that_was_never_used_goes_with_all_its_rows(self, database: Database):
        for given in ({}, {"technology": Technology.LEAD_ACID}, STACK):
            battery_id = add_cell(database, **given)
            delete_battery(database, battery_id, by=BY)
        with database.read() as session:
            for table in ("Battery", "Lithium", "LeadAcid", "RedoxStack", "bem_battery_details"):
                assert session.scalar(text(f"SELECT COUNT(*) FROM {table}")) == 0
        action, detail = audits(database)[1]
        assert action == "delete battery"
        assert (detail["name"], detail["voltage_max_v"]) == ("Cell 1", 4.2)

    def test_a_battery_with_experiments_is_kept(self, database: Database):
        battery_id = add_cell(database)
        add_experiment(database, battery_id=battery_id)
        sentence = "Cell 1 is kept. It has 1 experiment. Only a battery without experiments can"
        with pytest.raises(ConflictError, match=sentence):
            delete_battery(database, battery_id, by=BY)
        assert stored(database, battery_id).name == "Cell 1"
        assert [action for action, _ in audits(database)] == ["add battery"]

    @pytest.mark.parametrize(
        ("state", "words"),
        [
            (PlanState.HELD, "is held for it. Cancel that first."),
            (PlanState.DRAFT, "The draft Planned names it"),
        ],
    )
    def test_nor_is_one_that_is_planned(self, database: Database, state, words: str):
        battery_id = add_cell(database)
        add_plan(database, battery_id, state)
        with pytest.raises(ConflictError, match=words):
            delete_battery(database, battery_id, by=BY)

    def test_nor_one_that_is_confirmed_on_a_station(self, database: Database):
        battery_id = add_cell(database)
        confirm(database, battery_id, add_station(database, "Station 04"))
        with pytest.raises(ConflictError, match=r"confirmed on Station 04\. Confirm another"):
            delete_battery(database, battery_id, by=BY)

    def test_twice_at_once_it_is_deleted_once(self, database: Database):
        battery_id = add_cell(database)
        results = at_once([lambda: delete_battery(database, battery_id, by=BY)] * 4)
        assert results.count(None) == 1
        assert sum(isinstance(one, REFUSED) for one in results) == 3


class TestTheSheet:
    def test_says_where_the_battery_is_and_what_is_under_way(self, database: Database):
        battery_id = add_cell(database)
        confirm(database, battery_id, add_station(database, "Station 04"))
        running = add_experiment(
            database, battery_id=battery_id, status=ExperimentStatus.RUNNING, name="Run"
        )
        details = battery_details(database, battery_id)
        assert [(one.station, one.user_name) for one in details.confirmed] == [
            ("Station 04", "oscar")
        ]
        assert [(one.id, one.status) for one in details.under_way] == [(running, "running")]
        assert details.kept_because.startswith("It has 1 experiment.")

    @pytest.mark.parametrize("battery_id", [0, -1, 4711, 2**32, 10**30])
    def test_of_one_that_is_not_there(self, database: Database, battery_id):
        with pytest.raises(NotFoundError, match="There is no battery"):
            battery_details(database, battery_id)


def test_forms_are_offered_what_exists(database: Database):
    for maker, model in (("B", "2"), ("A", "1"), ("B", "1")):
        add_cell(database, manufacturer=maker, model=model)
    assert manufacturers(database) == ("A", "B")
    assert battery_models(database, "B") == ("1", "2")
    assert battery_models(database, "") == ("1", "2")
    assert battery_models(database, "nobody") == ()


def test_a_battery_is_found_by_the_four_that_are_unique_together(database: Database):
    battery_id = add_cell(database)
    assert registered_as(database, " Cell  1", "LG", "M50", "001") == battery_id
    assert registered_as(database, "Cell 1", "LG", "M50", "002") is None


def test_every_battery_that_we_add_has_details(database: Database):
    battery_id = add_cell(database)
    with database.read() as session:
        assert session.get(BatteryDetails, battery_id) is not None
        assert session.get(Battery, battery_id) is not None


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
        (
            {"chemistry": "Gel"},
            "The chemistry must be one of: NMC, NCA, LMO, LFP, LCO, LNMO, LTO, Na-ion, Other.",
        ),
        (LEAD | {"capacity_ah": None}, "The capacity is missing; give it in Ah, above 0."),
        (LEAD | {"chemistry": "NMC"}, "The chemistry must be one of: Liquid, Gel, AGM, Other."),
        ({"kind": Kind.FLOW}, KIND_OF_LITHIUM),
        (LEAD | {"kind": Kind.FULL}, "The kind of a Lead-acid battery is: lead-acid."),
        ({"kind": Kind.SYMMETRIC, "cells": 2}, ONE_CELL),
        ({"kind": Kind.ANODE_HALF, "parallel": 2}, ONE_CELL),
        ({"active_mass_g": nan}, "Give the active mass in g, above 0, or leave it empty."),
        (
            {"electrode_size_cm2": 0.0},
            "Give the electrode area in cm2, above 0, or leave it empty.",
        ),
        (
            {"formation_cycles": -1},
            "The number of formation cycles must be between 0 and 10,000.",
        ),
        (
            {"electrolyte_mol_per_l": 1.6},
            "This is for redox-flow stacks only: leave it empty.",
        ),
        (LEAD | {"active_mass_g": 1.0}, "This is for Lithium cells only: leave it empty."),
        (
            LEAD | {"formation_cycles": 1},
            "This is for Lithium cells and redox-flow stacks only: leave it empty.",
        ),
        (NEW_STACK | {"active_mass_g": 1.0}, "This is for Lithium cells only: leave it empty."),
        (NEW_STACK | {"capacity_ah": 0.0}, "Give the capacity in Ah, above 0, or leave it empty."),
        (
            NEW_STACK | {"electrolyte_electrons": 101.0},
            "Give the electrons of a molecule, above 0 and up to 100.",
        ),
        (
            NEW_STACK | {"electrode_size_cm2": None},
            "Give the electrode size in cm2, 0.01 or more.",
        ),
        (
            NEW_STACK | {"electrode_size_cm2": 0.004},
            "Give the electrode size in cm2, 0.01 or more.",
        ),
        (NEW_STACK | {"electrode_size_cm2": nan}, "Give the electrode size in cm2, 0.01 or more."),
        (
            NEW_STACK | {"electrode_composition": "x" * 31},
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
    add_cell(database, "Stack", **NEW_STACK | {"electrode_size_cm2": 1_999_999.0})
    facts = experiment_facts(database, add_experiment(database, battery_id=widest)).battery
    assert (facts.voltage_min_v, facts.voltage_max_v) == (-1_999_999.0, 1_999_999.0)
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
    assert (facts.current_min_a, facts.current_max_a) == (-7.275, 5.0)
    assert facts.electrode_size_cm2 is None


def test_a_coin_cells_capacity_is_not_rounded(database: Database):
    battery_id = add_cell(database, capacity_ah=0.0000321)
    assert rows(database, "SELECT Capacity FROM Lithium") == [(pytest.approx(0.0321, rel=1e-15),)]
    facts = experiment_facts(database, add_experiment(database, battery_id=battery_id)).battery
    assert facts.capacity_ah == pytest.approx(0.0000321, rel=1e-15)


def test_a_half_cell_has_what_its_cycles_are_counted_by(database: Database):
    known = cell(
        kind=Kind.ANODE_HALF,
        chemistry="Na-ion",
        active_mass_g=0.0012,
        electrode_size_cm2=1.131,
        formation_cycles=3,
        fabrication_date=None,
    )
    battery_id = add_battery(database, known, by=BY)
    assert stored(database, battery_id) == known
    fixed = rows(database, "SELECT Chemistry, FabDate FROM Lithium NATURAL JOIN Battery")
    assert [(one, str(day)) for one, day in fixed] == [("Other", "1000-01-01")]


def test_a_stack_has_a_capacity_and_an_exact_area(database: Database):
    known = cell(
        **NEW_STACK
        | {
            "electrode_size_cm2": 0.785,
            "capacity_ah": 8.0,
            "electrolyte_mol_per_l": 1.6,
            "electrolyte_electrons": 1.0,
        }
    )
    battery_id = add_battery(database, known, by=BY)
    found = stored(database, battery_id)
    assert (found.electrode_size_cm2, found.capacity_ah) == (0.785, 8.0)
    assert (found.electrolyte_mol_per_l, found.electrolyte_electrons) == (1.6, 1.0)
    with database.write() as session:
        session.execute(text("UPDATE RedoxStack SET ElectrodeSize = 5000"))
    assert stored(database, battery_id).electrode_size_cm2 == 50.0


def test_a_chemistry_that_another_program_has_set_counts(database: Database):
    battery_id = add_cell(database, chemistry="LTO")
    assert stored(database, battery_id).chemistry == "LTO"
    with database.write() as session:
        session.execute(text("UPDATE Lithium SET Chemistry = 'NMC'"))
    assert stored(database, battery_id).chemistry == "NMC"


def test_what_cycles_are_counted_by_may_change_while_the_battery_runs(database: Database):
    battery_id = add_cell(database)
    add_experiment(database, battery_id=battery_id, status=ExperimentStatus.RUNNING)
    assert change(
        database, battery_id, kind=Kind.ANODE_FREE, active_mass_g=0.5, electrode_size_cm2=2.0
    )
    with database.read() as session:
        (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "change battery"))
    assert entry.detail == {
        "kind": ["full cell", "anode-free"],
        "active_mass_g": [None, 0.5],
        "electrode_size_cm2": [None, 2.0],
    }
    with pytest.raises(ConflictError, match="Limits and capacity stay as they are"):
        change(database, battery_id, capacity_ah=6.0)


def test_a_battery_of_before_is_a_full_cell(database: Database):
    battery_id = add_cell(database)
    with database.write() as session:
        session.execute(text("DELETE FROM bem_battery_details"))
    found = stored(database, battery_id)
    assert (found.cell_kind, found.formation_cycles, found.electrode_size_cm2) == (
        Kind.FULL,
        0,
        None,
    )
    assert not change(database, battery_id, kind=Kind.FULL)


def test_a_lead_acid_battery_in_the_fixed_columns(database: Database):
    battery_id = add_cell(database, **LEAD | {"cells": 6, "chemistry": "Gel"})
    assert rows(database, "SELECT Tech, CellsNum FROM Battery") == [("LeadAcid", 6)]
    assert rows(database, "SELECT * FROM LeadAcid") == [(battery_id, 44000.0, "Gel")]


def test_a_redox_stack_in_the_fixed_columns(database: Database):
    battery_id = add_cell(
        database,
        **NEW_STACK
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
    assert facts.electrolyte_type == "All-vanadium"


@pytest.mark.parametrize(
    ("given", "table", "stored"),
    [
        ({}, "Lithium", ("Other",)),
        (LEAD, "LeadAcid", ("Other",)),
        (NEW_STACK, "RedoxStack", ("Not recorded", "Other", "Other", "Other")),
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
