"""End conditions of an instruction: which values end it, and from which side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cycling.battery.step_run import SETTLING_S
from cycling.terms import Mode, StepEnd
from master_node.protocol.messages import Instruction


class StepValues(NamedTuple):
    """What end conditions look at: V, A, W, Ah, Wh (magnitudes since the step began), degC."""

    voltage: float | None
    current: float | None
    power: float | None
    capacity: float
    energy: float
    temperature: float | None


@dataclass(frozen=True, slots=True)
class End:
    """A bound that ends a step when it is passed upwards (way 1) or downwards (-1)."""

    kind: StepEnd
    bound: float
    way: int
    index: int  # in StepValues
    settles: bool = False


INDEX: Mapping[str, int] = {name.upper(): at for at, name in enumerate(StepValues._fields)}
ALLOWED: Mapping[Mode, frozenset[str]] = {
    Mode.WAIT: frozenset({"TIME", "TEMPERATURE"}),
    Mode.CC: frozenset({"TIME", "VOLTAGE", "POWER", "CAPACITY", "ENERGY", "TEMPERATURE"}),
    Mode.CV: frozenset({"TIME", "CURRENT", "POWER", "CAPACITY", "ENERGY", "TEMPERATURE"}),
    Mode.CP: frozenset({"TIME", "VOLTAGE", "CURRENT", "CAPACITY", "ENERGY", "TEMPERATURE"}),
}
WHEN_NOTHING_FLOWS = ALLOWED[Mode.WAIT]


def is_rest(instruction: Instruction) -> bool:
    """Whether no current flows."""
    driven = instruction.mode is Mode.CV or instruction.set_point
    return instruction.mode is Mode.WAIT or not driven


def allowed_limits(instruction: Instruction) -> frozenset[str]:
    """Return the kinds of limits that can end an instruction."""
    return WHEN_NOTHING_FLOWS if is_rest(instruction) else ALLOWED[instruction.mode]


def time_limit_s(instruction: Instruction) -> float | None:
    """Return the time (s) after which an instruction ends at the latest."""
    return min((one.value for one in instruction.limits if one.type == "TIME"), default=None)


def ends_of(instruction: Instruction, start_degc: float) -> tuple[End, ...]:
    """Return the end conditions of an instruction other than its time.

    A temperature ends it on the far side of where the step began.
    """
    ends = []
    for limit in instruction.limits:
        if limit.type == "TIME":
            continue
        way = _way(instruction, limit.type)
        if limit.type == "TEMPERATURE":
            way = 1 if start_degc < limit.value else -1
        settles = instruction.mode is Mode.CV and limit.type in ("CURRENT", "POWER")
        kind = StepEnd(limit.type.lower())
        ends.append(End(kind, limit.value, way, INDEX[limit.type], settles))
    return tuple(ends)


def first_reached(ends: tuple[End, ...], values: StepValues, step_time_s: float) -> End | None:
    """Return the first end condition that these values have reached."""
    for end in ends:
        value = values[end.index]
        if value is None or (end.settles and step_time_s < SETTLING_S - 1e-9):
            continue
        if end.way * (value - end.bound) >= 0:
            return end
    return None


def _way(instruction: Instruction, kind: str) -> int:
    """Return from which side a limit is reached.

    A charge raises the voltage, and the power at a constant current; at a constant power the
    current goes against the voltage; at a constant voltage current and power fall.
    """
    if kind in ("CAPACITY", "ENERGY"):
        return 1
    if instruction.mode is Mode.CV:
        return -1
    up = 1 if instruction.set_point > 0 else -1
    return -up if kind == "CURRENT" else up
