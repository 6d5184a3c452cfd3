import pytest

from cycling.formats import BatteryLimits, battery_problems, verify

CELL = BatteryLimits(least_v=2.5, most_v=4.25, most_a=6.0, capacity_ah=3.0)


def checked(proposed, *, volt=1.0, ampere=1.0, second=1.0, labels="Time (s),U (V),I (A)"):
    rows = [f"{60 * n * second},{(3.3 + 0.01 * n) * volt},{ampere}" for n in range(60)]
    table, mapping = proposed(labels + "\n" + "\n".join(rows) + "\n")
    return verify(table, mapping)


@pytest.mark.parametrize(
    ("factors", "code", "option"),
    [
        ({"volt": 1000}, "battery-voltage", "U (V)=voltage:mV"),
        ({"volt": 0.001}, "battery-voltage", ""),
        ({"ampere": 1000}, "battery-current", "I (A)=current:mA"),
        ({"second": 1000}, "battery-charge", ""),
    ],
)
def test_what_the_battery_cannot_have_is_a_question(proposed, factors, code, option):
    problems = battery_problems(checked(proposed, **factors), CELL)
    assert {p.severity for p in problems} == {"question"}
    assert {p.code: p.option for p in problems}[code] == option


@pytest.mark.parametrize("spoilt", [5.3, 6.5])
def test_a_voltage_far_over_the_limit_is_a_warning_with_its_row(proposed, spoilt):
    rows = [f"{60 * n},{spoilt if n == 30 else 3.3 + 0.01 * n},1" for n in range(60)]
    table, mapping = proposed("Time (s),U (V),I (A)\n" + "\n".join(rows) + "\n")
    result = verify(table, mapping)
    (problem,) = battery_problems(result, CELL)
    assert (problem.severity, problem.code, problem.row) == ("warning", "battery-over", 32)
    assert f"up to {spoilt} V in this row, and the battery allows 4.25 V" in problem.text


def test_states_say_the_direction_of_a_current_without_sign(proposed):
    """30 charges and discharges are not one of 30 times the capacity."""
    states = ["Charge", "Rest", "Discharge", "Rest"] * 60
    rows = [f"{3600 * n},3.5,{3 * (n % 2 == 0)},{state}" for n, state in enumerate(states)]
    table, mapping = proposed("Time (s),U (V),I (A),State\n" + "\n".join(rows) + "\n")
    result = verify(table, mapping)
    assert (result.mapping.sign_by_state, result.most_ah) == (True, pytest.approx(3))
    assert battery_problems(result, CELL) == ()


def test_a_test_within_and_somewhat_beyond_the_limits_is_none(proposed):
    for factors in (
        {},
        {"volt": 1.1, "ampere": 2.5},
        {"ampere": -1.0},
        {"ampere": 1e-6},
        {"second": 20},
    ):
        assert battery_problems(checked(proposed, **factors), CELL) == ()
    assert battery_problems(checked(proposed, volt=1000), BatteryLimits()) == ()


def test_a_few_spikes_are_no_wrong_unit(proposed):
    rows = [f"{60 * n},{38.0 if n == 30 else 3.3 + 0.01 * n},1.0" for n in range(60)]
    table, mapping = proposed("Time (s),U (V),I (A)\n" + "\n".join(rows) + "\n")
    found = battery_problems(verify(table, mapping), CELL)
    (spike,) = [one for one in found if one.code == "battery-voltage"]
    assert spike.row == 32
    assert "goes up to 38 V" in spike.text
    assert "unit" not in spike.text
    assert "correct the few that are not, or choose another battery" in spike.text
    assert spike.option == ""


def test_of_another_battery_no_unit_is_named(proposed):
    (found,) = battery_problems(checked(proposed), BatteryLimits(least_v=0.01, most_v=1.5))
    assert "may be" not in found.text
    assert found.option == ""


def test_a_channel_without_a_cell_is_a_warning(proposed):
    (problem,) = battery_problems(checked(proposed, volt=1e-4), CELL)
    assert (problem.severity, problem.code) == ("warning", "battery-voltage")
    assert "the battery's lowest voltage is 2.5 V" in problem.text


def test_a_rest_between_two_charges_adds_nothing(proposed):
    rows = ["0,3.3,1.0", "3600,3.4,1.0", "900000,3.4,0", "903600,3.5,1.0"]
    table, mapping = proposed("Time (s),U (V),I (A)\n" + "\n".join(rows) + "\n")
    assert verify(table, mapping).most_ah == pytest.approx(2.0)


@pytest.mark.parametrize(("ampere", "codes"), [(0.001, ["battery-little"]), (1, [])])
def test_hardly_any_charge_through_all_voltages_is_a_warning(proposed, ampere, codes):
    """Amperes in a column that says mA: nothing else in such a file speaks against it."""
    rows = [f"{60 * n},{3.0 + 0.02 * n},{ampere}" for n in range(60)]
    table, mapping = proposed("Time (s),U (V),I (A)\n" + "\n".join(rows) + "\n")
    found = battery_problems(verify(table, mapping), CELL)
    assert [problem.code for problem in found] == codes
    assert all(problem.severity == "warning" for problem in found)
