"""The tables of the tab of pulses as columns: what the page lists and a file has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cycling.analysis.cycles.numbering import NO_CYCLE
from cycling.analysis.voltage.gitt import Titration
from cycling.analysis.voltage.open_circuit import PseudoOcv
from cycling.formats.write import csv_rows
from db.measures.pulses import ExperimentPulses, ExperimentRest
from pages.experiment.pulses.reading import Reading

Floats = NDArray[np.float64]
Array = NDArray[Any]

M_OHM = 1e3
CM_A_UM = 1e-4


@dataclass(frozen=True)
class Column:
    """A column: its name in a file, its head on the page, its values, and decimals there.

    `factor` turns the file's unit into the page's.
    """

    name: str
    head: str
    values: Array
    places: int = 0
    factor: float = 1.0


def ohm_scale(ohm: Floats) -> tuple[float, str, int]:
    """Return factor, unit and decimals in which resistances of this size read well."""
    known = np.abs(ohm[np.isfinite(ohm)])
    middle = float(np.median(known)) if len(known) else 1.0
    return (M_OHM, "mΩ", 3) if middle < 0.5 else (1.0, "Ω", 3 if middle < 100 else 1)


def ampere_scale(amperes: Floats) -> tuple[float, str]:
    """Return factor and unit in which currents of this size read well."""
    known = np.abs(amperes[np.isfinite(amperes)])
    peak = float(known.max(initial=0.0))
    return (1e6, "µA") if 0 < peak < 1e-4 else (1e3, "mA") if 0 < peak < 0.1 else (1.0, "A")


def pulse_columns(reading: Reading) -> list[Column]:
    """Return what there is to be said of each pulse."""
    pulses = reading.pulses
    factor, unit, places = ohm_scale(pulses.end_ohm)
    of_current, current_unit = ampere_scale(pulses.current_a)
    cycle = np.where(reading.cycle == NO_CYCLE, np.nan, reading.cycle.astype(float))
    columns = [
        Column("start_s", "Start / s", reading.begin.test_time_s, 1),
        Column("cycle", "Cycle", cycle),
        Column("soc_pct", "SOC / %", reading.soc_pct, 1),
        Column("step_a", f"I / {current_unit}", pulses.step_a, 3, of_current),
        Column("rest_v", "V₀ / V", pulses.voltage_v, 4),
        Column("duration_s", "Lasts / s", pulses.duration_s, 1),
    ]
    for place, seconds in enumerate(pulses.times_s):
        ohm = pulses.resistance_ohm[:, place]
        head = f"R {seconds:g} s / {unit}"
        columns.append(Column(f"r_{seconds:g}s_ohm", head, ohm, places, factor))
    columns.append(Column("r_end_ohm", f"R end / {unit}", pulses.end_ohm, places, factor))
    if reading.area_cm2:
        every = pulses.area_resistance(reading.area_cm2, reading.cells)
        area = every[:, pulses.times_s.index(10.0)]
        columns.append(Column("asr_10s_ohm_cm2", "ASR 10 s / (Ω cm²)", area, 2))
    return [one for one in columns if np.isfinite(one.values).any() or one.name == "start_s"]


def rest_columns(rests: Sequence[ExperimentRest]) -> list[Column]:
    """Return how voltage relaxes in each rest."""
    times_s = rests[0].rest.times_s if rests else ()
    columns = [
        Column("start_s", "Start / s", np.array([one.begin_s for one in rests]), 1),
        Column("duration_s", "Lasts / s", np.array([one.rest.duration_s for one in rests]), 1),
    ]
    for place, seconds in enumerate(times_s):
        values = np.array([float(one.rest.voltage_v[place]) for one in rests])
        words = {10.0: "10 s", 60.0: "1 min", 3600.0: "1 h"}.get(seconds, f"{seconds:g} s")
        columns.append(Column(f"v_{seconds:g}s_v", f"V after {words} / V", values, 4))
    end_v = np.array([one.rest.end_v for one in rests])
    return [*columns, Column("end_v", "V at its end / V", end_v, 4)]


def titration_columns(portions: ExperimentPulses, found: Titration) -> list[Column]:
    """Return what each portion of a titration says; the last one has no rest after it."""
    diffusion = found.diffusion_cm2_per_s
    columns = [
        Column("start_s", "Start / s", portions.begin.test_time_s[:-1], 1),
        Column("charged_ah", "Charged / mAh", found.charged_ah, 3, 1e3),
        Column("rested_v", "V rested / V", found.rested_v, 4),
        Column("steady_v", "ΔE s / mV", found.steady_v, 2, 1e3),
        Column("transient_v", "ΔE t / mV", found.transient_v, 2, 1e3),
        Column("ratio", "ΔE s / ΔE t", found.ratio, 3),
    ]
    if np.isfinite(diffusion).any():
        columns.append(Column("d_cm2_per_s", "D / (cm²/s)", diffusion, -1))
        columns.append(Column("is_short", "τ ≪ L²/D", found.is_short.astype(float)))
    return columns


def ocv_columns(curve: PseudoOcv) -> list[Column]:
    """Return a pseudo-OCV curve."""
    return [
        Column("charge_ah", "Charge / Ah", curve.charge_ah, 4),
        Column("pseudo_ocv_v", "OCV / V", curve.voltage_v, 4),
        Column("hysteresis_v", "Hysteresis / V", curve.hysteresis_v, 4),
    ]


def below_each_other(name: str, parts: Mapping[int, Sequence[Column]]) -> list[Column]:
    """Return several tables as one, with a column in front that numbers them.

    A column that some of them lack is blank there.
    """
    lengths = {number: len(columns[0].values) for number, columns in parts.items()}
    heads = {one.name: one for columns in parts.values() for one in columns}
    numbers = [np.full(count, float(number)) for number, count in lengths.items()]

    def joined(head: Column) -> Column:
        held = [
            next((one.values for one in columns if one.name == head.name), None)
            for columns in parts.values()
        ]
        filled = [
            np.full(count, np.nan) if values is None else values
            for values, count in zip(held, lengths.values(), strict=True)
        ]
        return replace(head, values=np.concatenate(filled))

    if not parts:
        return []
    first = Column(name, name.capitalize(), np.concatenate(numbers))
    return [first, *map(joined, heads.values())]


def csv_text(columns: Sequence[Column]) -> str:
    """Return columns as CSV."""
    rows = csv_rows([one.values for one in columns], len(columns[0].values) if columns else 0)
    return ",".join(one.name for one in columns) + "\n" + rows.decode()
