"""A program as plain values for stations of our own protocol: every limit, exactly.

Numbers are in A, V, W, s, Ah, Wh and degC.
"""

from collections.abc import Iterator
from typing import Any

from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import ExactLimit, Executed, Program
from cycling.profile.program.rows import rows_of


def exact_instructions(program: Program) -> Iterator[dict[str, Any]]:
    """Yield one dict for each row of `reference_rows`, in its order, unrolled one by one.

    `mode`, `set_point` (0 for WAIT), `limits` as a list of `type` and `value`, `max_current` or
    None, `step` as executed, `cycle` (0: none). The rows of a long step share its time.
    """
    for executed in program.executed():
        rows = rows_of(executed.instruction)
        said = _instruction(executed, rows)
        for _ in range(rows):
            yield {**said, "limits": [dict(limit) for limit in said["limits"]]}


def safety_limits(program: Program) -> dict[str, tuple[float, float]]:
    """Return the abort limits by `voltage`, `current` and `temperature`, those that there are."""
    return {one.kind.kind.value: (float(one.low), float(one.high)) for one in program.safety}


def _instruction(executed: Executed, rows: int) -> dict[str, Any]:
    step = executed.instruction
    most = step.max_current_a
    return {
        "mode": step.mode.value,
        "set_point": float(step.set_point),
        "limits": [_limit(limit, rows) for limit in step.limits],
        "max_current": None if most is None else float(most),
        "step": executed.number,
        "cycle": executed.cycle or 0,
    }


def _limit(limit: ExactLimit, rows: int) -> dict[str, Any]:
    value = limit.value / rows if limit.kind is LimitKind.TIME else limit.value
    return {"type": limit.kind.value, "value": float(value)}
