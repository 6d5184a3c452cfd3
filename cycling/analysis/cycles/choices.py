"""What one can choose about the cycles of an experiment. Another choice reads no sample."""

from dataclasses import dataclass
from enum import StrEnum


class Numbering(StrEnum):
    """Where the number of a cycle comes from. NONE: all is one cycle."""

    FILE = "file"
    CURRENT = "by current"
    NONE = "none"


class Direction(StrEnum):
    """Which way the current goes. The values name the fields of totals."""

    CHARGE = "charge"
    DISCHARGE = "discharge"

    @property
    def sign(self) -> int:
        """The sign of its current."""
        return 1 if self is Direction.CHARGE else -1


class Kind(StrEnum):
    """The kind of a battery: which half of a cycle is its output, and which comes first."""

    FULL = "full cell"
    CATHODE_HALF = "cathode half cell"
    ANODE_HALF = "anode half cell"
    ANODE_FREE = "anode-free"
    SYMMETRIC = "symmetric"
    FLOW = "flow"
    LEAD_ACID = "lead-acid"


class Reference(StrEnum):
    """What 100 % of retention is."""

    AFTER_FORMATION = "first complete cycle after formation"
    FIRST = "first complete cycle"
    GREATEST = "greatest"
    MEAN = "mean of cycles"
    NOMINAL = "nominal capacity"
    TYPED = "typed"


@dataclass(frozen=True)
class Choices:
    """The conventions of a cycle table; where one is None the table finds it by itself.

    `capacity_ah` is the nominal capacity, by which currents are C-rates and throughput is cycles.
    `reference_cycles` are the first and the last cycle of the mean, `reference_ah` what was typed.
    `cells` are those in series, 0 where nobody has said how many; mass and area are of one of them.
    """

    numbering: Numbering | None = None
    first: Direction | None = None
    kind: Kind = Kind.FULL
    formation_cycles: int = 0
    reference: Reference = Reference.AFTER_FORMATION
    reference_cycles: tuple[int, int] = (1, 1)
    reference_ah: float | None = None
    capacity_ah: float | None = None
    mass_g: float | None = None
    area_cm2: float | None = None
    cells: int = 1
