"""How the numbers of an experiment were made, and what to know of them: on its page, in its report.

Each fact is a name and words; each warning is a sentence or two.
"""

from collections.abc import Sequence
from math import isfinite

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import facts, note
from cycling.analysis.comparison import Comparison, Reason
from cycling.analysis.counters import CHARGES, ENERGIES, Quantity, Reset
from cycling.analysis.edges import Sought
from cycling.analysis.integration import Edge
from cycling.analysis.statistics import ExperimentStatistics
from cycling.formats.columns.mapping import INFERENCES
from cycling.formats.problems import LOST

Fact = tuple[str, str]

NAMES = {
    Quantity.CHARGE: "Charge",
    Quantity.DISCHARGE: "Discharge",
    Quantity.CHARGE_ENERGY: "Energy in",
    Quantity.DISCHARGE_ENERGY: "Energy out",
}
EDGES = {
    Edge.SPLIT: "The step time says when a step began: the time before its first record is shared.",
    Edge.LEAD: "The time before the first record of a step is of that step.",
    Edge.HOLD: "The time after the last record of a step is of that step.",
}
LOST_RECORDS = INFERENCES[LOST]
OF_CURRENT = (Reason.UNIT, Reason.GAP, Reason.ROUNDED, Reason.COARSE, Reason.UNKNOWN)
FASTER = 1.5  # test time that goes so much faster than the clock is in another unit
SLACK_S = 60.0


def notes(stats: ExperimentStatistics, inferred: Sequence[Fact] = ()) -> list[Component]:
    """Return the warnings as they stand above the numbers; `inferred` are those of the import."""
    listed: list[Component] = [note("paused", one) for one in warnings(stats, inferred)]
    return [html.Div(listed, className="body bem-stack")] if listed else []


def inferred_facts(inferred: Sequence[Fact]) -> list[Fact]:
    """Return what an import inferred, under names that say so."""
    return [(f"{name}, inferred", text) for name, text in inferred if name != LOST_RECORDS]


def details(stats: ExperimentStatistics, inferred: Sequence[Fact] = ()) -> Component:
    """Return the facts under a head that opens; `inferred` are those of the import."""
    listed = facts([evidence_facts(stats), inferred_facts(inferred)])
    return html.Details(
        [html.Summary("How these numbers were made"), html.Div(listed, className="body small")],
        className="bem-more",
    )


def evidence_facts(stats: ExperimentStatistics) -> list[Fact]:
    """Return source of charge and energy, time, edges, rest, and what an older rule gave."""
    return [
        ("Charge", _source(stats, CHARGES, "the current")),
        ("Energy", _source(stats, ENERGIES, "voltage times current")),
        ("Time", _time(stats)),
        ("Edges of steps", _edges(stats)),
        ("Rest", f"Below {amount(stats.deadband_a, 'A')}; it adds nothing to our integral."),
        *_earlier(stats),
    ]


def warnings(stats: ExperimentStatistics, inferred: Sequence[Fact] = ()) -> list[str]:
    """Return what somebody who trusts these numbers must know."""
    warned = [f"The file was damaged: {text}" for name, text in inferred if name == LOST_RECORDS]
    if stats.left_out:
        warned.append(
            f"Damaged on the disk and left out: {stats.left_out}. These numbers are of the other "
            "measures, and what is left out counts as missing."
        )
    if stats.late_s:
        warned.append(
            f"The first record comes {formatting.duration(stats.late_s)} after the start of the "
            "test. What flowed before it is not in the file and in no number here."
        )
    if stats.is_old:
        warned.append(
            "These numbers were made by an older rule. A worker makes them anew; "
            "open the page again in a moment."
        )
    differing = (one for one in stats.comparisons if one.reason not in (None, Reason.STOOD))
    warned += [_difference(one) for one in differing]
    warned += _energy_of_a_wrong_current(stats)
    if stats.silences_much:
        flowed_ah = stats.silenced_ah + stats.whole.charge_ah + stats.whole.discharge_ah
        warned.append(
            f"{stats.silenced_ah / flowed_ah:.1%} of what flowed was below "
            f"{amount(stats.deadband_a, 'A')} and is taken for rest. "
            "Correct the capacity of the battery if it is wrong."
        )
    if stats.has_sparse_edges:
        warned.append(_sparse_edges(stats))
    return [*warned, *_too_fast(stats)]


def _energy_of_a_wrong_current(stats: ExperimentStatistics) -> list[str]:
    """Say that our integral of the energy is as wrong as the current that it is made of."""
    wrong = [
        one for one in stats.comparisons if one.quantity in CHARGES and one.reason in OF_CURRENT
    ]
    counted = any(one.quantity in ENERGIES and one.is_used for one in stats.comparisons)
    if counted or not wrong:
        return []
    return [
        "The instrument did not count energy. Our integral is shown, of the same current: "
        "it is likely to be as far off as that of charge."
    ]


