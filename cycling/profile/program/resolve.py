"""From tree to exact program: C-rates and shares get the capacity of the battery."""

from dataclasses import dataclass
from decimal import Decimal

from cycling.profile.language.quantities import MAX_VALUE, SMALLEST, Quantity
from cycling.profile.language.tree import Item, LimitKind, Profile, Repeat, Step
from cycling.profile.problems import NOWHERE, Findings, Problem
from cycling.profile.program.instructions import (
    ExactLimit,
    ExactRange,
    Instruction,
    Part,
    Program,
)
from cycling.terms import Mode


@dataclass(frozen=True, slots=True)
class Resolved:
    """A program, or why there is none."""

    program: Program | None
    problems: tuple[Problem, ...]


def resolve(profile: Profile, capacity_ah: Decimal | float | None = None) -> Resolved:
    """Return the exact program of a profile.

    `capacity_ah` is the nominal capacity; every C-rate and share without it is an error with its
    place. Raise ValueError for a capacity that is not above 0.
    """
    capacity = None if capacity_ah is None else Decimal(str(capacity_ah))
    if capacity is not None and not (capacity.is_finite() and capacity > 0):
        raise ValueError("A capacity is a number of Ah above 0.")
    resolver = _Resolver(capacity)
    program = resolver.program(profile)
    failed = resolver.findings.failed
    return Resolved(None if failed else program, resolver.findings.sorted())


class _Resolver:
    def __init__(self, capacity_ah: Decimal | None) -> None:
        self.findings = Findings()
        self._capacity_ah = capacity_ah

    def program(self, profile: Profile) -> Program:
        """Return the program; where a value is missing it has 0, and the findings say it."""
        parts = tuple(self._part(item) for item in profile.items)
        safety = profile.safety.ranges if profile.safety else ()
        record = profile.record
        end_test = profile.end_test
        program = Program(
            parts,
            tuple(
                ExactRange(one.kind, self._amount(one.low), self._amount(one.high), one.low.place)
                for one in safety
            ),
            self._amount(record.interval) if record else None,
            self._amount(record.voltage) if record and record.voltage else None,
            end_test.retention_percent if end_test else None,
            self._capacity_ah,
            safety_place=profile.safety.place if profile.safety else NOWHERE,
            record_place=record.place if record else NOWHERE,
            end_test_place=end_test.place if end_test else NOWHERE,
        )
        for one in program.safety:
            if one.low >= one.high:
                self.findings.error(one.place, f"The lowest {one.kind.kind} is above the highest.")
        return program

    def _part(self, item: Item) -> Part:
        if isinstance(item, Repeat):
            items = tuple(self._part(inner) for inner in item.items)
            return Repeat(item.count, item.counts_cycles, items, item.place)
        return self._instruction(item)

    def _instruction(self, step: Step) -> Instruction:
        set_point = self._amount(step.set_point)
        if step.mode is Mode.WAIT:
            limit = ExactLimit(LimitKind.TIME, set_point, step.set_point.place)
            return Instruction(
                step.mode, Decimal(0), (limit,), None, step.place, step.set_point.place
            )
        limits = tuple(
            ExactLimit(one.kind, self._amount(one.value), one.value.place) for one in step.limits
        )
        most = None if step.max_current is None else self._amount(step.max_current)
        return Instruction(step.mode, set_point, limits, most, step.place, step.set_point.place)

    def _amount(self, quantity: Quantity) -> Decimal:
        if quantity.needs_capacity and self._capacity_ah is None:
            self.findings.error(
                quantity.place,
                f"{quantity.text} needs the capacity of the battery. Choose a battery with a "
                "capacity, or write the value with its unit.",
            )
            return Decimal(0)
        amount = quantity.amount(self._capacity_ah)
        if abs(amount) > 100_000 * MAX_VALUE or 0 < abs(amount) < SMALLEST / 100_000:
            self.findings.error(quantity.place, f"{quantity.text} is out of any range.")
        return amount
