"""What a comparison says below its graph: what is left out, and what is not alike."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import note
from components.figures.comparison_graph import ComparisonFigure
from cycling.analysis.campaign.cells import BY_NAME, Axis, CellFacts
from cycling.analysis.campaign.courses import ALL_RATES, MAIN_RATE, OF_CHARGE
from pages.experiment.cycles.address import Per
from pages.experiments.compare.address import Show, View
from pages.experiments.compare.drawing import BANDS, title_of
from pages.experiments.compare.reading import Comparison

MAX_NAMED = 6
UNEVEN = "; uneven ones are in no efficiency, parts of a discharge in no capacity"
UNLIKE = 1.02  # capacities that differ by more are of different sizes


def caption(comparison: Comparison, drawn: ComparisonFigure) -> str:
    """Say in sentences which cycles are drawn, what a mean is, and what is not seen."""
    view = comparison.view
    words = [_cycles_words(view), *_mean_words(comparison)]
    for compared, outside in zip(comparison.metrics, drawn.outside, strict=True):
        if outside:
            label = BY_NAME[compared.metric].label
            words.append(f"{formatting.counted(outside, 'value')} of {label} outside the axis.")
    hidden = [one for one in comparison.experiments if one.id in view.hidden]
    if hidden:
        words.append(f"Hidden, and in no mean: {named(map(title_of, hidden))}.")
    return " ".join(words)


def _cycles_words(view: View) -> str:
    if view.rate == ALL_RATES:
        return f"All complete cycles, those of formation too{UNEVEN}."
    of = "the main rate of each cell" if view.rate == MAIN_RATE else view.rate
    return f"Complete cycles after formation at {of}{UNEVEN}."


def _mean_words(comparison: Comparison) -> list[str]:
    view = comparison.view
    if not view.group or view.show is Show.LINES:
        return []
    of = "that have the cycle"
    if view.x is not Axis.CYCLE:
        of = "at the same place, on straight lines between their cycles"
    band = f"; band: {BANDS[view.band]}, of two cells and more" if BANDS[view.band] else ""
    mean = f"Mean of the cells {of}; one that has ended leaves it{band}."
    return [mean, *_fewer(comparison)]


def _fewer(comparison: Comparison) -> list[str]:
    """Say from where on a mean is of fewer cells."""
    compared = comparison.metrics[0]
    words = []
    for name, places in comparison.groups.items():
        ends = sorted(
            float(compared.courses[place].x[-1])
            for place in places
            if comparison.is_visible[place] and len(compared.courses[place])
        )
        if len(ends) > 1 and ends[0] < ends[-1]:
            words.append(f"{name}: fewer than {len(ends)} after {ends[0]:,.6g}.")
    return words if len(words) <= MAX_NAMED else [f"In {len(words)} groups cells end early."]


def notes_of(comparison: Comparison) -> list[Component]:
    """Return the notes: what cannot be compared, what is not alike, what is still added up."""
    found: list[Component] = []
    if comparison.found.pending:
        pending = formatting.counted(len(comparison.found.pending), "experiment")
        found.append(note("info", f"{pending} still to be added up: they come by themselves."))
    return [*found, *notes_for([*missing(comparison), *unlike(comparison)])]


def notes_for(sentences: Sequence[str]) -> list[Component]:
    """Return a note that says these; nothing for none."""
    return [note("paused", [html.Div(one) for one in sentences])] if sentences else []


def missing(comparison: Comparison) -> list[str]:
    """Say which experiments are not drawn, and why."""
    lines = list(dict.fromkeys(comparison.gone.values()))
    why: dict[str, list[str]] = {}
    for one in comparison.experiments:
        if one.id in comparison.found.why:
            why.setdefault(comparison.found.why[one.id], []).append(title_of(one))
    lines += [f"Not drawn: {named(names)}: {reason}." for reason, names in why.items()]
    for compared in comparison.metrics:
        reasons: dict[str, list[str]] = {}
        for one, course in zip(comparison.with_cycles, compared.courses, strict=True):
            if course.why:
                reasons.setdefault(course.why, []).append(title_of(one))
        label = BY_NAME[compared.metric].label
        lines += [f"{label} without {named(names)}: {one}." for one, names in reasons.items()]
    return lines


def unlike(comparison: Comparison) -> list[str]:
    """Say by what the cells that are shown differ so that their numbers do."""
    view = comparison.view
    facts = [
        one.facts
        for one, is_visible in zip(comparison.cycles, comparison.is_visible, strict=True)
        if is_visible
    ]
    return unlike_facts(facts, view.metrics, view.per, is_of_main_rate=view.rate == MAIN_RATE)


def unlike_facts(
    facts: Sequence[CellFacts], metrics: Collection[str], per: Per, *, is_of_main_rate: bool
) -> list[str]:
    """Say by what cells, or the experiments of one, differ so that these metrics do."""
    lines = []
    if "ce_pct" in metrics:
        lines += several("CE is not of one kind", (one.convention for one in facts))
    if "retention_pct" in metrics:
        lines += several("Retention is of different references", (one.reference for one in facts))
    if is_of_main_rate:
        lines += several("Main rates differ", (one.main for one in facts))
    sources = ("the instrument's counters" if one.is_counted else "our integral" for one in facts)
    lines += several("Charge is from different sources", sources)
    sizes = [one.capacity_ah for one in facts if one.capacity_ah]
    if per is Per.TOTAL and set(OF_CHARGE) & set(metrics) and sizes:
        low, high = min(sizes), max(sizes)
        if high > UNLIKE * low:
            lines.append(
                f"Nominal capacities go from {formatting.small_quantity(low, 'Ah')} to "
                f"{formatting.small_quantity(high, 'Ah')}: % of nominal or per g compares them."
            )
    return lines


def several(words: str, values: Iterable[str]) -> list[str]:
    """Say which values there are and how many of each; nothing where all are alike."""
    counts = Counter(one or "none" for one in values)
    if len(counts) < 2:
        return []
    listed = ", ".join(f"{one} ({count})" for one, count in counts.most_common(MAX_NAMED))
    return [f"{words}: {listed}."]


def named(names: Iterable[str]) -> str:
    """Return some names as a text, the others as a number."""
    every: Sequence[str] = list(names)
    more = len(every) - MAX_NAMED
    listed = ", ".join(every[:MAX_NAMED])
    return f"{listed} and {more} more" if more > 0 else listed
