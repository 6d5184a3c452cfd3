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
from cycling.profile.problems import BOUND, CURRENT, Place, Problem, error, in_order, warning
from cycling.profile.program.instructions import Program, edges
from cycling.terms import Mode

MARGIN, LEAST_MARGIN_A = Decimal("0.01"), Decimal("0.001")  # as in the limits of an offer
NOISE_V = Decimal("0.01")


def check_ranges(
    program: Program,
    battery: BatteryLimits | None = None,
    station: StationCapabilities | None = None,
    *,
    in_order_of_text: bool = True,
) -> tuple[Problem, ...]:
    """Return where a profile leaves the range of battery, station or SAFETY.

    Also where it goes so near to a limit that switches off that noise alone may do it, and an error
    for a CC or CP whose voltage neither its limits nor SAFETY nor the battery's limits bound.
    Without `in_order_of_text` lines are missing between the steps, and nothing hangs on the step
    before.
    """
    around = Surroundings(program, battery, station, in_order_of_text)
    demands = tuple(dict.fromkeys(demands_of(around)))
    watches = station is None or station.guards_battery_range
    problems: list[Problem] = []
    if station is None or station.safety:
        problems += _against_safety(demands, program)
    if watches:
        problems += [*_safety_against(program, battery), *_near_off(demands, battery)]
    if battery is not None:
        bounds = _Bounds(
            "the battery",
            Span(battery.lowest_v, battery.highest_v),
            Span(battery.current_min_a, battery.current_max_a),
        )
        problems += bounds.check(demands)
    if station is not None:
        bounds = _Bounds(
            station.name,
            Span(station.voltage_min_v, station.voltage_max_v),
            Span(station.current_min_a, station.current_max_a),
        )
        problems += bounds.check(demands)
    if battery is not None and station is not None and watches:
        problems += _unbounded(demands, battery)
    return in_order(problems)


def check_full_current(program: Program, station: StationCapabilities) -> Iterator[Problem]:
    """Yield CV steps that may pull the full current of a station which cannot limit it."""
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
                CURRENT,
            )


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
                    BOUND,
                )


def _near_off(demands: tuple[Demand, ...], battery: BatteryLimits | None) -> Iterator[Problem]:
    """Yield voltages that steps go to, with hardly any room to where the station switches off."""
    if battery is None:
        return
    for one in demands:
        if not one.ends_there:
            continue
        for value, off_v, way in (
            (one.low_v, battery.off_min_v, -1),
            (one.high_v, battery.off_max_v, 1),
        ):
            if value is None or off_v is None or not 0 <= way * (off_v - value) < NOISE_V:
                continue
            where = "where the battery's safety limit switches off"
            if value != off_v:
                where = f"nearly {where}, {plain(off_v)} V"
            yield warning(
                one.voltage_place,
                f"{plain(value)} V is {where}: noise alone may abort the test. Leave 10 mV at "
                "least.",
            )


@dataclass(frozen=True, slots=True)
class _Bounds:
    """A range that a profile must stay in."""

    name: str
    voltage_v: Span
    current_a: Span

    def check(self, demands: tuple[Demand, ...]) -> Iterator[Problem]:
        """Yield what is outside."""
        for one in demands:
            for value, high in ((one.low_v, False), (one.high_v, True)):
                if one.ends_there and value is not None:
                    yield from self._voltage(value, one.voltage_place, high)
            for value, high in ((one.low_a, False), (one.high_a, True)):
                if value.is_finite():
                    yield from self._current(one, value, high)

    def _voltage(self, value: Decimal, place: Place, high: bool) -> Iterator[Problem]:
        bound = self.voltage_v.high if high else self.voltage_v.low
        if bound is not None and (value > bound if high else value < bound):
            yield _outside(f"{plain(value)} V", f"{plain(bound)} V", self.name, place, high)

    def _current(self, one: Demand, value: Decimal, high: bool) -> Iterator[Problem]:
        bound = self.current_a.high if high else self.current_a.low
        if bound is None or (value <= bound if high else value >= bound):
            return
        size, most = f"{plain(round(value, 6))} A", f"{plain(bound)} A"
        if one.low_a == one.high_a:
            yield _outside(size, most, self.name, one.current_place, high)
            return
        side, end = ("above", "highest") if high else ("below", "lowest")
        yield error(
            one.current_place,
            f"This step may draw up to {size}, {side} the {end} current of {self.name}, {most}: "
            "limit it with MAX.",
            CURRENT,
        )


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
    """Yield a SAFETY beyond where the battery's own limits switch off."""
    if battery is None:
        return
    amperes = (battery.current_min_a, battery.current_max_a)
    margin_a = max((MARGIN * abs(one) for one in amperes if one is not None), default=Decimal(0))
    margin_a = max(margin_a, LEAST_MARGIN_A)
    ranges = (
        (LimitKind.VOLTAGE, battery.off_min_v, battery.off_max_v, Decimal(0), "V"),
        (LimitKind.CURRENT, *amperes, margin_a, "A"),
    )
    for kind, low, high, margin, unit in ranges:
        safety = program.safety_range(kind)
        if safety is None:
            continue
        first = []  # the limits of the battery that act before those of SAFETY
        if low is not None and safety.low < low - margin:
            first.append(f"{plain(low)} {unit}")
        if high is not None and safety.high > high + margin:
            first.append(f"{plain(high)} {unit}")
        if first:
            whose = "limits" if len(first) > 1 else "limit"
            act = "act" if len(first) > 1 else "acts"
            yield warning(
                safety.place,
                f"SAFETY is wider than the {whose} of the battery, {' and '.join(first)}, which "
                f"{act} first.",
            )
