"""Two ways to carry out a profile on the battery model: its tree, and its compiled rows."""

from dataclasses import dataclass

from cycling.battery.model import Drive
from cycling.battery.step_run import EndCondition, run_step
from cycling.profile.language.tree import LimitKind, Repeat
from cycling.terms import LimitType, Mode

INTERVAL_S = 60.0
LONGEST_S = 30 * 3600.0


@dataclass
class Done:
    """A step as it was executed."""

    line: int
    mode: Mode
    duration_s: float
    ended_by: str | None
    voltage_v: float
    current_a: float
    soc: float
    state: object


def run_tree(profile, model, state, capacity_ah, interval_s=INTERVAL_S):
    """Walk the tree; each value is resolved where it is used."""
    done = []
    _walk(profile.items, model, [state], capacity_ah, done, interval_s)
    return done


def _walk(items, model, states, capacity_ah, done, interval_s):
    for item in items:
        if isinstance(item, Repeat):
            for _ in range(item.count):
                _walk(item.items, model, states, capacity_ah, done, interval_s)
            continue
        size = {limit.kind: float(limit.value.amount(capacity_ah)) for limit in item.limits}
        set_point = float(item.set_point.amount(capacity_ah))
        if item.mode is Mode.WAIT:
            size, set_point = {LimitKind.TIME: set_point}, 0.0
        most = item.max_current
        drive = Drive(
            item.mode, set_point, None if most is None else float(most.amount(capacity_ah))
        )
        kinds = (LimitKind.TIME, LimitKind.VOLTAGE, LimitKind.CURRENT, LimitKind.POWER)
        end = EndCondition(*(size.get(kind) for kind in kinds))
        _run(item.place.line, drive, end, model, states, done, interval_s)


def run_rows(rows, origins, model, state):
    """Execute row after row, as a cycler does: whole mA, mV, mW and ms."""
    states, done, step_before = [state], [], 0
    for row, origin in zip(rows, origins, strict=True):
        bound = row.limit_point / 1000
        values = {kind: bound if row.limit_type is kind else None for kind in LimitType}
        end = EndCondition(*(values[kind] for kind in LimitType))
        if row.mode is Mode.WAIT:
            end = EndCondition(time_s=row.set_point / 1000)
        set_point = 0.0 if row.mode is Mode.WAIT else row.set_point / 1000
        _run(origin.instruction.line, Drive(row.mode, set_point), end, model, states, done)
        if origin.step == step_before:  # a further row of the same step
            done[-1].duration_s += done.pop(-2).duration_s
        step_before = origin.step
    return done


def _run(line, drive, end, model, states, done, interval_s=INTERVAL_S):
    run = run_step(model, states[-1], drive, end, interval_s, LONGEST_S)
    states.append(run.state)
    done.append(
        Done(
            line,
            drive.mode,
            run.duration_s,
            run.ended_by and run.ended_by.value,
            float(run.voltage_v[-1]),
            float(run.current_a[-1]),
            run.state.soc,
            run.state,
        )
    )
