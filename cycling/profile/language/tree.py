"""A profile as a tree, as its author wrote it: units, C-rates and loops are kept.

Places in the text do not count when trees are compared.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar

from cycling.profile.language.quantities import Kind, Quantity
from cycling.profile.problems import NOWHERE, Place
from cycling.terms import Mode

DEEPEST = 4  # REPEAT within REPEAT
One = TypeVar("One")


class LimitKind(StrEnum):
    """What can end a step; the first four are those of the Instructions table."""

    TIME = "TIME"
    VOLTAGE = "VOLTAGE"
    CURRENT = "CURRENT"
    POWER = "POWER"
    CAPACITY = "CAPACITY"
    ENERGY = "ENERGY"
    TEMPERATURE = "TEMPERATURE"

    @property
    def kind(self) -> Kind:
        """What its number measures."""
        return Kind[self.name]


SET_POINT_KINDS = {
    Mode.WAIT: Kind.TIME,
    Mode.CC: Kind.CURRENT,
    Mode.CV: Kind.VOLTAGE,
    Mode.CP: Kind.POWER,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """One end condition; voltages and temperatures as they are, everything else a magnitude."""

    kind: LimitKind
    value: Quantity


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; the set-point of WAIT is its time. Whichever limit comes first ends it."""

    mode: Mode
    set_point: Quantity
    limits: tuple[Limit, ...] = ()
    max_current: Quantity | None = None
    place: Place = field(default=NOWHERE, compare=False)

    def limit(self, kind: LimitKind) -> Quantity | None:
        """Return the limit of this kind, if it has one."""
        return next((one.value for one in self.limits if one.kind is kind), None)


@dataclass(frozen=True, slots=True)
class Repeat(Generic[One]):
    """A loop of steps, or of instructions; `counts_cycles` is the word CYCLES."""

    count: int
    counts_cycles: bool
    items: tuple["One | Repeat[One]", ...]
    place: Place = field(default=NOWHERE, compare=False)


Item: TypeAlias = Step | Repeat[Step]


@dataclass(frozen=True, slots=True)
class SafetyRange:
    """Lowest and highest voltage, current or temperature before everything is aborted."""

    kind: LimitKind
    low: Quantity
    high: Quantity


@dataclass(frozen=True, slots=True)
class Safety:
    """The abort limits of the whole profile."""

    ranges: tuple[SafetyRange, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """Sampling: after so much time, and also after so much change of voltage."""

    interval: Quantity
    voltage: Quantity | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class EndTest:
    """Ends the test after the cycle in which the capacity retention (%) is below this."""

    retention_percent: Decimal
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """A whole profile."""

    items: tuple[Item, ...]
    safety: Safety | None = None
    record: Record | None = None
    end_test: EndTest | None = None
