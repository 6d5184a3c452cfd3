"""An experiment with a pulse in each cycle, for the tests of its tabs."""

from collections.abc import Sequence

import numpy as np

from db.engine import Database
from tests.unit.db.lab import NOW, add_cell, block, import_blocks

PULSE_S = np.array([0.001, 1.0, 5.0, 10.0, 15.0, 20.0])
REST_S = np.array([0.001, 20.0, 40.0, 60.0])
HALF_S = np.linspace(0.001, 3600.0, 40)


def pulsed(
    database: Database,
    ohm: Sequence[float] = (0.05, 0.06, 0.07),
    *,
    name="Pulses",
    clock=lambda: NOW,
) -> int:
    """Import a cycle for each resistance: charged at 1 A, rested, pulsed, rested, discharged."""
    parts, at_s = [], 0.0
    for number, one in enumerate(ohm, 1):
        up = 3.0 + HALF_S / 3600
        steps = [
            (HALF_S, 1.0, up),
            (REST_S, 0.0, np.full(len(REST_S), 3.9)),
            (PULSE_S, -1.0, np.full(len(PULSE_S), 3.9 - one)),
            (REST_S, 0.0, np.full(len(REST_S), 3.9)),
            (HALF_S * 0.99, -1.0, up[::-1]),
        ]
        for place, (seconds, current_a, volts) in enumerate(steps, 5 * number):
            count = len(seconds)
            labels = np.full(count, float(place)), np.full(count, float(number))
            parts.append((at_s + seconds, np.full(count, current_a), volts, *labels))
            at_s += float(seconds[-1])
    names = ("test_time_s", "current_a", "voltage_v", "step", "cycle")
    columns = dict(zip(names, map(np.concatenate, zip(*parts, strict=True)), strict=True))
    limits = {"voltage_min_v": 2.5, "voltage_max_v": 4.2}
    cell = add_cell(database, f"Cell of {name}", capacity_ah=1.0, **limits)
    table = block(len(columns["test_time_s"]), **columns)
    return import_blocks(database, [table], battery_id=cell, name=name, clock=clock)
