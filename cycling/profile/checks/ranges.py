"""The reach of a profile against the ranges of battery, station and SAFETY."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cycling.profile.checks.capabilities import StationCapabilities
from cycling.profile.checks.reach import (
    UNKNOWN,
    BatteryLimits,
    Demand,
    Span,
    Surroundings,
    demands_of,
)
from cycling.profile.language.quantities import plain
from cycling.profile.language.tree import LimitKind
from cycling.profile.problems import Place, Problem, error, in_order, warning
from cycling.profile.program.instructions import Program, edges
from cycling.terms import Mode

MARGIN, LEAST_MARGIN_V = Decimal("0.01"), Decimal("0.05")
NOISE_V = Decimal("0.01")


def check_ranges(
    program: Program,
    battery: BatteryLimits | None = None,
    station: StationCapabilities | None = None,
) -> tuple[Problem, ...]:
    """Return where a profile leaves, or nearly touches, the range of battery, station or SAFETY.

    Also an error for a CV step that may pull the full current of a station which cannot limit it,
    and for a CC or CP whose voltage neither its limits nor SAFETY nor the battery's limits bound.
    """
    around = Surroundings(program, battery, station)
    demands = tuple(dict.fromkeys(demands_of(around)))
    problems = [*_against_safety(demands, program), *_safety_against(program, battery)]
    if battery is not None:
        bounds = _Bounds(
            "the battery",
            Span(battery.lowest_v, battery.highest_v),
            Span(battery.current_min_a, battery.current_max_a),
            touching=True,
        )
        problems += bounds.check(demands)
    if station is not None:
        bounds = _Bounds(
            station.name,
            Span(station.voltage_min_v, station.voltage_max_v),
            Span(station.current_min_a, station.current_max_a),
        )
        problems += [*bounds.check(demands), *_unlimited(program, station)]
    if battery is not None and station is not None and station.guards_battery_range:
        problems += _unbounded(demands, battery)
    return in_order(problems)


def _unbounded(demands: tuple[Demand, ...], battery: BatteryLimits) -> Iterator[Problem]:
    """Yield steps that nothing keeps from going on up, or down: the battery's limit is unknown."""
    ends = ((UNKNOWN, battery.highest_v, "highest"), (-UNKNOWN, battery.lowest_v, "lowest"))
    for one in demands:
        for unknown, bound_v, end in ends:
            if unknown in (one.low_v, one.high_v) and bound_v is None:
                yield error(
                    one.voltage_place,
                    "Nothing bounds the voltage of this step: no VOLTAGE ends it, there is no "
                    f"SAFETY VOLTAGE, and the {end} voltage of the battery is not known. Add "
                    "VOLTAGE, or complete the battery.",
                )


def _unlimited(program: Program, station: StationCapabilities) -> Iterator[Problem]:
    if station.max_current:
        return
    for before, step in edges(program.parts):
        if step.mode is not Mode.CV or step.max_current_a is not None:
            continue
        if before is None or not before.settles_at(step.set_point):
            yield error(
                step.place,
                f"This CV may pull the full current of the device, because the step before does "
                f"not end at {plain(step.set_point)} V, and {station.name} cannot limit it. Write "
                f"CC, ..., VOLTAGE, {plain(step.set_point)} before it.",
            )


@dataclass(frozen=True, slots=True)
class _Bounds:
    """A range that a profile must stay in."""

    name: str
    voltage_v: Span
    current_a: Span
    touching: bool = False

    def check(self, demands: tuple[Demand, ...]) -> Iterator[Problem]:
        """Yield what is outside, and once for each value what is too near."""
        said: set[tuple[bool, Decimal]] = set()
        for one in demands:
            for value, high in ((one.low_v, False), (one.high_v, True)):
                if value is not None and value.is_finite():
                    yield from self._voltage(value, one.voltage_place, high, said)
            for value, high in ((one.low_a, False), (one.high_a, True)):
                if value.is_finite():
                    may = "" if one.low_a == one.high_a else "Up to "
                    yield from self._current(value, one.current_place, high, may)

    def _voltage(
        self, value: Decimal, place: Place, high: bool, said: set[tuple[bool, Decimal]]
    ) -> Iterator[Problem]:
        bound = self.voltage_v.high if high else self.voltage_v.low
        if bound is None:
            return
        room = bound - value if high else value - bound
        if room < 0:
            yield _outside(f"{plain(value)} V", f"{plain(bound)} V", self.name, place, high)
        elif self.touching and room < max(LEAST_MARGIN_V, MARGIN * bound):
            if (high, value) in said:
                return
            said.add((high, value))
            end = "highest" if high else "lowest"
            yield warning(
                place,
                f"{plain(value)} V nearly touches the {end} voltage of {self.name}, "
                f"{plain(bound)} V: noise alone may abort the test. Leave 1 %, at least 50 mV.",
            )

    def _current(self, value: Decimal, place: Place, high: bool, may: str) -> Iterator[Problem]:
        bound = self.current_a.high if high else self.current_a.low
        if bound is None or (value <= bound if high else value >= bound):
            return
        size = f"{may}{plain(round(value, 6))} A"
        yield _outside(size, f"{plain(bound)} A", self.name, place, high)


def _outside(value: str, bound: str, name: str, place: Place, high: bool) -> Problem:
    side, end = ("above", "highest") if high else ("below", "lowest")
    what = "voltage" if bound.endswith("V") else "current"
    return error(place, f"{value} is {side} the {end} {what} of {name}, {bound}.")


def _against_safety(demands: tuple[Demand, ...], program: Program) -> Iterator[Problem]:
    """Yield steps that SAFETY would abort."""
    volts = program.safety_range(LimitKind.VOLTAGE)
    amperes = program.safety_range(LimitKind.CURRENT)
    for one in demands:
        if volts is not None and one.low_v is not None and one.low_v == one.high_v:
            room = min(volts.high - one.low_v, one.low_v - volts.low)
            yield from _aborted(room, NOISE_V, one.voltage_place, "voltage")
        if amperes is not None and one.low_a and one.low_a == one.high_a:
            room = min(amperes.high - one.low_a, one.low_a - amperes.low)
            yield from _aborted(room, Decimal(0), one.current_place, "current")


def _aborted(room: Decimal, noise: Decimal, place: Place, what: str) -> Iterator[Problem]:
    if room < 0:
        yield error(place, f"SAFETY aborts the test before this {what} is reached.")
    elif room <= noise:
        yield warning(
            place, f"This {what} touches a limit of SAFETY, which would abort the test by noise."
        )


def _safety_against(program: Program, battery: BatteryLimits | None) -> Iterator[Problem]:
    if battery is None:
        return
    ranges = (
        (program.safety_range(LimitKind.VOLTAGE), battery.lowest_v, battery.highest_v, "V"),
        (
            program.safety_range(LimitKind.CURRENT),
            battery.current_min_a,
            battery.current_max_a,
            "A",
        ),
    )
    for safety, low, high, unit in ranges:
        if safety is None:
            continue
        if (low is not None and safety.low < low) or (high is not None and safety.high > high):
            ends = [f"{plain(one)} {unit}" for one in (low, high) if one is not None]
            yield warning(
                safety.place,
                f"SAFETY is wider than the range of the battery ({' to '.join(ends)}), whose "
                "limits act first.",
            )
