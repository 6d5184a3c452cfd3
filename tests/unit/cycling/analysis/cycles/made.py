"""Steps of cycles with given charges, for tables of any kind."""

from collections.abc import Sequence

import numpy as np

from cycling.analysis.chunk_totals import ChunkTotals, Counting
from cycling.analysis.cycles.choices import Choices
from cycling.analysis.cycles.table import CycleTable, cycle_table
from cycling.analysis.integration import Samples
from cycling.analysis.steps import StepRows

PLAIN = Choices()
REST_S = 60.0


def made_steps(
    halves_ah: Sequence[tuple[float, float]],
    *,
    current_a: float | Sequence[float] = 1.0,
    warm: Sequence[float] | None = None,
    missing: Sequence[int] = (),
) -> StepRows:
    """Charge and discharge of each cycle at constant current, from cycle 1 on, a rest between.

    `warm` is how far (K) the temperature rises in each discharge; in the discharges of the cycles
    `missing` a minute and more is not recorded.
    """
    sizes_a = np.broadcast_to(current_a, len(halves_ah)).tolist()
    rows, now_s, step = [], 0.0, 0
    for number, (halves, size_a) in enumerate(zip(halves_ah, sizes_a, strict=True), 1):
        rise = warm[number - 1] if warm is not None else 0.0
        charge_s, discharge_s = (3600 * one / size_a for one in halves)
        for sign, seconds in ((1, charge_s), (0, REST_S), (-1, discharge_s)):
            step += 1
            has_gap = number in missing and sign < 0
            shares = np.concatenate([np.linspace(0, 0.4, 40), [1.0]]) if has_gap else [0, 0.5, 1]
            for share in shares:
                degc = 25.0 + rise * share * (sign < 0)
                at_s = now_s + share * seconds + (0 if share else 1e-4)
                rows.append((at_s, 3.7, sign * size_a, step, number, degc))
            now_s += seconds
    time_s, voltage_v, amps, steps, cycles, degc = np.array(rows, float).T
    samples = Samples(
        time_s=time_s,
        voltage_v=voltage_v,
        current_a=amps,
        instruction=steps,
        step=steps,
        cycle=cycles,
        temperature=degc,
    )
    return ChunkTotals.of(samples, Counting(1e-9)).experiment().steps


def made_table(
    halves_ah: Sequence[tuple[float, float]],
    choices: Choices = PLAIN,
    *,
    is_running: bool = False,
    **more,
) -> CycleTable:
    """The table of such cycles."""
    return cycle_table(made_steps(halves_ah, **more), choices, is_running=is_running)
