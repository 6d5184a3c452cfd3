"""Tags of experiments, and whose they are."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db.engine import Database
from db.models import ExperimentOwner, ExperimentTag, ImportSource, Plan, Tag
from db.queries.lists import MAX_COUNT


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


def owned_numbers(session: Session, owners: Collection[str]) -> tuple[int, ...] | None:
    """Return the experiments of these people; None where they are more than MAX_COUNT."""
    parts = []
    for number, its in _ways(owners):
        some = select(number).where(its).limit(MAX_COUNT + 1).subquery()
        parts.append(select(some.c[0]))
    numbers = tuple(dict.fromkeys(session.scalars(union_all(*parts))))
    return numbers if len(numbers) <= MAX_COUNT else None


def is_owned_by(
    experiment_id: SQLColumnExpression[int], owners: Collection[str]
) -> ColumnElement[bool]:
    """Whether an experiment is one of these people's, where those are very many."""
    return or_(
        *(
            select(number).where(number == experiment_id, its).exists()
            for number, its in _ways(owners)
        )
    )


def _ways(
    owners: Collection[str],
) -> list[tuple[InstrumentedAttribute[int], ColumnElement[bool]]]:
    """Return how an experiment becomes somebody's: chosen, else queued, else imported."""
    chosen, queued, imported = ExperimentOwner, aliased(Plan), ImportSource
    return [
        (chosen.experiment_id, chosen.owner.in_(owners)),
        (
            queued.experiment_id,
            and_(queued.user_name.in_(owners), ~_is_in(ExperimentOwner, queued.experiment_id)),
        ),
        (
            imported.experiment_id,
            and_(
                imported.user_name.in_(owners),
                ~_is_in(ExperimentOwner, imported.experiment_id),
                ~_is_in(Plan, imported.experiment_id),
            ),
        ),
    ]


def _is_in(
    model: type[ExperimentOwner | Plan], number: SQLColumnExpression[int]
) -> ColumnElement[bool]:
    other = aliased(model)
    return select(other.experiment_id).where(other.experiment_id == number).exists()


def has_tag(experiment_id: SQLColumnExpression[int], tags: Collection[int]) -> ColumnElement[bool]:
    """Whether an experiment has one of these tags."""
    its = select(ExperimentTag.experiment_id).where(ExperimentTag.tag_id.in_(tags))
    return experiment_id.in_(its)
