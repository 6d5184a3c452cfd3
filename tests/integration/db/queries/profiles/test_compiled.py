"""The instructions of an experiment's profile, on each engine."""

from cycling.terms import LimitType, Mode
from db.engine import Database
from db.models import Instruction
from db.queries.profiles.compiled import CompiledRow, profile_instructions
from tests.unit.db.lab import add_experiment, add_profile


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
