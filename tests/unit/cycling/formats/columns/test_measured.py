"""Columns of what was measured beside those of what was set."""

import pytest

from cycling.formats import Field
from cycling.formats.columns.measured import measured_of


@pytest.mark.parametrize(
    ("name", "rest"),
    [
        ("voltagemeas", "voltage"),
        ("measuredcurrent", "current"),
        ("uist", "u"),
        ("istspannung", "spannung"),
        ("tensionmesurée", "tension"),
        ("voltage", ""),
        ("voltageset", ""),
        ("real", ""),
    ],
)
def test_a_name_says_what_was_measured(name, rest):
    assert measured_of(name) == rest


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("U_set (V)", "U_meas (V)", "I_set (A)", "I_meas (A)"), 2),
        (("Sollspannung [V]", "Istspannung [V]", "Sollstrom [A]", "Iststrom [A]"), 2),
        (("Voltage (V)", "Measured Voltage (V)", "Current (A)", "Current (A) actual"), 1),
        (("voltage_setpoint_v", "voltage_actual_v", "current_setpoint_a", "current_actual_a"), 2),
        (("Vset", "Vmeas", "Iset", "Imeas"), 2),
        (("Volts target", "Volts", "Amps target", "Amps"), 0),
    ],
)
def test_the_measured_one_is_taken_and_said(proposed, labels, said):
    rows = "".join(f"{n * 60},4.2,{3.5 + n / 100},2,1\n" for n in range(30))
    _, mapping = proposed(f"Time (s),{','.join(labels)}\n{rows}")
    voltage = mapping.column(Field.VOLTAGE)
    assert voltage is not None
    assert voltage.label == labels[1]
    told = [one for one in mapping.inferred if one.kind in ("voltage", "current")]
    assert len(told) == said
    assert all(repr(labels[1]) in one.text for one in told if one.kind == "voltage")


def test_what_was_set_alone_is_no_voltage(proposed):
    rows = "".join(f"{n * 60},4.2,1\n" for n in range(30))
    _, mapping = proposed(f"Time (s),Voltage set (V),Current (A)\n{rows}")
    assert mapping.column(Field.VOLTAGE) is None
