"""To which step of an import the time over an edge of steps belongs, when somebody sets it."""

from sqlalchemy import delete, update

from cycling.analysis.integration import Edge
from cycling.errors import InputError, NotFoundError
from cycling.formats.columns.fields import Field
from db import series
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments.cycles.summaries import outdate_summaries
from db.engine import Database
from db.measures.source import counter_channels
from db.models import CycleSummary, ImportSource, Statistics
from db.repeating import repeated

NO_STEP_TIME = "The file of this experiment has no step time, so nothing says where to split."


def set_edge(database: Database, experiment_id: int, edge: Edge, *, by: By) -> None:
    """Set the edge of an import; its statistics are made anew. The same again changes nothing.

    Raises NotFoundError for what was not imported, InputError for a split without a step time.
    """
    if edge is Edge.SPLIT:
        with series.opened(database, experiment_id) as experiment:
            channels = counter_channels(experiment.channels, any_name=True)
        if Field.STEP_TIME not in channels:
            raise InputError(NO_STEP_TIME)
    _set(database, experiment_id, edge, by=by)


@repeated
def _set(database: Database, experiment_id: int, edge: Edge, *, by: By) -> None:
    with database.write() as session:
        source = session.get(ImportSource, experiment_id)
        if source is None or source.published_at is None:
            raise NotFoundError("This experiment is there no more, or it was not imported.")
        before = source.edge
        if before == edge:
            return
        this = ImportSource.experiment_id == experiment_id
        session.execute(update(ImportSource).where(this).values(edge=edge.value))
        session.execute(delete(Statistics).where(Statistics.experiment_id == experiment_id))
        outdate_summaries(session, CycleSummary.experiment_id == experiment_id)
        detail = {"before": before or "by its columns", "edge": edge.value}
        audit.record(session, by, "set edge", f"experiment {experiment_id}", detail)
