"""Statistics of an experiment, computed when somebody asks and kept until its measures change."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from cycling.analysis.edges import first_interval_s, lead_in_s
from cycling.analysis.integration import Edge, Samples
from cycling.analysis.statistics import EarlierNumbers, ExperimentStatistics, deadband_a, statistics
from cycling.errors import UnavailableError
from db import series
from db.engine import Database
from db.measures.source import Source, SourceClock, StepClock, source_of
from db.models import Experiment, Statistics
from db.models.battery_rows import CAPACITY_MAH, with_capacity
from db.queries.profiles.compiled import split_steps
from db.series import ChannelInfo, ExperimentSeries, MeasureTable
from db.series.codec import Floats

METHOD = 7  # raise it whenever the same measures would give another result
MAX_OUTDATED = 100

COLUMNS = frozenset({"voltage", "current", "instruction", "step", "cycle", "test_time"})
NO_BREAKS = np.empty((0, 2))


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

    `keep_statistics` stores them afterwards: what is open is only read.
    """
    stored = stored_statistics(experiment)
    if stored is not None or experiment.time_range is None:
        return MadeStatistics(experiment.id, stored)
    older = _older(experiment)
    if or_older and older is not None:
        return MadeStatistics(experiment.id, older)
    computed = _computed(experiment)
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
    channel, source = temperature_channel(experiment.channels), source_of(experiment)
    (begin_s, end_s), resumed = experiment.time_range or (0.0, 0.0), Resumptions()
    computed = statistics(
        samples(experiment, source, channel, resumed),
        deadband_a=_deadband_a(experiment),
        temperature_name=channel.name if channel else "",
        temperature_unit=channel.unit if channel else "",
        has_pauses=source.has_pauses,
        by_test_time=source.by_test_time,
        edge=source.edge,
        counters=[counter for counter, _channel in source.counters],
        lead_in_s=_lead_in_s(experiment, source),
        sought=source.sought,
    )
    computed = computed.with_resumed(resumed.counts)
    last_s = experiment.time_range[1] if experiment.time_range else None
    return replace(computed, last_s=last_s, clock_s=end_s - begin_s)


def temperature_channel(channels: Sequence[ChannelInfo]) -> ChannelInfo | None:
    """Return the first channel in degC, else the first one that is called a temperature.

    That of the room is taken only where there is no other in degC.
    """
    extended = [channel for channel in channels if channel.used_measure_id is not None]
    in_degc = [channel for channel in extended if channel.unit in ("degC", "°C")]
    inside = [channel for channel in in_degc if "amb" not in channel.name.casefold()]
    named = [channel for channel in extended if "temp" in channel.name.casefold()]
    return next(iter([*inside, *in_degc, *named]), None)


def samples(
    experiment: ExperimentSeries,
    source: Source,
    temperature: ChannelInfo | None = None,
    resumed: "Resumptions | None" = None,
) -> Iterator[Samples]:
    """Yield the samples of an experiment as its source has them added up."""
    scaled = [channel for _counter, channel in source.counters]
    extended = [one.info for one in (*scaled, *([source.step_time] if source.step_time else ()))]
    extended += [temperature] if temperature else []
    clock, step_clock = SourceClock(source), StepClock(source.edge)
    split = split_steps(experiment.database.session, experiment.id)
    for part in experiment.tables(extended, only=COLUMNS):
        table = _whole_steps(part, split)
        paused = np.isnan(table.step) & source.has_pauses  # every other measure of a run has one
        if resumed:
            resumed.watch(table, paused)
        values = iter(table.extended)
        counters = tuple(next(values) * one.factor for one in scaled)
        step_time_s = next(values) * source.step_time.factor if source.step_time else None
        yield Samples(
            time_s=clock.seconds(table, paused),
            voltage_v=table.voltage_v,
            current_a=table.current_a,
            instruction=np.where(paused, np.nan, table.instruction),
            step=_steps(table, step_time_s, step_clock),
            cycle=table.cycle,
            temperature=next(values) if temperature else np.full(len(table.unix_s), np.nan),
            led_s=step_clock.led_s(step_time_s, len(table.unix_s)),
            counters=counters,
        )


def _whole_steps(table: MeasureTable, split: NDArray[np.int64]) -> MeasureTable:
    """Let all measures of a step name its first instruction; `split` as of `split_steps`."""
    if not len(split):
        return table
    first, last = split.T
    at = np.minimum(np.searchsorted(last, table.instruction), len(split) - 1)
    within = (first[at] <= table.instruction) & (table.instruction <= last[at])
    return replace(table, instruction=np.where(within, first[at], table.instruction))


def _steps(table: MeasureTable, step_time_s: Floats | None, clock: StepClock) -> Floats:
    """Return the steps of measures: where they name none a new one begins with the step time."""
    if step_time_s is None or not np.isnan(table.step).all() or table.instruction.any():
        return table.step
    return clock.steps(step_time_s)


class Resumptions:
    """How often an instruction went on after a recorded pause, as the same step: in `counts`."""

    def __init__(self) -> None:
        self.counts = Counter[int]()
        self._last = np.full(3, np.nan)
        self._was_paused = False

    def watch(self, table: MeasureTable, paused: NDArray[np.bool_]) -> None:
        """Look at the next measures."""
        running = np.flatnonzero(~paused)
        if len(running) and (self._was_paused or len(running) < len(paused)):
            keys = np.stack([table.instruction, table.step, table.cycle], axis=1)[running]
            before = np.concatenate([self._last[np.newaxis], keys[:-1]])
            stood = np.diff(running, prepend=-1) > 1
            stood[0] |= self._was_paused
            resumed = stood & np.all(before == keys, axis=1)
            self.counts.update(keys[resumed, 0].astype(np.int64).tolist())
        if len(running):
            last = running[-1]
            self._last = np.array([table.instruction[last], table.step[last], table.cycle[last]])
        if len(paused):
            self._was_paused = bool(paused[-1])


def _lead_in_s(experiment: ExperimentSeries, source: Source) -> float:
    """Return how long before the first measure its step began, if the test began with it."""
    if source.edge is Edge.HOLD or not source.by_test_time:
        return 0.0
    step_time = source.step_time if source.edge is Edge.SPLIT else None
    extended = [step_time.info] if step_time else []
    first = next(iter(experiment.tables(extended, only={"test_time"})))
    if step_time is None:
        return first_interval_s(first.test_time_s[:2])
    in_step_s = float(first.extended[0][0]) * step_time.factor
    return lead_in_s(float(first.test_time_s[0]), in_step_s)


def _deadband_a(experiment: ExperimentSeries) -> float:
    query = select(CAPACITY_MAH).select_from(Experiment)
    capacity_mah = experiment.database.session.scalar(
        with_capacity(query, Experiment.battery_id).where(Experiment.id == experiment.id)
    )
    thin_series = experiment.read([series.CURRENT], breaks=NO_BREAKS)  # thinned, extremes kept
    currents_a = thin_series.traces[series.CURRENT.key].values
    capacity_ah = capacity_mah / 1000 if capacity_mah else None
    return deadband_a(capacity_ah, float(np.nanmax(np.abs(currents_a), initial=0.0)))


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
