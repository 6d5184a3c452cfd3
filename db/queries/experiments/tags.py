"""Tags of experiments, and whose they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import ExperimentOwner, ExperimentTag, ImportSource, Plan, Tag


@dataclass(frozen=True)
class TagFacts:
    """A tag with its colour, one of TAG_COLOURS, and how many experiments have it."""

    id: int
    name: str
    colour: str
    count: int = 0


@dataclass(frozen=True)
class Labels:
    """What a laboratory keeps its experiments apart by: tags and owners by the ids of those."""

    tags: Mapping[int, tuple[TagFacts, ...]]
    owners: Mapping[int, str]


def list_tags(database: Database) -> tuple[TagFacts, ...]:
    """Return all tags in the order of their names."""
    of = ExperimentTag.tag_id
    with database.read() as session:
        counts = dict(session.execute(select(of, func.count()).group_by(of)).all())
        return tuple(
            TagFacts(one.id, one.name, one.colour, counts.get(one.id, 0))
            for one in session.scalars(select(Tag).order_by(Tag.key))
        )


def labels_of(database: Database, ids: Collection[int]) -> Labels:
    """Return tags and owners of experiments."""
    with database.read() as session:
        return Labels(tags_of(session, ids), owners_of(session, ids))


def tags_of(session: Session, ids: Collection[int]) -> Mapping[int, tuple[TagFacts, ...]]:
    """Return the tags of experiments by their ids, in the order of their names."""
    found: dict[int, list[TagFacts]] = defaultdict(list)
    rows = session.execute(
        select(ExperimentTag.experiment_id, Tag.id, Tag.name, Tag.colour)
        .join(Tag, Tag.id == ExperimentTag.tag_id)
        .where(ExperimentTag.experiment_id.in_(list(ids)))
        .order_by(Tag.key)
    )
    for one, id_, name, colour in rows:
        found[one].append(TagFacts(id_, name, colour))
    return {one: tuple(tags) for one, tags in found.items()}


def owners_of(session: Session, ids: Collection[int]) -> dict[int, str]:
    """Return whose experiments are: who was chosen, else who queued or imported them."""
    found: dict[int, str] = {}
    for key, name in (
        (ImportSource.experiment_id, ImportSource.user_name),
        (Plan.experiment_id, Plan.user_name),
        (ExperimentOwner.experiment_id, ExperimentOwner.owner),
    ):
        found |= dict(session.execute(select(key, name).where(key.in_(list(ids)))).all())
    return found


def is_owned_by(
    experiment_id: SQLColumnExpression[int], owners: Collection[str]
) -> ColumnElement[bool]:
    """Whether an experiment is one of these people's."""
    chosen = select(ExperimentOwner.experiment_id)
    queued = select(Plan.experiment_id).where(Plan.user_name.in_(owners))
    imported = select(ImportSource.experiment_id).where(
        ImportSource.user_name.in_(owners),
        ImportSource.experiment_id.not_in(select(Plan.experiment_id)),
    )
    by_itself = experiment_id.in_(queued) | experiment_id.in_(imported)
    return or_(
        experiment_id.in_(chosen.where(ExperimentOwner.owner.in_(owners))),
        by_itself & experiment_id.not_in(chosen),
    )


def has_tag(experiment_id: SQLColumnExpression[int], tags: Collection[int]) -> ColumnElement[bool]:
    """Whether an experiment has one of these tags."""
    its = select(ExperimentTag.experiment_id).where(ExperimentTag.tag_id.in_(tags))
    return experiment_id.in_(its)
