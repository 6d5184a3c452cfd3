"""The profile that was run, of an import: its fixed rows, which the file's step ids name."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from cycling.battery.chemistry import model_of_described
from cycling.battery.description import NewBattery
from cycling.errors import InputError, NotFoundError
from cycling.profile import OWN_PROTOCOL, reference_rows
from db.commands.audit import By
from db.commands.profiles.compiling import checked_program, compile_text, compile_version
from db.engine import Database
from db.models import Profile


@dataclass(frozen=True)
class RunProfile:
    """The fixed profile that was run, and how many instructions it has: step ids name them."""

    id: int
    instructions: int


@dataclass(frozen=True)
class GivenProfile:
    """A profile that somebody says was run: a version of the library, or a text with a name."""

    text: str
    name: str = ""
    version_id: int | None = None


def count_instructions(given: GivenProfile, capacity_ah: float | None) -> int:
    """Return how many instructions a profile has; RefusedProfileError says what is wrong in it.

    It ran on a cycler that nobody knows, so it is held against no station and no battery.
    """
    program = checked_program(given.text, capacity_ah, OWN_PROTOCOL)
    return max((row.id for row in reference_rows(program).rows), default=0)


def fixed_profile(
    database: Database,
    given: GivenProfile,
    battery: NewBattery,
    *,
    highest: float | None,
    by: By,
) -> RunProfile:
    """Return the profile for a battery, its rows made unless they are there.

    `highest` is the file's highest step id, None without any. Raises InputError for a file that
    is not of this profile, RefusedProfileError, and NotFoundError for a version that is gone.
    """
    instructions = count_instructions(given, battery.capacity_ah)
    refuse_other_steps(instructions, highest)
    how: dict[str, Any] = {
        "capacity_ah": battery.capacity_ah,
        "capabilities": OWN_PROTOCOL,
        "model": model_of_described(battery),
        "by": by,
    }
    if given.version_id is not None:
        return RunProfile(compile_version(database, given.version_id, **how), instructions)
    made = compile_text(database, given.text, name=given.name, **how)
    return RunProfile(made, instructions)


def refuse_other_steps(instructions: int, highest: float | None) -> None:
    """Refuse a file whose highest step id the profile does not have; None for one without any."""
    if highest is None:
        raise InputError(
            "The file has no step ids, so its rows cannot be tied to a profile. Say which column "
            "is Step ID, or import it without a profile."
        )
    if highest > instructions:
        raise InputError(
            f"The file has step id {highest:.0f}, the profile has {instructions} "
            "instructions: it is not the one that was run. Give another one, or none."
        )


def take_profile(session: Session, run: RunProfile) -> None:
    """Let nobody delete the profile before we commit. Raises NotFoundError if it is gone."""
    if session.get(Profile, run.id, with_for_update={"read": True}) is None:
        raise NotFoundError("The chosen profile does not exist any more. Choose another one.")
