"""A pulse that is none is unticked and stays so; who did it stands in the audit trail."""

import pytest
from sqlalchemy import select

from cycling.errors import InputError, NotFoundError
from db.commands.experiments.cycles.wrong_pulses import tick_pulse
from db.engine import Database
from db.models import AuditEntry
from db.queries.experiments.cycles.wrong_pulses import wrong_pulses
from tests.unit.db.lab import BY, at_once, import_blocks


def deeds(database: Database) -> list[tuple[str, int]]:
    query = select(AuditEntry).where(AuditEntry.action.like("%tick pulse")).order_by(AuditEntry.id)
    with database.read() as session:
        return [(one.action, one.detail["measure"]) for one in session.scalars(query)]


def test_it_stays_unticked_until_it_is_ticked_again(database: Database):
    experiment_id, other = import_blocks(database), import_blocks(database, name="Other")
    for is_right in (True, False, False, True, True, False):  # the same again changes nothing
        tick_pulse(database, experiment_id, 2, is_right=is_right, by=BY)
        assert wrong_pulses(database, experiment_id) == (frozenset() if is_right else {2})
    assert wrong_pulses(database, other) == frozenset()
    assert deeds(database) == [("untick pulse", 2), ("tick pulse", 2), ("untick pulse", 2)]


def test_what_is_not_there_is_refused(database: Database):
    experiment_id = import_blocks(database)
    with pytest.raises(InputError, match=f"Experiment {experiment_id} has no measure 77"):
        tick_pulse(database, experiment_id, 77, is_right=False, by=BY)
    with pytest.raises(NotFoundError):
        tick_pulse(database, 4711, 0, is_right=False, by=BY)
    assert deeds(database) == []


def test_two_at_once_are_one(database: Database):
    experiment_id = import_blocks(database)

    def untick() -> None:
        tick_pulse(database, experiment_id, 1, is_right=False, by=BY)

    assert at_once([untick, untick]) == [None, None]
    assert deeds(database) == [("untick pulse", 1)]
