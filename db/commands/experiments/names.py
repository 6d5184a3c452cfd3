"""Another name or description for an experiment; it stays, whoever rewrites the row."""

from cycling.names import check_description, check_name
from db.commands import audit
from db.commands.audit import By
from db.engine import Database
from db.models import ExperimentName
from db.queries.experiments.deletion import existing_experiment
from db.repeating import repeated


@repeated
def rename_experiment(
    database: Database, experiment_id: int, name: str, description: str, *, by: By
) -> None:
    """Give an experiment a name and a description; the same again changes nothing.

    Raises InputError, NotFoundError.

    They are kept in a table of ours too: a WattRex unit's synchroniser overwrites whole rows of
    Experiment with what its cycler read when it began, and the master node writes them back.
    """
    name, description = check_name(name), check_description(description)
    with database.write() as session:
        experiment = existing_experiment(session, experiment_id, lock=True)
        before = {"name": experiment.name, "description": experiment.description}
        if before == {"name": name, "description": description}:
            return
        experiment.name, experiment.description = name, description
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