def _sparse_edges(stats: ExperimentStatistics) -> str:
    """Say what charge and discharge are if the time over edges is of the other step."""
    whole, (more_in, more_out) = stats.whole, stats.held_ah
    into, out = amount(whole.charge_ah + more_in, "Ah"), amount(whole.discharge_ah + more_out, "Ah")
    return (
        "Records are far apart where the current changes, and nothing in the file says when a step "
        "began. The time between is taken to be of the new step, as instruments write the last "
        f"record of a step at its end. If it is of the old one, {into} went in and {out} out: "
        "change it with “Edges of steps”."
    )


def _too_fast(stats: ExperimentStatistics) -> list[str]:
    """Say so where an import's test time goes faster than its clock."""
    test_s, clock_s = stats.whole.duration_s, stats.clock_s
    of_import = stats.by_test_time and stats.edge is not Edge.HOLD
    if not of_import or clock_s is None or test_s <= FASTER * clock_s + SLACK_S:
        return []
    return [
        f"The test time goes on for {formatting.duration(test_s)}, the clock for "
        f"{formatting.duration(clock_s)}. Is the test time in another unit? Our integrals of "
        "charge and energy go with it."
    ]


def amount(value: float, unit: str) -> str:
    """Write a number with 5 digits in a unit that fits: 3.2 mAh."""
    for below, factor, prefix in ((1e-4, 1e6, "µ"), (0.1, 1e3, "m")):
        if 0 < abs(value) < below:
            return f"{value * factor:.5g} {prefix}{unit}"
    return f"{value:,.5g} {unit}"


def _source(stats: ExperimentStatistics, quantities: Sequence[Quantity], of: str) -> str:
    of_them = [one for one in stats.comparisons if one.quantity in quantities]
    counted = [one for one in of_them if one.is_used]
    if not counted:
        stands = any(one.reason is Reason.STOOD for one in of_them)
        stand = " The instrument's counter stands still and is not used." if stands else ""
        return f"Our integral of {of}.{stand}"
    names = list(dict.fromkeys(f"{one.counter} ({_reset(one)})" for one in counted))
    counters = "counter" if len(names) == 1 else "counters"
    off = ", ".join(_off(one) for one in counted)
    words = f"The instrument's {counters} {' and '.join(names)}. Our integral is {off}."
    if len(counted) < len(quantities):
        (other,) = set(quantities) - {one.quantity for one in counted}
        words += f" {NAMES[other]}: our integral of {of}."
    return words


def _reset(one: Comparison) -> str:
    words = "never reset" if one.reset is Reset.NEVER else f"starts again {one.reset}"
    if one.run_over:
        unit = "Ah" if one.quantity in CHARGES else "Wh"
        words += f"; it runs over, and {amount(one.run_over, unit)} then are our integral"
    return words


def _off(one: Comparison) -> str:
    name = NAMES[one.quantity].lower()
    if one.difference is None or not isfinite(one.difference):
        return f"0 off in {name}" if one.integrated == 0 else f"more in {name}"
    return f"{one.difference:+.2%} off in {name}".replace("-", "−").replace("%", " %")


def _edges(stats: ExperimentStatistics) -> str:
    if stats.sought is not Sought.STEPS:
        return EDGES[stats.edge]
    return (
        f"{EDGES[stats.edge]} The file names no steps: one begins where the current changes "
        "between charge, rest and discharge, or jumps."
    )


def _time(stats: ExperimentStatistics) -> str:
    if not stats.by_test_time:
        return "The clock."
    words = "Test time; the clock only says when."
    if stats.clock_s is not None and stats.edge is not Edge.HOLD:
        longer_s = stats.clock_s - stats.whole.duration_s
        if longer_s > SLACK_S:
            words += f" The clock went on for {formatting.duration(longer_s)} more: pauses."
    return words


def _difference(one: Comparison) -> str:
    unit = "Ah" if one.quantity in CHARGES else "Wh"
    counted, integrated = amount(one.counted, unit), amount(one.integrated, unit)
    return (
        f"{NAMES[one.quantity]}: the instrument counted {counted}, our integral is {integrated}. "
        f"{_reason(one)}"
    )


def _reason(one: Comparison) -> str:
    remedy = "The instrument's number is used."
    values = formatting.counted(one.currents, "different value")
    reasons = {
        Reason.UNIT: "Current or counter may be in another unit: check the columns of the file. "
        + remedy,
        Reason.MISLABELLED: "Charge agrees, so the counter of energy is in another unit. "
        "Our integral is used.",
        Reason.LATE: "Likely because the counter is at 0 at the first record of a step, and the "
        f"current flowed before it. {remedy}",
        Reason.GAP: "Likely because measures are missing, which the instrument counted. " + remedy,
        Reason.ROUNDED: f"Likely because the current is rounded: it has {values}. {remedy}",
        Reason.COARSE: "Likely because the current changes between few records. " + remedy,
        Reason.UNKNOWN: "Nothing in the file says why. " + remedy,
    }
    return reasons[one.reason or Reason.UNKNOWN]


def _earlier(stats: ExperimentStatistics) -> list[Fact]:
    if stats.earlier is None:
        return []
    into, out = (amount(one, "Ah") for one in (stats.earlier.charge_ah, stats.earlier.discharge_ah))
    return [("Older rule", f"Gave {into} in and {out} out.")]
