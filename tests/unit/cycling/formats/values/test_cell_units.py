"""Numbers with their unit in the cell."""

import numpy as np
import pyarrow as pa
import pytest

from cycling.formats import read_measures, verify
from cycling.formats.values.cell_units import split_cell, unit_of_cells, with_units
from cycling.formats.values.numbers import parse_numbers


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("3.701 V", ("3.701", "V")),
        ("3,701V", ("3,701", "V")),
        ("-1.2e-3 µA", ("-1.2e-3", "uA")),
        ("1 200,5 mAh", ("1 200,5", "mAh")),
        ("25.1 °C", ("25.1", "degC")),
        ("1.5D+01 min", ("1.5D+01", "min")),
        ("3.701", None),
        ("1A", None),  # may be a channel
        ("2 cells", None),
        ("V", None),
        ("2026-05-01 10:00", None),
    ],
)
def test_a_cell_is_a_number_and_its_unit(cell, parts):
    assert split_cell(cell) == parts


def test_the_unit_of_a_column_is_that_of_most_cells():
    assert unit_of_cells(["1 A", "2 A", "500 mA", ""]) == "A"
    assert unit_of_cells(["1", "2", "3 A"]) is None
    assert unit_of_cells(["25 C"], "Temperature") == "degC"


@pytest.mark.parametrize(
    ("unit", "cells", "values"),
    [
        ("V", ["3.7 V", "3701 mV", "3.7", "3.7 A", "x", None], [3.7, 3.701, 3.7, None, None, None]),
        ("s", ["90 s", "1.5 min", "0.5 h"], [90, 90, 1800]),
        ("mAh", ["1 Ah", "3.6 C", "7 mAh"], [1000, 1, 7]),
    ],
)
def test_cells_in_units_like_it_are_read_in_that_of_the_column(unit, cells, values):
    column = pa.array(cells)
    read = with_units(column, parse_numbers(column, "."), unit, ".", thousands=False)
    expected = np.array([np.nan if value is None else value for value in values])
    np.testing.assert_allclose(read.values, expected, rtol=1e-15)
    bad = [value is None and cell is not None for cell, value in zip(cells, values, strict=True)]
    assert (read.bad if read.bad is not None else np.zeros(len(cells), bool)).tolist() == bad


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Time,Voltage,Current", "{t} s,{v:.4f} V,{i} A"),
        ("Zeit;Spannung;Strom", "{m} min;{v_comma} V;{ma} mA"),
        ("Time (s),Voltage (V),Current (A)", "{t},{mv:.1f} mV,{i}.0D+00 A"),
        ("t,U,I", "{t} s,{v:.4f}V,{ma} mA"),
    ],
)
def test_a_table_with_units_in_its_cells_is_read(proposed, head, row):
    rows = []
    for n in range(60):
        volts = 3.4 + n / 100
        comma = f"{volts:.4f}".replace(".", ",")
        given = {"t": n * 60, "m": n, "v": volts, "mv": volts * 1000, "v_comma": comma}
        rows.append(row.format(**given, i=1, ma=1000))
    table, mapping = proposed("\n".join([head, *rows, ""]))
    result = verify(table, mapping)
    assert (result.ok, result.problems, result.rows) == (True, (), 60)
    (block,) = read_measures(table, result.mapping)
    assert block.test_time_s[-1] == 59 * 60
    assert block.voltage_v[0] == 3.4
    assert block.voltage_v[-1] == pytest.approx(3.99, abs=1e-9)
    assert set(block.current_a) == {1.0}


def test_another_quantity_in_a_cell_is_an_error(proposed):
    table, mapping = proposed("t (s),U (V),I (A)\n0,3.7 V,1 A\n60,3.7 A,1 A\n120,3.8 V,1 A\n")
    result = verify(table, mapping)
    assert [(p.code, p.row) for p in result.problems if p.severity == "error"] == [("cell", 3)]
