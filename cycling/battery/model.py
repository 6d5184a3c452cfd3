"""A small model of a battery: what it answers to a current.

An equivalent circuit of first order: open-circuit voltage by state of charge, a series resistance,
one RC pair, and a resistance that grows towards the end of charge or discharge. Charge is counted,
heat warms one lump. Signs are the field's: a positive current charges. While the current is
constant all of it has a closed form, so a step may be a second or an hour and is exact, for one
moment or for an array of moments.
"""

import math
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from cycling.terms import Mode

FloatArray = NDArray[np.float64]
Value = TypeVar("Value", float, FloatArray)

OCV_INTERVALS = 2000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class OcvTable:
    """Open-circuit voltage of one cell on an even grid of SOC, straight between and beyond."""

    points_v: tuple[float, ...]  # the same twice: a tuple is the faster one for a single look-up
    cell_v: FloatArray

    @classmethod
    def from_curve(cls, cell_v: FloatArray) -> "OcvTable":
        """Make the table from the voltages (V) at evenly spaced SOC 0 to 1."""
        if len(cell_v) < 2 or np.any(np.diff(cell_v) <= 0):
            raise ValueError("An open-circuit voltage must rise with the state of charge.")
        return cls(tuple(cell_v.tolist()), cell_v)

    def at(self, soc: float) -> float:
        """Voltage (V) at one SOC."""
        last = len(self.points_v) - 2
        position = soc * (last + 1)
        left = min(max(int(position), 0), last)
        left_v = self.points_v[left]
        return left_v + (position - left) * (self.points_v[left + 1] - left_v)

    def along(self, soc: FloatArray) -> FloatArray:
        """Voltages (V) at an array of SOC."""
        last = len(self.points_v) - 2
        position = soc * (last + 1)
        left = np.clip(position, 0, last).astype(np.int64)
        left_v = self.cell_v[left]
        return left_v + (position - left) * (self.cell_v[left + 1] - left_v)


@dataclass(frozen=True, slots=True)
class EndResistance:
    """A resistance that grows towards the end of a charge or discharge: by e with every `width`."""

    ohm: float
    width: float

    def at(self, distance: float) -> float:
        """Resistance (ohm) at this distance (SOC) before the end."""
        return self.ohm * math.exp(-max(distance, 0.0) / self.width)

    def along(self, distance: FloatArray) -> FloatArray:
        """Resistances (ohm) at these distances (SOC) before the end."""
        return self.ohm * np.exp(-np.maximum(distance, 0.0) / self.width)

    def grown(self, factor: float) -> "EndResistance":
        """Return a resistance of so many times this size."""
        return EndResistance(self.ohm * factor, self.width)


@dataclass(frozen=True, slots=True)
class BatteryState(Generic[Value]):
    """What a battery remembers: a moment with floats, a course with arrays."""

    soc: Value
    rc_voltage_v: Value
    temperature_degc: Value


@dataclass(frozen=True, slots=True)
class Elapsed(Generic[Value]):
    """How much of the model's exponentials is left after a time."""

    rc: Value
    thermal: Value
    soc: Value
    soc_s: Value  # the integral of `soc` over the time, in s


@dataclass(frozen=True, slots=True)
class Drive:
    """What a station asks of the battery; the set-point is in A, V or W by the mode."""

    mode: Mode
    set_point: float = 0.0
    max_current_a: float | None = None


