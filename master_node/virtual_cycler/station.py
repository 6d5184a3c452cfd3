"""A station of a virtual unit: one device, the battery on it, one experiment at a time.

It has no clock and no connection: time is handed in, what it has recorded is taken out.
"""

from typing import NamedTuple

from cycling.terms import StationCommand, StationState
from master_node.protocol.messages import Command, Device, Offer, StationHeartbeat
from master_node.virtual_cycler.battery import BatteryPool, VirtualBattery
from master_node.virtual_cycler.checks import offer_problem
from master_node.virtual_cycler.devices import Size
from master_node.virtual_cycler.execution import Execution
from master_node.virtual_cycler.records import Progress, RecordBatch, Recorder
from master_node.virtual_cycler.safety import Breach, Guard
from master_node.virtual_cycler.sensors import Sensors
from master_node.virtual_cycler.stepping import Bench


class Outcome(NamedTuple):
    """What became of a command; `done` False comes with the reason."""

    done: bool
    reason: str = ""


class Station:
    """Carries out experiments on its device; `speed` is how much faster than the wall's clock."""

    def __init__(
        self, device: Device, size: Size, pool: BatteryPool, *, speed: float = 1.0, seed: int = 0
    ) -> None:
        self.device = device
        self.sensors = Sensors()
        self._size, self._pool = size, pool
        self._speed, self._seed = speed, seed
        self.battery: VirtualBattery | None = None  # that is connected
        self._execution: Execution | None = None

    @property
    def link(self) -> str:
        """The link of its device, like ch1."""
        return self.device.link

    @property
    def state(self) -> StationState:
        """What it does."""
        return StationState.IDLE if self._execution is None else self._execution.progress.state

    @property
    def experiment(self) -> int | None:
        """The experiment that it is busy with."""
        busy = self._execution is not None and self.state is not StationState.IDLE
        return self._execution.offer.experiment if busy and self._execution else None

    @property
    def output_on(self) -> bool:
        """Whether it drives the battery."""
        return self._execution is not None and self._execution.output_on

    def offer(self, offer: Offer, now: float) -> str | None:
        """Begin an experiment; return why not in a sentence, None if it has begun."""
        problem = self._busy() or _expired(offer.expires_at, now, "offer")
        if problem:
            return problem
        guard = Guard(offer, self.device.abilities)
        problem = offer_problem(offer, self.device.abilities, guard)
        if problem:
            return problem
        self.battery = battery = self._pool.take(offer.battery)
        problem = self._start_problem(guard, battery)
        if problem:
            return problem
        self._execution = self._execution_of(offer, Progress(), battery)
        self._execution.start(now)
        return None

    def restore(self, offer: Offer, progress: Progress, now: float) -> None:
        """Take up an experiment after the unit was off. One that ran is paused: interrupted."""
        self.battery = battery = self._pool.take(offer.battery)
        self._execution = self._execution_of(offer, progress, battery)
        if progress.state in (StationState.RUNNING, StationState.PAUSED):
            self._execution.interrupt(now)

    def abandon(self) -> None:
        """Forget an experiment that could not be noted on disk; nothing of it was published."""
        self._execution = None

    def disconnect(self, battery_id: int) -> None:
        """Let go of a battery that is now on another station."""
        if self.battery is not None and self.battery.id == battery_id:
            self.battery = None

    def advance(self, seconds: float, now: float) -> None:
        """Let so much wall time (s) pass, until `now`."""
        left_s = seconds * self._speed
        execution = self._execution
        if execution is not None and execution.progress.state is StationState.RUNNING:
            left_s = execution.advance(left_s, now)
        elif execution is not None and execution.progress.state is StationState.PAUSED:
            execution.rest(left_s, now)
            return
        if left_s > 0:
            self.sensors.clock_s += left_s
            if self.battery is not None:
                self.battery.rest(left_s)

    def command(self, command: Command, now: float) -> Outcome:
        """Carry out pause, resume or stop; the caller sees to it that each id comes once."""
        lateness = _expired(command.expires_at, now, "command")
        if lateness:
            return Outcome(False, lateness)
        other = command.experiment is not None and command.experiment != self.experiment
        if command.kind is StationCommand.STOP:
            return self._stop(command, now, other=other)
        execution = self._execution
        if other or execution is None or execution.progress.ended:
            return Outcome(False, self._what_it_does())
        if command.kind is StationCommand.PAUSE:
            return self._pause(execution, command, now)
        if command.kind is StationCommand.RESUME:
            return self._resume(execution, command, now)
        return Outcome(False, f"A station knows no command {command.kind}.")

    def trip(self, breach: Breach, now: float) -> None:
        """Abort what runs, for a reason that the battery does not show."""
        if self._execution is not None and not self._execution.progress.ended:
            self._execution.trip(now, breach)

    def acknowledge_end(self, experiment: int) -> None:
        """Be idle again after an error: its end is stored by the master node."""
        execution = self._execution
        if execution is None or execution.offer.experiment != experiment:
            return
        if execution.progress.state is StationState.ERROR:
            execution.progress.state = StationState.IDLE

    def skip_to(self, experiment: int, samples: int, events: int) -> None:
        """Take no number below these for what follows."""
        execution = self._execution
        if execution is not None and execution.offer.experiment == experiment:
            progress = execution.progress
            progress.samples = max(progress.samples, samples)
            progress.events = max(progress.events, events)

    def drain(self) -> RecordBatch | None:
        """Return what was recorded since the last call."""
        return None if self._execution is None else self._execution.bench.recorder.drain()

    def progress(self) -> Progress | None:
        """Return how far the latest experiment is."""
        return None if self._execution is None else self._execution.progress

    def heartbeat(self, station: int, pending: int) -> StationHeartbeat:
        """Return what it does, under the laboratory's id of it."""
        if self._execution is None or self.experiment is None:
            voltage_v = None if self.battery is None else self.battery.open_voltage_v
            return StationHeartbeat(
                station=station,
                state=StationState.IDLE,
                output_on=False,
                voltage=_rounded(voltage_v),
                current=None if voltage_v is None else 0.0,
                temperature=_rounded(self._cell_degc),
                pending=pending,
            )
        execution = self._execution
        progress, instruction = execution.progress, execution.instruction
        current_a, voltage_v = execution.driven
        reading = self.sensors.read(voltage_v, current_a, self._cell_degc)
        return StationHeartbeat(
            station=station,
            state=progress.state,
            output_on=execution.output_on,
            experiment=execution.offer.experiment,
            instruction=instruction.id,
            instruction_began_s=progress.began_s,
            step=execution.step,
            cycle=instruction.cycle,
            test_time_s=round(progress.test_time_s, 3),
            voltage=_rounded(reading.voltage),
            current=_rounded(reading.current),
            temperature=_rounded(reading.temp_cell),
            pending=pending,
            detail=progress.detail,
        )

    @property
    def _cell_degc(self) -> float:
        ambient_degc = 25.0
        return ambient_degc if self.battery is None else self.battery.state.temperature_degc

    def _execution_of(self, offer: Offer, progress: Progress, battery: VirtualBattery) -> Execution:
        recorder = Recorder(offer.experiment, self._size.instrument, progress, self._seed)
        abilities = self.device.abilities
        guard = Guard(offer, abilities)
        bench = Bench(battery, self.sensors, guard, recorder, abilities.current[1])
        return Execution(offer, bench, progress, self._speed)

    def _busy(self) -> str | None:
        if self.state is StationState.ERROR:
            return "The station is in error until the end of its last experiment is known."
        if self.experiment is not None:
            return f"The station is busy with experiment {self.experiment}."
        return None

    def _start_problem(self, guard: Guard, battery: VirtualBattery) -> str | None:
        open_v, degc = battery.open_voltage_v, battery.state.temperature_degc
        return guard.start_problem(self.sensors, self.sensors.read(open_v, 0.0, degc))

    def _stop(self, command: Command, now: float, *, other: bool) -> Outcome:
        execution = self._execution
        if other and self.experiment is not None:
            return Outcome(False, self._what_it_does())
        if execution is None or execution.progress.ended:
            return Outcome(True, "Nothing was running; the output is off.")
        execution.stop(now, command.reason)
        return Outcome(True)

    def _pause(self, execution: Execution, command: Command, now: float) -> Outcome:
        if execution.progress.state is StationState.PAUSED:
            return Outcome(True, "It was paused already.")
        execution.pause(now, command=command.id, detail=command.reason)
        return Outcome(True)

    def _resume(self, execution: Execution, command: Command, now: float) -> Outcome:
        if execution.progress.state is StationState.RUNNING:
            return Outcome(True, "It was running already.")
        problem = self._start_problem(execution.bench.guard, execution.bench.battery)
        if problem:
            return Outcome(False, problem)
        execution.resume(now, command=command.id)
        return Outcome(True)

    def _what_it_does(self) -> str:
        if self.experiment is None:
            return "No experiment runs on this station."
        return f"The station is {self.state} with experiment {self.experiment}."


def _expired(expires_at: float | None, now: float, what: str) -> str | None:
    if expires_at is None or now <= expires_at:
        return None
    return f"The {what} came {now - expires_at:.0f} s too late by this unit's clock."


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 5)
