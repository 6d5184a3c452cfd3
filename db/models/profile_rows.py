"""A program between its exact values and its rows: the fixed ones in mA, mV, mW, ms, and ours."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from cycling.profile import Program, Span, reach
from cycling.profile.checks.capabilities import MAX_WHOLE
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import ExactLimit, Instruction
from cycling.profile.program.rows import FlatRows, Row
from cycling.terms import Mode

MILLI = 1000
SAFETY_NAMES = {
    LimitKind.VOLTAGE: "voltage",
    LimitKind.CURRENT: "current",
    LimitKind.TEMPERATURE: "temperature",
}
Values = dict[str, Any]
Steps = Mapping[int, float]


@dataclass(frozen=True)
class ProfileRows:
    """What is inserted for a compiled profile, but for its id.

    `instructions` and `details` are the rows of Instructions and of bem_instruction_details, by
    their columns and as a driver takes them: JSON is text.
    """

    ranges: Values
    whole: Values
    instructions: Sequence[Values]
    details: Sequence[Values]


def profile_rows(
    program: Program, flat: FlatRows, expected_s: float | None, step_s: Steps
) -> ProfileRows:
    """Return the rows; `step_s` is how long (s) the steps are expected to take, by their number."""
    split = _split_steps(flat)
    bodies: dict[tuple[int, int], str | None] = {}  # of what is written: loops repeat it
    details = []
    for row, origin in zip(flat.rows, flat.origins, strict=True):
        step, is_split = origin.instruction, origin.step in split
        key = (id(step), row.limit_point)
        if key not in bodies:
            bodies[key] = _body(row, _shared(row, step) if is_split else step)
        body = bodies[key]
        details.append(
            {
                "instruction_id": row.id,
                "exact": None if body is None else f'{{"id": {row.id}, {body}',
                "line": step.line,
                "step": origin.step,
                "cycle": origin.cycle,
                "cycles": None if origin.cycle is None else origin.cycles,
                "loops": str([list(one) for one in origin.iterations]),
                "expected_s": None if is_split else step_s.get(origin.step),
            }
        )
    instructions = [
        {
            "InstrID": row.id,
            "Mode": row.mode.value,
            "SetPoint": row.set_point,
            "LimitType": row.limit_type.value,
            "LimitPoint": row.limit_point,
        }
        for row in flat.rows
    ]
    return ProfileRows(
        _ranges(program), {**_whole(program), "expected_s": expected_s}, instructions, details
    )


def _shared(row: Row, step: Instruction) -> Instruction:
    """Return the part of a step that one row of several is."""
    return replace(step, limits=(ExactLimit(LimitKind.TIME, Decimal(row.limit_point) / MILLI),))


def _body(row: Row, step: Instruction) -> str | None:
    """Return a step as `protocol.messages.Instruction` in JSON, but for its beginning and its id.

    None where the row says it all.
    """
    if _says_all(row, step):
        return None
    values: Values = {
        "mode": str(step.mode),
        "set_point": float(step.set_point),
        "limits": [{"type": str(one.kind), "value": float(one.value)} for one in step.limits],
    }
    if step.max_current_a is not None:
        values["max_current"] = float(step.max_current_a)
    return json.dumps(values)[1:]


def _says_all(row: Row, step: Instruction) -> bool:
    only = step.only_limit
    if only is None or step.max_current_a is not None or only.kind.name != row.limit_type.name:
        return False
    is_set = step.mode is Mode.WAIT or step.set_point * MILLI == row.set_point
    return is_set and only.value * MILLI == row.limit_point


def _split_steps(flat: FlatRows) -> set[int]:
    """Return the steps that a time too long for one row has shared among several."""
    return {
        after.step
        for before, after in zip(flat.origins, flat.origins[1:], strict=False)
        if before.step == after.step
    }


def _ranges(program: Program) -> Values:
    """Return both ends of voltage and current, each written: what nothing bounds is the widest.

    A profile that only rests drives the battery nowhere: 0 to 0.
    """
    reached = reach(program)
    nowhere = Span(Decimal(0), Decimal(0))
    low_mv, high_mv = _ends(reached.voltage_v or nowhere)
    low_ma, high_ma = _ends(reached.current_a)
    return {
        "voltage_min_mv": low_mv,
        "voltage_max_mv": high_mv,
        "current_min_ma": low_ma,
        "current_max_ma": high_ma,
    }


def _ends(span: Span) -> tuple[int, int]:
    """Return the ends in thousandths, rounded outwards."""
    low = -MAX_WHOLE if span.low is None else _whole_milli(span.low, ROUND_FLOOR)
    high = MAX_WHOLE if span.high is None else _whole_milli(span.high, ROUND_CEILING)
    return max(low, -MAX_WHOLE), min(high, MAX_WHOLE)


def _whole_milli(value: Decimal, rounding: str) -> int:
    return int((value * MILLI).to_integral_value(rounding))


def _whole(program: Program) -> Values:
    """Return what holds for the whole profile: `safety` is `protocol.messages.Safety` as JSON."""
    return {
        "capacity_ah": _number(program.capacity_ah),
        "record_s": _number(program.record_s),
        "record_v": _number(program.record_v),
        "safety": {
            SAFETY_NAMES[one.kind]: [float(one.low), float(one.high)] for one in program.safety
        },
        "end_below_pct": _number(program.end_below_retention_percent),
    }


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
