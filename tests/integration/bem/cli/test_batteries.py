"""`bem battery`."""

import pytest

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

    def test_the_day_that_was_taken_is_said(self, bem: Shell, database: Database):
        said = bem("battery", "add", "Cell 7", *LITHIUM, "--chemistry", "NMC")
        assert f"{battery_details(database, int(said.out)).battery.fabrication_date}" in said.err
        again = bem.refused("battery", "add", "Cell 7", *LITHIUM, "--chemistry", "NMC")
        assert "is registered already" in again

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
