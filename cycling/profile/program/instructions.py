"""The exact program: every value as a decimal in base units, loops kept, unrolled one by one.

This is what stations of our own protocol execute. Units: A, V, W, s, Ah, Wh, degC.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias

from cycling.profile.language.tree import LimitKind, Repeat
from cycling.profile.problems import NOWHERE, Place
from cycling.terms import Mode

SETTLED = Decimal("0.01")  # of the set-point of a CV step: the step before ended there


@dataclass(frozen=True, slots=True)
class ExactLimit:
    """One end condition in base units."""

    kind: LimitKind
    value: Decimal
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of the profile with exact values; WAIT has set-point 0 and one TIME limit."""

    mode: Mode
    set_point: Decimal
    limits: tuple[ExactLimit, ...]
    max_current_a: Decimal | None = None
    place: Place = field(default=NOWHERE, compare=False)
    set_point_place: Place = field(default=NOWHERE, compare=False)

    @property
    def line(self) -> int:
        """Its line in the source text."""
        return self.place.line

    def limit(self, kind: LimitKind) -> Decimal | None:
        """Return the limit of this kind, if it has one."""
        return next((one.value for one in self.limits if one.kind is kind), None)

    @property
    def only_limit(self) -> ExactLimit | None:
        """The limit that ends it for certain: the only one."""
        return self.limits[0] if len(self.limits) == 1 else None

    @property
    def direction(self) -> int:
        """1 where a CC or CP step charges, -1 where it discharges, else 0."""
        if self.mode in (Mode.CC, Mode.CP) and self.set_point:
            return -1 if self.set_point.is_signed() else 1
        return 0

    @property
    def end_voltage_v(self) -> Decimal | None:
        """The voltage at which it ends, if that is what ends it; a CV step ends at its own."""
        return self.set_point if self.mode is Mode.CV else self.limit(LimitKind.VOLTAGE)

    def settles_at(self, voltage_v: Decimal) -> bool:
        """Whether it surely ends within 1 % of this voltage."""
        end_v = self.end_voltage_v
        certain = self.mode is Mode.CV or len(self.limits) == 1
        return end_v is not None and certain and abs(end_v - voltage_v) <= SETTLED * voltage_v


Loop: TypeAlias = Repeat[Instruction]
Part: TypeAlias = Instruction | Loop


@dataclass(frozen=True, slots=True)
class ExactRange:
    """Abort limits of one channel: V, A or degC."""

    kind: LimitKind
    low: Decimal
    high: Decimal
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Executed:
    """An instruction when it is executed: its step number, and where in the loops that is.

    `iterations` has (this iteration, of how many) for each loop around it, outermost first.
    `cycle` is the running number of the loop that counts CYCLES, None outside it.
    """

    step: int
    instruction: Instruction
    iterations: tuple[tuple[int, int], ...]
    cycle: int | None
    cycles: int

    @property
    def round_name(self) -> str:
        """The round of the innermost loop: "cycle 12 of 100", "round 2 of 3"; "" outside."""
        if self.cycle is not None:
            return f"cycle {self.cycle} of {self.cycles}"
        if self.iterations:
            this, of = self.iterations[-1]
            return f"round {this} of {of}"
        return ""

    @property
    def text(self) -> str:
        """Where it comes from: "cycle 12 of 100, line 5"."""
        line = f"line {self.instruction.line}"
        return f"{self.round_name}, {line}" if self.round_name else line


@dataclass(frozen=True)
class Program:
    """A profile whose values are resolved."""

    parts: tuple[Part, ...]
    safety: tuple[ExactRange, ...] = ()
    record_s: Decimal | None = None
    record_v: Decimal | None = None
    end_below_retention_percent: Decimal | None = None
    capacity_ah: Decimal | None = None
    safety_place: Place = field(default=NOWHERE, compare=False)
    record_place: Place = field(default=NOWHERE, compare=False)
    end_test_place: Place = field(default=NOWHERE, compare=False)

    @cached_property
    def instruction_count(self) -> int:
        """How many instructions are executed; nothing is unrolled to know it."""
        return _count(self.parts)

    @cached_property
    def cycle_count(self) -> int:
        """How many cycles the loops marked CYCLES run in all."""
        return _cycles(self.parts)

    def instructions(self) -> Iterator[Instruction]:
        """Yield every instruction once, in the order of the text."""
        return instructions_of(self.parts)

    def executed(self) -> Iterator[Executed]:
        """Yield instructions as they are executed, one by one."""
        return _Unrolling(self.cycle_count).run(self.parts, (), None)

    def safety_range(self, kind: LimitKind) -> ExactRange | None:
        """Return the abort limits of this kind, if there are any."""
        return next((one for one in self.safety if one.kind is kind), None)


def instructions_of(parts: tuple[Part, ...]) -> Iterator[Instruction]:
    """Yield every instruction below these parts once, in the order of the text."""
    for part in parts:
        if isinstance(part, Instruction):
            yield part
        else:
            yield from instructions_of(part.items)


def _count(parts: tuple[Part, ...]) -> int:
    return sum(
        1 if isinstance(part, Instruction) else part.count * _count(part.items) for part in parts
    )


def _cycles(parts: tuple[Part, ...]) -> int:
    loops = [part for part in parts if isinstance(part, Repeat)]
    return sum(loop.count * (1 if loop.counts_cycles else _cycles(loop.items)) for loop in loops)


class _Unrolling:
    """Counts steps and cycles while a program is walked."""

    def __init__(self, cycles: int) -> None:
        self._cycles = cycles
        self._step = 0
        self._cycle = 0

    def run(
        self, parts: tuple[Part, ...], within: tuple[tuple[int, int], ...], cycle: int | None
    ) -> Iterator[Executed]:
        for part in parts:
            if isinstance(part, Instruction):
                self._step += 1
                yield Executed(self._step, part, within, cycle, self._cycles)
                continue
            for iteration in range(1, part.count + 1):
                inner = cycle
                if part.counts_cycles:
                    self._cycle += 1
                    inner = self._cycle
                yield from self.run(part.items, (*within, (iteration, part.count)), inner)


def loops_of(parts: tuple[Part, ...]) -> Iterator[Loop]:
    """Yield every loop below these parts, outer before inner."""
    for part in parts:
        if isinstance(part, Repeat):
            yield part
            yield from loops_of(part.items)


def edges(parts: tuple[Part, ...]) -> Iterator[tuple[Instruction | None, Instruction]]:
    """Yield each instruction with each one that may be executed right before it.

    None stands for the start of the test. Within a loop the first instruction also follows the
    last one. Linear in the number of lines.
    """
    yield None, _first(parts)
    yield from _inner_edges(parts)


def _inner_edges(parts: tuple[Part, ...]) -> Iterator[tuple[Instruction, Instruction]]:
    for before, after in pairwise(parts):
        yield _last((before,)), _first((after,))
    for part in parts:
        if isinstance(part, Repeat):
            if part.count > 1:
                yield _last(part.items), _first(part.items)
            yield from _inner_edges(part.items)


def _first(parts: tuple[Part, ...]) -> Instruction:
    part = parts[0]
    return part if isinstance(part, Instruction) else _first(part.items)


def _last(parts: tuple[Part, ...]) -> Instruction:
    part = parts[-1]
    return part if isinstance(part, Instruction) else _last(part.items)
