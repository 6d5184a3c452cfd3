"""What a profile says and its author hardly means: warnings, and the errors among them."""

from collections.abc import Iterator
from decimal import Decimal

from cycling.profile.language.quantities import plain
from cycling.profile.language.tree import LimitKind, Repeat
from cycling.profile.problems import (
    BOUND,
    CURRENT,
    Place,
    Problem,
    error,
    hazard,
    in_order,
    warning,
)
from cycling.profile.program.instructions import (
    SETTLED,
    Instruction,
    Loop,
    Program,
    edges,
    instructions_of,
    loops_of,
)
from cycling.terms import Mode


def review(
    program: Program, *, currents_known: bool = True, in_order_of_text: bool = True
) -> tuple[Problem, ...]:
    """Return what is doubtful in a profile, whatever the battery and the station.

    Without a capacity C-rates cannot be compared with amperes: `currents_known=False` leaves out
    what would need it. Where lines are missing between the steps, `in_order_of_text=False` leaves
    out what hangs on the step before, and on loops.
    """
    problems: list[Problem] = []
    for before, step in edges(program.parts) if in_order_of_text else ():
        problems += _held_voltage(before, step)
        problems += _wrong_side(before, step, currents_known)
        if currents_known:
            problems += _current_already_reached(before, step)
    for step in program.instructions():
        problems += _without_end(step)
        if program.safety_range(LimitKind.VOLTAGE) is None:
            problems += _without_bound(step)
    if in_order_of_text:
        problems += _loops(program, currents_known)
    return in_order(problems)


def _held_voltage(before: Instruction | None, step: Instruction) -> Iterator[Problem]:
    """Yield a CV step that does not go on where the step before ended."""
    if step.mode is not Mode.CV:
        return
    held_v, end_v = step.set_point, before.end_voltage_v if before else None
    if before is not None and end_v not in (None, held_v):
        if step.max_current_a is None or not _other_way(before, end_v, held_v):
            yield _differing(before, end_v, step)
        return
    if step.max_current_a is None and (before is None or not before.settles_at(held_v)):
        sure = " surely" if end_v is not None else ""
        yield hazard(
            step.place,
            f"This CV may pull the full current of the station, because the step before does "
            f"not{sure} end at {plain(held_v)} V: write MAX with the most current, like MAX, 0.5C.",
            CURRENT,
        )


def _other_way(before: Instruction, end_v: Decimal, held_v: Decimal) -> bool:
    """Whether a hold does not go on with a charge or discharge: a float, a charge after empty."""
    return before.mode is Mode.CV or before.direction * (held_v - end_v) < 0 or not before.direction


def _differing(before: Instruction, end_v: Decimal, step: Instruction) -> Problem:
    word = before.mode.name
    held_v = step.set_point
    difference = (
        f"The {word} step before{_line_of(before, step)} ends at {plain(end_v)} V, this CV holds "
        f"{plain(held_v)} V"
    )
    if abs(held_v - end_v) > SETTLED * held_v and step.max_current_a is None:
        way = "charge" if held_v > end_v else "discharge"
        return error(
            step.set_point_place,
            f"{difference}: it jumps and may {way} with the full current of the station. Write "
            f"CV, {plain(end_v)}, or limit the current with MAX.",
            CURRENT,
        )
    return warning(step.set_point_place, f"{difference}: usually they are equal.")


def _wrong_side(
    before: Instruction | None, step: Instruction, currents_known: bool
) -> Iterator[Problem]:
    """Yield a step whose VOLTAGE limit is passed when it begins."""
    limit_v = step.limit(LimitKind.VOLTAGE)
    if limit_v is None or not step.direction:
        return
    if step.direction > 0 and not limit_v:
        yield warning(_place_of(step, LimitKind.VOLTAGE), "A charge to 0 V ends at once.")
        return
    if before is None or before.end_voltage_v is None:
        return
    if not before.settles_at(before.end_voltage_v):
        return
    past = step.direction * (before.end_voltage_v - limit_v) >= 0
    if not past:
        return
    if before.mode is Mode.CV and _goes_on_weaker(before, step):
        return
    same_way = before.direction == step.direction
    weaker = not currents_known or abs(step.set_point) < abs(before.set_point)
    if same_way and (weaker or before.mode is not step.mode):
        return  # charging in stages: a smaller current begins at a lower voltage
    verb = "charge" if step.direction > 0 else "discharge"
    yield warning(
        _place_of(step, LimitKind.VOLTAGE),
        f"This {verb} to {plain(limit_v)} V ends at once, because the step before"
        f"{_line_of(before, step)} ends at {plain(before.end_voltage_v)} V.",
    )


