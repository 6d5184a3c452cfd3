"""The notes that people wrote about an experiment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cycling.errors import NotFoundError
from db.engine import Database
from db.models import Note

MOST_NOTES = 500


@dataclass(frozen=True)
class NoteFacts:
    """A note; with `at` it marks that time in the graph."""

    id: int
    text: str
    at: datetime | None
    user_name: str
    created_at: datetime


def experiment_notes(database: Database, experiment_id: int) -> tuple[NoteFacts, ...]:
    """Return the notes of an experiment, newest first; the oldest are left out above 500."""
    with database.read() as session:
        found = session.scalars(
            select(Note)
            .where(Note.experiment_id == experiment_id)
            .order_by(Note.created_at.desc(), Note.id.desc())
            .limit(MOST_NOTES)
        )
        return tuple(_facts(note) for note in found)


def find_note(database: Database, note_id: int) -> NoteFacts:
    """Return a note; raises NotFoundError if it is not there (any more)."""
    with database.read() as session:
        note = session.get(Note, note_id)
        if note is None:
            raise NotFoundError("This note is not there any more. Somebody has deleted it already.")
        return _facts(note)


def _facts(note: Note) -> NoteFacts:
    return NoteFacts(note.id, note.text, note.at, note.user_name, note.created_at)
