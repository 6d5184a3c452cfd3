"""Pulses of an experiment that are none: unticked, and ticked again."""

from sqlalchemy import delete, select

from cycling.errors import InputError, NotFoundError
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments.cycles.summaries import outdate_summaries
from db.engine import Database
from db.models import CycleSummary, Experiment, WrongPulse
from db.queries.experiments.deletion import gone_words
from db.repeating import repeated
from db.series.moments import moment_of
from db.statements import insert_missing


@repeated
def tick_pulse(
    database: Database, experiment_id: int, measure_id: int, *, is_right: bool, by: By
) -> None:
    """Say of a pulse, named by its first measure, whether it is one; it stays so.

    The same again changes nothing. Raises InputError without such a measure or where it is damaged,
    NotFoundError.
    """
    of_it = WrongPulse.experiment_id == experiment_id, WrongPulse.measure_id == measure_id
    with database.write() as session:
        row = select(Experiment.id).where(Experiment.id == experiment_id).with_for_update()
        if session.scalar(row) is None:
            raise NotFoundError(gone_words(session, experiment_id))
        at = moment_of(session, experiment_id, measure_id)
        if at is None:
            raise InputError(f"Experiment {experiment_id} has no measure {measure_id}.")
        was_right = session.scalar(select(WrongPulse.measure_id).where(*of_it)) is None
        if was_right == is_right:
            return
        if is_right:
            session.execute(delete(WrongPulse).where(*of_it))
        else:
            key = {"experiment_id": experiment_id, "measure_id": measure_id}
            who = {"user_name": by.user_name[:60], "unticked_at": by.now}
            insert_missing(session, WrongPulse, [{**key, **who}])
        outdate_summaries(session, CycleSummary.experiment_id == experiment_id)
        deed = "tick pulse" if is_right else "untick pulse"
        detail = {"measure": measure_id, "at": at.isoformat()}
        audit.record(session, by, deed, f"experiment {experiment_id}", detail)
