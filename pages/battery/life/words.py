"""What is said of the life of a battery: what is drawn, what is missing, what is not alike."""

from collections.abc import Iterator, Sequence

import numpy as np
from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import note
from components.figures.comparison_graph import ComparisonFigure
from components.readings import UNKNOWN, signed
from cycling.analysis.campaign.cells import BY_NAME, RESISTANCE, CellCycles
from cycling.analysis.campaign.courses import ALL_RATES
from cycling.analysis.campaign.life import Life, last_of, numbers_of
from cycling.analysis.cycles.summary import LAST_CYCLES
from db.queries.batteries.experiments import MAX_JOINED, BegunExperiment
from pages.battery.life.address import Along
from pages.battery.life.reading import Joined, life_in_ah
from pages.experiment.cycles.figures import Figure
from pages.experiments.compare.words import UNEVEN, named, unlike_facts

UNLIKE_V = 0.02  # ends of voltage that differ by more are other conditions
UNLIKE_DEGC = 3.0  # mean temperatures
DIGITS = 5


def title_of(one: BegunExperiment) -> str:
    """Return what an experiment is called."""
    return f"{one.id} {one.name}".strip()


def figures_of(joined: Joined) -> list[Figure]:
    """Return the numbers above the graph, each with what it is of."""
    life = life_in_ah(joined)
    if life is None:
        return []
    found, main = numbers_of(life), life.cell.facts.main
    at = f", {main}" if main else ""
    none = "no complete cycle after formation"
    experiments = formatting.counted(len(joined.with_cycles), "experiment")
    capacity = found.last_capacity_ah
    rows = life.main_rows
    of_last = f"discharge of {_cycle_words(joined, life, int(rows[-1]))}{at}" if len(rows) else ""
    ohm = life.cell.columns[RESISTANCE.name]
    return [
        Figure("Cycles", f"{found.cycles:,}", "", f"complete, of {experiments}"),
        Figure("Last capacity", *_charge(capacity), of_last if len(rows) else none),
        _figure("Retention", found.retention_pct, "%", 2, reference_words(joined, life), none),
        _mean_ce(life, at),
        _figure(
            "EFC",
            found.equivalent_full_cycles,
            "",
            1,
            "throughput over 2 × the nominal capacity",
            "an experiment has no nominal capacity",
        ),
        Figure("R 10 s", *_resistance(found.resistance_ohm), _growth(ohm)),
        _figure(
            "Throughput", last_of(life.cell.columns["throughput_ah"]), "Ah", 1, "both ways", none
        ),
        _figure("Tested", last_of(_test_days(joined)), "d", 1, "test time of all experiments", ""),
    ]


def _test_days(joined: Joined) -> np.ndarray:
    return np.array([sum(float(one.columns["days"][-1]) for one in joined.cells)])


def _cycle_words(joined: Joined, life: Life, row: int) -> str:
    """Name a cycle of a life: 12 of experiment 7."""
    experiment = joined.with_cycles[int(life.part[row])]
    if len(joined.with_cycles) == 1:
        return f"cycle {life.own_number[row]}"
    return f"cycle {life.own_number[row]} of experiment {experiment.id}"


def reference_words(joined: Joined, life: Life) -> str:
    """Say of what the retention is a part."""
    if life.reference:
        return f"of the {life.reference}"
    rows, main = life.main_rows, life.cell.facts.main
    if not len(rows):
        return ""
    return f"of {_cycle_words(joined, life, int(rows[0]))}" + (f", {main}" if main else "")


def _mean_ce(life: Life, at: str) -> Figure:
    """Return the mean CE of the last ten cycles of the main rate that have one."""
    cell = life.cell
    which = cell.of_rate(cell.facts.main) & ~cell.is_uneven & np.isfinite(cell.columns["ce_pct"])
    values = cell.columns["ce_pct"][which][-LAST_CYCLES:]
    if not len(values):
        return Figure("Mean CE", UNKNOWN, "", "no even cycle without a gap")
    count = formatting.counted(len(values), "cycle")
    return Figure("Mean CE", signed(float(values.mean()), 3), "%", f"of the last {count}{at}")


def _growth(ohm: np.ndarray) -> str:
    """Say how far the resistance has grown since the first pulses."""
    known = ohm[np.isfinite(ohm)]
    if not len(known):
        return "no pulses of 10 s after a rest"
    if len(known) == 1:
        return "of the only cycle with pulses"
    return f"{signed(100 * (float(known[-1] / known[0]) - 1), 1)} % since the first pulses"


def _resistance(ohm: float | None) -> tuple[str, str]:
    if ohm is None:
        return UNKNOWN, ""
    return (f"{1000 * ohm:.4g}", "mΩ") if abs(ohm) < 1 else (f"{ohm:.4g}", "Ω")


def _charge(ah: float | None) -> tuple[str, str]:
    if ah is None:
        return UNKNOWN, ""
    words, _blank, unit = formatting.small_quantity(float(f"{ah:.{DIGITS}g}"), "Ah").rpartition(" ")
    return words, unit


def _figure(
    name: str, value: float | None, unit: str, places: int, words: str, otherwise: str
) -> Figure:
    if value is None:
        return Figure(name, UNKNOWN, "", otherwise)
    return Figure(name, signed(value, places), unit, words)


