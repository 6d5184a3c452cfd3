"""Tags of experiments: giving, taking, renaming, merging them; and whose an experiment is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cycling.errors import InputError
from cycling.names import check_name
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import ExperimentOwner, ExperimentTag, Tag, User
from db.queries.experiments.deletion import existing_or_planned
from db.queries.experiments.tags import owners_of
from db.repeating import repeated
from db.statements import insert_missing, require
from db.terms import TAG_COLOURS

MAX_NAME, MAX_TAGS = 40, 20
GONE = "This tag is not there any more: somebody has merged it with another one."


@dataclass(frozen=True)
class TagChange:
    """Names of tags to be given, and of those to be taken away."""

    add: Sequence[str] = ()
    remove: Sequence[str] = ()


def tag_key(name: str) -> str:
    """Return a name as it is compared: tags that differ in case or blanks alone are one."""
    return " ".join(name.split()).casefold()[:MAX_NAME]


@repeated
def change_tags(database: Database, ids: Collection[int], change: TagChange, *, by: By) -> int:
    """Give experiments tags and take others away; return how many of them were changed.

    Tags that are not there yet are made. What has a tag keeps it, what has none loses none. Raises
    InputError for a name that cannot be and for more than 20 tags of one, NotFoundError where an
    experiment is not there; then nothing has changed.
    """
    add = [check_name(one, "tag", MAX_NAME) for one in change.add]
    keys = [tag_key(one) for one in change.remove]
    with database.write() as session:
        for one in ids:
            existing_or_planned(session, one)
        given = {tag.id: tag.name for tag in (_made(session, name) for name in add)}
        rows = session.scalars(select(Tag).where(Tag.key.in_(keys)))
        taken = {tag.id: tag.name for tag in rows if tag.id not in given}
        changed = 0
        for one in sorted(ids):
            detail = _change(session, one, given, taken)
            if detail:
                who = by if not changed else by.beside()
                audit.record(session, who, "tag experiment", f"experiment {one}", detail)
                changed += 1
        return changed


def _change(
    session: Session, one: int, given: dict[int, str], taken: dict[int, str]
) -> dict[str, list[str]]:
    """Change the tags of one experiment; return for the audit trail what was changed."""
    its = select(ExperimentTag.tag_id).where(ExperimentTag.experiment_id == one)
    before = set(session.scalars(its))
    added = {id_: name for id_, name in given.items() if id_ not in before}
    removed = {id_: name for id_, name in taken.items() if id_ in before}
    if len(before) + len(added) - len(removed) > MAX_TAGS:
        raise InputError(f"Experiment {one} would have more than {MAX_TAGS} tags.")
    insert_missing(session, ExperimentTag, [{"experiment_id": one, "tag_id": id_} for id_ in added])
    session.execute(
        delete(ExperimentTag).where(
            ExperimentTag.experiment_id == one, ExperimentTag.tag_id.in_(list(removed))
        )
    )
    detail = {"added": sorted(added.values()), "removed": sorted(removed.values())}
    return {name: names for name, names in detail.items() if names}


def _made(session: Session, name: str) -> Tag:
    """Return the tag of a name, made where it is not there; its colour is the next in turn."""
    key = tag_key(name)
    count = session.scalar(select(func.count()).select_from(Tag)) or 0
    colour = TAG_COLOURS[count % len(TAG_COLOURS)]
    if session.scalars(select(Tag).where(Tag.key == key)).first() is None:
        insert_missing(session, Tag, [{"key": key, "name": name, "colour": colour}])
    return session.scalars(select(Tag).where(Tag.key == key).with_for_update(read=True)).one()


@repeated
def rename_tag(database: Database, tag_id: int, name: str, colour: str, *, by: By) -> int:
    """Give a tag another name and colour, "" for as it is; return which tag has the name now.

    Where another tag has the name already, all that has this one has that one then, and this one is
    gone. Raises InputError, NotFoundError.
    """
    if not name.strip() and not colour:
        raise InputError("Write the new name of the tag, or choose a colour.")
    if colour not in ("", *TAG_COLOURS):
        raise InputError(f"Choose one of the colours {', '.join(TAG_COLOURS)}.")
    new = check_name(name, "tag", MAX_NAME) if name.strip() else ""
    with database.write() as session:
        tag = require(session.get(Tag, tag_id, with_for_update=True), GONE)
        name, colour = new or tag.name, colour or tag.colour
        others = select(Tag).where(Tag.key == tag_key(name), Tag.id != tag_id)
        other = session.scalars(others.with_for_update()).first()
        if other is not None:
            _merge(session, tag, other, by)
            return other.id
        before = {"name": tag.name, "colour": tag.colour}
        if before != {"name": name, "colour": colour}:
            tag.name, tag.key, tag.colour = name, tag_key(name), colour
            detail = {"was": before["name"], "name": name, "colour": [before["colour"], colour]}
            audit.record(session, by, "rename tag", f"tag {tag_id}", detail)
        return tag_id


def _merge(session: Session, tag: Tag, other: Tag, by: By) -> None:
    its = select(ExperimentTag.experiment_id).where(ExperimentTag.tag_id == tag.id)
    ids = session.scalars(its).all()
    rows = [{"experiment_id": one, "tag_id": other.id} for one in ids]
    insert_missing(session, ExperimentTag, rows)
    session.execute(delete(ExperimentTag).where(ExperimentTag.tag_id == tag.id))
    detail = {"was": tag.name, "name": other.name, "experiments": len(ids)}
    session.delete(tag)
    audit.record(session, by, "merge tag", f"tag {other.id}", detail)


@repeated
def change_owner(database: Database, ids: Collection[int], owner: str, *, by: By) -> int:
    """Make experiments somebody's; return how many were somebody else's.

    Raises InputError for who is no user, NotFoundError where an experiment is not there; then
    nothing has changed.
    """
    with database.write() as session:
        name = session.scalar(select(User.name).where(User.name == owner))
        if name is None:
            raise InputError(f"There is no user “{owner[:60]}”.")
        for one in ids:
            existing_or_planned(session, one)
        before = owners_of(session, ids)
        others = [one for one in sorted(ids) if before.get(one) != name]
        for place, one in enumerate(others):
            who = {"user_name": by.user_name[:60], "chosen_at": by.now}
            session.merge(ExperimentOwner(experiment_id=one, owner=name, **who))
            detail = {"before": before.get(one, "nobody"), "owner": name}
            acts = by if not place else by.beside()
            audit.record(session, acts, "change owner", f"experiment {one}", detail)
        return len(others)
