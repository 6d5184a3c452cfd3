"""How far a run is, and what it leaves behind: samples as measured, and events."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np

from cycling.battery.instrument import Instrument
from cycling.battery.model import FloatArray
from cycling.terms import StationState
from master_node.protocol.events import AnyEvent


class Progress(msgspec.Struct, kw_only=True):
    """How far an experiment is, as it is kept on disk: times in test time (s), Ah and Wh."""

    state: StationState = StationState.RUNNING
    detail: str = ""
    position: int = 0  # among the instructions of the offer
    test_time_s: float = 0.0
    began_s: float | None = None  # the instruction; None: it is still to begin
    step_began_s: float = 0.0
    charge_ah: float = 0.0  # magnitudes since the step began
    energy_wh: float = 0.0
    start_degc: float = 0.0
    kept_s: float = 0.0  # the last sample
    kept_v: float = 0.0
    samples: int = 0  # numbers that are taken: those of the next ones
    events: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will be recorded."""
        return self.state in (StationState.IDLE, StationState.ERROR)


class Sample(NamedTuple):
    """One sample (s, V, A, degC) with its MeasID; None for a channel that said nothing.

    `paused`: taken in a pause, with the instruction that waits.
    """

    n: int
    at: float
    test_time_s: float
    instruction: int
    step: int
    cycle: int
    voltage: float | None
    current: float | None
    temp_cell: float | None
    temp_amb: float | None
    paused: bool = False


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Samples and events of an experiment since the last time that somebody asked."""

    experiment: int
    samples: list[Sample]
    events: list[AnyEvent]


class Recorder:
    """Keeps true values, and reads them as an instrument would when they are asked for.

    Each channel has a source of noise of its own, so that the noise does not depend on how often
    somebody asks. The progress has the numbers of the next sample and event.
    """

    def __init__(
        self, experiment: int, instrument: Instrument, progress: Progress, seed: int
    ) -> None:
        self._experiment = experiment
        self._instrument = instrument
        self._progress = progress
        self._true: list[Sample] = []
        self._events: list[AnyEvent] = []
        start = (seed, experiment, progress.samples)
        self._noise = [np.random.default_rng([*start, channel]) for channel in range(4)]

    def keep(self, sample: Sample) -> None:
        """Keep a true sample, which has the next MeasID."""
        self._true.append(sample)
        self._progress.samples += 1

    def note(self, event: AnyEvent) -> None:
        """Keep an event, which has the next number."""
        self._events.append(event)
        self._progress.events += 1

    def drain(self) -> RecordBatch:
        """Return what was kept since the last call."""
        samples, events = self._measured(self._true), self._events
        self._true, self._events = [], []
        return RecordBatch(self._experiment, samples, events)

    def _measured(self, true: list[Sample]) -> list[Sample]:
        if not true:
            return []
        reads = self._instrument
        volts, amperes, cell, ambient = self._noise
        columns = (
            _plain(reads.voltages_v(_array([one.voltage for one in true]), volts)),
            _plain(reads.currents_a(_array([one.current for one in true]), amperes)),
            _plain(reads.temperatures_degc(_array([one.temp_cell for one in true]), cell)),
            _plain(reads.temperatures_degc(_array([one.temp_amb for one in true]), ambient)),
        )
        return [
            Sample(*one[:6], *values, one.paused)
            for one, values in zip(true, zip(*columns, strict=True), strict=True)
        ]


def _array(values: list[float | None]) -> FloatArray:
    return np.array([math.nan if value is None else value for value in values])


def _plain(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]
