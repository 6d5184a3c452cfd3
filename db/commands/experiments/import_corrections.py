"""Corrections of files are remembered for the next of their layout, until somebody forgets them."""

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from cycling.errors import NotFoundError
from cycling.formats.columns.remembered import Corrections
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import ImportCorrection
from db.repeating import repeated
from db.statements import count_changed

GONE = "These corrections are forgotten already."


def remember(
    database: Database, layout: str, answers: Corrections, *, file_name: str, by: By
) -> None:
    """Keep what was corrected of a file in the place of what was of an earlier one."""
    try:
        _remember(database, layout, answers, file_name, by)
    except IntegrityError:  # an import of the same moment was first: it says the same, or is newer
        return


@repeated
def _remember(
    database: Database, layout: str, answers: Corrections, file_name: str, by: By
) -> None:
    with database.write() as session:
        row = session.get(ImportCorrection, layout) or ImportCorrection(layout=layout)
        row.file_name, row.answers = file_name, answers.to_json()
        row.user_name, row.corrected_at = by.user_name[:60], by.now
        session.add(row)


@repeated
def forget(database: Database, layout: str, *, by: By) -> None:
    """Forget the corrections of a layout. Raises NotFoundError where there are none (any more)."""
    with database.write() as session:
        row = session.get(ImportCorrection, layout)
        of_it = delete(ImportCorrection).where(ImportCorrection.layout == layout)
        if row is None or not count_changed(session, of_it):
            raise NotFoundError(GONE)
        detail = {"file": row.file_name, "by": row.user_name}
        audit.record(session, by, "forget corrections", f"layout {layout[:12]}", detail)
