"""What a run leaves behind: samples as measured, and events."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cycling.battery.instrument import Instrument
from cycling.battery.model import FloatArray
from master_node.protocol.events import AnyEvent
from master_node.virtual_cycler.journal import Journal


class Sample(NamedTuple):
    """One sample (s, V, A, degC) with its MeasID; None for a channel that said nothing."""

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


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """Samples and events of an experiment since the last time that somebody asked."""

    experiment: int
    samples: list[Sample]
    events: list[AnyEvent]


class Recorder:
    """Keeps true values, and reads them as an instrument would when they are asked for.

    Each channel has a source of noise of its own, so that the noise does not depend on how often
    somebody asks. `samples` is the MeasID of the next one.
    """

    def __init__(
        self, experiment: int, instrument: Instrument, *, seed: int, samples: int, events: int
    ) -> None:
        self.samples = samples
        self.journal = Journal(events)
        self._experiment = experiment
        self._instrument = instrument
        self._true: list[Sample] = []
        start = (seed, experiment, samples)
        self._noise = [np.random.default_rng([*start, channel]) for channel in range(4)]

    def keep(self, sample: Sample) -> None:
        """Keep a true sample under the next MeasID."""
        self._true.append(sample._replace(n=self.samples))
        self.samples += 1

    def skip_to(self, samples: int, events: int) -> None:
        """Number what follows from here at least: the numbers before are taken elsewhere."""
        self.samples = max(self.samples, samples)
        self.journal.number = max(self.journal.number, events)

    def drain(self) -> RecordBatch:
        """Return what was kept since the last call."""
        true, self._true = self._true, []
        return RecordBatch(self._experiment, self._measured(true), self.journal.drain())

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
            Sample(*one[:6], *values)
            for one, values in zip(true, zip(*columns, strict=True), strict=True)
        ]


def _array(values: list[float | None]) -> FloatArray:
    return np.array([math.nan if value is None else value for value in values])


def _plain(values: FloatArray) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]
