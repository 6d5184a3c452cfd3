"""Profiles of the WattRex application that an adopted database brought along."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, select

from cycling.errors import NotFoundError
from cycling.profile.program.rows import text_of_rows
from db.engine import Database
from db.facts import facts
from db.models import Battery, CompiledVersion, Experiment, Instruction, Profile
from db.queries.lists import Page

MAX_LISTED, MAX_LINES, MAX_USES = 200, 5_000, 200


@dataclass(frozen=True)
class AdoptedProfile:
    """A profile of which only its rows are known."""

    id: int
    name: str
    description: str
    experiments: int


@dataclass(frozen=True)
class AdoptedUse:
    """An experiment that such a profile was made for."""

    id: int
    name: str
    battery: str
    created_at: datetime


@dataclass(frozen=True)
class AdoptedText:
    """One of them as a page shows it.

    `text` has a line for each row, the first ones of `lines`; `uses` are the newest of
    `experiments`. Its range is in mV and mA, None where unknown.
    """

    id: int
    name: str
    description: str
    voltage_min_mv: int | None
    voltage_max_mv: int | None
    current_min_ma: int | None
    current_max_ma: int | None
    text: str
    lines: int
    experiments: int
    uses: tuple[AdoptedUse, ...]


def adopted_profiles(database: Database, search: str = "") -> Page[AdoptedProfile]:
    """Return the profiles with rows that were not made of a text of ours, by name."""
    query = select(Profile).where(_is_adopted())
    if search:
        of_it = Profile.name.icontains(search, autoescape=True)
        query = query.where(of_it | Profile.description.icontains(search, autoescape=True))
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        rows = session.scalars(query.order_by(Profile.name, Profile.id).limit(MAX_LISTED)).all()
        ids = [one.id for one in rows]
        used = select(Experiment.profile_id, func.count()).where(Experiment.profile_id.in_(ids))
        uses = {row[0]: row[1] for row in session.execute(used.group_by(Experiment.profile_id))}
    return Page(
        tuple(facts(AdoptedProfile, one, experiments=uses.get(one.id, 0)) for one in rows),
        total,
        total,
    )


def adopted_profile(database: Database, profile_id: int) -> AdoptedText:
    """Return one of them with its text and uses. Raises NotFoundError."""
    of_it = Instruction.profile_id == profile_id
    rows = (
        select(
            Instruction.mode,
            Instruction.set_point,
            Instruction.limit_type,
            Instruction.limit_point,
        )
        .where(of_it)
        .order_by(Instruction.id)
        .limit(MAX_LINES)
    )
    uses = (
        select(Experiment.id, Experiment.name, Battery.name, Experiment.created_at)
        .join(Battery, Battery.id == Experiment.battery_id)
        .where(Experiment.profile_id == profile_id)
        .order_by(Experiment.created_at.desc(), Experiment.id.desc())
        .limit(MAX_USES)
    )
    with database.read() as session:
        profile = session.scalar(select(Profile).where(Profile.id == profile_id, _is_adopted()))
        if profile is None:
            raise NotFoundError("There is no such profile of the WattRex application.")
        used = select(func.count()).where(Experiment.profile_id == profile_id)
        return facts(
            AdoptedText,
            profile,
            text=text_of_rows([(row[0], row[1], row[2], row[3]) for row in session.execute(rows)]),
            lines=session.scalar(select(func.count()).where(of_it)) or 0,
            experiments=session.scalar(used) or 0,
            uses=tuple(AdoptedUse(*row) for row in session.execute(uses)),
        )


def _is_adopted() -> ColumnElement[bool]:
    own = exists().where(CompiledVersion.profile_id == Profile.id)
    return and_(~own, exists().where(Instruction.profile_id == Profile.id))
