"""Statistics of an experiment, computed when somebody asks and kept until its measures change."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from cycling.analysis.integration import Samples
from cycling.analysis.statistics import ExperimentStatistics, deadband_a, statistics
from cycling.errors import UnavailableError
from db import series
from db.engine import Database
from db.models import Experiment, LeadAcid, Lithium, Run, RunEvent, Statistics
from db.series import ChannelInfo, ExperimentSeries, MeasureTable

METHOD = 4  # raise it whenever the same measures would give another result

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
    channel, resumed = temperature_channel(experiment.channels), Resumptions()
    last_s = experiment.time_range[1] if experiment.time_range else None
    computed = statistics(
        _samples(experiment, channel, resumed),
        deadband_a=_deadband_a(experiment),
        temperature_name=channel.name if channel else "",
        temperature_unit=channel.unit if channel else "",
        has_pauses=_has_pauses(experiment),
        by_test_time=_is_run(experiment),
    )
    return replace(computed.with_resumed(resumed.counts), last_s=last_s)


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
    experiment: ExperimentSeries, temperature: ChannelInfo | None, resumed: "Resumptions"
) -> Iterator[Samples]:
    extended = [temperature] if temperature else []
    # a station's test time leaves pauses out, and a simulated one's runs faster than any clock
    is_run = _is_run(experiment)
    columns = COLUMNS | {"test_time"} if is_run else COLUMNS
    has_pauses, clock = is_run and _has_pauses(experiment), RunClock()
    for table in experiment.tables(extended, only=columns):
        paused = np.isnan(table.step) & has_pauses  # every other measure of a run has one
        resumed.watch(table, paused)
        yield Samples(
            time_s=clock.seconds(table, paused) if is_run else table.unix_s,
            voltage_v=table.voltage_v,
            current_a=table.current_a,
            instruction=np.where(paused, np.nan, table.instruction),
            step=table.step,
            cycle=table.cycle,
            temperature=table.extended[0] if extended else np.full(len(table.unix_s), np.nan),
        )


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


class RunClock:
    """The time of a station's measures as it counts: test time, in recorded pauses the clock."""

    def __init__(self) -> None:
        self._last: tuple[float, float, float, bool] | None = None  # counted, test, Unix s, paused

    def seconds(self, table: MeasureTable, paused: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the time (s) of the next measures; only differences matter."""
        counted_s, *before = self._last or (0.0, table.test_time_s[0], table.unix_s[0], paused[0])
        test_s, unix_s, was_paused = (
            np.concatenate([[one], column])
            for one, column in zip(before, (table.test_time_s, table.unix_s, paused), strict=True)
        )
        within = was_paused[1:] & was_paused[:-1] & (np.diff(test_s) == 0)
        seconds: NDArray[np.float64] = counted_s + np.cumsum(
            np.where(within, np.diff(unix_s), np.diff(test_s))
        )
        self._last = (
            float(seconds[-1]),
            float(test_s[-1]),
            float(unix_s[-1]),
            bool(was_paused[-1]),
        )
        return seconds


def _has_pauses(experiment: ExperimentSeries) -> bool:
    pause = select(RunEvent.number).where(
        RunEvent.experiment_id == experiment.id, RunEvent.kind == "paused"
    )
    return experiment.database.session.scalars(pause.limit(1)).first() is not None


def _is_run(experiment: ExperimentSeries) -> bool:
    return experiment.database.session.get(Run, experiment.id) is not None


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
    thin_series = experiment.read([series.CURRENT])  # thinned, extremes kept
    currents_a = thin_series.traces[series.CURRENT.key].values
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