def _goes_on_weaker(held: Instruction, step: Instruction) -> bool:
    """Whether a CC goes on with less than the current at which a held voltage ends."""
    limit_a = held.limit(LimitKind.CURRENT)
    return step.mode is Mode.CC and limit_a is not None and abs(step.set_point) < limit_a


def _line_of(before: Instruction, step: Instruction) -> str:
    """Name the line of a step before that does not stand before: the last one of a loop."""
    return f" (line {before.line})" if before.line >= step.line else ""


def _place_of(step: Instruction, kind: LimitKind) -> Place:
    return next(one.place for one in step.limits if one.kind is kind)


def _current_already_reached(before: Instruction | None, step: Instruction) -> Iterator[Problem]:
    """Yield a CV step whose CURRENT limit is above all that it draws."""
    limit_a = step.limit(LimitKind.CURRENT)
    if step.mode is not Mode.CV or limit_a is None:
        return
    place = _place_of(step, LimitKind.CURRENT)
    if step.max_current_a is not None and limit_a >= step.max_current_a:
        yield warning(
            place, f"MAX is {plain(step.max_current_a)} A, so CURRENT ends the step at once."
        )
    elif (
        before is not None
        and before.mode is Mode.CC
        and before.settles_at(step.set_point)
        and limit_a >= abs(before.set_point)
    ):
        yield warning(
            place,
            f"The step before{_line_of(before, step)} runs at {plain(before.set_point)} A, so "
            "CURRENT ends this one at once.",
        )


def _without_end(step: Instruction) -> Iterator[Problem]:
    """Yield a step that may never end."""
    only = step.only_limit
    if only is None:
        return
    if step.mode is Mode.CV and only.kind in (LimitKind.CURRENT, LimitKind.POWER):
        if not only.value:
            yield hazard(
                only.place,
                f"{only.kind} does not fall to 0, so this step may never end: write a value above "
                "0, or add TIME.",
            )
    elif only.kind is LimitKind.TEMPERATURE:
        yield warning(
            only.place, "The battery may never have this temperature: add TIME, like TIME, 2h."
        )


def _without_bound(step: Instruction) -> Iterator[Problem]:
    """Yield a CC or CP step that no voltage ends."""
    if not step.direction or step.limit(LimitKind.VOLTAGE) is not None:
        return
    word = step.mode.name
    kinds = " or ".join(limit.kind for limit in step.limits)
    yield hazard(
        step.place,
        f"Only {kinds} ends this {word}, so no voltage bounds it: add VOLTAGE, or write SAFETY "
        "VOLTAGE.",
        BOUND,
    )


def _loops(program: Program, currents_known: bool) -> Iterator[Problem]:
    """Yield the innermost loops that discharge more than there is, and that no voltage ends."""
    capacity_ah = program.capacity_ah if currents_known else None
    for loop in loops_of(program.parts):
        within = [one for one in loops_of(loop.items) if _only_discharges(one)]
        if not _only_discharges(loop) or within:
            continue
        taken_ah = loop.count * _unbounded_ah(loop)
        if not taken_ah or (capacity_ah is not None and taken_ah <= capacity_ah):
            continue
        how = f" {plain(round(taken_ah, 3))} Ah" if taken_ah.is_finite() else ""
        yield warning(
            loop.place,
            f"This loop discharges{how} and never charges, and no VOLTAGE ends it: the battery may "
            "run empty.",
        )


def _only_discharges(loop: Loop) -> bool:
    steps = list(instructions_of(loop.items)) if loop.count > 1 else []
    charges = any(step.direction > 0 or step.mode is Mode.CV for step in steps)
    return not charges and any(step.direction < 0 for step in steps)


def _unbounded_ah(loop: Loop) -> Decimal:
    """Return the charge that a round takes without a VOLTAGE to end it; infinite if unknown."""
    total_ah = Decimal(0)
    for part in loop.items:
        if isinstance(part, Repeat):
            total_ah += part.count * _unbounded_ah(part)
        elif part.direction < 0 and part.limit(LimitKind.VOLTAGE) is None:
            total_ah += _most_ah(part)
    return total_ah


def _most_ah(step: Instruction) -> Decimal:
    """Return the most charge that a step moves by its limits."""
    time_s, capacity_ah = step.limit(LimitKind.TIME), step.limit(LimitKind.CAPACITY)
    bounds = [Decimal("Infinity") if capacity_ah is None else capacity_ah]
    if time_s is not None and step.mode is Mode.CC:
        bounds.append(abs(step.set_point) * time_s / 3600)
    return min(bounds)
