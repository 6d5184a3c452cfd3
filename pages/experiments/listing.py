"""Parts of the experiments page: search, filters, chips, cells of the table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import experiment_table, formatting
from components.blocks import empty, icon, labelled
from components.controls import filter_chip, search_box, small_button
from components.marks import has_mark, marked, shortened
from components.sent import PatternId, PrefixIds
from components.status import status_look, status_word
from cycling.analysis.cycles.summary import LAST_CYCLES
from cycling.terms import ExperimentState
from db.queries.experiments.durations import Durations
from db.queries.experiments.facets import Choice
from db.queries.experiments.matching import Part
from db.queries.experiments.rows import ExperimentRow
from db.queries.experiments.tags import Labels
from pages.context import Viewer
from pages.experiments.filters import FACETS, LABELS, View
from pages.experiments.row_table import columns_menu


class Ids:
    """Ids of this page."""

    GRID = "experiments-grid"
    VIEW = "experiments-view"
    COUNT = "experiments-count"
    LABELLED = "experiments-labelled"
    CHIPS = "experiments-chips"
    NONE = "experiments-none"
    OPEN = "experiments-open"
    LIMITS = "experiments-limits"  # what is said of experiments that are not listed
    WHOLE = "experiments-whole"  # the button that looks through all of them
    PANEL = "experiments-panel"
    PANEL_TITLE = "experiments-panel-title"
    COLUMNS = "experiments-columns"

    @staticmethod
    def part(name: str) -> str:
        """Id of the control of a part of the filter."""
        return f"experiments-part-{name}"

    remove = PatternId("experiments-remove", "part")  # the button that removes a filter


Offered = dict[str, list[Choice]]  # the choices of each filter
Called = Mapping[str, Mapping[str, str]]  # what values of filters are called
EXAMPLES = {"cycles": ">100", "capacity": "4.5-5", "retention": "<80", "ce": ">99.9"}
MAX_FOUND = 4  # fields in which a search has found an experiment
COUNTED = 3  # complete cycles: its name leads to them
COUNTED_AGAIN = "What runs is counted every half minute, its tab Cycles at once"
UNDER_WAY_STATES = (ExperimentState.RUNNING, ExperimentState.PAUSED)
TABLE = PrefixIds("experiments")
EVERYTHING = "everything"


def header_actions(view: View) -> list[Component]:
    """Return the search field and the choice of columns."""
    columns = columns_menu(Ids.COLUMNS, experiment_table.OPTIONAL, experiment_table.SHOWN)
    return [search_box(Ids.part("q"), view.text, "Search in any order of words"), columns]


def filter_panel(view: View, labels: Called) -> dbc.Offcanvas:
    """Return the filters, closed: they offer what is chosen, and the rest when they are opened.

    Dash takes a chosen value away as soon as its options do not have it.
    """
    fields: list[Component] = [
        labelled(
            LABELS[name],
            dcc.Dropdown(
                id=Ids.part(name),
                value=list(view.facets[name]),
                options=filter_options(name, chosen_choices(view, name, labels)),
                multi=True,
                placeholder="All",
            ),
        )
        for name in FACETS
    ]
    days = [
        labelled(LABELS[name], dbc.Input(id=Ids.part(name), type="date", value=value))
        for name, value in (("from", view.created_from), ("to", view.created_to))
    ]
    figures = [
        labelled(
            LABELS[name],
            dbc.Input(
                id=Ids.part(name),
                value=view.figures.get(name, ""),
                debounce=True,
                placeholder=example,
                maxlength=40,
                autocomplete="off",
            ),
        )
        for name, example in EXAMPLES.items()
    ]
    pairs = [html.Div(days, className="bem-two"), html.Div(figures, className="bem-two")]
    return dbc.Offcanvas(
        html.Div([*fields, *pairs], className="bem-filters"),
        id=Ids.PANEL,
        title=html.Span("Filter", id=Ids.PANEL_TITLE),
        labelledby=Ids.PANEL_TITLE,
        placement="end",
        is_open=False,
    )


def nothing_to_show(total: int, *, is_partial: bool = False) -> Component:
    """Say why the table is empty, and what to do; `is_partial`: not all numbers were searched."""
    if is_partial:
        return empty("funnel", "Nothing was found so far: “Search all” above looks further.")
    if total:
        return empty("funnel", "No experiment matches these filters.")
    return empty(
        "inbox",
        "There are no experiments yet.",
        dcc.Link("Import one from a file", href="/import-experiment"),
    )


def filter_options(name: str, choices: list[Choice]) -> list[dict[str, str]]:
    """Return what a filter offers, with the number of experiments of each."""
    return [
        {
            "label": _label(name, choice) + _count(choice),
            "value": choice.value,
        }
        for choice in choices
    ]


def _count(choice: Choice) -> str:
    return "" if choice.count is None else f" ({formatting.number(choice.count)})"


def _label(name: str, choice: Choice) -> str:
    if name == "status":
        return status_word(ExperimentState(choice.value))
    return formatting.technology_word(choice.value) if name == "technology" else choice.label


def chosen_choices(view: View, name: str, labels: Called) -> list[Choice]:
    """Return the values of a filter that are chosen, in the order of their labels."""
    called = labels.get(name, {})
    chosen = (Choice(value, called.get(value, value), None) for value in view.facets[name])
    return sorted(chosen, key=lambda one: _label(name, one).lower())


def offered_choices(view: View, choices: Offered, labels: Called) -> Offered:
    """Return the values that leave a row, and those that are chosen although they leave none."""
    offered: Offered = {}
    for name in FACETS:
        there = {one.value for one in choices[name]}
        none = None if any(one.count is None for one in choices[name]) else 0
        chosen = chosen_choices(view, name, labels)
        lost = [replace(one, count=none) for one in chosen if one.value not in there]
        both = [*choices[name], *lost]
        offered[name] = sorted(both, key=lambda one: one.label.lower()) if lost else both
    return offered


def filter_chips(view: View, labels: Called) -> list[Component]:
    """Return the filters that are set, each removable."""
    chips: list[Component] = []
    for name in FACETS:
        words = [_label(name, choice) for choice in chosen_choices(view, name, labels)]
        if words:
            chips.append(filter_chip(Ids.remove(name), LABELS[name], ", ".join(words)))
    texts = {"from": view.created_from, "to": view.created_to, "q": view.text, **view.figures}
    for name, value in texts.items():
        if value:
            chips.append(filter_chip(Ids.remove(name), LABELS[name], value))
    if chips:
        chips.append(small_button("Clear all", "btn-link", id=Ids.remove(EVERYTHING)))
    return chips


def ready_links(who: Viewer, today: date) -> list[Component]:
    """Return the links to what is asked for most: one's own, and those of this month."""
    ready = {
        "Mine": ("person", {"owner": who.name}),
        "This month": ("calendar", {"from": today.replace(day=1).isoformat()}),
    }
    return [
        dcc.Link(
            [icon(picture), words],
            href=f"/experiments?{urlencode(query)}",
            refresh=True,  # Dash takes an address that it has been at for the same
            className="bem-chip add",
        )
        for words, (picture, query) in ready.items()
    ]


