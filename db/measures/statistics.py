"""Statistics of an experiment, computed when somebody asks and kept until its measures change."""

from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from cycling.analysis.statistics import (
    About,
    EarlierNumbers,
    ExperimentStatistics,
    statistics,
    statistics_of_steps,
)
from cycling.errors import UnavailableError
from db import series
from db.engine import Database
from db.measures.recipe import METHOD, StepRecipe
from db.measures.samples import Resumptions, samples, uncounted_start_s
from db.measures.totals import whole_totals
from db.models import Statistics
from db.series import ExperimentSeries

MAX_OUTDATED = 100


def experiment_statistics(
    database: Database, experiment_id: int, *, or_older: bool = False
) -> ExperimentStatistics | None:
    """Return the statistics of an experiment, None if it has no measures.

    With `or_older` those that an older rule made of these very measures will do: a worker makes
    them anew. Raises series.BeingPreparedError while many measures of another program are being
    copied.
    """
    with series.opened(database, experiment_id) as experiment:
        made = made_statistics(experiment, or_older=or_older)
    keep_statistics(database, made)
    return made.statistics


@dataclass(frozen=True)
class MadeStatistics:
    """Statistics of an experiment, and of which revision they are to be stored, None: they are."""

    experiment_id: int
    statistics: ExperimentStatistics | None
    new_revision: int | None = None


def made_statistics(experiment: ExperimentSeries, *, or_older: bool = False) -> MadeStatistics:
    """Return the same of an experiment that is open, from these very measures.

    `keep_statistics` stores them afterwards: what is open is only read. Those that miss what is
    damaged say so, and are not to be stored.
    """
    stored = stored_statistics(experiment)
    if stored is not None or experiment.time_range is None:
        return MadeStatistics(experiment.id, stored)
    older = _older(experiment)
    if or_older and older is not None:
        return MadeStatistics(experiment.id, older)
    computed = _computed(experiment)
    if computed.left_out:
        return MadeStatistics(experiment.id, computed)
    computed = replace(computed, earlier=_earlier(older, computed))
    return MadeStatistics(experiment.id, computed, experiment.head.revision)


def keep_statistics(database: Database, made: MadeStatistics) -> None:
    """Store statistics that are new. Where another process is faster, or holds the table, not."""
    if made.statistics is not None and made.new_revision is not None:
        _store(database, made.experiment_id, made.new_revision, made.statistics)


def stored_statistics(experiment: ExperimentSeries) -> ExperimentStatistics | None:
    """Return the statistics that were computed from these very measures, None if none were."""
    result = experiment.database.session.scalar(
        select(Statistics.result).where(
            Statistics.experiment_id == experiment.id,
            Statistics.revision == experiment.head.revision,
            Statistics.method == METHOD,
        )
    )
    return None if result is None else ExperimentStatistics.from_json(result)


def outdated(database: Database) -> list[int]:
    """Return experiments whose statistics were made by an older rule, newest first."""
    with database.read() as session:
        return list(
            session.scalars(
                select(Statistics.experiment_id)
                .where(Statistics.method < METHOD)
                .order_by(Statistics.experiment_id.desc())
                .limit(MAX_OUTDATED)
            )
        )


def _older(experiment: ExperimentSeries) -> ExperimentStatistics | None:
    result = experiment.database.session.scalar(
        select(Statistics.result).where(
            Statistics.experiment_id == experiment.id,
            Statistics.revision == experiment.head.revision,
            Statistics.method < METHOD,
        )
    )
    return None if result is None else replace(ExperimentStatistics.from_json(result), is_old=True)


def _earlier(
    older: ExperimentStatistics | None, computed: ExperimentStatistics
) -> EarlierNumbers | None:
    """Return what an older rule gave, where that was something else."""
    if older is None or older.whole.agrees(computed.whole):
        return older.earlier if older else None
    return EarlierNumbers(older.whole.charge_ah, older.whole.discharge_ah)


def _computed(experiment: ExperimentSeries) -> ExperimentStatistics:
    recipe, (begin_s, end_s) = StepRecipe.of(experiment), experiment.time_range or (0.0, 0.0)
    source, channel = recipe.source, recipe.temperature
    about: About = {
        "deadband_a": recipe.counting.deadband_a,
        "temperature_name": channel.name if channel else "",
        "temperature_unit": channel.unit if channel else "",
        "has_pauses": source.has_pauses,
        "by_test_time": source.by_test_time,
        "edge": source.edge,
        "sought": source.sought,
    }
    computed = _of_totals(experiment, recipe, about) or _of_samples(experiment, recipe, about)
    late_s = uncounted_start_s(experiment, source, recipe.lead_in_s)
    return replace(computed, last_s=end_s, clock_s=end_s - begin_s, late_s=late_s)


def _of_totals(
    experiment: ExperimentSeries, recipe: StepRecipe, about: About
) -> ExperimentStatistics | None:
    """Return statistics from what is kept beside chunks; None where samples are to be read."""
    try:
        added = whole_totals(experiment, recipe)
    except series.DamagedError:
        return None
    if added is None:
        return None
    steps = added.totals.experiment(recipe.lead_in_s)
    return statistics_of_steps(steps, **about).with_resumed(added.resumed)


def _of_samples(
    experiment: ExperimentSeries, recipe: StepRecipe, about: About
) -> ExperimentStatistics:
    """Return statistics of all samples but those that are damaged, which are named."""
    resumed = Resumptions()
    computed = statistics(
        samples(experiment, recipe.source, recipe.temperature, resumed),
        counters=recipe.counting.counters,
        lead_in_s=recipe.lead_in_s,
        **about,
    )
    return replace(computed.with_resumed(resumed.counts), left_out=experiment.left_out)


def _store(
    database: Database, experiment_id: int, revision: int, computed: ExperimentStatistics
) -> None:
    row = Statistics(
        experiment_id=experiment_id, revision=revision, method=METHOD, result=computed.to_json()
    )
    try:
        with database.write() as session:
            session.execute(delete(Statistics).where(Statistics.experiment_id == experiment_id))
            session.add(row)
    except (IntegrityError, UnavailableError):
        return