@dataclass(frozen=True, slots=True)
class BatteryModel:
    """Parameters of a whole battery, and what follows from them.

    `charge_end` is met by a charge near SOC 1, `discharge_end` by a discharge near SOC 0.
    `charge_efficiency` is the part of a charge that can be discharged again; above 1 in a half
    cell, where the discharge is what loses lithium. `self_discharge_per_s` is the part of the SOC
    that is lost in a second (crossover in a redox stack).
    """

    ocv: OcvTable
    cells: int
    capacity_ah: float
    resistance_ohm: float
    rc_resistance_ohm: float
    rc_time_s: float
    charge_end: EndResistance
    discharge_end: EndResistance
    heat_capacity_j_per_k: float
    thermal_time_s: float
    ambient_degc: float = 25.0
    charge_efficiency: float = 1.0
    self_discharge_per_s: float = 0.0

    def __post_init__(self) -> None:
        if self.capacity_ah <= 0 or self.resistance_ohm <= 0 or self.cells < 1:
            raise ValueError("A battery model needs cells, a capacity and a resistance above 0.")
        if self.thermal_time_s <= self.rc_time_s:
            raise ValueError("Heat must leave a battery more slowly than its RC pair relaxes.")

    def aged(self, capacity_left: float, resistance_growth: float) -> "BatteryModel":
        """Return the battery with this part of its capacity and so many times its resistance."""
        return replace(
            self,
            capacity_ah=self.capacity_ah * capacity_left,
            resistance_ohm=self.resistance_ohm * resistance_growth,
            rc_resistance_ohm=self.rc_resistance_ohm * resistance_growth,
            charge_end=self.charge_end.grown(resistance_growth),
            discharge_end=self.discharge_end.grown(resistance_growth),
        )

    def rested(self, soc: float) -> BatteryState[float]:
        """Return the state after a long rest at this SOC."""
        return BatteryState(soc, 0.0, self.ambient_degc)

    def elapsed(self, dt_s: float) -> Elapsed[float]:
        """What is left of the exponentials after `dt_s`; worth keeping when steps are equal."""
        rate = self.self_discharge_per_s
        return Elapsed(
            math.exp(-dt_s / self.rc_time_s),
            math.exp(-dt_s / self.thermal_time_s),
            math.exp(-rate * dt_s),
            -math.expm1(-rate * dt_s) / rate if rate else dt_s,
        )

    def elapsed_along(self, time_s: FloatArray) -> Elapsed[FloatArray]:
        """What is left of the exponentials at each of the times."""
        rate = self.self_discharge_per_s
        return Elapsed(
            np.exp(-time_s / self.rc_time_s),
            np.exp(-time_s / self.thermal_time_s),
            np.exp(-rate * time_s),
            -np.expm1(-rate * time_s) / rate if rate else time_s,
        )

    def advanced(
        self, state: BatteryState[float], current_a: float, elapsed: Elapsed[Value]
    ) -> BatteryState[Value]:
        """Return the state or the course of states under a constant current.

        The exact solution of: dSOC/dt = eta I / 3600 Q - k SOC; the RC pair
        dV1/dt = (I R1 - V1) / tau1; and one warm lump, C dT/dt = I (V - U) - C (T - Ta) / tau_th,
        where I (V - U) = I (I R0 + V1) is the irreversible heat of Bernardi, Pawlikowski and
        Newman (1985); the entropic heat and that of the end resistance are left out.
        """
        efficiency = self.charge_efficiency if current_a > 0 else 1.0
        soc_per_s = efficiency * current_a / (3600 * self.capacity_ah)
        steady_v = current_a * self.rc_resistance_ohm
        missing_v = state.rc_voltage_v - steady_v
        steady_w = current_a * (current_a * self.resistance_ohm + steady_v)
        steady_k = steady_w * self.thermal_time_s / self.heat_capacity_j_per_k
        slowness = 1 / (1 / self.thermal_time_s - 1 / self.rc_time_s)
        missing_k = current_a * missing_v * slowness / self.heat_capacity_j_per_k
        warmer_k = state.temperature_degc - self.ambient_degc
        rise_k = (warmer_k - steady_k) * elapsed.thermal + steady_k
        return BatteryState(
            state.soc * elapsed.soc + soc_per_s * elapsed.soc_s,
            steady_v + missing_v * elapsed.rc,
            self.ambient_degc + rise_k + missing_k * (elapsed.rc - elapsed.thermal),
        )

    def step(
        self, state: BatteryState[float], current_a: float, dt_s: float
    ) -> BatteryState[float]:
        """Return the state after `dt_s` of a constant current."""
        return self.advanced(state, current_a, self.elapsed(dt_s))

    def course(
        self, state: BatteryState[float], current_a: float, time_s: FloatArray
    ) -> BatteryState[FloatArray]:
        """Return the states at each time (s, from now) of a constant current."""
        return self.advanced(state, current_a, self.elapsed_along(time_s))

    def ocv_v(self, soc: float) -> float:
        """Open-circuit voltage (V) of the battery."""
        return self.cells * self.ocv.at(soc)

    def series_ohm(self, soc: float, charging: bool) -> float:
        """Resistance (ohm) that a current meets at once."""
        end_ohm = self.charge_end.at(1 - soc) if charging else self.discharge_end.at(soc)
        return self.resistance_ohm + end_ohm

    def series_along_ohm(self, soc: FloatArray, charging: bool) -> FloatArray:
        """Resistances (ohm) that a current meets at once, at each SOC."""
        end_ohm = self.charge_end.along(1 - soc) if charging else self.discharge_end.along(soc)
        return self.resistance_ohm + end_ohm

    def voltage_v(self, state: BatteryState[float], current_a: float) -> float:
        """Terminal voltage (V) while this current flows."""
        open_v = self.ocv_v(state.soc) + state.rc_voltage_v
        if not current_a:
            return open_v
        return open_v + current_a * self.series_ohm(state.soc, current_a > 0)

    def voltages_v(self, course: BatteryState[FloatArray], current_a: float) -> FloatArray:
        """Terminal voltages (V) along a course with this current."""
        open_v = self.cells * self.ocv.along(course.soc) + course.rc_voltage_v
        if not current_a:
            return open_v
        return open_v + current_a * self.series_along_ohm(course.soc, current_a > 0)

    def driven(self, state: BatteryState[float], drive: Drive) -> tuple[float, float]:
        """Return the current (A) that the mode asks for, and the terminal voltage (V) with it."""
        source_v = self.ocv_v(state.soc) + state.rc_voltage_v
        held = drive.mode is Mode.CV
        charging = drive.set_point > (source_v if held else 0.0)
        series_ohm = self.series_ohm(state.soc, charging)
        if held:
            current_a = (drive.set_point - source_v) / series_ohm
        elif drive.mode is Mode.CP:
            current_a = current_at_power_a(drive.set_point, source_v, series_ohm)
        else:
            current_a = drive.set_point if drive.mode is Mode.CC else 0.0
        most_a = drive.max_current_a
        if most_a is not None:
            current_a = min(max(current_a, -most_a), most_a)
        return current_a, source_v + current_a * series_ohm

    def begun(
        self, state: BatteryState[float], drive: Drive, end_v: float | None
    ) -> tuple[float, float]:
        """Return current (A) and voltage (V) as a step begins that ends at a voltage.

        The current rises from 0 and never goes beyond the one at which that voltage is reached: a
        battery that is full, or empty, already ends the step on the way.
        """
        current_a, voltage_v = self.driven(state, drive)
        way = 1 if drive.set_point > 0 else -1
        if end_v is None or drive.mode is Mode.CV or way * (voltage_v - end_v) <= 0:
            return current_a, voltage_v
        source_v = self.ocv_v(state.soc) + state.rc_voltage_v
        if way * (source_v - end_v) >= 0:
            return 0.0, source_v
        return self.driven(state, Drive(Mode.CV, end_v))[0], end_v


def current_at_power_a(power_w: float, source_v: float, series_ohm: float) -> float:
    """Current (A) at which a source behind a resistance has this power at its terminals.

    The root of R I^2 + E I - P = 0 that is 0 at no power; where more is asked for than can come
    out, the current of the largest power, -E / 2R.
    """
    root_v = math.sqrt(max(source_v * source_v + 4 * series_ohm * power_w, 0.0))
    return (root_v - source_v) / (2 * series_ohm)
