"""What was corrected of an earlier file of the same layout."""

from dataclasses import dataclass
from datetime import datetime

from cycling.formats.columns.remembered import Corrections
from db.engine import Database
from db.facts import facts
from db.models import ImportCorrection


@dataclass(frozen=True)
class RememberedCorrections:
    """Corrections of a layout: of which file, by whom and when."""

    layout: str
    file_name: str
    user_name: str
    corrected_at: datetime
    corrections: Corrections


def remembered_corrections(database: Database, layout: str) -> RememberedCorrections | None:
    """Return what was corrected of the last file of a layout; None if nothing was."""
    with database.read() as session:
        row = session.get(ImportCorrection, layout)
        if row is None:
            return None
        answers = Corrections.from_json(row.answers)
        return facts(RememberedCorrections, row, corrections=answers) if answers else None
