"""The samples of an experiment, as its source has them added up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from cycling.analysis.edges import first_interval_s, late_start_s, lead_in_s
from cycling.analysis.integration import Edge, Samples
from cycling.analysis.statistics import deadband_a
from db import series
from db.measures.recent import Recent
from db.measures.source import Source, SourceClock, StepClock
from db.models import Experiment
from db.models.battery_rows import CAPACITY_MAH, with_capacity
from db.queries.profiles.compiled import split_steps
from db.series import ChannelInfo, ExperimentSeries, MeasureTable
from db.series.codec import Floats

COLUMNS = frozenset({"voltage", "current", "instruction", "step", "cycle", "test_time"})
NO_BREAKS = np.empty((0, 2))
MAX_PEAKS = 10_000  # experiments of which a process keeps the highest current
_PEAKS: Recent[int, float] = Recent()


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
    part: tuple[int, int] | None = None,
    *,
    whole: bool = False,
) -> Iterator[Samples]:
    """Yield the samples of an experiment as its source has them added up.

    `part` are the first one, counted from 0, and the one after the last; None: all. Their times
    begin anywhere, only differences count. With `whole` or a part series.DamagedError is raised
    where one is damaged; else its chunk is left out.
    """
    sampling = Sampling(experiment, source, temperature, resumed)
    whole = whole or part is not None
    for measures in experiment.tables(sampling.extended, only=COLUMNS, part=part, whole=whole):
        yield sampling.samples(measures)


class Sampling:
    """Makes samples of the tables of an experiment, one after another, as its source has them.

    `extended` are the channels that the tables must have. `resumed` counts what goes on after a
    recorded pause.
    """

    def __init__(
        self,
        experiment: ExperimentSeries,
        source: Source,
        temperature: ChannelInfo | None = None,
        resumed: "Resumptions | None" = None,
    ) -> None:
        self.split = split_steps(experiment.database.session, experiment.id)
        self.resumed = resumed or Resumptions()
        self._source = source
        self._has_temperature = temperature is not None
        self._clock, self._step_clock = SourceClock(source), StepClock(source.edge)
        scaled = [channel for _counter, channel in source.counters]
        scaled += [source.step_time] if source.step_time else []
        self.extended = [one.info for one in scaled] + ([temperature] if temperature else [])

    def samples(self, measures: MeasureTable) -> Samples:
        """Return the samples of the next measures."""
        source, table = self._source, _whole_steps(measures, self.split)
        paused = np.isnan(table.step) & source.has_pauses  # every other measure of a run has one
        if source.has_pauses:
            self.resumed.watch(table, paused)
        values = iter(table.extended)
        counters = tuple(next(values) * one.factor for _counter, one in source.counters)
        step_time_s = next(values) * source.step_time.factor if source.step_time else None
        return Samples(
            time_s=self._clock.seconds(table, paused),
            voltage_v=table.voltage_v,
            current_a=table.current_a,
            instruction=np.where(paused, np.nan, table.instruction),
            step=_steps(table, step_time_s, self._step_clock),
            cycle=table.cycle,
            temperature=next(values)
            if self._has_temperature
            else np.full(len(table.unix_s), np.nan),
            led_s=self._step_clock.led_s(step_time_s, len(table.unix_s)),
            counters=counters,
        )

    @property
    def state(self) -> bytes:
        """Where clocks and pauses stand after the last measures: what the next ones depend on."""
        parts = (self._clock.state, self._step_clock.state, self.resumed.state)
        return msgspec.msgpack.encode(parts)

    def go_on(self, state: bytes) -> None:
        """Stand as another one stood."""
        self._clock.state, self._step_clock.state, self.resumed.state = msgspec.msgpack.decode(
            state
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

    @property
    def state(self) -> Sequence[float]:
        """The last step that ran, and whether the last measure was of a pause."""
        return (*self._last.tolist(), float(self._was_paused))

    @state.setter
    def state(self, state: Sequence[float]) -> None:
        self._last, self._was_paused = np.array(state[:-1]), bool(state[-1])


def first_lead_in_s(experiment: ExperimentSeries, source: Source) -> float:
    """Return how long before the first measure its step began, if the test began with it."""
    if source.edge is Edge.HOLD or not source.by_test_time:
        return 0.0
    step_time = source.step_time if source.edge is Edge.SPLIT else None
    first = _first_rows(experiment, [step_time.info] if step_time else [])
    if first is None:
        return 0.0
    if step_time is None:
        return first_interval_s(first.test_time_s[:2])
    in_step_s = float(first.extended[0][0]) * step_time.factor
    return lead_in_s(float(first.test_time_s[0]), in_step_s)


def uncounted_start_s(experiment: ExperimentSeries, source: Source, lead_in_s: float) -> float:
    """Return how long an import's test went on before its first measure without being counted."""
    if not source.by_test_time or source.tells_pauses:
        return 0.0
    first = _first_rows(experiment, [])
    if first is None or len(first.test_time_s) < 2:
        return 0.0
    first_s, second_s = first.test_time_s[:2].tolist()
    return late_start_s(first_s, lead_in_s, second_s - first_s)


def _first_rows(
    experiment: ExperimentSeries, extended: Sequence[ChannelInfo]
) -> MeasureTable | None:
    """Return the first measures with their test times; None where all is damaged."""
    return next(iter(experiment.tables(extended, only={"test_time"})), None)


def rest_below_a(experiment: ExperimentSeries) -> float:
    """Return the |current| (A) below which the battery of an experiment rests."""
    query = select(CAPACITY_MAH).select_from(Experiment)
    capacity_mah = experiment.database.session.scalar(
        with_capacity(query, Experiment.battery_id).where(Experiment.id == experiment.id)
    )
    capacity_ah = capacity_mah / 1000 if capacity_mah else None
    return deadband_a(capacity_ah, _peak_a(experiment))


def _peak_a(experiment: ExperimentSeries) -> float:
    """Return the highest |current| (A) of an experiment, read once a revision."""
    revision = experiment.head.revision
    known = _PEAKS.find(experiment, revision)
    if known is not None:
        return known
    thin = experiment.read([series.CURRENT], breaks=NO_BREAKS)  # thinned, extremes kept
    currents_a = thin.traces[series.CURRENT.key].values
    peak_a = float(np.nanmax(np.abs(currents_a), initial=0.0))
    _PEAKS.add(experiment, revision, peak_a, most=MAX_PEAKS)
    return peak_a