def limits_line() -> html.Span:
    """Return what is said of experiments that are not listed, and the way to them."""
    button = small_button("Search all", "btn-link", id=Ids.WHOLE, hidden=True)
    return html.Span(
        [html.Span(id=Ids.LIMITS, role="status"), button], className="t3 small bem-limits"
    )


def match_cells(row: ExperimentRow, parts: Sequence[Part], words: Sequence[str]) -> dict[str, Any]:
    """Write where a search has found a row: its name in pieces, and the other fields."""
    pieces = {part: shortened(part.text, words) for part in parts if part.field != "Name"}
    return {
        "marks": marked(row.name, words) if row.name else [],
        "found": [
            {"field": part.field, "pieces": found}
            for part, found in pieces.items()
            if has_mark(found)
        ][:MAX_FOUND],
    }


def label_cells(id_: int, labels: Labels) -> dict[str, Any]:
    """Write the tags and the owner of a row."""
    tags = [{"name": one.name, "colour": one.colour} for one in labels.tags.get(id_, ())]
    return {"tags": tags, "owner": labels.owners.get(id_, "–")}


def _test_time(took: Durations | None, who: Viewer) -> dict[str, str]:
    """Write the test time; where that of now is not known how much it is at least, until when."""
    words = formatting.lasted(took.test_s if took else None) or "–"
    if took is None or took.test_until is None:
        return {"test": words, "test_title": ""}
    return {
        "test": f"≥ {words}",
        "test_title": f"Until {formatting.exactly(took.test_until, who.zone)}",
    }


def row_cells(
    row: ExperimentRow, who: Viewer, time: datetime, took: Durations | None = None
) -> dict[str, Any]:
    """Write one row as the grid draws it; `took` as its page says."""
    moments = {
        "created": row.created_at,
        "started": row.begun_at,
        "finished": row.finished_at,
    }
    cells: dict[str, Any] = {
        "id": row.id,
        "key": str(row.id),
        "name": row.name or "Without a name",
        "title": f"{row.name}: {row.description}" if row.description else row.name,
        "status": status_look(row.state, row.why),
        "battery": row.battery or "–",
        "technology": formatting.technology_word(row.technology) if row.technology else "–",
        "station": row.station or "–",
        "profile": row.profile or "–",
        "duration": formatting.lasted(row.duration_s(time)) or "–",
        **_test_time(took, who),
        "pauses": formatting.lasted(took.pauses_s if took else None) or "–",
        "cycles": "–" if row.cycles is None else formatting.number(row.cycles),
        "capacity": _figure(row.capacity_ah, lambda value: f"{value:.4g}"),
        "retention": _figure(row.retention_pct, lambda value: f"{value:.1f}"),
        "ce": _figure(row.ce_pct, lambda value: f"{value:.2f}"),
        "tab": "?tab=cycles" if (row.cycles or 0) >= COUNTED else "",
        **_cycle_titles(row),
    }
    for name, moment in moments.items():
        cells[name] = formatting.when(moment, who.zone, time) or "–"
        cells[f"{name}_title"] = formatting.utc(moment)
    return cells


def _cycle_titles(row: ExperimentRow) -> dict[str, str]:
    """Say of which cycle the numbers are, and what is counted again."""
    if row.cycles is None:
        return {}
    again = f". {COUNTED_AGAIN}" if row.state in UNDER_WAY_STATES else ""
    titles = {"cycles": f"Complete cycles{again}"}
    if row.last_cycle is not None:
        titles["capacity"] = titles["retention"] = f"Of cycle {row.last_cycle}{again}"
        titles["ce"] = f"Of the last {LAST_CYCLES} cycles through cycle {row.last_cycle}{again}"
    return {f"{name}_title": words for name, words in titles.items()}


def _figure(value: float | None, words: Callable[[float], str]) -> str:
    return "–" if value is None else words(value)
