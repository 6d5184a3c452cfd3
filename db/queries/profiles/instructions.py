"""The instructions of an experiment's profile, in user units."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from cycling.terms import LimitType, Mode
from db.engine import Database
from db.models import Experiment, Instruction

MOST = 20_000  # a longer profile is not accepted


@dataclass(frozen=True)
class InstructionFacts:
    """One instruction: set-point and limit in A, V, W or s, as its mode and limit say."""

    mode: Mode
    set_point: float
    limit_type: LimitType
    limit_point: float


def profile_instructions(database: Database, experiment_id: int) -> Mapping[int, InstructionFacts]:
    """Return the instructions that the experiment's profile has, by their ids."""
    with database.read() as session:
        found = session.scalars(
            select(Instruction)
            .join(Experiment, Experiment.profile_id == Instruction.profile_id)
            .where(Experiment.id == experiment_id)
            .order_by(Instruction.id)
            .limit(MOST)
        )
        return {
            one.id: InstructionFacts(
                one.mode, one.set_point / 1000, one.limit_type, one.limit_point / 1000
            )
            for one in found
        }
