"""Writing notes about experiments, and removing them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from cycling.errors import InputError, NotFoundError
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import Experiment, Note
from db.queries.experiments.deletion import gone_words
from db.repeating import repeated
from db.statements import count_changed

LONGEST = 500


@dataclass(frozen=True)
class NewNote:
    """What somebody writes; with `at` it marks that time in the graph."""

    experiment_id: int
    text: str
    at: datetime | None = None


@repeated
def add_note(database: Database, new: NewNote, *, by: By) -> int:
    """Add a note and return its id.

    Raises InputError for a text that is empty or too long, NotFoundError without its experiment.
    """
    text = _checked_text(new.text)
    with database.write() as session:
        if session.get(Experiment, new.experiment_id) is None:
            words = gone_words(session, new.experiment_id)
            raise NotFoundError(f"{words} No note was added.")
        note = Note(
            experiment_id=new.experiment_id,
            at=new.at,
            text=text,
            user_name=by.user_name[:60],
            created_at=by.now,
        )
        session.add(note)
        session.flush()
        audit.record(session, by, "add note", f"experiment {new.experiment_id}", _detail(note))
        return note.id


@repeated
def delete_note(database: Database, note_id: int, *, by: By) -> None:
    """Remove a note; its text stays in the audit trail.

    Raises NotFoundError if it is not there: somebody else may have been first.
    """
    with database.write() as session:
        note = session.get(Note, note_id)
        detail = _detail(note) if note else {}
        removed = count_changed(session, delete(Note).where(Note.id == note_id))
        if note is None or not removed:
            raise NotFoundError("This note is not there any more. Somebody has deleted it already.")
        audit.record(session, by, "delete note", f"experiment {note.experiment_id}", detail)


def _checked_text(text: str) -> str:
    """Return the text without what cannot be shown; raises InputError."""
    plain = text.replace("\r\n", "\n")
    shown = "".join(one for one in plain if one.isprintable() or one in "\n\t").strip()
    if not shown:
        raise InputError("The note is empty. Write what happened.")
    if len(shown) > LONGEST:
        raise InputError(f"The note has {len(shown)} characters; shorten it to {LONGEST}.")
    return shown


def _detail(note: Note) -> dict[str, object]:
    at = note.at.isoformat() if note.at else None
    return {"note": note.id, "text": note.text, "at": at, "by": note.user_name}
