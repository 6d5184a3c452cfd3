"""What the tab of pulses shows: graphs, tables and words of pulses, rests, OCV; all as columns."""

from collections.abc import Sequence

import numpy as np
from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, empty
from components.figures.xy_graph import Points, XyAxes
from components.readings import signed
from cycling.analysis.cycles.choices import Direction
from cycling.analysis.voltage.gitt import titration
from cycling.analysis.voltage.hppc import APART_PCT, Between
from cycling.analysis.voltage.open_circuit import PseudoOcv, pseudo_ocv
from db.measures.cycles import ExperimentCycles
from db.measures.half_cycles import half_cycle
from db.measures.pulses import experiment_rests, experiment_titrations, fullest_ah
from db.series import VOLTAGE, ExperimentSeries
from pages.experiment.pulses.address import AT, END, View, XAxis
from pages.experiment.pulses.columns import (
    CM_A_UM,
    Column,
    below_each_other,
    ocv_columns,
    ohm_scale,
    pulse_columns,
    rest_columns,
    titration_columns,
)
from pages.experiment.pulses.look import Look, small_print
from pages.experiment.pulses.reading import (
    Flags,
    Reading,
    powers,
    read_pulses,
    slow_cycles,
)
from pages.experiment.pulses.tables import plain_table, pulse_table

TRACE_POINTS = 1500
MAX_RESTS = 500
MAX_OCV = 6
MAX_AT_SOC = 6  # lines
NO_PULSES = "No pulses: a pulse is a current after a rest of at least 5 s, for at most 120 s."
X_TITLES = {
    XAxis.SOC: "SOC / %",
    XAxis.CHARGE: "Charged since the beginning / Ah",
    XAxis.CYCLE: "Cycle",
    XAxis.TIME: "Test time / h",
}
WORDS = {Direction.CHARGE: "Charge", Direction.DISCHARGE: "Discharge"}


def pulses_part(
    experiment: ExperimentSeries, cycles: ExperimentCycles, view: View, look: Look
) -> list[Component]:
    """Return the pulses: where they are, their resistance, power, table."""
    reading = read_pulses(experiment, cycles, view)
    if not len(reading):
        return [card("Pulses", empty("activity", NO_PULSES))]
    columns = pulse_columns(reading)
    listed = pulse_table(reading, columns, may_tick=look.may_tick)
    return [
        look.card(
            "Where they are",
            "pulses",
            [_trace(experiment, reading, look), small_print(_count(reading))],
        ),
        html.Div(
            [_resistance(cycles, reading, view, look), *_power(reading, view, look)],
            className="bem-halves",
        ),
        card("Table", listed),
    ]


def rests_part(
    experiment: ExperimentSeries, cycles: ExperimentCycles, _view: View, look: Look
) -> list[Component]:
    """Return how voltage relaxes in rests."""
    rests = experiment_rests(experiment, cycles.steps, most=MAX_RESTS)
    if not rests:
        return [card("Rests", empty("activity", "No rests of at least a minute."))]
    columns = rest_columns(rests)
    start, end = columns[0].values / 3600, columns[-1].values
    minute = columns[3].values
    drawn = [Points("At its end", start, end), Points("After 1 min", start, minute, is_hollow=True)]
    words = "A voltage is blank where the rest is shorter, or its first sample later."
    if len(rests) == MAX_RESTS:
        words += f" The last {MAX_RESTS} rests."
    graph = look.graph(drawn, XyAxes("Test time / h", "Voltage / V", "%{x:.5~g} h, %{y:.4f} V"))
    return [look.card("Rests", "rests", [graph, *plain_table(columns), small_print(words)])]


