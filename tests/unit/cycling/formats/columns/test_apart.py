"""Current and power in two columns, one of charge and one of discharge."""

from dataclasses import replace

import numpy as np
import pytest

from cycling.formats import Field, read_measures, verify

ROWS = "0,3.5,1,0\n1,3.6,1,\n2,3.7,,\n3,3.6,0,{out}\n4,3.5,,{out}\n"


@pytest.mark.parametrize("out", ["2", "-2"], ids=["both above zero", "discharge below zero"])
@pytest.mark.parametrize(
    ("names", "factor"),
    [
        ("Charge Current (A),Discharge Current (A)", 1),
        ("I_chg [mA],I_dchg [mA]", 1e-3),
        ("Ladestrom,Entladestrom", 1),
    ],
)
def test_the_current_is_their_difference(proposed, names, factor, out):
    table, mapping = proposed(f"t (s),U,{names}\n{ROWS.format(out=out)}")
    result = verify(table, mapping)
    assert result.ok
    (said,) = [one.text for one in result.mapping.inferred if one.kind == "current"]
    assert repr(names.split(",")[0]) in said
    (block,) = read_measures(table, result.mapping)
    expected = np.array([1, 1, np.nan, -2, -2]) * factor
    np.testing.assert_allclose(block.current_a, expected, rtol=1e-12)


def test_the_power_is_their_difference(proposed):
    rows = "0,3.5,1,3.5,0\n1,3.6,1,3.6,0\n2,3.5,-1,0,3.5\n"
    table, mapping = proposed(f"t (s),U,I,Charge Power (W),Discharge Power (W)\n{rows}")
    (block,) = read_measures(table, replace(mapping, positive_is_charge=True))
    assert block.power_w.tolist() == [3.5, 3.6, -3.5]


def test_what_is_not_clear_stays_as_it_is(proposed):
    names = "Charge Current 1 (A),Charge Current 2 (A),Discharge Current (A)"
    _, mapping = proposed(f"t (s),U,{names}\n0,3.5,1,1,0\n1,3.6,1,1,0\n")
    assert not mapping.has(Field.CURRENT)
    _, mapping = proposed("t (s),U,I,Charge Current (A),Discharge Current (A)\n0,3.5,1,1,0\n")
    assert mapping.column(Field.CHARGE_CURRENT) is None
