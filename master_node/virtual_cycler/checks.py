"""What a station refuses of an offer, and how it says so."""

from cycling.terms import Mode
from master_node.protocol.fields import Range
from master_node.protocol.messages import Abilities, Instruction, Offer
from master_node.virtual_cycler.ends import allowed_limits
from master_node.virtual_cycler.safety import Guard

UNITS = {Mode.CC: "A", Mode.CV: "V", Mode.CP: "W"}
SLACK = 1e-9


def offer_problem(offer: Offer, abilities: Abilities, guard: Guard) -> str | None:
    """Say what of an offer the device cannot carry out or must not; None if nothing."""
    if guard.voltage[0] >= guard.voltage[1] or guard.current[0] > guard.current[1]:
        return "The safety limits are no ranges: the lower end must come first."
    if offer.safety.temperature and guard.temperature[0] >= guard.temperature[1]:
        return "The temperature limits are no range: the lower end must come first."
    for instruction in offer.instructions:
        problem = _set_point_problem(instruction, abilities, guard)
        problem = problem or _limit_problem(instruction, abilities)
        if problem:
            return f"Instruction {instruction.id} ({_named(instruction)}): {problem}"
    return None


def _named(instruction: Instruction) -> str:
    if instruction.mode is Mode.WAIT:
        return "WAIT"
    return f"{instruction.mode.name} {instruction.set_point:g} {UNITS[instruction.mode]}"


def _set_point_problem(instruction: Instruction, abilities: Abilities, guard: Guard) -> str | None:
    value = instruction.set_point
    max_a = instruction.max_current
    if max_a is not None and (max_a <= 0 or instruction.mode not in (Mode.CV, Mode.CP)):
        return "a most current is above 0 and stands with CV and CP only."
    match instruction.mode:
        case Mode.WAIT:
            return "the set-point of WAIT is 0." if value else None
        case Mode.CC:
            return _out_of(value, abilities.current, "the device's", "A") or _out_of(
                value, guard.current, "the safe", "A"
            )
        case Mode.CV:
            if value <= 0:
                return "the set-point of CV is above 0 V."
            return _out_of(value, abilities.voltage, "the device's", "V") or _out_of(
                value, guard.voltage, "the safe", "V"
            )
        case Mode.CP:
            most_w = abilities.voltage[1] * abilities.current[1]
            return _out_of(value, (-most_w, most_w), "the device's", "W")


def _limit_problem(instruction: Instruction, abilities: Abilities) -> str | None:
    allowed = allowed_limits(instruction)
    for limit in instruction.limits:
        if limit.type not in allowed:
            return f"it cannot end by {limit.type}, only by {', '.join(sorted(allowed))}."
        if limit.type in ("CAPACITY", "ENERGY") and limit.value <= 0:
            return f"a {limit.type} limit is above 0."
        if limit.type != "TEMPERATURE" and limit.value < 0:
            return f"a {limit.type} limit is not negative."
        if limit.type == "VOLTAGE":
            problem = _out_of(limit.value, abilities.voltage, "the device's", "V")
        elif limit.type == "CURRENT":
            problem = _out_of(limit.value, (0.0, abilities.current[1]), "the device's", "A")
        else:
            problem = None
        if problem:
            return problem
    return None


def _out_of(value: float, limits: Range, whose: str, unit: str) -> str | None:
    low, high = limits
    if low - SLACK <= value <= high + SLACK:
        return None
    return f"{value:g} {unit} is outside {whose} {low:g} to {high:g} {unit}."
