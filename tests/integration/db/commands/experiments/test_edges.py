"""Setting to which step the time over an edge belongs: the numbers follow, the trail says it."""

import numpy as np
import pytest
from sqlalchemy import select

from cycling.analysis.integration import Edge
from cycling.errors import InputError, NotFoundError
from cycling.formats.columns.fields import Field
from db.commands.experiments.edges import NO_STEP_TIME, set_edge
from db.engine import Database
from db.measures.statistics import experiment_statistics
from db.models import AuditEntry
from tests.unit.db.lab import BY, add_experiment, block, import_blocks

AT_S = np.array([0.0, 60, 120, 180, 240])
STEP = np.array([1.0, 1, 1, 2, 2])


def imported(database: Database, **extended) -> int:
    """Two minutes at 3.6 A, then rest; 60 s are between the two."""
    rows = block(5, test_time_s=AT_S, step=STEP, current_a=np.where(STEP == 1, 3.6, 0), **extended)
    return import_blocks(database, [rows])


def test_the_numbers_follow_and_the_trail_says_who(database: Database):
    experiment_id = imported(database)
    assert experiment_statistics(database, experiment_id).whole.charge_ah == pytest.approx(0.12)
    set_edge(database, experiment_id, Edge.HOLD, by=BY)
    set_edge(database, experiment_id, Edge.HOLD, by=BY)  # changes nothing
    found = experiment_statistics(database, experiment_id)
    assert (found.edge, found.whole.charge_ah) == (Edge.HOLD, pytest.approx(0.18))
    with database.read() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "set edge")).all()
    assert [one.detail for one in entries] == [{"before": "lead", "edge": "hold"}]


def test_without_a_step_time_nothing_can_be_split(sqlite_database: Database):
    with pytest.raises(InputError, match=NO_STEP_TIME):
        set_edge(sqlite_database, imported(sqlite_database), Edge.SPLIT, by=BY)
    step_time = {Field.STEP_TIME.channel: np.array([0.0, 60, 120, 20, 80])}
    experiment_id = imported(sqlite_database, extended=step_time)
    found = experiment_statistics(sqlite_database, experiment_id)
    assert (found.edge, found.whole.charge_ah) == (Edge.SPLIT, pytest.approx(0.16))
    set_edge(sqlite_database, experiment_id, Edge.LEAD, by=BY)
    set_edge(sqlite_database, experiment_id, Edge.SPLIT, by=BY)
    assert experiment_statistics(sqlite_database, experiment_id) == found


def test_only_what_was_imported_has_it(sqlite_database: Database):
    with pytest.raises(NotFoundError):
        set_edge(sqlite_database, add_experiment(sqlite_database), Edge.LEAD, by=BY)
