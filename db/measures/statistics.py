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
from db.series import ChannelInfo

METHOD = 2  # raise it whenever the same measures would give another result

COLUMNS = frozenset({"voltage", "current", "instruction", "step", "cycle"})


def experiment_statistics(database: Database, experiment_id: int) -> ExperimentStatistics | None:
    """Return the statistics of an experiment, None if it has no measures.

    Raises series.BeingPreparedError while many measures of another program are being copied.
    """
    if series.time_range(database, experiment_id) is None:
        return None
    # before the measures are read: what comes meanwhile makes the result old, not the other way
    revision = series.revision(database, experiment_id)
    found = _kept(database, experiment_id, revision)
    if found is None:
        found = _computed(database, experiment_id)
        _keep(database, experiment_id, revision, found)
    return found


def _computed(database: Database, experiment_id: int) -> ExperimentStatistics:
    channel = temperature_channel(series.channels(database, experiment_id))
    return statistics(
        _samples(database, experiment_id, channel),
        deadband_a=_deadband_a(database, experiment_id),
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


def _samples(
    database: Database, experiment_id: int, temperature: ChannelInfo | None
) -> Iterator[Samples]:
    extended = [temperature] if temperature else []
    # a station's test time leaves pauses out, and a simulated one's runs faster than any clock
    by_test_time = _ran_on_a_station_of_ours(database, experiment_id)
    columns = COLUMNS | {"test_time"} if by_test_time else COLUMNS
    for table in series.tables(database, experiment_id, extended, only=columns):
        yield Samples(
            time_s=table.test_time_s if by_test_time else table.unix_s,
            voltage_v=table.voltage_v,
            current_a=table.current_a,
            instruction=table.instruction,
            step=table.step,
            cycle=table.cycle,
            temperature=table.extended[0] if extended else np.full(len(table.unix_s), np.nan),
        )


def _ran_on_a_station_of_ours(database: Database, experiment_id: int) -> bool:
    with database.read() as session:
        return session.get(Run, experiment_id) is not None


def _deadband_a(database: Database, experiment_id: int) -> float:
    with database.read() as session:
        capacity_mah = session.scalar(
            select(func.coalesce(Lithium.capacity_mah, LeadAcid.capacity_mah))
            .select_from(Experiment)
            .outerjoin(Lithium, Lithium.battery_id == Experiment.battery_id)
            .outerjoin(LeadAcid, LeadAcid.battery_id == Experiment.battery_id)
            .where(Experiment.id == experiment_id)
        )
    if capacity_mah:
        return deadband_a(capacity_mah / 1000, 0.0)
    drawn = series.read(database, experiment_id, [series.CURRENT])  # thinned, extremes kept
    currents_a = drawn.traces[series.CURRENT.key].values
    return deadband_a(None, float(np.abs(currents_a).max(initial=0.0)))


def _kept(database: Database, experiment_id: int, revision: int) -> ExperimentStatistics | None:
    with database.read() as session:
        result = session.scalar(
            select(Statistics.result).where(
                Statistics.experiment_id == experiment_id,
                Statistics.revision == revision,
                Statistics.method == METHOD,
            )
        )
    return None if result is None else ExperimentStatistics.from_json(result)


def _keep(
    database: Database, experiment_id: int, revision: int, found: ExperimentStatistics
) -> None:
    """Store a result. Where another process is faster or holds the table, ours is only not kept."""
    row = Statistics(
        experiment_id=experiment_id, revision=revision, method=METHOD, result=found.to_json()
    )
    try:
        with database.write() as session:
            session.execute(delete(Statistics).where(Statistics.experiment_id == experiment_id))
            session.add(row)
    except (IntegrityError, UnavailableError):
        return
