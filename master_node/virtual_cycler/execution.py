"""An experiment on a station: instruction after instruction, with its samples and events."""

import math
from dataclasses import asdict
from typing import Any, Literal

from cycling.battery.recorder import SWITCHING_S
from cycling.terms import Mode, StationState, StepEnd
from master_node.protocol.events import (
    AnyEvent,
    Ended,
    Paused,
    Resumed,
    Started,
    StepEnded,
    Tripped,
)
from master_node.protocol.fields import MAX_TEXT
from master_node.protocol.messages import Instruction, Offer
from master_node.virtual_cycler.records import Progress, Sample
from master_node.virtual_cycler.safety import Breach
from master_node.virtual_cycler.stepping import (
    LOOK_S,
    SLACK_S,
    Bench,
    Cause,
    Point,
    ReachedEnd,
    Stepper,
)

MIN_RECORD_S = 0.1


class Execution:
    """One experiment, in test time; `speed` is how much faster that runs than the wall's."""

    def __init__(self, offer: Offer, bench: Bench, progress: Progress, speed: float) -> None:
        self.offer, self.bench, self.progress = offer, bench, progress
        self._speed = speed
        self._asked_s = progress.test_time_s  # up to where, and when that is
        self._asked_at = 0.0
        self._record_s = max(offer.record_s, MIN_RECORD_S)
        self._record_v = offer.record_v or math.inf
        self._rested_s = 0.0  # in a pause, since its last sample
        self._rested_at = 0.0  # when that was
        self._stepper = self._prepared()

    @property
    def instruction(self) -> Instruction:
        """The instruction that runs, or was the last one to."""
        last = len(self.offer.instructions) - 1
        return self.offer.instructions[min(self.progress.position, last)]

    @property
    def step(self) -> int:
        """The number of the step that runs, or was the last one to."""
        return self._step_at(min(self.progress.position, len(self.offer.instructions) - 1))

    @property
    def active(self) -> bool:
        """Whether an instruction is being carried out."""
        return self.progress.state is StationState.RUNNING and self.progress.began_s is not None

    @property
    def output_on(self) -> bool:
        """Whether the relay is closed."""
        return self.active and self.instruction.mode is not Mode.WAIT

    @property
    def driven(self) -> tuple[float, float]:
        """Current (A) and voltage (V) at this moment."""
        if self.active:
            battery = self.bench.battery
            return battery.model.driven(battery.state, self._stepper.drive)
        return 0.0, self.bench.battery.open_voltage_v

    def start(self, at: float) -> None:
        """Begin; the first sample comes with the first `advance`."""
        self._asked_at = at
        self._note(Started(**self._stamp))

    def advance(self, seconds: float, at: float) -> float:
        """Go on for so long (s) until the wall time `at`; return the time that was left over."""
        self._asked_s += seconds
        self._asked_at = at
        progress = self.progress
        running = StationState.RUNNING
        while progress.state is running and progress.test_time_s < self._asked_s - SLACK_S:
            if progress.began_s is None:
                self._begin()
            else:
                due_s = progress.kept_s + self._record_s
                self._arrive(*self._stepper.next(min(due_s, self._asked_s)))
        return max(self._asked_s - progress.test_time_s, 0.0) if progress.ended else 0.0

    def pause(self, at: float, *, command: int, detail: str) -> None:
        """Output off, counters kept; the terminals are recorded from then on."""
        self._hold(at)
        before_v = self.driven[1]
        self._keep_last()
        self._become(StationState.PAUSED, detail)
        self._note_pause(before_v, command=command)
        self.bench.battery.rest(SWITCHING_S)
        self._keep_paused(at + SWITCHING_S / self._speed)

    def interrupt(self, at: float) -> None:
        """Note that the unit was off: the output stays off until somebody resumes.

        What was paused is paused for the reason for which it was.
        """
        self._hold(at)
        before_v = self.progress.kept_v if self.progress.samples else None
        if self.progress.state is not StationState.PAUSED:
            self._become(StationState.PAUSED, "Back after the unit was off.")
        self._note_pause(before_v, interrupted=True)
        self._keep_paused(at)

    def rest(self, seconds: float, at: float) -> None:
        """Let so much time (s) of a pause pass until the wall time `at`, with its samples."""
        most_s = LOOK_S if self._record_v < math.inf else math.inf
        while seconds > SLACK_S:
            dt_s = min(seconds, most_s, max(self._record_s - self._rested_s, SLACK_S))
            self.bench.battery.rest(dt_s)
            self.bench.sensors.clock_s += dt_s
            seconds -= dt_s
            self._rested_s += dt_s
            moved = abs(self.driven[1] - self.progress.kept_v) >= self._record_v
            if moved or self._rested_s >= self._record_s - SLACK_S:
                self._keep_paused(at - seconds / self._speed)

    def resume(self, at: float, *, command: int) -> None:
        """Go on with the instruction; its time is the time in which it is driven."""
        self._end_pause(at)
        self._hold(at)
        self._note(Resumed(**self._stamp, command=command))
        self._become(StationState.RUNNING, "")
        progress = self.progress
        if progress.began_s is None:
            return
        self._switch()
        progress.began_s += SWITCHING_S
        progress.step_began_s += SWITCHING_S
        self._stepper = self._prepared()
        self._arrive_here()

    def stop(self, at: float, reason: str) -> None:
        """Output off, and the end."""
        self._end_pause(at)
        self._hold(at)
        self._keep_last()
        if self.progress.began_s is not None:
            self._step_ended(StepEnd.STOPPED, None)
        self._become(StationState.IDLE, "")
        self._note_end("stopped", reason)

    def trip(self, at: float, breach: Breach) -> None:
        """Output off and the end in error, for a reason that the battery does not show."""
        self._end_pause(at)
        self._hold(at)
        self._keep_last()
        self._trip(breach)

    def _begin(self) -> None:
        """Begin an instruction: after a moment without a current, and with a sample."""
        progress = self.progress
        if progress.position and self._step_at(progress.position - 1) == self.step:
            progress.began_s = progress.test_time_s  # a row of the same step: no seam
            self._stepper = self._prepared()
            return
        if progress.position:
            self._switch()
        progress.began_s = progress.step_began_s = progress.test_time_s
        progress.charge_ah = progress.energy_wh = 0.0
        true_degc = self.bench.battery.state.temperature_degc
        read_degc = self.bench.sensors.read(0.0, 0.0, true_degc).temp_cell
        progress.start_degc = true_degc if read_degc is None else read_degc
        self._stepper = self._prepared()
        self._arrive_here()

    def _prepared(self) -> Stepper:
        follows_voltage = self._record_v < math.inf
        return Stepper(self.instruction, self.progress, self.bench, follows_voltage=follows_voltage)

    def _arrive_here(self) -> None:
        """Keep a sample of the current that begins now; it may be the last one."""
        point = self._stepper.present()
        self._arrive(point, self._stepper.cause(point), keep=True)

    def _arrive(self, point: Point, cause: Cause, *, keep: bool = False) -> None:
        """Take over a point; keep a sample and end the instruction where it is time."""
        progress = self.progress
        timed = isinstance(cause, ReachedEnd) and cause.kind is StepEnd.TIME
        self.bench.sensors.clock_s += point.time_s - progress.test_time_s
        progress.test_time_s = self._stepper.end_s if timed else point.time_s
        progress.charge_ah, progress.energy_wh = point.charge_ah, point.energy_wh
        self.bench.battery.state = point.state
        due = progress.test_time_s >= progress.kept_s + self._record_s - SLACK_S
        moved = abs(point.voltage_v - progress.kept_v) >= self._record_v
        if keep or due or moved or cause is not None:
            self._keep(point.current_a, point.voltage_v)
        if isinstance(cause, Breach):
            self._trip(cause)
        elif cause is not None:
            self._next(cause)

    def _next(self, reached: ReachedEnd) -> None:
        """Go to the next instruction; any limit but its time ends all rows of a long step."""
        progress, step, count = self.progress, self.step, len(self.offer.instructions)
        following = progress.position + 1
        while reached.kind is not StepEnd.TIME and self._continues(following, step):
            following += 1
        if not self._continues(following, step):
            self._step_ended(*reached)
        progress.position = following
        progress.began_s = None
        if following == count:
            self._become(StationState.IDLE, "")
            self._note_end("finished")

    def _continues(self, position: int, step: int) -> bool:
        return position < len(self.offer.instructions) and self._step_at(position) == step

    def _step_at(self, position: int) -> int:
        return self.offer.instructions[position].step or position + 1

    def _switch(self) -> None:
        """Let the moment pass in which the output changes."""
        self.bench.battery.rest(SWITCHING_S)
        self.bench.sensors.clock_s += SWITCHING_S
        self.progress.test_time_s += SWITCHING_S

    def _hold(self, at: float) -> None:
        """Let the test time stand still until the wall time `at`."""
        self._asked_s, self._asked_at = self.progress.test_time_s, at

    def _keep_last(self) -> None:
        """Keep a last sample with the current, unless there is one of this moment."""
        if self.active and self.progress.kept_s < self.progress.test_time_s:
            self._keep(*self.driven)

    def _keep_paused(self, at: float) -> None:
        """Keep a sample of the terminals in a pause, in which the test time stands still."""
        self._hold(at)
        self._rested_s, self._rested_at = 0.0, at
        self._keep(*self.driven, paused=True)

    def _end_pause(self, at: float) -> None:
        """Keep the last sample of a pause, unless there is one of this moment."""
        if self.progress.state is StationState.PAUSED and at - self._rested_at > SWITCHING_S:
            self._keep_paused(at)

    def _keep(self, current_a: float, voltage_v: float, *, paused: bool = False) -> None:
        progress, bench, instruction = self.progress, self.bench, self.instruction
        reading = bench.sensors.read(voltage_v, current_a, bench.battery.state.temperature_degc)
        progress.kept_s, progress.kept_v = progress.test_time_s, voltage_v
        bench.recorder.keep(
            Sample(
                n=progress.samples,
                **self._now,
                instruction=instruction.id,
                step=self.step,
                cycle=instruction.cycle,
                voltage=reading.voltage,
                current=reading.current,
                temp_cell=reading.temp_cell,
                temp_amb=bench.sensors.ambient(bench.battery.model.ambient_degc),
                paused=paused,
            )
        )

    def _step_ended(self, by: StepEnd, value: float | None) -> None:
        self._note(
            StepEnded(
                **self._stamp,
                instruction=self.instruction.id,
                step=self.step,
                ended_by=by,
                value=None if value is None else round(value, 6),
            )
        )

    def _note_pause(
        self, before_v: float | None, *, command: int = 0, interrupted: bool = False
    ) -> None:
        """Note that the output is off, with the voltage before and now."""
        self._note(
            Paused(
                **self._stamp,
                command=command,
                interrupted=interrupted,
                voltage_before=before_v,
                voltage=self.bench.battery.open_voltage_v,
            )
        )

    def _note_end(self, result: Literal["finished", "stopped", "error"], reason: str = "") -> None:
        self._note(Ended(**self._stamp, result=result, reason=reason[:MAX_TEXT]))

    def _trip(self, breach: Breach) -> None:
        self._step_ended(StepEnd.TRIPPED, breach.value)
        self._become(StationState.ERROR, breach.text)
        self._note(Tripped(**self._stamp, **asdict(breach)))
        self._note_end("error", breach.text)

    def _become(self, state: StationState, detail: str) -> None:
        self.progress.state, self.progress.detail = state, detail

    def _note(self, event: AnyEvent) -> None:
        self.bench.recorder.note(event)

    @property
    def _stamp(self) -> dict[str, Any]:
        """The fields that every event has: number and times of the next one."""
        return {"n": self.progress.events, **self._now}

    @property
    def _now(self) -> dict[str, float]:
        """Wall time (Unix, s) and test time (s)."""
        time_s = self.progress.test_time_s
        at = self._asked_at - (self._asked_s - time_s) / self._speed
        return {"at": round(at, 6), "test_time_s": round(time_s, 6)}
