"""The tables of a report."""

import numpy as np
import pytest

from cycling.analysis.integration import Samples
from cycling.analysis.statistics import statistics
from cycling.terms import Mode
from db.queries.profiles.compiled import CompiledRow
from pages.experiment.report import tables

CHARGE = CompiledRow(1, Mode.CC, 1.5, (("VOLTAGE", 4.2),))


def found(instruction, temperature_name=""):
    count = len(instruction)
    amps = np.where(np.arange(count) % 2, -3.6, 3.6)
    columns = [np.arange(count) * 1000.0, np.full(count, 3.7), amps, np.array(instruction, float)]
    rows = Samples(*columns, *(np.full(count, np.nan) for _ in range(3)))
    return statistics([rows], deadband_a=0.0, temperature_name=temperature_name)


def test_each_instruction_has_a_row_with_its_words():
    grid, left_out = tables.statistics_table(found([1, 2, 2, np.nan]), {1: CHARGE})
    assert [name for name, _ in grid.rows] == [
        *("Whole experiment", "1 CC 1.5 A until 4.2 V", "Step id 2", "No step id")
    ]
    charged = grid.heads.index("In")
    assert [numbers[charged] for _, numbers in grid.rows] == ["2.250", "1.000", "1.250", "0"]
    assert all(len(numbers) == len(grid.heads) for _, numbers in grid.rows)
    assert sum(width for _, width in grid.groups) == len(grid.heads)
    assert left_out == ""


def test_many_instructions_are_added_up_by_the_lines_of_the_profile():
    stats = found([number for number in range(1, 101) for _ in range(2)])
    lines = {
        number: CompiledRow(number, Mode.CC, number % 2, (), line=3 + number % 2)
        for number in range(1, 101)
    }
    grid, left_out = tables.statistics_table(stats, lines)
    assert [(name, numbers[0]) for name, numbers in grid.rows[1:]] == [
        *(("Line 3: CC 0 A", "50"), ("Line 4: CC 1 A", "50"))
    ]
    assert left_out == "100 instructions; those of the same line are added up."
    charged = grid.heads.index("In")
    whole, *parts = (float(numbers[charged]) for _, numbers in grid.rows)
    assert sum(parts) == pytest.approx(whole, rel=1e-3)
    volts = slice(grid.heads.index("Min"), grid.heads.index("Max") + 1)
    assert grid.rows[1][1][volts] == ["3.700", "", "3.700"]  # means are not added up
    alone, _ = tables.statistics_table(found([1, 1, 2, 2]), lines)
    assert len(alone.rows) == 3  # few are listed one by one


def test_one_instruction_is_the_whole():
    grid, _ = tables.statistics_table(found([0, 0]), {})
    assert [name for name, _ in grid.rows] == ["Whole experiment"]


def test_a_temperature_has_its_name_and_no_unit_that_nobody_gave():
    grid, _ = tables.statistics_table(found([0, 0], "temp_body"), {})
    assert grid.groups[-1] == ("temp_body", 3)
    assert grid.rows[0][1][-3:] == ["", "", ""]


def test_a_long_list_is_cut_and_says_so():
    instructions = dict.fromkeys(range(20_000), CHARGE)
    table = tables.instructions_table(instructions)
    assert len(table.rows) == tables.MOST_ROWS
    assert table.note == "200 of 20,000 are shown."
