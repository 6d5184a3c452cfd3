"""The instructions of an experiment's profile, on each engine."""

from cycling.profile import OWN_PROTOCOL
from cycling.terms import LimitType, Mode
from db.commands.profiles import compile_text
from db.engine import Database
from db.models import Instruction
from db.queries.profiles.compiled import (
    CompiledRow,
    compiled_profiles,
    profile_instructions,
    split_steps,
)
from tests.unit.db.lab import BY, add_experiment, add_profile


def instruction(profile: int, number: int, mode: Mode, set_point: int) -> Instruction:
    return Instruction(
        id=number,
        profile_id=profile,
        mode=mode,
        set_point=set_point,
        limit_type=LimitType.VOLTAGE,
        limit_point=4200,
    )


def test_instructions_are_those_of_the_profile_in_user_units(database: Database):
    mine, other = add_profile(database, "Mine"), add_profile(database, "Other")
    with database.write() as session:
        session.add_all(
            [
                instruction(mine, 2, Mode.CP, -10_000),
                instruction(mine, 1, Mode.CC, 1500),
                instruction(other, 1, Mode.CC, 9),
            ]
        )
    experiment = add_experiment(database, profile_id=mine)
    assert profile_instructions(database, experiment) == {
        1: CompiledRow(1, Mode.CC, 1.5, (("VOLTAGE", 4.2),)),
        2: CompiledRow(2, Mode.CP, -10.0, (("VOLTAGE", 4.2),)),
    }


def test_a_profile_without_instructions_has_none(database: Database):
    assert profile_instructions(database, add_experiment(database)) == {}
    assert profile_instructions(database, 4711) == {}


def test_a_time_that_is_too_long_for_a_row_is_one_step(database: Database):
    text = "CC, 0.0124, TIME, 5d\nREPEAT 2\nWAIT, 5d\nWAIT, 1h\nEND\n"
    made = compile_text(
        database, text, name="Calendar", capacity_ah=None, capabilities=OWN_PROTOCOL, by=BY
    )
    compiled = compiled_profiles(database, [made])[made]
    assert [(row.mode, row.line, row.limits) for row in compiled.rows] == [
        (Mode.CC, 1, (("TIME", 432_000.0),)),
        *[(Mode.WAIT, 3, (("TIME", 432_000.0),)), (Mode.WAIT, 4, (("TIME", 3600.0),))] * 2,
    ]
    first, second = compiled.rows[:2]
    assert first.set_point == 0.0124  # not the whole mA of the table
    assert second.ids == tuple(range(53, 105))
    assert [compiled.places[id_] for id_ in (53, 104, 105)] == [1, 1, 2]
    assert [second.before_s(id_) for id_ in (53, 54, 104)] == [0.0, 8307.692, 423_692.307]
    experiment = add_experiment(database, profile_id=made)
    assert profile_instructions(database, experiment)[104] == second
    with database.read() as session:
        assert split_steps(session, experiment).tolist() == [[1, 52], [53, 104], [106, 157]]
