"""A run whose cycles come one after the other, written as the master node would."""

import numpy as np

from cycling.terms import ExperimentStatus
from db.engine import Database
from db.measures import writing
from db.models import Experiment, StationLive
from tests.running_lab import RunningLab

STEPS = 5  # of a cycle of `RunningLab.profile`, after its first rest
CURRENT_A, REST_S = 1.5, 60.0


class CyclingRun:
    """An experiment on a station; `cycle` lets it go through one, `begin` into the next."""

    def __init__(self, database: Database, *, cycles: int = 50, **profile) -> None:
        self.lab = RunningLab(database)
        self.unit = self.lab.unit()
        self.station = self.lab.station("Station 1", self.unit, channels=1)
        self.battery = self.lab.battery("NMC-001", "SN 1")
        self.profile = self.lab.profile("Ageing", cycles=cycles, **profile)
        self.begun_at = self.lab.ago(hours=200)
        self.number = self.lab.experiment(
            "Ageing", self.station, self.battery, self.profile, begun_at=self.begun_at
        )
        self.lab.run(self.number, self.station)
        self.lab.live(self.station, self.number, cycle=1, step=1)
        self.lab.confirm(self.station, self.battery)
        self.count, self.seconds, self.begun_s, self.next_id = 0, 0.0, 0.0, 0

    def cycle(self, charge_ah: float, discharge_ah: float, rise_k: float = 0.0) -> None:
        """Go through the next cycle."""
        self.count += 1
        first = 1 + STEPS * (self.count - 1)
        self._step(first, CURRENT_A, 3600 * charge_ah / CURRENT_A - self.begun_s)
        self._step(first + 2, 0.0, REST_S)
        self._step(first + 3, -CURRENT_A, 3600 * discharge_ah / CURRENT_A, rise_k)
        self.begun_s = 0.0

    def pulse(self, ohm: float, current_a: float = -1.5) -> None:
        """Rest, and draw a pulse of 20 s in the cycle that was last."""
        first = 1 + STEPS * (self.count - 1)
        self._step(first + 4, 0.0, REST_S)
        at_s = np.array([0.001, 1.0, 5.0, 10.0, 15.0, 20.0])
        volts = np.full(len(at_s), 3.7 + current_a * ohm)
        self._write(first + 3, at_s, np.full(len(at_s), current_a), volts, np.full(len(at_s), 25.0))

    def begin(self) -> None:
        """Let the next cycle begin: what is before it is complete."""
        self.begun_s = 5.0
        self._step(1 + STEPS * self.count, CURRENT_A, self.begun_s)
        live = {"cycle": self.count + 1, "step": STEPS * self.count + 1}
        self.lab.change(StationLive, self.station, **live)

    def end(self, status: ExperimentStatus = ExperimentStatus.FINISHED) -> None:
        """Let the station have ended it."""
        self.lab.change(Experiment, self.number, status=status, finished_at=self.lab.now)
        self.lab.change(StationLive, self.station, experiment_id=None)

    def _step(self, instruction: int, current_a: float, seconds: float, rise_k: float = 0) -> None:
        at_s = np.linspace(0.001, seconds, 3)
        degc = np.linspace(25.0, 25.0 + rise_k, 3)
        self._write(instruction, at_s, np.full(3, current_a), np.full(3, 3.7), degc)

    def _write(self, instruction: int, at_s, current_a, voltage_v, degc) -> None:
        test_time_s = self.seconds + at_s
        rows = writing.MeasureRows(
            first_id=self.next_id,
            unix_s=self.begun_at.timestamp() + test_time_s,
            instruction=np.full(len(at_s), float(instruction)),
            voltage_mv=voltage_v * 1000,
            current_ma=current_a * 1000,
            power_mw=voltage_v * current_a * 1000,
            test_time_s=test_time_s,
            step=np.full(len(at_s), float(instruction)),
            cycle=np.full(len(at_s), float(1 + (instruction - 1) // STEPS)),
            extended={self.lab.channels[self.station][0]: degc},
        )
        with self.lab.database.write() as session:
            writing.insert_missing(session, [(self.number, rows)])
        self.next_id += len(at_s)
        self.seconds += float(at_s[-1])
