"""A battery as a person describes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite

from cycling.analysis.cycles.choices import Kind
from cycling.names import MAX_NAME
from cycling.terms import (
    BipolarType,
    ElectrolyteType,
    MembraneType,
    Technology,
)

MARGIN, LEAST_MARGIN_V = 0.01, 0.05  # of a safety limit beyond the battery's range
TEXT_WIDTHS = {
    "name": ("name", MAX_NAME),
    "manufacturer": ("manufacturer", 20),
    "model": ("model", 20),
    "serial_number": ("serial number", 30),
}

KINDS: Mapping[Technology, tuple[Kind, ...]] = {  # the first is what it is unless somebody says
    Technology.LITHIUM: (
        Kind.FULL,
        Kind.CATHODE_HALF,
        Kind.ANODE_HALF,
        Kind.ANODE_FREE,
        Kind.SYMMETRIC,
    ),
    Technology.LEAD_ACID: (Kind.LEAD_ACID,),
    Technology.REDOX_STACK: (Kind.FLOW,),
}
ONE_CELL = frozenset({Kind.CATHODE_HALF, Kind.ANODE_HALF, Kind.SYMMETRIC})

_RATE = re.compile(r"(?P<c>\d*\.?\d+) ?C|C ?/ ?(?P<part>\d*\.?\d+)|C(?P<hours>\d*\.?\d+)", re.ASCII)


@dataclass(frozen=True)
class NewBattery:
    """A battery as a person describes it: V, A, Ah, cm2, g, mol/L, degC.

    `cells` are those in series. Without a `kind` it is the first of its technology in KINDS. The
    voltages and currents bound what a profile may reach. The safety voltages lie outside them;
    without them the margin of `safety_range_v` counts. Active mass and electrode area are those
    that the charge of the battery flows through: of one cell in series, of all in parallel.
    `electrolyte_electrons` are those that a molecule gives. The first `formation_cycles` of an
    experiment do not count for its retention.
    """

    name: str
    manufacturer: str
    model: str
    serial_number: str
    fabrication_date: date | None
    technology: Technology
    cells: int
    voltage_min_v: float
    voltage_max_v: float
    current_min_a: float
    current_max_a: float
    description: str = ""
    cell_voltage_min_v: float | None = None
    cell_voltage_max_v: float | None = None
    capacity_ah: float | None = None
    chemistry: str | None = None
    electrode_size_cm2: float | None = None
    electrode_composition: str | None = None
    bipolar_type: BipolarType | None = None
    membrane_type: MembraneType | None = None
    electrolyte_type: ElectrolyteType | None = None
    parallel: int = 1
    capacity_rate: str = ""
    safety_voltage_min_v: float | None = None
    safety_voltage_max_v: float | None = None
    temperature_min_degc: float | None = None
    temperature_max_degc: float | None = None
    charge_temperature_min_degc: float | None = None
    kind: Kind | None = None
    active_mass_g: float | None = None
    electrolyte_mol_per_l: float | None = None
    electrolyte_electrons: float | None = None
    formation_cycles: int = 0

    @property
    def cell_kind(self) -> Kind:
        """What kind of battery it is."""
        return self.kind or KINDS[self.technology][0]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field of NewBattery, in a sentence."""

    field: str
    text: str


def safety_range_v(new: NewBattery) -> tuple[float, float]:
    """Return the voltages at which a station switches off, in V.

    Those that were given, else the battery's range and 1 % or 50 mV beyond it, whichever is more.
    """
    low, high = new.safety_voltage_min_v, new.safety_voltage_max_v
    return (
        new.voltage_min_v - _margin(new.voltage_min_v) if low is None else low,
        new.voltage_max_v + _margin(new.voltage_max_v) if high is None else high,
    )


def rate_c(text: str) -> float | None:
    """Return a rate in units of 1/h: 0.2 for "C/5", "0.2C" and, for lead-acid, "C5"; else None."""
    match = _RATE.fullmatch(text.strip().upper())
    if match is None:
        return None
    hours = float(match["part"] or match["hours"] or 0)
    rate = float(match["c"]) if match["c"] else 1 / hours if hours else 0
    return rate if 0 < rate <= 1000 and isfinite(rate) else None


def next_serial_number(serial_number: str) -> str:
    """Count the last number in a serial number on: "24A-0099" gives "24A-0100"."""
    match = re.search(r"(\d+)(\D*)$", serial_number, re.ASCII)
    if match is None:
        return ""
    digits = match[1]
    return f"{serial_number[: match.start()]}{int(digits) + 1:0{len(digits)}d}{match[2]}"


def _margin(voltage_v: float) -> float:
    return max(MARGIN * abs(voltage_v), LEAST_MARGIN_V)
