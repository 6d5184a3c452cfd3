"""The report of a comparison: one HTML file that opens without a network."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from components import formatting
from components.figures.comparison_graph import ComparisonFigure
from components.status import status_word
from cycling.analysis.campaign.cells import BY_NAME
from cycling.analysis.campaign.ends import Statistic
from db.engine import Database
from db.queries.experiments.compared import ComparedExperiment
from pages.context import Viewer
from pages.experiment.report.paper import origin_of, printed
from pages.experiment.report.tables import Column, Table
from pages.experiments.compare.address import MAIN, RATES, Curve, Show
from pages.experiments.compare.curve_graph import curve_caption, curve_figure, curve_sentences
from pages.experiments.compare.curves import Curves
from pages.experiments.compare.drawing import BANDS, X_TITLES, figure_of, title_of, unit_of
from pages.experiments.compare.files import address_of
from pages.experiments.compare.groups import GROUPS
from pages.experiments.compare.layout import PER_WORDS, SHOW_WORDS
from pages.experiments.compare.reading import Comparison
from pages.experiments.compare.table import (
    BLANK,
    RULE,
    digits_of,
    end_place,
    end_statistics,
    statistic_words,
    table_words,
    value_heads,
    value_words,
)
from pages.experiments.compare.words import caption, missing, named, unlike

LEGEND_PX = 24  # of a row of the legend
NAMES_A_ROW = 4


def comparison_report(
    database: Database, comparison: Comparison, curves: Curves, who: Viewer, time: datetime
) -> str:
    """Return the report as a whole document; it needs an application's context."""
    found = figure_of(comparison, dark=False, narrow=False) if comparison.metrics else None
    one_cycle = curve_figure(curves, dark=False, narrow=False) if curves.lines else None
    pending = [one for one in comparison.experiments if one.id in comparison.found.pending]
    left = [f"Not added up yet: {named(map(title_of, pending))}."] if pending else []
    content: dict[str, Any] = {
        "title": f"Comparison of {formatting.counted(len(comparison.experiments), 'experiment')}",
        "members": _members(comparison),
        "unlike": [*left, *missing(comparison), *unlike(comparison)],
        "graph": _on_paper(found) if found else None,
        "graph_words": caption(comparison, found) if found else "",
        "ends": _ends(comparison) if comparison.metrics else None,
        "outliers": list(_outliers(comparison)),
        "rule": RULE,
        "curves": _on_paper(one_cycle) if one_cycle else None,
        "curve_words": curve_caption(curves),
        "curve_notes": curve_sentences(curves),
        "settings": _settings(comparison),
        "origin": [*origin_of(database, who, time), ("Address", address_of(comparison.view))],
    }
    return printed(Path(__file__).with_name("report.html"), content)