def ocv_part(
    experiment: ExperimentSeries, cycles: ExperimentCycles, _view: View, look: Look
) -> list[Component]:
    """Return the pseudo open-circuit voltage of slow cycles."""
    slow = slow_cycles(cycles)
    curves = ocv_curves(experiment, cycles, slow[:MAX_OCV])
    drawn = [
        Points(f"Cycle {cycle}", curve.charge_ah, curve.voltage_v, place, is_line=True)
        for place, (cycle, curve) in enumerate(curves)
    ]
    words = (
        "Mean of charge and discharge voltage at equal charge above the empty cell, of cycles of "
        "which both halves went at C/20 or less, without constant voltage."
    )
    if len(slow) > MAX_OCV:
        words += f" The first {MAX_OCV} of {len(slow):,} such cycles; the file has all."
    axes = XyAxes("Charge above empty / Ah", "Pseudo-OCV / V", "%{x:.4~g} Ah, %{y:.4f} V")
    return [look.card("Pseudo-OCV", "ocv", [look.graph(drawn, axes), small_print(words)])]


def ocv_curves(
    experiment: ExperimentSeries, cycles: ExperimentCycles, slow: Sequence[int]
) -> list[tuple[int, PseudoOcv]]:
    """Return the curves of slow cycles."""
    found = []
    for cycle in slow:
        up, down = (half_cycle(experiment, cycles, cycle, one) for one in Direction)
        rate = max(up.rate, down.rate)
        found.append((cycle, pseudo_ocv(up.lines, down.lines, rate)))
    return found


def columns_of(experiment: ExperimentSeries, cycles: ExperimentCycles, view: View) -> list[Column]:
    """Return what the file of each kind has: all titrations, the OCV of all slow cycles."""
    if view.show == "pulses":
        reading = read_pulses(experiment, cycles, view)
        counts = Column("counts", "Counts", reading.is_right.astype(float))
        return [*pulse_columns(reading), counts]
    if view.show == "rests":
        return rest_columns(experiment_rests(experiment, cycles.steps))
    if view.show == "ocv":
        curves = ocv_curves(experiment, cycles, slow_cycles(cycles))
        return below_each_other("cycle", {n: ocv_columns(one) for n, one in curves})
    length_cm = view.length_um * CM_A_UM if view.length_um else None
    titrations = enumerate(experiment_titrations(experiment, cycles.steps), 1)
    return below_each_other(
        "titration",
        {n: titration_columns(one, titration(one.pulses, length_cm)) for n, one in titrations},
    )


def _trace(experiment: ExperimentSeries, reading: Reading, look: Look) -> Component:
    trace = experiment.read([VOLTAGE], points=TRACE_POINTS).traces[VOLTAGE.key]
    hours = (trace.unix_s - reading.begin_unix_s) / 3600
    at = (reading.begin.unix_s - reading.begin_unix_s) / 3600
    drawn = [Points("Voltage", hours, trace.values, is_line=True)]
    for name, which, channel in (
        ("Pulses", reading.is_right, "current"),
        ("Unticked", ~reading.is_right, ""),
    ):
        if which.any():
            drawn.append(
                Points(
                    name,
                    at[which],
                    reading.pulses.voltage_v[which],
                    channel,
                    is_hollow=not channel,
                    labels=_labels(reading, which),
                )
            )
    axes = XyAxes("Time since the first measure / h", "Voltage / V", "%{x:.4~f} h, %{y:.4f} V")
    return look.graph(drawn, axes)


def _resistance(cycles: ExperimentCycles, reading: Reading, view: View, look: Look) -> Component:
    ohm = reading.ohm(view.at)
    factor, unit, _places = ohm_scale(ohm)
    axis = view.x if view.x is not XAxis.SOC or _has_soc(reading) else XAxis.CHARGE
    x = reading.x(axis)
    drawn = []
    for direction in Direction:
        which = reading.is_right & (np.sign(reading.pulses.current_a) == direction.sign)
        if which.any():
            hollow = direction is Direction.CHARGE
            labels = _labels(reading, which)
            y = ohm[which] * factor
            drawn.append(Points(WORDS[direction], x[which], y, 0, is_hollow=hollow, labels=labels))
    after = "at the end" if view.at == END else f"after {AT[view.at]}"
    hover = f"%{{x:.4~g}}, %{{y:.5~g}} {unit}"
    axes = XyAxes(X_TITLES[axis], f"R {after} / {unit}", hover, from_zero=True)
    words = _soc_words(cycles, reading, view) if axis is XAxis.SOC or view.x is XAxis.SOC else ""
    parts = [look.graph(drawn, axes)]
    parts += [small_print(one) for one in (words, *at_soc_words(reading, view)) if one]
    return look.card(f"Resistance {after}", "resistance", parts)


