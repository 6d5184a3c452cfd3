"""What somebody chooses about the cycles of an experiment. No sample is read again for it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, select

from cycling.battery.conventions import OwnChoices, problem_of
from cycling.errors import InputError, NotFoundError
from db.commands import audit
from db.commands.audit import By
from db.commands.experiments.cycles.summaries import outdate_summaries
from db.engine import Database
from db.models import CycleChoices, CycleSummary, Experiment
from db.queries.experiments.cycles.choices import experiment_battery, own_choices
from db.queries.experiments.deletion import gone_words
from db.repeating import repeated


@repeated
def choose_cycles(database: Database, experiment_id: int, own: OwnChoices, *, by: By) -> None:
    """Set all choices of an experiment; what is None is its battery's, or the table's, again.

    The same again changes nothing. Raises InputError for what cannot be, NotFoundError.
    """
    with database.write() as session:
        row = select(Experiment.id).where(Experiment.id == experiment_id).with_for_update()
        if session.scalar(row) is None:
            raise NotFoundError(gone_words(session, experiment_id))
        if problem := problem_of(own, experiment_battery(session, experiment_id)):
            raise InputError(problem)
        before = asdict(own_choices(session, experiment_id))
        after = asdict(own)
        changes = {one: [before[one], after[one]] for one in after if before[one] != after[one]}
        if not changes:
            return
        this = CycleChoices.experiment_id == experiment_id
        session.execute(delete(CycleChoices).where(this))
        if own != OwnChoices():
            who = {"user_name": by.user_name[:60], "chosen_at": by.now}
            session.add(CycleChoices(experiment_id=experiment_id, **_values(after), **who))
        outdate_summaries(session, CycleSummary.experiment_id == experiment_id)
        detail = {name: [_words(one) for one in pair] for name, pair in changes.items()}
        audit.record(session, by, "choose cycles", f"experiment {experiment_id}", detail)


def _values(choices: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of all choices."""
    first, last = choices["reference_cycles"] or (None, None)
    others = {name: one for name, one in choices.items() if name != "reference_cycles"}
    return {**others, "reference_from": first, "reference_to": last}


def _words(choice: object) -> object:
    """Return a choice as the audit trail says it."""
    return "{} to {}".format(*choice) if isinstance(choice, tuple) else choice
