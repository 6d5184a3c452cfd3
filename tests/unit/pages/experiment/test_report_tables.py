"""The tables of a report."""

import numpy as np
import pytest

from cycling.analysis.integration import Samples
from cycling.analysis.statistics import statistics
from cycling.terms import Mode
from db.queries.profiles.compiled import CompiledRow
from pages.experiment import report_tables

CHARGE = CompiledRow(1, Mode.CC, 1.5, (("VOLTAGE", 4.2),))


def found(instruction, temperature_name=""):
    count = len(instruction)
    amps = np.where(np.arange(count) % 2, -3.6, 3.6)
    columns = [np.arange(count) * 1000.0, np.full(count, 3.7), amps, np.array(instruction, float)]
    rows = Samples(*columns, *(np.full(count, np.nan) for _ in range(3)))
    return statistics([rows], deadband_a=0.0, temperature_name=temperature_name)


def test_each_instruction_has_a_row_with_its_words():
    sums, spreads = report_tables.instruction_tables(found([1, 2, 2, np.nan]), {1: CHARGE})
    assert [row[0] for row in sums.rows] == ["1 CC 1.5 A until 4.2 V", "Step id 2", "No step id"]
    assert [row[4] for row in sums.rows] == ["1", "1.25", "0"]
    assert all(len(row) == len(sums.columns) for row in sums.rows)
    assert all(len(row) == len(spreads.columns) == 7 for row in spreads.rows)


def test_many_instructions_are_added_up_by_the_lines_of_the_profile():
    stats = found([number for number in range(1, 101) for _ in range(2)])
    lines = {
        number: CompiledRow(number, Mode.CC, number % 2, (), line=3 + number % 2)
        for number in range(1, 101)
    }
    sums, spreads = report_tables.instruction_tables(stats, lines)
    assert [row[:2] for row in sums.rows] == [["Line 3: CC 0 A", "50"], ["Line 4: CC 1 A", "50"]]
    assert sums.note == "100 instructions; those of the same line are added up."
    charge = sum(float(row[4]) for row in sums.rows)
    assert charge == pytest.approx(stats.whole.charge_ah, rel=1e-4)
    assert [column.title for column in spreads.columns[1:3]] == [
        "Voltage / V, lowest",
        "Voltage / V, highest",
    ]
    assert spreads.rows[0][1:] == ["3.7", "3.7", "−3.6", "3.6"]
    alone, _ = report_tables.instruction_tables(found([1, 1, 2, 2]), lines)
    assert len(alone.rows) == 2  # few are listed one by one


def test_one_instruction_is_the_whole():
    assert report_tables.instruction_tables(found([0, 0]), {}) == []


def test_a_temperature_has_its_name_and_no_unit_that_nobody_gave():
    table = report_tables.whole_tables(found([0, 0], "temp_body"))[1]
    assert [row[0] for row in table.rows] == ["Voltage / V", "Current / A", "temp_body"]
    assert table.rows[2][1:] == ["", "", ""]


def test_a_long_list_is_cut_and_says_so():
    instructions = dict.fromkeys(range(20_000), CHARGE)
    table = report_tables.instructions_table(instructions)
    assert len(table.rows) == report_tables.MOST_ROWS
    assert table.note == "200 of 20,000 are shown."
