"""Profiles of the WattRex application that an adopted database brought along."""

from dataclasses import dataclass

from sqlalchemy import exists, func, select

from cycling.profile.program.rows import text_of_rows
from db.engine import Database
from db.facts import facts, grouped
from db.models import CompiledVersion, Experiment, Instruction, Profile
from db.queries.lists import Page

MAX_LISTED, MAX_LINES = 200, 100


@dataclass(frozen=True)
class AdoptedProfile:
    """A profile of which only its rows are known: one line of `text` for each, the first ones."""

    id: int
    name: str
    description: str
    experiments: int
    text: str
    is_cut: bool


def adopted_profiles(database: Database, search: str = "") -> Page[AdoptedProfile]:
    """Return the profiles with rows that were not made of a text of ours, by name."""
    own = exists().where(CompiledVersion.profile_id == Profile.id)
    has_rows = exists().where(Instruction.profile_id == Profile.id)
    query = select(Profile).where(~own, has_rows)
    if search:
        of_it = Profile.name.icontains(search, autoescape=True)
        query = query.where(of_it | Profile.description.icontains(search, autoescape=True))
    with database.read() as session:
        total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
        rows = session.scalars(query.order_by(Profile.name, Profile.id).limit(MAX_LISTED)).all()
        ids = [one.id for one in rows]
        used = select(Experiment.profile_id, func.count()).where(Experiment.profile_id.in_(ids))
        uses = {row[0]: row[1] for row in session.execute(used.group_by(Experiment.profile_id))}
        place = func.row_number().over(partition_by=Instruction.profile_id, order_by=Instruction.id)
        lines = (
            select(
                Instruction.profile_id,
                Instruction.mode,
                Instruction.set_point,
                Instruction.limit_type,
                Instruction.limit_point,
                place.label("place"),
            )
            .where(Instruction.profile_id.in_(ids))
            .subquery()
        )
        first = select(lines).where(lines.c.place <= MAX_LINES + 1)
        ordered = session.execute(first.order_by(lines.c.profile_id, lines.c.place)).all()
    steps = grouped((row[0], (row[1], row[2], row[3], row[4])) for row in ordered)
    return Page(
        tuple(
            facts(
                AdoptedProfile,
                one,
                experiments=uses.get(one.id, 0),
                text=text_of_rows(steps[one.id][:MAX_LINES]),
                is_cut=len(steps[one.id]) > MAX_LINES,
            )
            for one in rows
        ),
        total,
        total,
    )
