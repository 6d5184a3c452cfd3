"""`bem battery`."""

import pytest

from cycling.analysis.cycles.choices import Kind
from db.engine import Database
from db.queries.batteries.detail import battery_details
from tests.integration.bem.cli.shell import Shell

RANGE = ("--voltage-min", "2.5", "--voltage-max", "4.2", "--current-min", "-6", "--current-max")
LITHIUM = ("--technology", "Lithium", *RANGE, "3", "--capacity-ah", "3")
STACK = ("--technology", "RedoxStack", *RANGE, "3", "--area-cm2", "62.5")
LEAD_ACID = ("--technology", "LeadAcid", *RANGE, "3", "--capacity-ah", "44", "--chemistry", "Gel")


class TestAdd:
    @pytest.mark.parametrize("kind", [LITHIUM, STACK, LEAD_ACID], ids=["lithium", "stack", "lead"])
    def test_prints_the_id_alone_on_a_line(self, bem: Shell, database: Database, kind):
        said = bem("battery", "add", "Cell 7", *kind, "--made-on", "2026-03-18")
        assert said.status == 0, said
        made = battery_details(database, int(said.out)).battery
        assert said.out == f"{int(said.out)}\n"
        assert said.err == ""
        assert (made.name, made.serial_number) == ("Cell 7", "unknown")
        assert (made.current_min_a, made.voltage_max_v) == (-6, 4.2)
        assert f"{made.fabrication_date}" == "2026-03-18"

    def test_without_a_day_it_has_none(self, bem: Shell, database: Database):
        said = bem("battery", "add", "Cell 7", *LITHIUM, "--chemistry", "NMC")
        assert battery_details(database, int(said.out)).battery.fabrication_date is None
        assert said.err == ""
        again = bem.refused("battery", "add", "Cell 7", *LITHIUM, "--chemistry", "NMC")
        assert "is registered already" in again

    def test_a_half_cell(self, bem: Shell, database: Database):
        coin = ("--kind", "anode-half-cell", "--mass-g", "1.2 mg", "--area-cm2", "113 mm2")
        said = bem("battery", "add", "Coin", *LITHIUM, *coin, "--formation-cycles", "3")
        made = battery_details(database, int(said.out)).battery
        assert (made.cell_kind, made.active_mass_g) == (Kind.ANODE_HALF, 0.0012)
        assert (made.electrode_size_cm2, made.formation_cycles) == (1.13, 3)

    def test_the_capacity_and_the_electrolyte_of_a_stack(self, bem: Shell, database: Database):
        holds = ("--concentration-mol-per-l", "1600 mM", "--electrons", "1", "--capacity-ah", "8")
        said = bem("battery", "add", "Stack", *STACK, *holds)
        made = battery_details(database, int(said.out)).battery
        assert (made.cell_kind, made.capacity_ah) == (Kind.FLOW, 8)
        assert (made.electrolyte_mol_per_l, made.electrolyte_electrons) == (1.6, 1)

    def test_a_stack_has_an_electrolyte_in_the_place_of_a_chemistry(self, bem: Shell):
        words = bem.refused("battery", "add", "Stack", *STACK, "--chemistry", "NMC")
        assert "--chemistry: A stack has none: give its --electrolyte." in words

    @pytest.mark.parametrize(
        ("more", "named"),
        [
            (("--voltage-max", "2"), "--voltage-max: The lowest voltage"),
            (("--capacity-ah", "nan"), "--capacity-ah: The capacity is missing"),
            (("--chemistry", "Cheese"), "--chemistry: The chemistry must be one of: NMC"),
            (("--made-on", "18.3.2026"), "--made-on 18.3.2026 is not a day"),
            (("--made-on", "2999-01-01"), "--made-on: This day is in the future"),
            (("--technology", "Steam"), "Steam"),
            (("--current-min", "5"), "A discharge current has a minus: --current-min -5."),
            (("--current-max", "-3"), "A charge current has no minus: --current-max 3."),
            (("--capacity-ah", "2,5"), "'2,5' is not a number in Ah. Write it like 2.5"),
            (("--capacity-ah", "2 mA"), "'2 mA' is not a number in Ah"),
            (("--kind", "half"), "half"),
            (("--kind", "flow"), "--kind: The kind of a Lithium battery is: full cell"),
            (("--mass-g", "2 mAh"), "'2 mAh' is not a number in g"),
            (("--mass-g", "0"), "--mass-g: Give the active mass in g, above 0"),
            (("--electrons", "1"), "--electrons: This is for redox-flow stacks only"),
        ],
        ids=lambda more: more[0] if isinstance(more, tuple) else "",
    )
    def test_what_is_wrong_names_its_option(self, bem: Shell, more, named):
        assert named in bem.refused("battery", "add", "Cell 7", *LITHIUM, *more)

    def test_values_may_carry_their_unit(self, bem: Shell, database: Database):
        given = ("--voltage-min", "2500 mV", "--voltage-max", "4.2V", "--current-min", "-2500mA")
        more = ("--current-max", "1e3 uA", "--capacity-ah", "2 mAh", "--technology", "Lithium")
        number = bem.done("battery", "add", "Coin 1", *given, *more, "--made-on", "2026-03-18")
        made = battery_details(database, int(number)).battery
        assert (made.voltage_min_v, made.voltage_max_v) == (2.5, 4.2)
        assert (made.current_min_a, made.current_max_a, made.capacity_ah) == (-2.5, 0.001, 0.002)

    def test_the_help_says_what_a_kind_requires(self, bem: Shell):
        said = " ".join(bem("battery", "add", "--help").out.split())
        assert "Nominal capacity in Ah. Required, but for a stack." in said
        assert "Electrode area. Required for a stack." in said
