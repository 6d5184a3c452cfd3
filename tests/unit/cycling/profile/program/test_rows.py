"""The rows of the Instructions table and where they come from."""

from decimal import Decimal

import pytest
from hypothesis import given

from cycling.profile import compile_rows, parse, reference_rows, resolve, row_count
from cycling.profile.checks.capabilities import MAX_WHOLE
from cycling.terms import LimitType, Mode
from tests.unit.cycling.profile.profiles import flat_profiles, many, profiles
from tests.unit.cycling.profile.texts import WHOLE, places, program_of


def rows_of(text, capacity_ah=Decimal(3)):
    return [
        (row.id, row.mode.value, row.set_point, row.limit_type.value, row.limit_point)
        for row in compile_rows(program_of(text, capacity_ah)).rows
    ]


def test_lines_of_the_old_application():
    assert rows_of(
        "WAIT, 600\nCC, 1, VOLTAGE, 4.2\nCV, 4.2, CURRENT, 0.05\nCP, 10, VOLTAGE, 4.2"
    ) == [
        (1, "WAIT", 600_000, "TIME", 600_000),
        (2, "CC_MODE", 1000, "VOLTAGE", 4200),
        (3, "CV_MODE", 4200, "CURRENT", 50),
        (4, "CP_MODE", 10_000, "VOLTAGE", 4200),
    ]


def test_c_rates_take_the_capacity():
    assert rows_of("CC, C/2, VOLTAGE, 4.2\nCC, -C/3, VOLTAGE, 3", Decimal("3.3")) == [
        (1, "CC_MODE", 1650, "VOLTAGE", 4200),
        (2, "CC_MODE", -1100, "VOLTAGE", 3000),
    ]


def test_a_c_rate_without_capacity_is_an_error_with_its_place():
    resolved = resolve(parse("WAIT, 1\nCC, C/2, VOLTAGE, 4.2\nCC, 1, CAPACITY, 50%").profile)
    assert resolved.program is None
    assert places(resolved.problems) == [(2, 5), (3, 18)]


@pytest.mark.parametrize("capacity_ah", [0, -1, float("nan"), float("inf")])
def test_a_capacity_is_above_zero(capacity_ah):
    with pytest.raises(ValueError, match="above 0"):
        resolve(parse("WAIT, 1").profile, capacity_ah)


@pytest.mark.parametrize(
    ("amperes", "milliamperes"),
    [("1.001", 1001), ("1.0005", 1000), ("1.0015", 1002), ("-1.0005", -1000), ("0.1255", 126)],
)
def test_halves_go_to_the_even_neighbour(amperes, milliamperes):
    assert rows_of(f"CC, {amperes}, VOLTAGE, 4.2")[0][2] == milliamperes


def test_a_value_that_would_become_zero_is_refused():
    flat = compile_rows(program_of("CV, 4.2, CURRENT, C/20", Decimal("0.002")))
    assert flat.rows == ()
    assert "0.0001 A becomes 0" in flat.problems[0].message
    assert places(flat.problems) == [(1, 19)]


def test_a_value_that_rounding_moves_is_told():
    flat = compile_rows(program_of("CC, 0.0124, VOLTAGE, 4.2"))
    assert flat.rows[0].set_point == 12
    assert places(flat.problems, "warning") == [(1, 5)]


def test_a_long_time_is_shared_by_rows_of_one_step():
    flat = compile_rows(program_of("WAIT, 10000\nCC, 0.1, TIME, 8h\nWAIT, 8388.607"))
    waits, currents, last = flat.rows[:2], flat.rows[2:6], flat.rows[6]
    assert [row.limit_point for row in waits] == [row.set_point for row in waits] == [5_000_000] * 2
    assert sum(row.limit_point for row in currents) == 8 * 3_600_000
    assert {row.set_point for row in currents} == {100}
    assert last.limit_point == MAX_WHOLE
    assert [origin.step for origin in flat.origins] == [1, 1, 2, 2, 2, 2, 3]


