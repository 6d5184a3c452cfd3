"""Checking a profile text for a page: problems, ranges, duration, throughput and the curve."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from dash import Input

from components.figures.expected_curve import CurveLook, expected_curve
from components.profile_editor import EditorIds
from cycling.analysis.cycles.choices import Kind
from cycling.battery.chemistry import model_of
from cycling.battery.description import NewBattery, safety_range_v
from cycling.battery.model import BatteryModel
from cycling.profile import (
    BatteryLimits,
    Problem,
    Program,
    Reach,
    StationCapabilities,
    check_profile,
    parse,
    reach,
    resolve,
)
from cycling.profile.language.tree import LimitKind
from cycling.profile.problems import errors_in, errors_of
from cycling.profile.program.instructions import ExactRange
from cycling.profile.simulation.expected import Expected
from cycling.profile.simulation.expected_curve import simulate_curve
from cycling.profile.simulation.run import Throughput
from cycling.terms import Technology
from pages.context import run_script

HOURS_OF_LARGEST = 2.0  # capacity that is assumed where there is none: of the largest current
MIN_AH = 0.001
MAX_CURVES = 64
_LOOP = re.compile(r"^\s*(REPEAT)\b|^\s*(END)\s*(?:[#;].*)?$", re.IGNORECASE)


@dataclass(frozen=True)
class CheckedBattery:
    """What a profile is drawn for, and held against where `limits` are known.

    `open_v` is its voltage (V) at rest, with which it begins; None where nobody knows.
    """

    technology: Technology = Technology.LITHIUM
    chemistry: str = ""
    cells: int = 1
    limits: BatteryLimits | None = None
    open_v: float | None = None
    kind: Kind | None = None

    def model(self, capacity_ah: float) -> BatteryModel:
        """Return the model of such a battery."""
        return model_of(self.technology, self.chemistry, capacity_ah, self.cells, self.kind)


@dataclass(frozen=True)
class CheckedView:
    """What a page shows of a text; `program` is None where an error prevents it.

    `drawn` is the program of the curve: that of the lines before the first error, whose number is
    `waits_for`, where the whole has none.
    """

    text: str
    problems: tuple[Problem, ...]
    program: Program | None
    ranges: Reach | None
    drawn: Program | None
    waits_for: int | None
    battery: CheckedBattery
    capacity_ah: float | None

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return not errors_in(self.problems)

    @property
    def capacity_is_assumed(self) -> bool:
        """Whether the curve is of a battery whose capacity nobody has said."""
        return self.capacity_ah is None

    @cached_property
    def curve(self) -> Expected | None:
        """The expected course; simulated when it is first asked for, in a second at most."""
        if self.drawn is None:
            return None
        return _curve(self.text, self.waits_for, self.battery, self.capacity_ah)

    @property
    def throughput(self) -> Throughput | None:
        """Duration and throughput by the battery model; None where unknown.

        Of the whole test, or until a safety limit ends it.
        """
        curve = self.curve if self.program is not None else None
        return curve.total if curve is not None and curve.is_known else None

    @property
    def throughput_range(self) -> tuple[Throughput, Throughput] | None:
        """Between what it may lie; None where that is not known."""
        band = self.curve.band if self.throughput and self.curve else None
        if band is None or band.low is None or band.high is None:
            return None
        return band.low, band.high

    @property
    def duration_s(self) -> float | None:
        """Expected duration of the whole test; None where it cannot be told."""
        total = self.throughput
        return None if total is None else total.duration_s

    def figure(self, *, dark: bool) -> dict[str, Any] | None:
        """Return the curve as a figure; None where there is nothing to draw."""
        if self.curve is None:
            return None
        limits = self.battery.limits
        volts = (None, None) if limits is None else (limits.lowest_v, limits.highest_v)
        low, high = (None if one is None else float(one) for one in volts)
        return expected_curve(self.curve, CurveLook(dark, self.waits_for, (low, high)))


def checked(
    text: str,
    *,
    battery: CheckedBattery | None = None,
    station: StationCapabilities | None = None,
    capacity_ah: float | None = None,
) -> CheckedView:
    """Check a text; what is not given is not checked, but C-rates need the capacity (Ah).

    Raises ValueError for a capacity that is not above 0.
    """
    drawn_for = battery or CheckedBattery()
    result = check_profile(text, capacity_ah, battery=drawn_for.limits, station=station)
    waits_for, drawn = None, result.program
    if drawn is None:
        unread = errors_of(parse(text).problems) or errors_of(result.problems)
        waits_for = unread[0].line if unread else None
        drawn = _before(text, waits_for, capacity_ah)
    return CheckedView(
        text=text,
        problems=result.problems,
        program=result.program,
        ranges=None if drawn is None else reach(drawn, drawn_for.limits, station),
        drawn=drawn,
        waits_for=waits_for,
        battery=drawn_for,
        capacity_ah=capacity_ah,
    )


def battery_for_check(battery: NewBattery, open_v: float | None = None) -> CheckedBattery:
    """Return what a registered battery is for a check; its limits are those of its range."""
    off_v = safety_range_v(battery)
    return CheckedBattery(
        technology=battery.technology,
        chemistry=battery.chemistry or "",
        cells=battery.cells,
        limits=BatteryLimits(
            voltage_min_v=_decimal(battery.voltage_min_v),
            voltage_max_v=_decimal(battery.voltage_max_v),
            current_min_a=_decimal(battery.current_min_a),
            current_max_a=_decimal(battery.current_max_a),
            cells=battery.cells,
            cell_voltage_min_v=_decimal(battery.cell_voltage_min_v),
            cell_voltage_max_v=_decimal(battery.cell_voltage_max_v),
            off_min_v=_decimal(round(off_v[0], 6)),
            off_max_v=_decimal(round(off_v[1], 6)),
        ),
        open_v=open_v,
        kind=battery.cell_kind,
    )


def watch_editor(ids: EditorIds) -> None:
    """Tell the editor's script of a text that a callback has set; a page calls it once."""
    run_script("profileEditor.changed", Input(ids.text, "value"))


