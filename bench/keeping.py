"""Measuring what it takes to keep experiments, and to delete one."""

from collections.abc import Sequence

from sqlalchemy import delete

from bench.lines import MEGABYTES, Goal, Line, seconds
from bench.peers import Peer
from bench.site.fill import Filled
from db.commands.experiments import deletion
from db.engine import Database
from db.measures.packing import size
from db.models import Experiment
from db.series.chunks import value_counts

MEGABYTE = 1e6
BYTES_A_VALUE = 4.0
IN_A_MOMENT = Goal("2 s", most=2.0)


def space_lines(peer: Peer, made: Sequence[Filled]) -> list[Line]:
    """Say how large the columns of each experiment are, with all that stands beside them."""
    return [_space_line(peer, filled) for filled in made]


def _space_line(peer: Peer, filled: Filled) -> Line:
    stored = size(peer.database, filled.experiment_id).stored_bytes
    values = _values(peer.database, filled.experiment_id)
    most = BYTES_A_VALUE * values / MEGABYTE
    return Line(
        "space of columns",
        peer.engine,
        stored / MEGABYTE,
        MEGABYTES,
        size=filled.measures,
        goal=Goal(f"{BYTES_A_VALUE:g} bytes a value", most=most),
        note=f"{stored / values:.2f} bytes a value",
    )


def _values(database: Database, experiment_id: int) -> int:
    """Return how many values are stored: those of each channel, and the times."""
    with database.read() as session:
        counts = value_counts(session, experiment_id)
    return sum(counts.values())


def delete_line(peer: Peer, filled: Filled) -> Line:
    """Remove all that an experiment has left, once its row is gone, as a worker does."""
    with peer.database.write() as session:
        session.execute(delete(Experiment).where(Experiment.id == filled.experiment_id))
    took_s = seconds(lambda: deletion.clear(peer.database, filled.experiment_id))
    return Line(
        "delete",
        peer.engine,
        took_s,
        size=filled.measures,
        goal=None if filled.has_rows else IN_A_MOMENT,
        note=f"once; {filled.note or 'with its rows'}",
    )