def at_soc_words(reading: Reading, view: View) -> list[str]:
    """Say the resistance at the state of charge that is asked for, and between which pulses."""
    if view.soc_pct is None:
        return []
    where = f"at {view.soc_pct:g} % SOC"
    if not _has_soc(reading):
        return [f"No R {where}: the battery has no nominal capacity."]
    after = "at the end" if view.at == END else f"after {AT[view.at]}"
    factor, unit, places = ohm_scale(reading.ohm(view.at))
    words = [
        f"R {after} {where}, {direction}: {signed(one.ohm * factor, places)} {unit}, "
        f"{_between(reading, one)}."
        for direction, one in reading.at_soc(view.at, view.soc_pct)
    ]
    if len(words) > MAX_AT_SOC:
        words[MAX_AT_SOC:] = [f"And {len(words) - MAX_AT_SOC:,} more; `bem pulses --soc` has all."]
    return words or [
        f"No R {after} {where}: no two pulses of one direction, at most {APART_PCT:g} points "
        "apart, have it between them."
    ]


def _between(reading: Reading, one: Between) -> str:
    """Say where a resistance comes from."""
    begins, soc_pct = reading.begin.test_time_s, reading.soc_pct
    first, then = (
        f"{signed(float(soc_pct[at]), 1)} % (at {signed(float(begins[at]), 1)} s)"
        for at in (one.before, one.after)
    )
    if one.before == one.after:
        return f"measured at {first}"
    return f"interpolated in a straight line between pulses at {first} and {then}"


def _power(reading: Reading, view: View, look: Look) -> list[Component]:
    found = [(one, power) for one, power in powers(reading, view.at) if len(power.ohm)]
    if not found:
        return []
    drawn = [
        Points(
            WORDS[direction],
            100 - power.depth_pct,
            power.power_w,
            "power",
            is_hollow=direction is Direction.CHARGE,
        )
        for direction, power in found
    ]
    battery = reading.battery
    words = (
        f"At this power voltage would reach the battery's limit after {AT[view.at]}: "
        f"{formatting.quantity(battery.voltage_min_v, 'V')} in discharge, "
        f"{formatting.quantity(battery.voltage_max_v, 'V')} in charge."
    )
    axes = XyAxes("SOC / %", "Power / W", "%{x:.4~g} %, %{y:.4~g} W", from_zero=True)
    return [look.card("Pulse power", "power", [look.graph(drawn, axes), small_print(words)])]


def _labels(reading: Reading, which: Flags) -> list[str]:
    starts = reading.begin.test_time_s[which].tolist()
    return [f"at {signed(one, 1)} s" for one in starts]


def _count(reading: Reading) -> str:
    """Say how many there are and what a pulse is."""
    charges = int(np.sum(reading.pulses.current_a > 0))
    words = formatting.counted(len(reading), "pulse")
    words += f", {charges:,} of charge and {len(reading) - charges:,} of discharge."
    wrong = int(np.sum(~reading.is_right))
    if wrong:
        words += f" {wrong:,} {'is' if wrong == 1 else 'are'} unticked and left out below."
    return f"{words} A pulse is a current after a rest of at least 5 s, for at most 120 s."


def _soc_words(cycles: ExperimentCycles, reading: Reading, view: View) -> str:
    if not _has_soc(reading):
        return "The battery has no nominal capacity: the charge stands in the place of the SOC."
    charged = fullest_ah(cycles)
    where = f"after {formatting.small_quantity(charged, 'Ah')} of charge" if charged else "at first"
    return (
        f"SOC by the nominal capacity, {view.full_pct:g} % where the cell was fullest ({where}); "
        "set it if the cell was not full then."
    )


def _has_soc(reading: Reading) -> bool:
    return bool(np.isfinite(reading.soc_pct).any())