@lru_cache(maxsize=MAX_CURVES)
def _curve(
    text: str, waits_for: int | None, battery: CheckedBattery, capacity_ah: float | None
) -> Expected | None:
    """Return the course of a text; kept, as form, card and figure ask for the same one."""
    profile = parse(text).profile if waits_for is None else None
    program = resolve(profile, capacity_ah).program if profile else None
    program = program or _before(text, waits_for, capacity_ah)
    if program is None:
        return None
    model = battery.model(capacity_ah or _assumed_ah(program))
    return simulate_curve(_guarded(program, battery.limits), model, battery.open_v)


def _guarded(program: Program, limits: BatteryLimits | None) -> Program:
    """Return the program with the tighter of its voltage limits and those of the battery."""
    if limits is None or limits.off_min_v is None or limits.off_max_v is None:
        return program
    low, high = limits.off_min_v, limits.off_max_v
    if own := program.safety_range(LimitKind.VOLTAGE):
        low, high = max(low, own.low), min(high, own.high)
    others = (one for one in program.safety if one.kind is not LimitKind.VOLTAGE)
    return replace(program, safety=(ExactRange(LimitKind.VOLTAGE, low, high), *others))


def _before(text: str, line: int | None, capacity_ah: float | None) -> Program | None:
    """Return the program of the lines before one, each open loop run once; None without any."""
    lines = re.split(r"\r\n|\r|\n", text)[: (line or 1) - 1]
    open_loops: list[int] = []
    for number, one in enumerate(lines):
        match = _LOOP.match(one)
        if match and match[1]:
            open_loops.append(number)
        elif match and open_loops:
            open_loops.pop()
    for number in open_loops:
        lines[number] = "REPEAT 1"
    profile = parse("\n".join([*lines, *("END" for _ in open_loops)])).profile
    return None if profile is None else resolve(profile, capacity_ah).program


def _assumed_ah(program: Program) -> float:
    """Return a capacity for a battery of which none is known, by the currents it is meant for."""
    span = reach(program).current_a
    largest = max(abs(one) for one in (span.low, span.high, Decimal(0)) if one is not None)
    return max(float(largest) * HOURS_OF_LARGEST, MIN_AH)


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
