"""The voltages and currents that a profile may reach, by its limits and by SAFETY."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from cycling.profile.checks.capabilities import StationCapabilities
from cycling.profile.language.tree import LimitKind
from cycling.profile.problems import Place
from cycling.profile.program.instructions import Instruction, Program, edges
from cycling.terms import Mode

UNKNOWN = Decimal("Infinity")  # how far it goes is not known


@dataclass(frozen=True, slots=True)
class BatteryLimits:
    """The range of a battery in V and A, None where it is not known.

    The range of a cell counts too, times the cells in series: the stricter one holds. A station
    that watches the battery switches off at `off_min_v` and `off_max_v`.
    """

    voltage_min_v: Decimal | None = None
    voltage_max_v: Decimal | None = None
    current_min_a: Decimal | None = None
    current_max_a: Decimal | None = None
    cells: int = 1
    cell_voltage_min_v: Decimal | None = None
    cell_voltage_max_v: Decimal | None = None
    off_min_v: Decimal | None = None
    off_max_v: Decimal | None = None

    @property
    def lowest_v(self) -> Decimal | None:
        """Lowest voltage of the whole battery."""
        cells = None if self.cell_voltage_min_v is None else self.cells * self.cell_voltage_min_v
        bounds = [one for one in (self.voltage_min_v, cells) if one is not None]
        return max(bounds, default=None)

    @property
    def highest_v(self) -> Decimal | None:
        """Highest voltage of the whole battery."""
        cells = None if self.cell_voltage_max_v is None else self.cells * self.cell_voltage_max_v
        bounds = [one for one in (self.voltage_max_v, cells) if one is not None]
        return min(bounds, default=None)


@dataclass(frozen=True, slots=True)
class Span:
    """Lowest and highest value; None where it is not known."""

    low: Decimal | None
    high: Decimal | None


@dataclass(frozen=True, slots=True)
class Reach:
    """What a profile may drive a battery to, in V and A; no voltage where it only rests.

    `ends_v` is what steps themselves go to, without the voltages at which only SAFETY aborts.
    """

    voltage_v: Span | None
    current_a: Span
    ends_v: Span | None


@dataclass(frozen=True, slots=True)
class Demand:
    """What one step may reach; +-UNKNOWN where nothing bounds it, None where nothing is driven.

    Without `ends_there` the voltages are those at which SAFETY aborts.
    """

    low_v: Decimal | None
    high_v: Decimal | None
    low_a: Decimal
    high_a: Decimal
    voltage_place: Place
    current_place: Place
    ends_there: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A program, and what is known of the battery and the station that it is for.

    Without `in_order_of_text` lines are missing between its steps.
    """

    program: Program
    battery: BatteryLimits | None
    station: StationCapabilities | None
    in_order_of_text: bool = True


def reach(
    program: Program,
    battery: BatteryLimits | None = None,
    station: StationCapabilities | None = None,
) -> Reach:
    """Return the voltages and currents that a profile may reach, by its limits and by SAFETY.

    A CV step that may pull whatever the station gives counts with the station's maximum current.
    """
    demands = list(demands_of(Surroundings(program, battery, station)))
    volts = [(v, one) for one in demands for v in (one.low_v, one.high_v) if v is not None]
    ends = [v for v, one in volts if one.ends_there]
    amperes = [a for one in demands for a in (one.low_a, one.high_a)]
    return Reach(
        _span([v for v, _ in volts]) if volts else None,
        _span(amperes),
        _span(ends) if ends else None,
    )


def _span(values: list[Decimal]) -> Span:
    low, high = min(values), max(values)
    return Span(low if low.is_finite() else None, high if high.is_finite() else None)


def demands_of(around: Surroundings) -> Iterator[Demand]:
    """Yield what each step may reach, after each step that it may follow."""
    program = around.program
    alone = ((None, step) for step in program.instructions())
    for before, step in edges(program.parts) if around.in_order_of_text else alone:
        low_v, high_v = _voltages(step, around)
        low_a, high_a = _currents(before, step, around)
        place = next(
            (one.place for one in step.limits if one.kind is LimitKind.VOLTAGE),
            step.set_point_place,
        )
        ends_there = step.end_voltage_v is not None
        yield Demand(low_v, high_v, low_a, high_a, place, step.set_point_place, ends_there)


