"""The statistics card of the experiment page."""

from dataclasses import replace

import pytest
from dash import html
from hypothesis import given
from hypothesis import strategies as st

from cycling.analysis.comparison import Comparison
from cycling.analysis.counters import Quantity, Reset
from cycling.analysis.statistics import ExperimentStatistics, InstructionTotals
from cycling.analysis.totals import Spread, Totals
from cycling.terms import Mode
from db.queries.profiles.compiled import CompiledRow
from pages.experiment.statistics.card import MOST, decimals, instruction_name, statistics_parts
from tests.unit.components.tree import as_json, find, nested_lists, of_type, text

NAMED = {
    1: CompiledRow(1, Mode.WAIT, 600.0, (("TIME", 600.0),)),
    2: CompiledRow(2, Mode.CC, 1.5, (("VOLTAGE", 4.2), ("TIME", 7200.0))),
    3: CompiledRow(3, Mode.CV, 4.2, (("CURRENT", 0.15),), line=7),
    4: CompiledRow(4, Mode.CP, -10.0, (("VOLTAGE", 2.5),), line=8, cycle=2, cycles=9),
    5: CompiledRow(5, Mode.CC, -3.0, (("TIME", 3600.0),), line=9, loops=((2, 3), (1, 4))),
}


def totals(**changes) -> Totals:
    values = {
        "executions": 3,
        "samples": 100,
        "duration_s": 36_000.0,
        "missing_s": 0.0,
        "charge_ah": 3.25,
        "discharge_ah": 0.0,
        "charge_wh": 12.3,
        "discharge_wh": 0.0,
        "voltage_v": Spread(2.5, 4.2, 3.7),
        "current_a": Spread(-3.0, 3.0, 0.0012),
        "temperature": Spread(None, None, None),
        **changes,
    }
    return Totals(**values)


def found(*instructions: int | None, temperature="", **changes) -> ExperimentStatistics:
    return ExperimentStatistics(
        deadband_a=0.0015,
        temperature_name=temperature,
        temperature_unit="degC" if temperature else "",
        whole=totals(**changes),
        instructions=tuple(InstructionTotals(one, totals(**changes)) for one in instructions),
    )


def card(statistics: ExperimentStatistics, named) -> dict:
    """Return what the card holds, as the browser gets it."""
    return as_json(html.Div(statistics_parts(statistics, named)))


def rows(drawn) -> list[str]:
    return [text(of_type(row, "Th")[0]) for row in of_type(of_type(drawn, "Tbody")[0], "Tr")]


@pytest.mark.parametrize(
    ("instruction", "words"),
    [
        (1, "1 WAIT 10 min"),
        (2, "2 CC 1.5 A until 4.2 V or 2 h"),
        (3, "Line 7: CV 4.2 V until 0.15 A"),
        (4, "Line 8, cycle 2: CP −10 W until 2.5 V"),
        (5, "Line 9, round 2.1: CC −3 A for 1 h"),
        (6, "Step id 6"),
        (0, "Step id 0"),
        (None, "No step id"),
    ],
)
def test_an_instruction_is_named_as_its_profile_says(instruction, words):
    assert instruction_name(instruction, NAMED) == words


def test_the_whole_comes_first_and_then_the_instructions():
    drawn = card(found(1, 2, 7, None), NAMED)
    assert rows(drawn) == [
        "Whole experiment",
        "1 WAIT 10 min",
        "2 CC 1.5 A until 4.2 V or 2 h",
        "Step id 7",
        "No step id",
    ]
    assert nested_lists(drawn) == []


def test_a_single_step_id_is_the_whole_and_is_not_repeated():
    assert rows(card(found(0), {})) == ["Whole experiment"]
    assert len(rows(card(found(2), NAMED))) == 2


def test_heads_carry_the_units_and_cover_their_columns():
    drawn = card(found(1, 2, temperature="Cell T1"), NAMED)
    groups, names = of_type(of_type(drawn, "Thead")[0], "Tr")
    heads = of_type(groups, "Th")
    assert all(text(one) for one in heads)  # where nothing stands above the names is no head
    cells = [*heads, *of_type(groups, "Td")]
    width = sum(one["props"].get("colSpan", 1) for one in cells)
    assert (
        width
        == len(of_type(names, "Th"))
        == 1 + len(of_type(of_type(of_type(drawn, "Tbody")[0], "Tr")[0], "Td"))
    )
    for words in ("Charge / Ah", "Energy / Wh", "Voltage / V", "Current / A", "Cell T1 / °C"):
        assert words in text(groups)
    assert "Time / h" in text(names)
    assert "Missing" not in text(names)


