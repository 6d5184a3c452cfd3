"""Experiments: the table of all of them."""

from collections.abc import Mapping
from typing import Any

from dash import ALL, Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from components import experiment_table, formatting
from components.blocks import icon, page_header
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.terms import ExperimentState, Technology
from db.queries.experiments.durations import durations_of
from db.queries.experiments.facets import Choice, Choices, filter_choices
from db.queries.experiments.filters import Filter
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
    View,
    from_store,
    to_filter,
    unknown_figures,
)
from pages.experiments.labels import label_buttons, label_dialogs, tags_button
from pages.experiments.listing import TABLE, Ids
from pages.experiments.row_table import order_words, register_table, table_page
from pages.experiments.rules import rules_button, rules_dialog
from pages.experiments.selection import chosen_bar
from pages.sent import (
    asked_values,
    unknown_choices,
    unknown_days,
    unknown_ids,
    unknown_note,
    unknown_sort,
)

register_page(__name__, "/experiments", "Experiments", Role.VIEWER, order=0, reads=(*PARTS, "sort"))

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
    opens = [icon("plus"), "Filter"]
    bar = [
        html.Div(id=Ids.CHIPS, className="bem-chips"),
        html.Button(opens, id=Ids.OPEN, type="button", className="bem-chip add"),
        listing.mine_link(viewer()),
        order_words(ORDER),
    ]
    head = [
        page_header(
            "Experiments",
            count=html.Span(id=Ids.COUNT),
            actions=[
                *listing.header_actions(view),
                *tags_button(viewer()),
                *rules_button(viewer()),
            ],
        ),
        *unknown_note(problems),
        html.Div(bar, className="bem-bar"),
    ]
    panels: list[Component] = [dcc.Store(id=Ids.LABELLED)]
    panels += [*chosen_bar(label_buttons(viewer())), listing.filter_panel(view)]
    panels += [*rules_dialog(viewer()), *label_dialogs(viewer())]
    return table_page(TABLE, view.to_store(), columns, head, narrow=narrow, panels=panels)


@callback(
    output=(
        Output(Ids.VIEW, "data"),
        Output(Ids.COUNT, "children"),
        Output(Ids.CHIPS, "children"),
        Output(Ids.NONE, "children"),
        Output(Ids.NONE, "hidden"),
        [Output(control, "value") for control in CONTROLS],
        [Output(Ids.part(name), "options") for name in FACETS],
    ),
    inputs=(
        [Input(control, "value") for control in CONTROLS],
        Input(Ids.remove(ALL), "n_clicks"),
        Input(Ids.LABELLED, "data"),  # a tag may be new
        State(Ids.VIEW, "data"),
    ),
)
def narrow(
    values: list[Any], _clicks: list[int], _labelled: Sent, known: dict[str, Any]
) -> tuple[Any, ...]:
    """Read the controls; say what the table holds and what each filter still offers."""
    asked = from_store(dict(zip(PARTS, values, strict=True)))
    view = _without_removed(asked)
    narrowed = to_filter(view, viewer().zone)
    page = list_experiments(database(), narrowed, offset=0, limit=0)
    choices = _offered(view, narrowed)
    return (
        no_update if view.to_store() == known else view.to_store(),
        formatting.number_of(page.count, page.total),
        listing.filter_chips(view, choices),
        listing.nothing_to_show(page.total),
        page.count > 0,
        [no_update] * len(PARTS) if view == asked else list(view.to_store().values()),
        [listing.filter_options(name, choices[name]) for name in FACETS],
    )


@callback(
    Output(Ids.COUNT, "children", allow_duplicate=True),  # what narrows the table writes it too
    Input(Shell.PULSE, "data"),
    State(Ids.VIEW, "data"),
    prevent_initial_call=True,
)
def count_again(_pulse: Sent, view: Sent) -> str:
    """Say how many there are by now."""
    narrowed = to_filter(from_store(view), viewer().zone)
    page = list_experiments(database(), narrowed, offset=0, limit=0)
    return formatting.number_of(page.count, page.total)


def rows(
    view: Sent, sort: str, offset: int, limit: int, columns: Sent
) -> tuple[list[dict[str, Any]], int]:
    """Return a block of the table; durations of what ran only where their columns are chosen."""
    order, who, time = read_sort(sort, SortKey), viewer(), now()
    narrowed = to_filter(from_store(view), who.zone)
    page = list_experiments(database(), narrowed, order, offset=offset, limit=limit)
    is_timed = not who.narrow and not experiment_table.TIMED.isdisjoint(asked_values(columns))
    took = durations_of(database(), page.rows, time) if is_timed else {}
    cells = [listing.row_cells(row, who, time, took.get(row.id)) for row in page.rows]
    if not who.narrow and not experiment_table.LABELLED.isdisjoint(asked_values(columns)):
        labels = labels_of(database(), [row.id for row in page.rows])
        cells = [one | listing.label_cells(one["id"], labels) for one in cells]
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


def _offered(view: View, narrowed: Filter) -> listing.Offered:
    """Return the values that leave a row, and those that are chosen although they leave none.

    Dash takes a chosen value away as soon as its options do not have it: a view that is empty for
    the moment would lose its filter.
    """
    choices = _by_facet(filter_choices(database(), narrowed))
    lost = {name: set(view.facets[name]) - {one.value for one in choices[name]} for name in FACETS}
    if not any(lost.values()):
        return choices
    everything = _by_facet(filter_choices(database(), Filter()))
    for name in FACETS:
        labels = {one.value: one.label for one in everything[name]}
        choices[name] += [Choice(value, labels.get(value, value), 0) for value in lost[name]]
        choices[name].sort(key=lambda one: one.label.lower())
    return choices


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