def test_the_map_says_cycle_line_and_rounds():
    cycle = "REPEAT 3 CYCLES\nCC, 1, VOLTAGE, 4\nCC, -1, VOLTAGE, 3\nEND\n"
    text = f"WAIT, 1\nREPEAT 2\n{cycle}END\nWAIT, 2"
    flat = compile_rows(program_of(text))
    assert len(flat.rows) == row_count(program_of(text)) == 14
    first, cycle, last = flat.origins[0], flat.origins[9], flat.origins[-1]
    assert (first.text, last.text) == ("line 1", "line 8")
    assert cycle.text == "cycle 5 of 6, line 4"
    assert cycle.iterations == ((2, 2), (2, 3))
    assert [one.cycle for one in flat.origins[1:13:2]] == [1, 2, 3, 4, 5, 6]
    assert [one.step for one in flat.origins] == list(range(1, 15))


def test_a_plain_loop_counts_rounds():
    flat = compile_rows(program_of("REPEAT 3\nWAIT, 5\nEND"))
    assert [one.text for one in flat.origins] == [f"round {n} of 3, line 2" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("count", "severity"), [(2000, None), (2001, "warning"), (20_000, "warning"), (20_001, "error")]
)
def test_many_rows_are_told_and_too_many_refused(count, severity):
    flat = compile_rows(program_of(f"REPEAT {count}\nWAIT, 5\nEND"))
    assert [one.severity for one in flat.problems] == ([severity] if severity else [])
    assert len(flat.rows) == (0 if severity == "error" else count)


def test_huge_loops_are_refused_without_unrolling():
    text = "REPEAT 1000000\n" * 4 + "WAIT, 5\n" + "END\n" * 4
    flat = compile_rows(program_of(text))
    assert "1,000,000,000,000,000,000,000,000 rows" in flat.problems[0].message


def test_what_the_table_cannot_hold_is_refused_by_line():
    flat = compile_rows(program_of(WHOLE))
    assert flat.rows == ()
    assert {line for line, _ in places(flat.problems)} == {2, 7, 11, 12}


def test_reference_rows_stand_for_an_exact_program():
    program = program_of(WHOLE)
    flat = reference_rows(program)
    assert len(flat.rows) == program.instruction_count
    assert flat.rows[2].limit_type is LimitType.CURRENT
    assert flat.rows[-1].mode is Mode.CC
    assert flat.rows[-1].set_point == 1500


@many
@given(flat_profiles)
def test_rows_fit_the_columns_and_say_what_the_program_says(profile):
    program = resolve(profile, 3).program
    flat = compile_rows(program)
    if not flat.rows:
        assert any(one.severity == "error" for one in flat.problems)
        return
    assert [row.id for row in flat.rows] == list(range(1, row_count(program) + 1))
    by_step = {}
    for row, origin in zip(flat.rows, flat.origins, strict=True):
        assert abs(row.set_point) <= MAX_WHOLE
        assert abs(row.limit_point) <= MAX_WHOLE
        if row.mode is Mode.WAIT:
            assert row.set_point == row.limit_point
            assert row.limit_type is LimitType.TIME
        by_step.setdefault(origin.step, []).append(row)
    for executed in program.executed():
        rows, step = by_step[executed.step], executed.instruction
        (limit,) = step.limits
        assert {row.mode for row in rows} == {step.mode}
        assert {row.limit_type.value for row in rows} == {limit.kind.value}
        assert abs(sum(row.limit_point for row in rows) - limit.value * 1000) <= Decimal("0.5")
        if step.mode is not Mode.WAIT:
            assert all(abs(row.set_point - step.set_point * 1000) <= 0.5 for row in rows)


@many
@given(profiles())
def test_reference_rows_always_fit(profile):
    program = resolve(profile, 3).program
    if program is None:
        return
    flat = reference_rows(program) if row_count(program) < 3000 else None
    for row in flat.rows if flat else ():
        assert max(abs(row.set_point), abs(row.limit_point)) <= MAX_WHOLE
