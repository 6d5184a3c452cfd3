"""Programs as plain values for stations of our own protocol."""

import json

from hypothesis import given

from cycling.profile import reference_rows, resolve, row_count
from cycling.profile.wire import exact_instructions, safety_limits
from tests.unit.cycling.profile.profiles import many, profiles
from tests.unit.cycling.profile.texts import WHOLE, program_of


def test_every_limit_travels():
    program = program_of(WHOLE)
    third = list(exact_instructions(program))[2]
    assert third == {
        "mode": "CV_MODE",
        "set_point": 4.2,
        "limits": [{"type": "CURRENT", "value": 0.15}, {"type": "TIME", "value": 7200.0}],
        "max_current": 1.5,
        "step": 3,
        "cycle": 1,
    }
    assert safety_limits(program) == {
        "voltage": (2.4, 4.25),
        "current": (-6.0, 6.0),
        "temperature": (0.0, 45.0),
    }


def test_the_rows_of_a_long_step_share_its_time():
    first, second, after = exact_instructions(program_of("WAIT, 10000\nCC, 1, TIME, 60"))
    assert first == second
    assert first["limits"] == [{"type": "TIME", "value": 5000.0}]
    assert [first["step"], second["step"], after["step"]] == [1, 1, 2]


def test_a_program_is_unrolled_one_by_one():
    program = program_of("REPEAT 1000000\nREPEAT 1000000\nWAIT, 5\nEND\nEND")
    assert next(exact_instructions(program))["step"] == 1


@many
@given(profiles())
def test_there_is_one_for_each_reference_row_and_all_are_json(profile):
    program = resolve(profile, 3).program
    if program is None or row_count(program) > 2000:
        return
    found = list(exact_instructions(program))
    rows = reference_rows(program).rows
    assert [one["mode"] for one in found] == [row.mode.value for row in rows]
    assert json.loads(json.dumps(found, allow_nan=False)) == found
