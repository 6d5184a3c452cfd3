"""What is made of what somebody typed into the form of a battery."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.problems import problems
from cycling.terms import BipolarType, ElectrolyteType, MembraneType, Technology
from pages.battery.fields import FIELDS, Kind, field_names, fields_of, in_order, typed_as
from pages.battery.reading import Reading, read
from tests.generated import examples
from tests.unit.pages.battery_forms import EACH, LEAD_ACID, LITHIUM, STACK

TODAY = date(2026, 11, 20)
NUMBERS = [name for name, field in FIELDS.items() if field.kind is Kind.NUMBER]
OPTIONAL = [name for name, field in FIELDS.items() if field.optional]


def reading(typed: dict, **changes) -> Reading:
    return read({**typed, **changes}, TODAY)


def said(typed: dict, name: str, value: object) -> str:
    """Return what is said about one field that holds something else; nothing else is wrong."""
    found = dict(reading(typed, **{name: value}).problems)
    assert set(found) <= {name}, found
    return found.get(name, "")


def cautioned(typed: dict, **changes) -> dict[str, str]:
    found = reading(typed, **changes)
    assert found.problems == {}
    return dict(found.cautions)


def test_a_lithium_cell():
    battery = reading(
        LITHIUM,
        capacity_rate="C/5",
        parallel="2",
        safety_voltage_max_v="4.3",
        temperature_max_degc="45",
        charge_temperature_min_degc="5",
    ).battery
    assert battery is not None
    assert (battery.name, battery.serial_number) == ("Cell B", "SN-2")
    assert battery.fabrication_date == date(2025, 3, 1)
    assert (battery.technology, battery.chemistry) == (Technology.LITHIUM, "NMC")
    assert (battery.voltage_min_v, battery.voltage_max_v) == (2.5, 4.2)
    assert (battery.current_min_a, battery.current_max_a) == (-5.8, 2.9)
    assert (battery.capacity_ah, battery.capacity_rate, battery.parallel) == (2.9, "C/5", 2)
    assert (battery.safety_voltage_min_v, battery.safety_voltage_max_v) == (None, 4.3)
    assert (battery.temperature_max_degc, battery.charge_temperature_min_degc) == (45, 5)


def test_a_lead_acid_battery():
    battery = reading(LEAD_ACID).battery
    assert battery is not None
    assert (battery.technology, battery.chemistry, battery.cells) == ("LeadAcid", "Gel", 6)
    assert (battery.capacity_ah, battery.capacity_rate) == (44, "C20")


def test_a_stack_has_electrodes_and_no_capacity():
    battery = reading(STACK).battery
    assert battery is not None
    assert (battery.capacity_ah, battery.chemistry) == (None, None)
    assert (battery.electrode_size_cm2, battery.electrode_composition) == (62.5, "Carbon felt")
    kinds = (battery.bipolar_type, battery.membrane_type, battery.electrolyte_type)
    assert kinds == (BipolarType.GRAPHITE, MembraneType.NAFION, ElectrolyteType.ALL_VANADIUM)


@pytest.mark.parametrize("typed", EACH.values(), ids=EACH)
def test_what_is_stored_can_be_typed_again(typed):
    battery = reading(typed).battery
    assert read(typed_as(battery), TODAY).battery == battery


@pytest.mark.parametrize("typed", EACH.values(), ids=EACH)
def test_an_empty_form_asks_for_every_field_that_is_not_optional(typed):
    technology = Technology(typed["technology"])
    found = read({"technology": technology}, TODAY)
    needed = [one.name for one in fields_of(technology) if not one.optional]
    assert in_order(found.problems) == [name for name in needed if name != "technology"]
    assert found.battery is None
    for sentence in found.problems.values():
        assert re.fullmatch(r"(Give|Choose) .*\.", sentence)


def test_the_fields_of_another_technology_do_not_matter():
    leftovers = {"capacity_ah": "abc", "lithium": "bogus", "parallel": "1"}
    assert reading(STACK, **leftovers).battery == reading(STACK).battery


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("3,7", "Write 3.7, with a point instead of the comma."),
        ("abc", "This is no number. Write it like 2.5, without the unit."),
        ("2.9 Wh", "Wh does not fit here. Write Ah, mAh, uAh or nAh, or no unit."),
        ("2,9 Ah", "Write 2.9, with a point instead of the comma."),
        ("2.9 Ah Ah", "This is no number. Write it like 2.5, without the unit."),
        ("Ah", "This is no number. Write it like 2.5, without the unit."),
        ("1e999 mAh", "This number is too large."),
        ("nan", "This is no number. Write it like 2.5, without the unit."),
        ("inf", "This is no number. Write it like 2.5, without the unit."),
        ("１２", "This is no number. Write it like 2.5, without the unit."),
        ("٣", "This is no number. Write it like 2.5, without the unit."),
        ("1_000", "This is no number. Write it like 2.5, without the unit."),
        ("0x10", "This is no number. Write it like 2.5, without the unit."),
        ("1" * 10_000, "This is no number. Write it like 2.5, without the unit."),
        ("1e999", "This number is too large."),
        (float("nan"), "This is no number. Write it like 2.5, without the unit."),
        (float("inf"), "This is no number. Write it like 2.5, without the unit."),
        ("", "Give the capacity in Ah."),
        ("  ", "Give the capacity in Ah."),
        (None, "Give the capacity in Ah."),
        (True, "Give the capacity in Ah."),
        ([2.9], "Give the capacity in Ah."),
        ({}, "Give the capacity in Ah."),
        (10**400, "Give the capacity in Ah."),
        ("0", "The capacity is missing; give it in Ah, above 0."),
        ("-1", "The capacity is missing; give it in Ah, above 0."),
        ("1e9", "The capacity is missing; give it in Ah, above 0."),
    ],
    ids=lambda value: str(value)[:12],
)
def test_a_number_that_is_none(value, sentence):
    assert said(LITHIUM, "capacity_ah", value) == sentence


@pytest.mark.parametrize("value", ["2.9", " 2.9 ", "+2.9", "29e-1", 2.9])
def test_a_number_in_many_spellings(value):
    battery = reading(LITHIUM, capacity_ah=value).battery
    assert battery is not None
    assert battery.capacity_ah == 2.9


@pytest.mark.parametrize(
    ("name", "value", "field", "stored"),
    [
        ("capacity_ah", "2 mAh", "capacity_ah", 0.002),
        ("capacity_ah", "2mAh", "capacity_ah", 0.002),
        ("capacity_ah", "0.0021 Ah", "capacity_ah", 0.0021),
        ("capacity_ah", "321 \u00b5Ah", "capacity_ah", 0.000321),
        ("active_mass_g", "1.2 mg", "active_mass_g", 0.0012),
        ("electrode_area_cm2", "1.13 cm2", "electrode_size_cm2", 1.13),
        ("electrode_area_cm2", "113 mm²", "electrode_size_cm2", 1.13),
        ("voltage_min_v", "10 mV", "voltage_min_v", 0.01),
        ("current_min_a", "1.5e3 mA", "current_min_a", -1.5),
        ("temperature_max_degc", "45 °C", "temperature_max_degc", 45),
    ],
    ids=lambda value: str(value),
)
def test_a_number_may_have_a_unit_of_its_own(name, value, field, stored):
    battery = reading(LITHIUM, **{name: value}).battery
    assert battery is not None
    assert getattr(battery, field) == stored


def test_a_half_cell_is_one_cell_with_a_mass_and_an_area():
    given = {"kind": "anode half cell", "lithium": "Other", "voltage_min_v": "0.005"}
    coin = {"active_mass_g": "1.2 mg", "electrode_area_cm2": "1.54", "formation_cycles": "3"}
    hidden = {"cells": "4", "parallel": "", "cell_voltage_min_v": "abc"}
    battery = reading(LITHIUM, voltage_max_v="1.5", **given, **coin, **hidden).battery
    assert battery is not None
    assert (battery.cell_kind, battery.cells, battery.parallel) == (CellKind.ANODE_HALF, 1, 1)
    assert (battery.active_mass_g, battery.electrode_size_cm2) == (0.0012, 1.54)
    assert (battery.formation_cycles, battery.cell_voltage_min_v) == (3, None)
    assert read(typed_as(battery), TODAY).battery == battery


def test_without_a_kind_it_is_a_full_cell_and_without_a_day_it_has_none():
    battery = reading(LITHIUM, kind="", fabrication_date="").battery
    assert battery is not None
    assert (battery.cell_kind, battery.fabrication_date) == (CellKind.FULL, None)


def test_a_stack_may_have_a_capacity_and_what_its_electrolyte_holds():
    electrolyte = {"electrolyte_mol_per_l": "1600 mM", "electrolyte_electrons": "1"}
    battery = reading(STACK, stack_capacity_ah="8", **electrolyte).battery
    assert battery is not None
    assert (battery.cell_kind, battery.capacity_ah) == (CellKind.FLOW, 8)
    assert (battery.electrolyte_mol_per_l, battery.electrolyte_electrons) == (1.6, 1)
    assert read(typed_as(battery), TODAY).battery == battery
    half = reading(STACK, electrolyte_mol_per_l="1.6")
    assert dict(half.cautions) == {
        "electrolyte_electrons": "Utilisation needs the concentration and the electrons."
    }


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "anode half cell"}, "4.2 V is unusual for the kind anode half cell: 3.1 V at"),
        ({"lithium": "LTO"}, "4.2 V is unusual for LTO: 3 V at most"),
        (
            {"kind": "cathode half cell", "voltage_max_v": "4.7"},
            "4.7 V is unusual for NMC in a half cell: 4.65 V at most",
        ),
        ({"kind": "cathode half cell", "voltage_max_v": "4.6"}, ""),
    ],
)
def test_the_usual_range_is_that_of_the_kind(changes, words):
    found = cautioned(LITHIUM, **changes)
    assert list(found) == (["voltage_max_v"] if words else [])
    assert found.get("voltage_max_v", "").startswith(words)


def test_a_voltage_may_be_negative_also_with_a_real_minus_sign():
    for minus in ("-", "\u2212"):
        battery = reading(LITHIUM, voltage_min_v=f"{minus}0.5", lithium="Other").battery
        assert battery is not None
        assert battery.voltage_min_v == -0.5


@pytest.mark.parametrize("name", ["current_min_a", "current_max_a"])
def test_currents_are_positive_numbers(name):
    words = "Give a positive number; the field says which direction it is."
    assert said(LITHIUM, name, "-2.9") == words


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", "x" * 31, "The name has 31 characters; shorten it to 30."),
        ("name", "x" * 10_000, "The name has 10000 characters; shorten it to 30."),
        ("manufacturer", "x" * 21, "The manufacturer has 21 characters; shorten it to 20."),
        ("model", " \t\u00a0", "Give the model."),
        ("serial_number", "a\x00b", "The serial number has a character that cannot be shown"),
        ("name", "\ud800", "The name has a character that cannot be shown. Remove it."),
        ("name", "a\u202eb", "The name has a character that cannot be shown. Remove it."),
        ("description", "x" * 251, "The description has 251 characters; shorten it to 250."),
        ("fabrication_date", "2026-11-21", "This day is in the future."),
        ("fabrication_date", "1899-12-31", "Give a day after 1900."),
        ("fabrication_date", "2025-02-30", "This is no day. Write it as 2026-08-24."),
        ("fabrication_date", "soon", "This is no day. Write it as 2026-08-24."),
        ("lithium", "Gel", "Choose one of: NMC, NCA, LMO, LFP, LCO, LNMO, LTO, Na-ion, Other."),
        ("kind", "flow", "The kind of a Lithium battery is: full cell, cathode half cell, anode"),
        (
            "kind",
            "half",
            "Choose one of: full cell, cathode half cell, anode half cell, anode-free",
        ),
        ("active_mass_g", "0", "Give the active mass in g, above 0, or leave it empty."),
        ("active_mass_g", "nan", "This is no number."),
        ("electrode_area_cm2", "-1", "Give the electrode area in cm2, above 0, or leave it empty."),
        ("formation_cycles", "-1", "Give a whole number, 0 or more."),
        ("formation_cycles", "10001", "The number of formation cycles must be between 0 and"),
        ("cells", "0", "The number of cells must be between 1 and 10,000."),
        ("cells", "2.5", "Give a whole number, 1 or more."),
        ("cells", "-1", "Give a whole number, 1 or more."),
        ("cells", "9" * 40, "Give a whole number, 1 or more."),
        ("parallel", "10001", "The number of cells in parallel must be between 1 and 10,000."),
        ("capacity_rate", "fast", "Write the rate as C/20, 0.5C or, for lead-acid, C20."),
        ("capacity_rate", "C/0", "Write the rate as C/20, 0.5C or, for lead-acid, C20."),
        ("voltage_max_v", "2.5", "The lowest voltage must be below the highest one."),
        ("voltage_max_v", "1e8", "The lowest voltage must be below the highest one."),
        ("cell_voltage_min_v", "4.2", "1 x 4.2 V is 4.2 V at least, but the battery ends at"),
        ("cell_voltage_max_v", "2.5", "1 x 2.5 V is 2.5 V at most, but the battery begins at"),
        ("safety_voltage_min_v", "2.6", "The safety limit lies outside the battery's range: 2.5 V"),
        ("safety_voltage_max_v", "4.1", "The safety limit lies outside the battery's range: 4.2 V"),
        ("temperature_min_degc", "-300", "Give a temperature between -273.15 and 1000"),
    ],
    ids=lambda value: str(value)[:16],
)
def test_a_field_that_is_wrong_is_the_only_one_that_is_named(name, value, sentence):
    assert said(LITHIUM, name, value).startswith(sentence)


def test_pairs_that_contradict_each_other():
    hot = {"temperature_min_degc": "50", "temperature_max_degc": "45"}
    assert list(reading(LITHIUM, **hot).problems) == ["temperature_max_degc"]
    cells = {"cell_voltage_min_v": "4", "cell_voltage_max_v": "3"}
    assert list(reading(LITHIUM, **cells).problems) == ["cell_voltage_max_v"]
    still = {"current_min_a": "0", "current_max_a": "0"}
    assert list(reading(LITHIUM, **still).problems) == ["current_max_a"]


def test_nothing_is_said_about_a_range_of_which_one_end_is_missing():
    assert set(reading(LITHIUM, voltage_min_v="").problems) == {"voltage_min_v"}
    far = reading(LITHIUM, cells="4", voltage_max_v="").problems
    assert set(far) == {"voltage_max_v"}


def test_a_pack_of_four_cells_with_the_range_of_one_is_refused_in_its_numbers():
    pack = {"cells": "4", "cell_voltage_min_v": "2.5", "cell_voltage_max_v": "4.2"}
    words = reading(LITHIUM, **pack).problems["cell_voltage_min_v"]
    assert words == (
        "4 x 2.5 V is 10 V at least, but the battery ends at 4.2 V. "
        "Correct the cells in series or one of the voltages."
    )


@pytest.mark.parametrize(
    ("typed", "changes", "field", "words"),
    [
        (LITHIUM, {"voltage_max_v": "4.6"}, "voltage_max_v", "4.6 V is unusual for NMC"),
        (LITHIUM, {"lithium": "LFP"}, "voltage_max_v", "4.2 V is unusual for LFP: 3.8 V at most"),
        (LITHIUM, {"voltage_min_v": "1.5"}, "voltage_min_v", "1.5 V is unusual for NMC"),
        (LEAD_ACID, {"cells": "3"}, "voltage_max_v", "4.9 V a cell is unusual for Lead-acid"),
        (STACK, {"cells": "1"}, "voltage_max_v", "6.6 V is unusual for Redox-flow"),
        (LITHIUM, {"current_max_a": "290"}, "current_max_a", "290 A is 100C of 2.9 Ah"),
        (LITHIUM, {"current_min_a": "290"}, "current_min_a", "290 A is 100C of 2.9 Ah"),
        (LITHIUM, {"capacity_rate": "10C"}, "capacity_rate", "10C is 29 A, more than"),
        (LITHIUM, {"safety_voltage_max_v": "4.2"}, "safety_voltage_max_v", "Closer than 10 mV"),
        (LITHIUM, {"safety_voltage_min_v": "2.495"}, "safety_voltage_min_v", "Closer than 10 mV"),
        (
            LITHIUM,
            {"charge_temperature_min_degc": "-10"},
            "charge_temperature_min_degc",
            "Lithium plates",
        ),
        (
            LEAD_ACID,
            {"cell_voltage_max_v": "2.4"},
            "cell_voltage_max_v",
            "6 x 2.4 V is 14.4 V, below the battery's 14.7 V.",
        ),
        (
            LEAD_ACID,
            {"cell_voltage_min_v": "1.8"},
            "cell_voltage_min_v",
            "6 x 1.8 V is 10.8 V, above the battery's 10.5 V.",
        ),
    ],
)
def test_what_is_unusual_is_said_and_not_refused(typed, changes, field, words):
    found = cautioned(typed, **changes)
    assert list(found) == [field]
    assert found[field].startswith(words)


@pytest.mark.parametrize("typed", EACH.values(), ids=EACH)
def test_nothing_is_unusual_about_the_usual(typed):
    assert cautioned(typed) == {}


@pytest.mark.parametrize(
    "name",
    ["<b>" + "W" * 23 + "</b>", "🔋" * 30, "'; DROP TABLE Battery; --", "../../etc/passwd", "=1+1"],
)
def test_a_name_may_hold_markup_emoji_and_code(name):
    battery = reading(LITHIUM, name=name).battery
    assert battery is not None
    assert battery.name == name


def test_blanks_around_and_within_a_text_are_those_of_one_line():
    battery = reading(LITHIUM, name="  Cell\t\u00a0 B \n").battery
    assert battery is not None
    assert battery.name == "Cell B"


@pytest.mark.parametrize("technology", [None, "", "Nuclear", [], 5, {}])
def test_an_unknown_technology_is_refused(technology):
    assert (
        reading(LITHIUM, technology=technology).problems["technology"] == "Choose the technology."
    )


ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=60)
    | st.lists(st.integers(), max_size=2)
    | st.sampled_from(["1e308", "-0", "0.0000001", "2026-11-20", "C/5", "Lithium", "Other", "Gel"])
)
TYPED = st.sampled_from(list(EACH.values())).flatmap(
    lambda typed: st.fixed_dictionaries(
        {name: st.just(typed.get(name, "")) | ANYTHING for name in FIELDS}
    )
)


@examples(60)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)) | TYPED)
def test_whatever_is_sent_is_a_battery_or_refused_in_words(values):
    found = read(values, TODAY)
    assert (found.battery is None) == bool(found.problems)
    for sentence in (*found.problems.values(), *found.cautions.values()):
        assert re.match(r"\S", sentence)
        assert sentence.endswith(".")
    assert set(found.problems) | set(found.cautions) <= set(FIELDS)
    if found.battery is not None:
        assert problems(found.battery, TODAY) == ()
        again = read(typed_as(found.battery), TODAY)
        assert again.battery == found.battery


def test_every_technology_has_a_field_for_its_kind():
    of_chemistry = {one for one in Technology if field_names(one, {"chemistry"})}
    assert of_chemistry | {Technology.REDOX_STACK} == set(Technology)
    assert {"electrolyte_type", "membrane_type"} <= {
        one.name for one in fields_of(Technology.REDOX_STACK)
    }
