"""Statistics of an experiment, computed when somebody asks and kept until its measures change."""

from collections.abc import Iterator, Sequence

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from cycling.analysis.integration import Samples
from cycling.analysis.statistics import ExperimentStatistics, deadband_a, statistics
from cycling.errors import UnavailableError
from db import series
from db.engine import Database
from db.models import Experiment, LeadAcid, Lithium, Run, Statistics
from db.series import ChannelInfo, ExperimentSeries

METHOD = 3  # raise it whenever the same measures would give another result

COLUMNS = frozenset({"voltage", "current", "instruction", "step", "cycle"})


def experiment_statistics(database: Database, experiment_id: int) -> ExperimentStatistics | None:
    """Return the statistics of an experiment, None if it has no measures.

    Raises series.BeingPreparedError while many measures of another program are being copied.
    """
    with series.opened(database, experiment_id) as experiment:
        if (stored := stored_statistics(experiment)) is not None or experiment.time_range is None:
            return stored
        computed = _computed(experiment)
    _store(database, experiment_id, experiment.head.revision, computed)
    return computed


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


def _computed(experiment: ExperimentSeries) -> ExperimentStatistics:
    channel = temperature_channel(experiment.channels)
    return statistics(
        _samples(experiment, channel),
        deadband_a=_deadband_a(experiment),
        temperature_name=channel.name if channel else "",
        temperature_unit=channel.unit if channel else "",
    )


def temperature_channel(channels: Sequence[ChannelInfo]) -> ChannelInfo | None:
    """Return the first channel in degC, else the first one that is called a temperature.

    That of the room is taken only where there is no other in degC.
    """
    extended = [channel for channel in channels if channel.used_measure_id is not None]
    in_degc = [channel for channel in extended if channel.unit in ("degC", "°C")]
    inside = [channel for channel in in_degc if "amb" not in channel.name.casefold()]
    named = [channel for channel in extended if "temp" in channel.name.casefold()]
    return next(iter([*inside, *in_degc, *named]), None)


def _samples(experiment: ExperimentSeries, temperature: ChannelInfo | None) -> Iterator[Samples]:
    extended = [temperature] if temperature else []
    # a station's test time leaves pauses out, and a simulated one's runs faster than any clock
    by_test_time = experiment.database.session.get(Run, experiment.id) is not None
    columns = COLUMNS | {"test_time"} if by_test_time else COLUMNS
    for table in experiment.tables(extended, only=columns):
        yield Samples(
            time_s=table.test_time_s if by_test_time else table.unix_s,
            voltage_v=table.voltage_v,
            current_a=table.current_a,
            instruction=table.instruction,
            step=table.step,
            cycle=table.cycle,
            temperature=table.extended[0] if extended else np.full(len(table.unix_s), np.nan),
        )


def _deadband_a(experiment: ExperimentSeries) -> float:
    capacity_mah = experiment.database.session.scalar(
        select(func.coalesce(Lithium.capacity_mah, LeadAcid.capacity_mah))
        .select_from(Experiment)
        .outerjoin(Lithium, Lithium.battery_id == Experiment.battery_id)
        .outerjoin(LeadAcid, LeadAcid.battery_id == Experiment.battery_id)
        .where(Experiment.id == experiment.id)
    )
    if capacity_mah:
        return deadband_a(capacity_mah / 1000, 0.0)
    drawn = experiment.read([series.CURRENT])  # thinned, extremes kept
    currents_a = drawn.traces[series.CURRENT.key].values
    return deadband_a(None, float(np.nanmax(np.abs(currents_a), initial=0.0)))


def _store(
    database: Database, experiment_id: int, revision: int, computed: ExperimentStatistics
) -> None:
    """Store a result. Where another process is faster or holds the table, ours is not stored."""
    row = Statistics(
        experiment_id=experiment_id, revision=revision, method=METHOD, result=computed.to_json()
    )
    try:
        with database.write() as session:
            session.execute(delete(Statistics).where(Statistics.experiment_id == experiment_id))
            session.add(row)
    except (IntegrityError, UnavailableError):
        return
