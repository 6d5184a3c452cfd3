"""What people write of an experiment: another name or description, and notes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update

from cycling.errors import InputError, NotFoundError
from cycling.names import check_description, check_name
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import Experiment, ExperimentName, Note, Plan
from db.queries.experiments.deletion import existing_or_planned, gone_words
from db.queries.experiments.planned import not_begun
from db.repeating import repeated
from db.statements import count_changed
from db.terms import PlanState

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
        is_there = session.get(Experiment, new.experiment_id) is not None
        if not is_there and not_begun(session, new.experiment_id) is None:
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
    printable = "".join(one for one in plain if one.isprintable() or one in "\n\t").strip()
    if not printable:
        raise InputError("The note is empty. Write what happened.")
    if len(printable) > LONGEST:
        raise InputError(f"The note has {len(printable)} characters; shorten it to {LONGEST}.")
    return printable


def _detail(note: Note) -> dict[str, object]:
    at = note.at.isoformat() if note.at else None
    return {"note": note.id, "text": note.text, "at": at, "by": note.user_name}


@repeated
def rename_experiment(
    database: Database, experiment_id: int, name: str, description: str, *, by: By
) -> None:
    """Give an experiment a name and a description; the same again changes nothing.

    Also one that is held or was cancelled; a draft has its name in its form. Raises InputError,
    NotFoundError.

    They are kept in a table of ours too: a WattRex unit's synchroniser overwrites whole rows of
    Experiment with what its cycler read when it began, and the master node writes them back.
    """
    name, description = check_name(name), check_description(description)
    with database.write() as session:
        experiment = existing_or_planned(session, experiment_id, lock=True)
        if isinstance(experiment, Plan) and experiment.state is PlanState.DRAFT:
            raise InputError("A draft is renamed in its form.")
        before = {"name": experiment.name, "description": experiment.description}
        if before == {"name": name, "description": description}:
            return
        experiment.name, experiment.description = name, description
        session.execute(  # what is queued has a plan beside it, from which it is queued again
            update(Plan)
            .where(Plan.experiment_id == experiment_id)
            .values(name=name, description=description)
        )
        session.merge(
            ExperimentName(
                experiment_id=experiment_id,
                name=name,
                description=description,
                user_name=by.user_name[:60],
                at=by.now,
            )
        )
        audit.record(
            session,
            by,
            "rename experiment",
            f"experiment {experiment_id}",
            {"before": before, "name": name, "description": description},
        )