def caption(joined: Joined, drawn: ComparisonFigure) -> str:
    """Say in sentences which cycles are drawn, and how experiments are joined."""
    view, life = joined.view, joined.life
    if life is None:
        return ""
    of = {"": "after formation, a line for each rate", ALL_RATES: "of all rates, formation too"}
    words = [f"Complete cycles {of.get(view.rate, f'after formation at {view.rate}')}{UNEVEN}."]
    if len(joined.with_cycles) > 1:
        words.append("Experiments in the order of their begins, divided by dotted lines.")
    words.append(_axis_words(view.x))
    if "retention_pct" in view.metrics:
        words.append(_retention_words(joined, life))
    if RESISTANCE.name in view.metrics:
        words.append("R 10 s: median of the pulses of one direction in a cycle, of any rate.")
    for metric, outside in zip(view.metrics, drawn.outside, strict=True):
        if outside:
            label = BY_NAME[metric].label
            words.append(f"{formatting.counted(outside, 'value')} of {label} outside the axis.")
    return " ".join(filter(None, words))


def _axis_words(along: Along) -> str:
    return {
        Along.DAYS: "Days of test time; what lies between experiments is cut out.",
        Along.CALENDAR: "Days of the calendar between experiments, of test time within one.",
    }.get(along, "")


def _retention_words(joined: Joined, life: Life) -> str:
    if life.reference:
        return f"Retention of the {life.reference}, as in each experiment."
    words = reference_words(joined, life)
    main = f", for the main rate {words}" if words else ""
    return (
        "Retention of the first complete cycle after formation of the same rate in the whole "
        f"life{main}; of an experiment alone it may be another."
    )


def notes_of(joined: Joined) -> list[Component]:
    """Return the notes: what is left out, what cannot be compared, what is still added up."""
    lines = [*_left_out(joined), *unlike(joined)]
    notes: list[Component] = []
    if joined.found.pending:
        pending = formatting.counted(len(joined.found.pending), "experiment")
        notes.append(note("info", f"{pending} still to be added up: they come by themselves."))
    if lines:
        notes.append(note("paused", [html.Div(one) for one in lines]))
    return notes


def _left_out(joined: Joined) -> Iterator[str]:
    if joined.every.left_out:
        yield (
            f"The last {MAX_JOINED} experiments are joined; {joined.every.left_out:,} before them "
            "are in no number here."
        )
    why: dict[str, list[str]] = {}
    for one in joined.every.experiments:
        if one.id in joined.found.why:
            why.setdefault(joined.found.why[one.id], []).append(title_of(one))
    for reason, names in why.items():
        yield f"Not joined: {named(names)}: {reason}."
    for metric in joined.view.metrics:
        if joined.life is not None and not joined.lines(metric):
            yield f"{BY_NAME[metric].label}: no cycle has it{_because(joined)}."
    yield from _overlaps(joined)


def _because(joined: Joined) -> str:
    unknown = {
        Along.EFC: " over equivalent full cycles: an experiment has no nominal capacity",
        Along.CALENDAR: " over days of the calendar: a begin is not known",
    }
    return unknown.get(joined.view.x, "")


def _overlaps(joined: Joined) -> Iterator[str]:
    """Say where an experiment began before the one before it had ended: one of them is elsewhere.

    Only what is not joined in the order in which it was can be meant.
    """
    pairs = zip(joined.with_cycles, joined.with_cycles[1:], strict=False)
    late = [
        f"{title_of(second)} and {title_of(first)}"
        for first, second in pairs
        if first.finished_at and second.begun_at and second.begun_at < first.finished_at
    ]
    if late:
        yield f"At the same time by their clocks: {named(late)}. Their order may be another."


def unlike(joined: Joined) -> list[str]:
    """Say by what the experiments differ so that their numbers do."""
    view = joined.view
    metrics = [one for one in view.metrics if one != "retention_pct"]  # has one of its own
    facts = [one.facts for one in joined.cells]
    lines = unlike_facts(facts, metrics, view.per, is_of_main_rate=True)
    ends = {"charge_end_v": "end of charge", "discharge_end_v": "end of discharge"}
    for name, words in ends.items():
        lines += _apart(joined, name, UNLIKE_V, "V", f"The {words} differs")
    return lines + _apart(
        joined, "temperature_mean", UNLIKE_DEGC, "°C", "Temperatures of the experiments differ"
    )


def _apart(joined: Joined, name: str, least: float, unit: str, words: str) -> list[str]:
    medians = [_median(one, name) for one in joined.cells]
    known = [value for value in medians if value is not None]
    if len(known) < 2 or max(known) - min(known) <= least:
        return []
    places = 2 if unit == "V" else 1
    listed = _runs(
        [
            (one.id, signed(value, places))
            for one, value in zip(joined.with_cycles, medians, strict=True)
            if value is not None
        ]
    )
    return [f"{words}: {named(f'{value} {unit} from {id_} on' for id_, value in listed)}."]


def _runs(values: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Return values where they are another one than before."""
    return [one for n, one in enumerate(values) if n == 0 or values[n - 1][1] != one[1]]


def _median(cell: CellCycles, name: str) -> float | None:
    """Return the median of complete cycles of the main rate of an experiment."""
    which = cell.of_rate(cell.facts.main) & np.isfinite(cell.columns[name])
    return float(np.median(cell.columns[name][which])) if which.any() else None