def _on_paper(found: ComparisonFigure) -> dict[str, Any]:
    """Return a figure with its legend above it, however many names that has."""
    figure = found.figure
    layout = figure["layout"]
    names = sum(bool(one["showlegend"]) for one in figure["data"])
    if layout["showlegend"]:
        more = LEGEND_PX * -(-names // NAMES_A_ROW)
        layout["height"] += more
        layout["margin"]["t"] += more
        layout["legend"] |= {"orientation": "h", "yref": "container", "y": 1, "yanchor": "top"}
        layout["legend"] |= {"x": 0, "xanchor": "left"}
    return figure


def _members(comparison: Comparison) -> Table:
    """Return the facts of the experiments, of hidden ones and those without cycles too."""
    group_of = {
        comparison.with_cycles[place].id: name
        for name, places in comparison.groups.items()
        for place in places
    }
    complete = {
        one.id: str(int(cell.is_complete.sum()))
        for one, cell in zip(comparison.with_cycles, comparison.cycles, strict=True)
    }
    heads = ["Experiment", "State", "Battery", "Serial number", "Chemistry", "Nominal capacity"]
    heads += ["Active mass", "Profile", "Station", "Tags", "Owner"]
    heads += ["Group"] if comparison.view.group else []
    rows = [
        [
            *_facts(one),
            *([group_of.get(one.id, BLANK)] if comparison.view.group else []),
            complete.get(one.id, "0"),
        ]
        for one in comparison.experiments
    ]
    columns = [*(Column(head, is_number=False) for head in heads), Column("Complete cycles")]
    known = [at for at in range(len(columns)) if any(row[at] != BLANK for row in rows)]
    return Table(
        "What is compared, in the order of the address",
        [columns[at] for at in known],
        [[row[at] for at in known] for row in rows],
    )


def _facts(one: ComparedExperiment) -> list[str]:
    battery = one.battery
    mass_g, capacity_ah = battery.active_mass_g, battery.capacity_ah
    return [
        title_of(one),
        status_word(one.status),
        battery.name,
        battery.serial_number,
        battery.chemistry or BLANK,
        formatting.small_quantity(capacity_ah, "Ah") if capacity_ah else BLANK,
        formatting.small_quantity(mass_g, "g") if mass_g else BLANK,
        one.profile,
        one.station,
        ", ".join(one.tags) or BLANK,
        one.owner or BLANK,
    ]


def _ends(comparison: Comparison) -> Table:
    """Return the end values: each group with its statistics, its experiments below it."""
    groups = comparison.groups or {"All": list(range(len(comparison.with_cycles)))}
    rows: list[list[str]] = []
    for name, places in groups.items():
        shown = [place for place in places if comparison.is_visible[place]]
        words = [
            _with_count(one, len(shown), digits_of(compared, unit_of(compared)[0]))
            for compared in comparison.metrics
            for one in end_statistics(compared, shown)
        ]
        if comparison.view.group or len(places) > 1:
            rows.append([f"{name}: mean ± std, n = {len(shown)}", "", *words])
        rows += [_end_row(comparison, place) for place in shown]
    heads = [head for one in comparison.metrics for head in value_heads(one)]
    last = Column(f"Last, {X_TITLES[comparison.view.x].lower()}")
    columns = [Column("Experiment", is_number=False), last, *map(Column, heads)]
    about = "Values at a common place on the axis, and the last ones; std by n − 1"
    return Table(about, columns, rows, table_words(comparison).removesuffix(RULE).strip())


def _with_count(of: Statistic, count: int, most: int) -> str:
    """Return a mean ± its deviation; of how many, where that is not of all."""
    n = f" (n = {of.count})" if of.count != count else ""
    return f"{statistic_words(of, most)}{n}"


def _end_row(comparison: Comparison, place: int) -> list[str]:
    values = [word for one in comparison.metrics for word in value_words(one, place)]
    one = comparison.with_cycles[place]
    return [title_of(one), end_place(comparison, place), *values]


def _outliers(comparison: Comparison) -> Iterator[str]:
    """Say which experiments are outliers in which metric."""
    for compared in comparison.metrics:
        names = [
            title_of(one)
            for place, one in enumerate(comparison.with_cycles)
            if compared.is_outlier[place]
        ]
        yield f"{BY_NAME[compared.metric].label}: {', '.join(names) or 'none'}."


def _settings(comparison: Comparison) -> Sequence[Sequence[tuple[str, str, str]]]:
    """Return the choices of the view, and what the metrics mean."""
    view = comparison.view
    by = GROUPS[view.group].label if view.group else "none"
    drawn = [("Grouped by", by, "")]
    if view.group:
        band = BANDS[view.band] or "none"
        drawn += [("Drawn", SHOW_WORDS[view.show], "")]
        drawn += [("Band", band, "")] if view.show is not Show.LINES else []
    at = "the last common place" if view.at is None else f"{view.at:g}"
    choices = [
        ("Axis", X_TITLES[view.x], ""),
        ("Cycles", RATES.get(view.rate or MAIN, view.rate), ""),
        ("Capacity in", PER_WORDS[view.per], ""),
        *drawn,
        ("Values at", at, ""),
    ]
    if view.curve is not Curve.NONE:
        choices.append(("One cycle", f"{view.cycle.text}, {view.half}", ""))
    return [choices, [*_meanings(comparison)]]


def _meanings(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    for name in comparison.view.metrics:
        yield BY_NAME[name].label, BY_NAME[name].meaning, ""
    facts = [one.facts for one in comparison.cycles]
    for label, metric, values in (
        ("CE of", "ce_pct", [one.convention for one in facts]),
        ("Reference", "retention_pct", [one.reference for one in facts]),
    ):
        if metric in comparison.view.metrics:
            yield label, "; ".join(dict.fromkeys(values)), ""
    sources = ("the instrument's counters" if one.is_counted else "our integral" for one in facts)
    yield "Charge from", "; ".join(dict.fromkeys(sources)), ""
