"""Every metric of a cycle table: what it is called, its unit, what it means."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.choices import Choices, Direction, Kind
from cycling.analysis.cycles.table import CycleTable

Floats = NDArray[np.float64]

DAY_S = 86400.0
TEMPERATURE = "°C"


class Basis(StrEnum):
    """What a charge is given by. The values are labels."""

    TOTAL = "total"
    MASS = "per g of active mass"
    AREA = "per cm² of electrode"
    NOMINAL = "% of nominal"


@dataclass(frozen=True)
class Metric:
    """A column of a table: `of` returns its values, shape (cycles,), in `unit`."""

    name: str
    label: str
    unit: str
    meaning: str
    of: Callable[[CycleTable], Floats]


def _of_table(name: str) -> Callable[[CycleTable], Floats]:
    return lambda table: np.asarray(getattr(table, name), float)


def _of_half(half: str, name: str) -> Callable[[CycleTable], Floats]:
    return lambda table: np.asarray(getattr(getattr(table, half), name), float)


def _halves(name: str, label: str, unit: str, meaning: str) -> list[Metric]:
    """Return a metric of the charge and that of the discharge."""
    return [
        Metric(
            f"{half}_{name}", label.format(half), unit, meaning.format(half), _of_half(half, name)
        )
        for half in ("charge", "discharge")
    ]


def _whole(name: str, label: str, unit: str, meaning: str) -> Metric:
    return Metric(name, label, unit, meaning, _of_table(name))


METRICS: tuple[Metric, ...] = (
    *_halves("ah", "Q {}", "Ah", "Charge that flowed in the {} of the cycle"),
    *_halves("wh", "E {}", "Wh", "Energy that flowed in the {} of the cycle"),
    _whole("ce_pct", "CE", "%", "Coulombic efficiency; complete cycles without missing time"),
    _whole("ee_pct", "EE", "%", "Energy efficiency, 100 × E discharge / E charge"),
    _whole("ve_pct", "VE", "%", "Voltage efficiency, mean discharge V over mean charge V"),
    _whole("ce_loss_pct_per_h", "CE loss", "%/h", "(100 % − CE) over the hours of the cycle"),
    _whole("retention_pct", "Retention", "%", "Q discharge over the reference of its rate class"),
    *_halves("mean_v", "Mean V {}", "V", "Energy over charge of the {}"),
    _whole("hysteresis_v", "Hysteresis", "V", "Mean charge V less mean discharge V"),
    *_halves("end_v", "End V {}", "V", "Voltage at the end of the {}"),
    *_halves("rested_v", "Rested V {}", "V", "Voltage at the end of the rest after the {}"),
    *_halves("time_s", "Time {}", "s", "How long the steps of the {} took"),
    *_halves("current_a", "I {}", "A", "Current at constant current: median of the steps, by time"),
    _whole("cv_share_pct", "CV share", "%", "Part of Q charge at constant voltage"),
    _whole("charge_slippage_ah", "Slippage charge", "Ah", "Shift of the end point of charge"),
    _whole("discharge_slippage_ah", "Slippage discharge", "Ah", "Shift of that of discharge"),
    _whole("equivalent_full_cycles", "EFC", "", "Throughput over twice the nominal capacity"),
    _whole("throughput_ah", "Throughput", "Ah", "All charge, both ways, until the cycle's end"),
    _whole("throughput_wh", "Energy throughput", "Wh", "All energy, both ways"),
    _whole("duration_s", "Duration", "s", "Recorded time of the cycle"),
    _whole("missing_s", "Missing time", "s", "Time in which nothing is known of the current"),
    Metric("days", "Days", "d", "Test time at the cycle's end", lambda one: one.end_s / DAY_S),
    _whole("temperature_mean", "T mean", TEMPERATURE, "Temperature, weighted by time"),
    _whole("temperature_lowest", "T min", TEMPERATURE, "Lowest temperature"),
    _whole("temperature_highest", "T max", TEMPERATURE, "Highest temperature"),
    _whole("temperature_rise", "T rise", TEMPERATURE, "Rise of temperature in discharge"),
)


def coulombic_convention(table: CycleTable) -> str:
    """Return in words what CE divides by what, and why."""
    above, below = ("charge", "discharge")[:: 1 if table.input is Direction.DISCHARGE else -1]
    kind = table.choices.kind
    reason = {
        Kind.ANODE_HALF: ": lithiation of the anode is its discharge",
        Kind.SYMMETRIC: f": the {below} came first",
    }
    return f"CE = 100 × Q {above} / Q {below} ({kind}{reason.get(kind, '')})"


def by_basis(ah: Floats, basis: Basis, choices: Choices) -> tuple[Floats, str]:
    """Return charges and their unit: Ah, mAh/g, mAh/cm², %. NaN where the divisor is not known."""
    if basis is Basis.TOTAL:
        return ah, "Ah"
    factor, divisor, unit = {
        Basis.MASS: (1000.0, choices.mass_g, "mAh/g"),
        Basis.AREA: (1000.0, choices.area_cm2, "mAh/cm²"),
        Basis.NOMINAL: (100.0, choices.capacity_ah, "%"),
    }[basis]
    return ah * (factor / divisor if divisor else np.nan), unit
