"""Where a search has found an experiment: the fields in which its words stand, with their texts."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import Session

from db.engine import Database
from db.models import Battery, BatteryDetails, LeadAcid, Lithium, Note
from db.queries.experiments.rows import ExperimentRow
from db.queries.experiments.tags import tags_of
from db.queries.lists import mentions

MAX_NOTES = 300  # of the experiments of a page


@dataclass(frozen=True)
class Part:
    """A field with what stands in it; the fields of an experiment are in the order of a reader."""

    field: str
    text: str


def parts_of(
    database: Database, rows: Sequence[ExperimentRow], searched: str
) -> dict[int, tuple[Part, ...]]:
    """Return for experiments the fields that are searched, without blank ones.

    Of notes only those that have a word of the search.
    """
    ids = [row.id for row in rows]
    with database.read() as session:
        batteries = _batteries(session, {row.battery_id for row in rows if row.battery_id})
        notes = _notes(session, ids, searched.split())
        tags = tags_of(session, ids)
    parts: dict[int, tuple[Part, ...]] = {}
    for row in rows:
        texts = [
            ("Name", row.name),
            ("Description", row.description),
            *(("Note", text) for text in notes.get(row.id, ())),
            *(("Tag", tag.name) for tag in tags.get(row.id, ())),
            ("Battery", row.battery),
            *batteries.get(row.battery_id or 0, ()),
            ("Profile", row.profile),
            ("Station", row.station),
        ]
        parts[row.id] = tuple(Part(field, text) for field, text in texts if text)
    return parts


def _batteries(session: Session, ids: Collection[int]) -> Mapping[int, Sequence[tuple[str, str]]]:
    chemistry = func.coalesce(
        *(cast(of.chemistry, String(40)) for of in (BatteryDetails, Lithium, LeadAcid))
    )
    query = select(
        Battery.id,
        Battery.serial_number.label("SN"),
        Battery.manufacturer.label("Manufacturer"),
        Battery.model.label("Model"),
        chemistry.label("Chemistry"),
    )
    for of in (BatteryDetails, Lithium, LeadAcid):
        query = query.outerjoin(of, of.battery_id == Battery.id)
    rows = session.execute(query.where(Battery.id.in_(list(ids)))).mappings()
    return {row[Battery.id]: list(_facts(row)) for row in rows}


def _facts(row: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    for field in ("SN", "Manufacturer", "Model", "Chemistry"):
        yield field, row[field] or ""


def _notes(session: Session, ids: Sequence[int], words: Sequence[str]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    query = (
        select(Note.experiment_id, Note.text)
        .where(Note.experiment_id.in_(ids), or_(*(mentions((Note.text,), one) for one in words)))
        .order_by(Note.id)
        .limit(MAX_NOTES)
    )
    for id_, text in session.execute(query):
        found[id_].append(text)
    return found
