"""What a station can carry out, and why it refuses a profile; nothing is dropped in silence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal

from cycling.profile.language.quantities import UNITS, plain
from cycling.profile.language.tree import SET_POINT_KINDS, LimitKind
from cycling.profile.problems import BOUND, Problem, error, in_order, warning
from cycling.profile.program.instructions import ExactLimit, Instruction, Program
from cycling.terms import Mode

MAX_WHOLE = 8_388_607  # of a column of the Instructions table, in mV, mA, mW or ms
MAX_ROUNDING = Decimal("0.01")  # a value that rounding moves by more is another value
TABLE_LIMITS = frozenset((LimitKind.TIME, LimitKind.VOLTAGE, LimitKind.CURRENT, LimitKind.POWER))


@dataclass(frozen=True, slots=True)
class StationCapabilities:
    """What the programs of a station understand, and the ranges of its devices.

    `guards_battery_range`: it stops by itself at the battery's limits. `min_step_s`: 5 of its
    samples. `whole_numbers`: it reads the Instructions table, in mA, mV, mW and ms. Ranges in V
    and A; None is unknown.
    """

    name: str
    modes: frozenset[Mode] = frozenset(Mode)
    limits: frozenset[LimitKind] = frozenset(LimitKind)
    several_limits: bool = True
    max_current: bool = True
    safety: bool = True
    record: bool = True
    end_test: bool = True
    whole_numbers: bool = False
    refuses_rounding: bool = False
    guards_battery_range: bool = True
    min_step_s: Decimal = Decimal(0)
    voltage_min_v: Decimal | None = None
    voltage_max_v: Decimal | None = None
    current_min_a: Decimal | None = None
    current_max_a: Decimal | None = None

    @property
    def title(self) -> str:
        """The name at the beginning of a sentence."""
        return self.name[0].upper() + self.name[1:]


OWN_PROTOCOL = StationCapabilities("our own protocol")
INSTRUCTION_TABLE = StationCapabilities(
    "the instruction table",
    limits=TABLE_LIMITS,
    several_limits=False,
    max_current=False,
    safety=False,
    record=False,
    end_test=False,
    whole_numbers=True,
)
WATTREX = replace(
    INSTRUCTION_TABLE,
    name="WattRex",
    modes=frozenset((Mode.WAIT, Mode.CC, Mode.CV)),
    refuses_rounding=True,
    guards_battery_range=False,
    min_step_s=Decimal(2),
)


def check_station(program: Program, station: StationCapabilities) -> tuple[Problem, ...]:
    """Return what this station cannot carry out, each with its line and how to write it."""
    problems = list(_settings(program, station))
    for instruction in program.instructions():
        problems += _step(instruction, station)
        if station.whole_numbers:
            problems += _whole_numbers(instruction, station)
    return in_order(problems)


def _settings(program: Program, station: StationCapabilities) -> Iterator[Problem]:
    if program.safety and not station.safety:
        yield error(
            program.safety_place,
            f"SAFETY cannot travel to {station.name}: leave it out, and set the limits of the "
            "battery and on the device.",
        )
    if program.end_below_retention_percent is not None and not station.end_test:
        yield error(
            program.end_test_place,
            f"{station.title} cannot check END TEST: leave it out, and choose the count of REPEAT.",
        )
    if program.record_s is not None and not station.record:
        yield warning(
            program.record_place, f"{station.title} samples at its own rate: RECORD has no effect."
        )


def _step(step: Instruction, station: StationCapabilities) -> Iterator[Problem]:
    word = step.mode.name
    if step.mode not in station.modes:
        why = " (their devices count power in dW, and this one is not marked as taking CP)"
        yield error(
            step.place,
            f"{word} is refused on {station.name}{why if step.mode is Mode.CP else ''}: "
            "write CC with a VOLTAGE limit.",
        )
    if len(step.limits) > 1 and not station.several_limits:
        able = [limit.kind for limit in step.limits if limit.kind in station.limits]
        kinds = " or ".join(able) or "another kind"
        yield error(
            step.limits[1].place,
            f"{station.title} takes one limit a step: keep {kinds} alone, in a step of its own.",
        )
    for limit in step.limits:
        if limit.kind not in station.limits:
            kinds_here = ", ".join(kind for kind in LimitKind if kind in station.limits)
            yield error(
                limit.place, f"{station.title} cannot end a step by {limit.kind}: use {kinds_here}."
            )
    if step.max_current_a is not None and not station.max_current:
        yield error(
            step.place,
            f"{station.title} cannot limit the current of {word}: leave out MAX, and end a CC step "
            "at this voltage before it.",
        )
    yield from _time_and_bound(step, station)


def _time_and_bound(step: Instruction, station: StationCapabilities) -> Iterator[Problem]:
    time_s = step.limit(LimitKind.TIME)
    if time_s is not None and time_s < station.min_step_s:
        yield error(
            step.place,
            f"A step of {plain(time_s)} s is shorter than 5 samples of {station.name}: "
            f"{plain(station.min_step_s)} s or more.",
        )
    bounded = step.limit(LimitKind.VOLTAGE) is not None
    if step.direction and not bounded and not station.guards_battery_range:
        kinds = " or ".join(limit.kind for limit in step.limits)
        yield error(
            step.place,
            f"Only {kinds} ends this step, and {station.name} does not stop at the limits of the "
            "battery, so nothing bounds its voltage: end it by VOLTAGE.",
            BOUND,
        )


def _whole_numbers(step: Instruction, station: StationCapabilities) -> Iterator[Problem]:
    """Yield values that change, or don't fit, when they become whole mA, mV, mW or ms."""
    values = [ExactLimit(limit.kind, limit.value, limit.place) for limit in step.limits]
    units = [UNITS[limit.kind.kind][0] for limit in step.limits]
    if step.mode is not Mode.WAIT:
        values.insert(0, ExactLimit(LimitKind.TIME, step.set_point, step.set_point_place))
        units.insert(0, UNITS[SET_POINT_KINDS[step.mode]][0])
    for value, unit in zip(values, units, strict=True):
        splits = unit == "s" and (len(step.limits) == 1 or not station.several_limits)
        yield from _whole_number(value, unit, splits, station)


def _whole_number(
    value: ExactLimit, unit: str, splits: bool, station: StationCapabilities
) -> Iterator[Problem]:
    exact, whole = value.value * 1000, whole_milli(value.value)
    size = f"{plain(value.value)} {unit}"
    if abs(whole) > MAX_WHOLE and not splits:
        yield error(
            value.place,
            f"{size} does not fit: {station.name} takes {MAX_WHOLE / 1000:,} {unit} at most.",
        )
    if exact and not whole:
        yield error(
            value.place, f"{size} becomes 0, because {station.name} takes whole m{unit} only."
        )
    elif abs(exact - whole) > MAX_ROUNDING * abs(exact):
        say = error if station.refuses_rounding else warning
        yield say(
            value.place,
            f"{size} becomes {whole} m{unit}, more than 1 % away: {station.name} takes whole "
            f"m{unit} only.",
        )


def whole_milli(value: Decimal) -> int:
    """Return a value as whole milli-units, a half to the even neighbour."""
    return int((value * 1000).to_integral_value(ROUND_HALF_EVEN))
