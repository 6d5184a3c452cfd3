"""An experiment that cycles, for the tests of its tab."""

import numpy as np

from db.engine import Database
from tests.unit.db.lab import NOW, add_cell, block, import_blocks

HALF_S = 1800.0


def cycled(
    database: Database,
    count: int = 6,
    *,
    rows: int = 10,
    currents_a=None,
    name="Ageing",
    clock=lambda: NOW,
    **cell,
) -> int:
    """Import so many cycles: an hour of charge each, a discharge that is 1 % less every time."""
    times, currents, voltages, steps, cycles = [], [], [], [], []
    at_s = 0.0
    for number in range(1, count + 1):
        current_a = 1.0 if currents_a is None else currents_a[number - 1]
        for half, sign in enumerate((1.0, -1.0)):
            seconds = 3600 / current_a * 0.99 ** (number - 1) * (1.0 if sign > 0 else 0.995)
            part = np.linspace(0, 1, rows)
            times.append(at_s + seconds * part)
            currents.append(np.full(rows, sign * current_a))
            voltages.append(3.5 + sign * (part - 0.5) + 0.05 * sign)
            steps.append(np.full(rows, 2.0 * number + half))
            cycles.append(np.full(rows, float(number)))
            at_s += seconds + 1
    columns = {
        "test_time_s": np.concatenate(times),
        "current_a": np.concatenate(currents),
        "voltage_v": np.concatenate(voltages),
        "step": np.concatenate(steps),
        "cycle": np.concatenate(cycles),
    }
    battery_id = add_cell(database, f"Cell of {name}", **{"capacity_ah": 1.0, **cell})
    table = block(len(columns["test_time_s"]), **columns)
    return import_blocks(database, [table], battery_id=battery_id, name=name, clock=clock)
