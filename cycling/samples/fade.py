"""How the batteries of the sample experiments age from cycle to cycle."""

from dataclasses import dataclass, replace
from math import inf, sqrt

import numpy as np

from cycling.battery.chemistry import OcvCurve
from cycling.battery.model import BatteryModel

SPREAD = 3e-4  # of the capacity: no two cycles are quite equal
EFFICIENCY_SPREAD = 5e-5


@dataclass(frozen=True, slots=True)
class Fade:
    """A part of the capacity that is lost by each cycle: a root, a line, a steeper one from `knee`.

    The resistance grows by `growth` times what is lost.
    """

    root: float = 0.007
    line: float = 0.0005
    knee: float = inf
    steeper: float = 0.0
    growth: float = 3.0

    def lost(self, cycle: float) -> float:
        """Return what is lost after so many cycles, as a part of the capacity when new."""
        return (
            self.root * sqrt(cycle) + self.line * cycle + self.steeper * max(cycle - self.knee, 0)
        )

    def battery(
        self, new: BatteryModel, cycle: int, rng: np.random.Generator, curve: OcvCurve | None = None
    ) -> BatteryModel:
        """Return the battery after so many cycles; the charge of the next one loses what follows.

        With the `curve` of its cells when new what is lost is lithium, and the electrodes slip.
        """
        lost = self.lost(cycle)
        losing = self.lost(cycle + 1) - lost + abs(rng.normal(0, EFFICIENCY_SPREAD))
        outward = new.charge_efficiency <= 1  # in an anode half cell the discharge loses
        old = new.aged(1 - lost + rng.normal(0, SPREAD), 1 + self.growth * lost)
        return replace(
            old,
            charge_efficiency=new.charge_efficiency * ((1 - losing) if outward else 1 + losing),
            ocv=old.ocv if curve is None else curve.after_loss(lost).table(),
        )