def test_a_channel_that_is_not_there_has_no_columns():
    assert "°C" not in text(card(found(), {}))


def test_missing_time_is_told_where_there_is_some():
    said = text(card(found(1, 2, missing_s=720.0), NAMED))
    assert "Missing12 min 0 s" in said
    assert "Missing / h" in said
    assert "In 12 min 0 s of gaps the current is not known" in said
    assert "gaps" not in text(card(found(1), NAMED))


def test_the_small_print_says_where_the_numbers_come_from():
    assert "Integrated within each step" in text(card(found(), {}))
    counter = Comparison(Quantity.CHARGE, "Capacity", Reset.STEP, 3.25, 3.25)
    assert "Counted by the instrument" in text(card(replace(found(), comparisons=(counter,)), {}))


def test_numbers_of_a_group_have_the_same_decimals_and_a_real_minus():
    (cells,) = [of_type(row, "Td") for row in of_type(card(found(), {}), "Tr")[2:3]]
    written = [text(cell) for cell in cells]
    assert written == [
        "3",
        "10.00",
        "3.250",
        "0",
        "12.30",
        "0",
        "2.500",
        "3.700",
        "4.200",
        "−3.000",
        "0.001",
        "3.000",
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], 0),
        ([None], 0),
        ([0.0], 0),
        ([3, 500], 0),
        ([4.2], 3),
        ([273.4], 1),
        ([1057.0], 0),
        ([0.00012], 6),
        ([1e-12], 6),
    ],
)
def test_decimals_suit_the_largest_number(values, expected):
    assert decimals(values) == expected


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), max_size=4))
def test_any_numbers_can_be_written(values):
    assert 0 <= decimals(values) <= 6


@pytest.mark.parametrize(("duration_s", "unit"), [(200.0, "s"), (7200.0, "min"), (1e6, "h")])
def test_durations_have_a_unit_that_suits_the_whole(duration_s, unit):
    assert f"Time / {unit}" in text(card(found(duration_s=duration_s), {}))


def test_a_long_profile_is_cut_and_that_is_told():
    drawn = card(found(*range(MOST + 5)), {})
    assert len(rows(drawn)) == MOST + 1
    assert f"The first {MOST} of {MOST + 5} instructions are listed." in text(drawn)


def test_an_unknown_value_is_blank():
    nothing = Spread(None, None, None)
    drawn = card(found(voltage_v=nothing, current_a=nothing), {})
    assert text(of_type(drawn, "Td")[-1]) == ""
    assert not find(drawn, children="nan")


def test_a_group_has_the_unit_that_suits_its_largest_value():
    micro = {
        "charge_ah": 1.91e-6,
        "discharge_ah": 4.7e-4,
        "charge_wh": 7e-6,
        "discharge_wh": 0.0,
        "current_a": Spread(-8.6583874e-05, 8.653391e-05, 1.2e-9),
    }
    drawn = card(found(1, 2, **micro), NAMED)
    said = text(drawn)
    heads = ("Charge / mAh", "Energy / µWh", "Voltage / V", "Current / µA")
    readings = ("Charged0.001910mAh", "Discharged0.4700mAh", "Energy in7.000µWh")
    assert [words for words in (*heads, *readings) if words not in said] == []
    assert "0.000000" not in said


def test_what_is_not_zero_is_never_written_as_zero():
    drawn = card(found(1, 2, current_a=Spread(-3.0, 3.0, -1e-5), discharge_ah=1e-6), NAMED)
    (cells,) = [of_type(row, "Td") for row in of_type(drawn, "Tr")[2:3]]
    assert [text(cells[place]) for place in (2, 3, 4, 5, 10)] == [
        "3.250",
        "≈ 0",
        "12.30",
        "0",
        "≈ 0",
    ]
