"""What a search of the experiments looks through: each word by itself, in any order."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    and_,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import (
    Battery,
    BatteryDetails,
    CyclerStation,
    Experiment,
    ExperimentTag,
    LeadAcid,
    Lithium,
    Note,
    Plan,
    Profile,
    Tag,
)
from db.queries.lists import MAX_TEXT, mentions

MAX_WORDS = 12
MAX_IDS = 1_000  # of one kind that are named in a statement
REACH = 100_000  # numbers that a search looks through at once, the newest
OF_BATTERIES = (Battery.name, Battery.serial_number, Battery.manufacturer, Battery.model)
CHEMISTRIES = (
    (Lithium.battery_id, Lithium.chemistry),
    (LeadAcid.battery_id, LeadAcid.chemistry),
    (BatteryDetails.battery_id, BatteryDetails.chemistry),
)
Kept = type[Experiment] | type[Plan]


@dataclass(frozen=True)
class Word:
    """A word of a search, and what has it beside the experiments themselves: ids by source.

    Batteries, stations, profiles, notes and tags are few, so they are looked through once and not
    for every experiment. None: more than can be named.
    """

    text: str
    ids: Mapping[str, tuple[int, ...] | None] = field(default_factory=dict, hash=False)


NOWHERE = Word("")


def find_words(session: Session, searched: str) -> tuple[Word, ...]:
    """Return the words of a search; NOWHERE for one that is too long to be found."""
    words = list(dict.fromkeys(searched.split()))
    if len(searched) > MAX_TEXT or len(words) > MAX_WORDS:
        return (NOWHERE,)
    return tuple(Word(word, _ids_of(session, word)) for word in words)


def search_since(database: Database) -> int:
    """Return the number from which on a search looks at once; 0 where that is all of them."""
    with database.read() as session:
        numbers = [
            session.scalar(select(func.max(one))) or 0
            for one in (Experiment.id, Plan.experiment_id)
        ]
    return max(0, max(numbers) - REACH + 1)


def is_found(of: Kept, words: Sequence[Word]) -> ColumnElement[bool]:
    """Whether every word is somewhere in what an experiment is called and made with.

    That is its name, description, notes and tags, its battery (name, serial number, manufacturer,
    model, chemistry), its profile and its station.
    """
    return and_(*(_has(of, word) for word in words))


def _has(of: Kept, word: Word) -> ColumnElement[bool]:
    if word is NOWHERE:
        return false()
    either = [mentions((of.name, of.description), word.text)]
    for name, (source, column) in SOURCES.items():
        ids = word.ids.get(name)
        if ids is None:
            either.append(column(of).in_(source(word.text)))
        elif ids:
            either.append(column(of).in_(ids))
    return or_(*either)


def _ids_of(session: Session, word: str) -> dict[str, tuple[int, ...] | None]:
    """Look through what is few: one statement for all sources."""
    parts = []
    for name, (source, _column) in SOURCES.items():
        some = source(word).limit(MAX_IDS + 1).subquery()
        parts.append(select(literal(name), some.c[0]))
    ids: dict[str, list[int]] = defaultdict(list)
    for name, id_ in session.execute(union_all(*parts)):
        ids[name].append(id_)
    return {
        name: None if len(ids[name]) > MAX_IDS else tuple(dict.fromkeys(ids[name]))
        for name in SOURCES
    }


def _batteries(word: str) -> Select[int]:
    chemistries = [
        Battery.id.in_(select(id_).where(mentions((cast(column, String(40)),), word)))
        for id_, column in CHEMISTRIES
    ]
    return select(Battery.id).where(or_(mentions(OF_BATTERIES, word), *chemistries))


def _stations(word: str) -> Select[int]:
    return select(CyclerStation.id).where(mentions((CyclerStation.name,), word))


def _profiles(word: str) -> Select[int]:
    return select(Profile.id).where(mentions((Profile.name,), word))


def _with_note(word: str) -> Select[int]:
    return select(Note.experiment_id).where(mentions((Note.text,), word))


def _with_tag(word: str) -> Select[int]:
    tags = select(Tag.id).where(mentions((Tag.name,), word))
    return select(ExperimentTag.experiment_id).where(ExperimentTag.tag_id.in_(tags))


def _number(of: Kept) -> SQLColumnExpression[int]:
    return Plan.experiment_id if of is Plan else Experiment.id


SOURCES: Mapping[
    str, tuple[Callable[[str], Select[int]], Callable[[Kept], SQLColumnExpression[Any]]]
] = {
    "batteries": (_batteries, lambda of: of.battery_id),
    "stations": (_stations, lambda of: of.station_id),
    "profiles": (_profiles, lambda of: of.profile_id),
    "notes": (_with_note, _number),
    "tags": (_with_tag, _number),
}