def _voltages(step: Instruction, around: Surroundings) -> tuple[Decimal | None, Decimal | None]:
    """Return the voltages to which a step drives the battery."""
    if step.mode is Mode.CV:
        return step.set_point, step.set_point
    if not step.direction:
        return None, None
    end_v = step.limit(LimitKind.VOLTAGE)
    if end_v is not None:
        return end_v, end_v
    safety = around.program.safety_range(LimitKind.VOLTAGE)
    if step.direction > 0:
        return None, safety.high if safety else UNKNOWN
    return safety.low if safety else -UNKNOWN, None


def _currents(
    before: Instruction | None, step: Instruction, around: Surroundings
) -> tuple[Decimal, Decimal]:
    """Return the lowest and highest current of a step, cut by SAFETY."""
    if step.mode is Mode.CV:
        low, high = _held_currents(before, step, around)
    elif step.mode is Mode.CP and step.direction:
        size = _power_current(step, around)
        low, high = sorted((Decimal(0), size * step.direction))
    else:
        return step.set_point, step.set_point
    if safety := around.program.safety_range(LimitKind.CURRENT):
        return max(low, safety.low), min(high, safety.high)
    return low, high


def _held_currents(
    before: Instruction | None, step: Instruction, around: Surroundings
) -> tuple[Decimal, Decimal]:
    """Return the currents that a CV step may draw."""
    if not around.in_order_of_text:
        most = step.max_current_a or Decimal(0)
        return -most, most
    ways = _ways(before, step, around.battery)
    size = None if before is None else _current_at_end(before, step.set_point)
    if size is not None:
        return (-size if -1 in ways else Decimal(0)), (size if 1 in ways else Decimal(0))
    low, high = -UNKNOWN, UNKNOWN
    if station := around.station:
        low = low if station.current_min_a is None else station.current_min_a
        high = high if station.current_max_a is None else station.current_max_a
    if step.max_current_a is not None:
        low, high = max(low, -step.max_current_a), min(high, step.max_current_a)
    return (low if -1 in ways else Decimal(0)), (high if 1 in ways else Decimal(0))


def _current_at_end(step: Instruction, held_v: Decimal) -> Decimal | None:
    """Return the current of a step that surely ends at a voltage, where it is known."""
    if not step.settles_at(held_v):
        return None
    if step.mode is Mode.CC:
        return abs(step.set_point)
    if step.mode is Mode.CP:
        return abs(step.set_point) / held_v
    only = step.only_limit
    goes_on = step.set_point == held_v and only is not None and only.kind is LimitKind.CURRENT
    return only.value if only is not None and goes_on else None


def _ways(
    before: Instruction | None, step: Instruction, battery: BatteryLimits | None
) -> tuple[int, ...]:
    """Return whether a CV step charges (1), discharges (-1) or may do either."""
    low_v, high_v = (battery.lowest_v, battery.highest_v) if battery else (None, None)
    if high_v is not None and step.set_point >= high_v:
        return (1,)
    if low_v is not None and step.set_point <= low_v:
        return (-1,)
    end_v = before.end_voltage_v if before else None
    if before is None or end_v is None or not before.direction:
        return -1, 1
    further = before.direction * (step.set_point - end_v) >= 0
    return (before.direction,) if further else (-1, 1)


def _power_current(step: Instruction, around: Surroundings) -> Decimal:
    """Return the largest current of a CP step: its power at the lowest voltage."""
    bounds = [UNKNOWN if step.max_current_a is None else step.max_current_a]
    lowest_v = step.limit(LimitKind.VOLTAGE) if step.direction < 0 else None
    if step.direction < 0 and (limit_a := step.limit(LimitKind.CURRENT)) is not None:
        bounds.append(limit_a)
    safety = around.program.safety_range(LimitKind.VOLTAGE)
    if lowest_v is None:
        lowest_v = safety.low if safety else around.battery.lowest_v if around.battery else None
    if lowest_v is not None and lowest_v > 0:
        bounds.append(abs(step.set_point) / lowest_v)
    return min(bounds)
