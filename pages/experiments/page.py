"""Experiments: the table of all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import experiment_table
from components.blocks import icon, page_header
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.terms import ExperimentState, Technology
from db.queries.experiments.durations import durations_of
from db.queries.experiments.facets import Choices, choice_labels, filter_choices
from db.queries.experiments.matching import parts_of
from db.queries.experiments.table import SortKey, list_experiments
from db.queries.experiments.tags import labels_of
from db.queries.lists import read_sort
from db.queries.references import existing
from db.terms import Role
from pages.context import database, now, register_page, viewer
from pages.experiments import listing
from pages.experiments.filters import (
    FACETS,
    FORMER_STATUS,
    PARTS,
    WHOLE,
    View,
    from_store,
    to_filter,
    unknown_figures,
)
from pages.experiments.labels import label_buttons, label_dialogs, tags_button
from pages.experiments.listing import TABLE, Ids, filter_chips
from pages.experiments.reach import asked_filter, count_words, limits_words
from pages.experiments.row_table import order_words, register_table, table_page
from pages.experiments.rules import rules_button, rules_dialog
from pages.experiments.selection import chosen_bar
from pages.experiments.views import start_query, views_dialogs, views_menu
from pages.sent import (
    asked_values,
    searched_text,
    unknown_choices,
    unknown_days,
    unknown_ids,
    unknown_note,
    unknown_sort,
)

register_page(
    __name__, "/experiments", "Experiments", Role.VIEWER, order=0, reads=(*PARTS, WHOLE, "sort")
)

ORDER = "First what runs, then what waits, then the rest; the newest number first"


def understood(query: Mapping[str, Sent]) -> tuple[View, list[str]]:
    """Return what an address asks for, and in sentences what of it nobody knows."""
    facets = from_store(query).facets
    problems = unknown_choices("Technology", query.get("technology"), Technology)
    statuses = [one for one in asked_values(query.get("status")) if one not in FORMER_STATUS]
    problems += unknown_choices("Status", statuses, ExperimentState)
    known = {}
    for name in ("battery", "station", "profile", "tag"):
        known[name] = existing(database(), name, map(int, facets[name]))
        problems += unknown_ids(name, query.get(name), known[name])
    problems += unknown_figures(query)
    problems += unknown_days(query, ("from", "to")) + unknown_sort(query.get("sort"), SortKey)
    view = from_store({**query, **{name: sorted(map(str, ids)) for name, ids in known.items()}})
    return view, problems


CONTROLS = [Ids.part(name) for name in PARTS]


def layout(**query: Sent) -> Component:
    """Return the page for the filter that its address names."""
    query = query or {**start_query(viewer())}
    view, problems = understood(query)
    sort = read_sort(query.get("sort"), SortKey)
    narrow = viewer().narrow
    columns = (
        experiment_table.NARROW_COLUMNS
        if narrow
        else experiment_table.wide_columns(
            sort.key if sort else "", descending=bool(sort and sort.descending)
        )
    )
    labels = choice_labels(database(), to_filter(view, viewer().zone))
    opens = [icon("plus"), "Filter"]
    today = now().astimezone(viewer().zone).date()
    bar = [
        html.Div(filter_chips(view, labels), id=Ids.CHIPS, className="bem-chips"),
        listing.limits_line(),
        html.Button(opens, id=Ids.OPEN, type="button", className="bem-chip add"),
        *listing.ready_links(viewer(), today),
        order_words(ORDER),
    ]
    head = [
        page_header(
            "Experiments",
            count=html.Span(id=Ids.COUNT),
            actions=[
                *listing.header_actions(view),
                views_menu(viewer()),
                *tags_button(viewer()),
                *rules_button(viewer()),
            ],
        ),
        *unknown_note(problems),
        html.Div(bar, className="bem-bar"),
    ]
    panels: list[Component] = [dcc.Store(id=Ids.LABELLED)]
    panels += [*chosen_bar(label_buttons(viewer())), listing.filter_panel(view, labels)]
    panels += [*rules_dialog(viewer()), *label_dialogs(viewer()), *views_dialogs()]
    return table_page(TABLE, view.to_store(), columns, head, narrow=narrow, panels=panels)


@callback(
    output={
        "view": Output(Ids.VIEW, "data"),
        "chips": Output(Ids.CHIPS, "children"),
        "values": [Output(control, "value") for control in CONTROLS],
    },
    inputs={
        "values": [Input(control, "value") for control in CONTROLS],
        "_removes": Input(Ids.remove(ALL), "n_clicks"),
        "_whole": Input(Ids.WHOLE, "n_clicks"),
        "_labelled": Input(Ids.LABELLED, "data"),  # a tag may be called otherwise
        "known": State(Ids.VIEW, "data"),
    },
)
def narrow(values: list[Any], known: Sent, **_clicks: Sent) -> dict[str, Any]:
    """Read the controls; say to what the table is narrowed. Nothing is counted for it."""
    asked = from_store({**dict(zip(PARTS, values, strict=True)), WHOLE: _whole(values, known)})
    view = _without_removed(asked)
    labels = choice_labels(database(), to_filter(view, viewer().zone))
    store = view.to_store()
    return {
        "view": no_update if store == known else store,
        "chips": listing.filter_chips(view, labels),
        "values": [no_update if view == asked else store[name] for name in PARTS],
    }


def _whole(values: Sequence[Any], known: Sent) -> str:
    """Return whether all numbers are searched: somebody wants it for this text."""
    if ctx.triggered_id == Ids.WHOLE:
        return "1"
    before = from_store(known)
    is_same = searched_text(values[PARTS.index("q")]) == before.text
    return "1" if before.whole and is_same else ""


@callback(
    output={
        "count": Output(Ids.COUNT, "children"),
        "none": Output(Ids.NONE, "children"),
        "hidden": Output(Ids.NONE, "hidden"),
        "limits": Output(Ids.LIMITS, "children"),
        "complete": Output(Ids.WHOLE, "hidden"),
    },
    inputs={"view": Input(Ids.VIEW, "data"), "_pulse": Input(Shell.PULSE, "data")},
)
def say_count(view: Sent, _pulse: Sent) -> dict[str, Any]:
    """Say how many there are; rows and filters do not wait for it."""
    filters = asked_filter(from_store(view))
    page = list_experiments(database(), filters, offset=0, limit=0)
    return {
        "count": count_words(page),
        "none": listing.nothing_to_show(page.total, is_partial=filters.since > 0),
        "hidden": page.count > 0,
        "limits": limits_words(filters, page),
        "complete": not filters.since,
    }


@callback(
    output=[Output(Ids.part(name), "options") for name in FACETS],
    inputs={
        "is_open": Input(Ids.PANEL, "is_open"),
        "view": Input(Ids.VIEW, "data"),
        "_labelled": Input(Ids.LABELLED, "data"),  # a tag may be new
    },
    prevent_initial_call=True,
)
def offer(is_open: Sent, view: Sent, _labelled: Sent) -> list[Any]:
    """Say what each filter offers, while they are open."""
    if not is_open:
        raise PreventUpdate
    chosen = from_store(view)
    filters = asked_filter(chosen)
    labels = choice_labels(database(), filters)
    choices = _by_facet(filter_choices(database(), filters))
    offered = listing.offered_choices(chosen, choices, labels)
    return [listing.filter_options(name, offered[name]) for name in FACETS]


def rows(
    view: Sent, sort: str, offset: int, limit: int, columns: Sent
) -> tuple[list[dict[str, Any]], int]:
    """Return a block of the table; durations of what ran only where their columns are chosen."""
    order, who, time = read_sort(sort, SortKey), viewer(), now()
    chosen = from_store(view)
    page = list_experiments(database(), asked_filter(chosen), order, offset=offset, limit=limit)
    shown = set() if who.narrow else set(asked_values(columns))
    took = {}
    if not experiment_table.TIMED.isdisjoint(shown):
        took = durations_of(database(), page.rows, time)
    cells = [listing.row_cells(row, who, time, took.get(row.id)) for row in page.rows]
    if not experiment_table.LABELLED.isdisjoint(shown):
        labels = labels_of(database(), [row.id for row in page.rows])
        cells = [one | listing.label_cells(one["id"], labels) for one in cells]
    if words := chosen.text.split():
        parts = parts_of(database(), page.rows, chosen.text)
        matches = (listing.match_cells(row, parts[row.id], words) for row in page.rows)
        cells = [one | match for one, match in zip(cells, matches, strict=True)]
    return cells, page.count


register_table(TABLE, rows, Input(Ids.COLUMNS, "value"))


@callback(Output(Ids.PANEL, "is_open"), Input(Ids.OPEN, "n_clicks"), prevent_initial_call=True)
def open_panel(_clicks: int) -> bool:
    """Open the filters."""
    return True


def _without_removed(view: View) -> View:
    """Apply the click on a chip's cross, if that is what called."""
    if not isinstance(ctx.triggered_id, dict) or not any(event["value"] for event in ctx.triggered):
        return view
    part = ctx.triggered_id["part"]
    return from_store({}) if part == listing.EVERYTHING else view.without(part)


def _by_facet(choices: Choices) -> listing.Offered:
    return {
        "technology": list(choices.technologies),
        "status": list(choices.statuses),
        "battery": list(choices.batteries),
        "station": list(choices.stations),
        "profile": list(choices.profiles),
        "tag": list(choices.tags),
        "owner": list(choices.owners),
    }
