"""What may be wrong with an integral."""

from dataclasses import dataclass

import numpy as np

FEW_CURRENTS = 20  # an instrument that gives fewer rounds them


@dataclass
class Doubts:
    """What speaks against it: how many values the current has, up to `FEW_CURRENTS`.

    `bent_as` (ampere-seconds) is what straight lines may be off at most; `held` how much more
    charge and discharge there were (As) if the intervals over edges were of the old step, where
    nothing says of which; `silenced_as` went below the deadband. `rest_a` is the greatest |current|
    that was taken for rest, `driven_a` the least that was not: another deadband between them gives
    the same sums.
    """

    currents: set[float]
    bent_as: float = 0.0
    silenced_as: float = 0.0
    rest_a: float = 0.0
    driven_a: float = np.inf
    held: tuple[float, float] = (0.0, 0.0)

    def with_(self, other: "Doubts") -> "Doubts":
        """Return those of both."""
        return Doubts(
            self.currents | other.currents,
            self.bent_as + other.bent_as,
            self.silenced_as + other.silenced_as,
            max(self.rest_a, other.rest_a),
            min(self.driven_a, other.driven_a),
            (self.held[0] + other.held[0], self.held[1] + other.held[1]),
        )
