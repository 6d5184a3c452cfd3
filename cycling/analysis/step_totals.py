"""What a block of samples adds to its steps."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.ends import Ends

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Mean:
    """What the mean of a quantity needs, and its extremes, NaN where unknown; shapes (steps,).

    `integral` goes over the `known_s` seconds in which the quantity is known.
    """

    integral: Floats
    known_s: Floats
    lowest: Floats
    highest: Floats


@dataclass(frozen=True)
class StepTotals:
    """What a block adds to each of its steps, shapes (steps,); integrals over seconds.

    A step that goes on from the block before adds no execution. `charge_as` and `discharge_as`
    (ampere-seconds), `charge_ws` and `discharge_ws` (watt-seconds) are not negative. `counters`,
    shape (width, steps), are the readings of the instrument's.
    """

    instruction: Floats
    cycle: Floats
    executions: Floats
    samples: Floats
    duration_s: Floats
    missing_s: Floats
    gap_s: Floats
    charge_as: Floats
    discharge_as: Floats
    charge_ws: Floats
    discharge_ws: Floats
    voltage_v: Mean
    current_a: Mean
    temperature: Mean
    counters: Floats
    ends: Ends
