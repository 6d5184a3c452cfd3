"""The few numbers above the graph of cycles, each with its convention in words."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.figures.measure_axes import scale
from components.readings import UNKNOWN, signed
from cycling.analysis.cycles.choices import Direction, Kind, Numbering, Reference
from cycling.analysis.cycles.kinds import CycleKind, cycle_kinds
from cycling.analysis.cycles.metrics import coulombic_convention
from cycling.analysis.cycles.summary import END_OF_LIFE_PCT, LAST_CYCLES, mean_rows
from cycling.analysis.integration import Edge
from db.measures.cycles import ExperimentCycles
from pages.experiment.cycles.cells import several_halves

PARTLY = "the cell was partly charged at its beginning"
MUCH_PCT = 101.0  # a CE above it is no inaccuracy: more came out than was put in
EDGES = {
    Edge.SPLIT: "steps split by their step time",
    Edge.LEAD: "time over an edge to the new step",
    Edge.HOLD: "time over an edge to the old step",
}
REFERENCES = {
    Reference.FIRST: "of the first complete cycle",
    Reference.GREATEST: "of the greatest capacity",
    Reference.NOMINAL: "of the nominal capacity",
}


@dataclass(frozen=True)
class Figure:
    """A number, its unit, and by what convention it is one; or why there is none."""

    name: str
    value: str
    unit: str
    words: str


def figures_of(cycles: ExperimentCycles) -> list[Figure]:
    """Return the numbers above the graph."""
    table, found = cycles.table, cycles.summary
    total, rate = len(table), found.rate_class
    of_rate, of_mean = f", {rate}" if rate else "", mean_words(cycles)
    complete = "complete" if found.cycles == total else f"complete, of {total:,}"
    none = "time is missing" if found.last_cycle else "formation alone so far"
    none = none if found.cycles else "no complete cycle yet"
    last_words = f"discharge of cycle {found.last_cycle}{of_rate}"
    capacity = _charge("Last capacity", found.last_capacity_ah, last_words, none)
    end = f"{END_OF_LIFE_PCT:g}"
    return [
        Figure("Cycles", f"{found.cycles:,}", "", complete),
        _figure("First-cycle CE", found.first_ce_pct, "%", 3, first_ce_words(cycles), none),
        capacity,
        _figure("Retention", found.retention_pct, "%", 2, reference_words(cycles), none),
        _figure("Mean CE", found.mean_ce_pct, "%", 3, of_mean, of_mean),
        _figure(f"Cycles to {end} %", found.cycles_to_80, "", 1, "interpolated", "not yet"),
        _figure(
            "EFC",
            found.equivalent_full_cycles,
            "",
            1,
            f"throughput over 2 × {_nominal(cycles)}",
            "the battery has no nominal capacity",
        ),
        Figure("Source", "Counters" if cycles.steps.is_counted else "Integral", "", source(cycles)),
    ]


def figure_tiles(figures: Sequence[Figure]) -> list[Component]:
    """Return numbers as they stand above the graph."""
    return [
        html.Div(
            [
                html.Dt(one.name),
                html.Dd([html.Span(one.value, className="v"), html.Span(one.unit, className="u")]),
                html.Dd(one.words, className="t3 small"),
            ]
        )
        for one in figures
    ]


def coulombic_words(cycles: ExperimentCycles) -> str:
    """Return what CE divides by what: "100 × Q discharge / Q charge", with why it is turned."""
    words = coulombic_convention(cycles.table).removeprefix("CE = ")
    return words.removesuffix(f" ({Kind.FULL})")


def first_ce_words(cycles: ExperimentCycles) -> str:
    """Say what the first CE is, of which cycle where that is not the first, and of what halves."""
    table, words = cycles.table, [coulombic_words(cycles)]
    row = int(table.is_complete.argmax())
    if row:
        words.append(f"cycle {table.number[row]}, the first complete one")
    several = several_halves(cycles, row)
    if several:
        words.append(f"of {' and '.join(several)}")
    elif table.input is Direction.CHARGE and (cycles.summary.first_ce_pct or 0.0) > MUCH_PCT:
        words.append("above 100 %: the cell was not empty at its beginning")
    elif table.is_uneven[row]:
        words.append(PARTLY)
    return "; ".join(words)


def mean_words(cycles: ExperimentCycles) -> str:
    """Say of which cycles the mean CE is, and which ones since the first of them it leaves out."""
    table, rows = cycles.table, mean_rows(cycles.table)
    first = int(rows[0]) if len(rows) == LAST_CYCLES else 0
    left_out = Counter(
        why_left_out(cycles, row, kind)
        for row, kind in enumerate(cycle_kinds(table))
        if row >= first and row not in rows
    )
    rate, count = cycles.summary.rate_class, len(rows)
    of = (
        f"of the last {count}"
        if count == LAST_CYCLES
        else f"of {formatting.counted(count, 'cycle')}"
    )
    words = [f"{of}, {rate}" if rate else of] if count else ["no cycle to take it of"]
    listed = [f"{n:,} {why}" if why[0].islower() else why for why, n in left_out.items()]
    return "; left out: ".join([*words, *([", ".join(listed)] * bool(listed))])


def why_left_out(cycles: ExperimentCycles, row: int, kind: CycleKind) -> str:
    """Return why a cycle is in no mean."""
    table = cycles.table
    if kind is CycleKind.INCOMPLETE:
        is_last = cycles.is_running and row == len(table) - 1
        return "still running" if is_last else "incomplete"
    if kind is CycleKind.FORMATION:
        return "of formation"
    if table.is_uneven[row]:
        several = " and ".join(several_halves(cycles, row))
        return f"with {several}" if several else f"Cycle {table.number[row]} ({PARTLY})"
    return "with missing time" if table.missing_s[row] > 0 else "of another rate"


def reference_words(cycles: ExperimentCycles) -> str:
    """Say of what a retention is a part."""
    choices = cycles.conventions.choices
    words = REFERENCES.get(choices.reference, "")
    if choices.reference is Reference.AFTER_FORMATION:
        words = "of the first complete cycle"
        words += " after formation" if choices.formation_cycles else ""
    elif choices.reference is Reference.MEAN:
        first, last = choices.reference_cycles
        words = f"of the mean of cycles {first} to {last}"
    elif choices.reference is Reference.TYPED and choices.reference_ah:
        words = f"of {formatting.small_quantity(choices.reference_ah, 'Ah')}, typed"
    rate = cycles.summary.rate_class
    is_measured = choices.reference not in (Reference.NOMINAL, Reference.TYPED)
    return f"{words}, {rate}" if rate and is_measured else words


def source(cycles: ExperimentCycles) -> str:
    """Say where charge and energy come from, and how far our integral is from the counters."""
    used = [one for one in cycles.steps.comparisons if one.is_used]
    if used:
        off = max((abs(one.difference) for one in used if one.difference is not None), default=0.0)
        return f"the instrument's; our integral differs by {100 * off:.2g} %"
    words = EDGES[cycles.steps.recipe.source.edge]
    return f"ours, of current over time; {words}"


def convention_words(cycles: ExperimentCycles) -> list[str]:
    """Say by which conventions the cycles are counted, those chosen for this experiment as such."""
    table, own, choices = cycles.table, cycles.conventions.own, cycles.conventions.choices
    by = {
        Numbering.FILE: f"numbered by the {'profile' if _is_run(cycles) else 'file'}",
        Numbering.CURRENT: f"numbered by current, {table.first} first",
        Numbering.NONE: "not divided into cycles",
    }[table.numbering]
    words = [str(choices.kind), by + (" (chosen)" if own.numbering or own.first else "")]
    formation = formatting.counted(choices.formation_cycles, "formation cycle")
    is_own = " (chosen)" if own.formation_cycles is not None else ""
    words.append(("no formation cycles" if not choices.formation_cycles else formation) + is_own)
    words.append(f"retention {reference_words(cycles)}" + (" (chosen)" if own.reference else ""))
    if choices.mass_g:
        mass = formatting.small_quantity(choices.mass_g, "g")
        words.append(f"{mass} of active mass" + (" (chosen)" if own.mass_g else ""))
    return words


def _is_run(cycles: ExperimentCycles) -> bool:
    return cycles.steps.recipe.source.tells_pauses


def _nominal(cycles: ExperimentCycles) -> str:
    return formatting.small_quantity(cycles.conventions.choices.capacity_ah or 0.0, "Ah")


def _figure(
    name: str, value: float | None, unit: str, places: int, words: str, otherwise: str
) -> Figure:
    if value is None:
        return Figure(name, UNKNOWN, "", otherwise)
    return Figure(name, signed(value, places), unit, words)


def _charge(name: str, value: float | None, words: str, otherwise: str) -> Figure:
    if value is None:
        return Figure(name, UNKNOWN, "", otherwise)
    factor, unit = scale("Ah", value)
    return Figure(name, f"{value * factor:.5g}", unit, words)
