"""The tab of cycles, drawn: figures and graph, curves of chosen cycles, rows of the table."""

from collections.abc import Mapping
from typing import Any

from dash import Input, Output, State, callback, ctx, no_update
from dash.exceptions import PreventUpdate

from components.figures.voltage_curves import curves_figure
from components.sent import Sent
from components.shell import Ids as Shell
from db.measures.cycle_rules import cycle_judgements
from db.measures.cycle_summaries import keep_summary, measured_cell, summary_holds
from db.measures.cycles import ExperimentCycles
from pages.context import database, run_script
from pages.experiment.cycles.address import View, from_store
from pages.experiment.cycles.cells import grid_columns, grid_rows
from pages.experiment.cycles.drawing import caption, curves_of, curves_words, figure_of
from pages.experiment.cycles.figures import convention_words, figure_tiles, figures_of
from pages.experiment.cycles.ids import TABLE, Ids
from pages.experiment.cycles.rules import rules_content
from pages.experiment.view import opened
from pages.experiments.row_table import register_table

CONTROLS = [
    Input(control, "value")
    for control in (Ids.X, Ids.PER, Ids.RATE, Ids.KIND, Ids.CHOSEN, Ids.COLUMNS, Ids.FADE)
]

run_script(
    "cycles.view",
    Output(Ids.VIEW, "data"),
    *CONTROLS,
    State(Ids.VIEW, "data"),
    at_start=False,
)
run_script(
    "cycles.choose",
    Output(Ids.CHOSEN, "value"),
    Input(Ids.GRAPH, "clickData"),
    Input(Ids.GRAPH, "selectedData"),
    State(Ids.CHOSEN, "value"),
    at_start=False,
)


@callback(
    output={
        "figure": Output(Ids.GRAPH, "figure"),
        "caption": Output(Ids.CAPTION, "children"),
        "figures": Output(Ids.FIGURES, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "rates": Output(Ids.RATE, "options"),
        "sets": Output(TABLE.sets, "data"),
        "drawn": Output(Ids.DRAWN, "data"),
        "answered": Output(Ids.ANSWERED, "data"),
    },
    inputs={
        "view": Input(Ids.VIEW, "data"),
        "theme": Input(Shell.THEME, "data"),
        "drag": Input(Ids.DRAG, "value"),
        "_pulse": Input(Shell.PULSE, "data"),
    },
    state={
        "drawn": State(Ids.DRAWN, "data"),
        "answered": State(Ids.ANSWERED, "data"),
        "narrow": State(Shell.NARROW, "data"),
    },
)
def draw(
    view: Sent, theme: Sent, drag: Sent, _pulse: Sent, drawn: Sent, answered: Sent, narrow: Sent
) -> dict[str, Any]:
    """Draw the cycles; with the frame's pulse only where there is something new.

    Dash drops the answer to a control where the pulse asks before it has come.
    """
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    known = drawn if isinstance(drawn, Mapping) else {}
    asked_for = [view, theme, drag]
    is_pulse = ctx.triggered_id == Shell.PULSE and answered == asked_for
    if is_pulse and known.get("is_over"):
        raise PreventUpdate
    with opened(view) as (experiment, cycles):
        now = {"revision": experiment.head.revision, "is_over": not cycles.is_running}
        is_kept = summary_holds(experiment)
        cell = None if is_kept else measured_cell(experiment, cycles)
    if is_pulse and now == known:
        raise PreventUpdate
    if not is_kept:
        keep_summary(database(), experiment, cycles, cell)
    asked = from_store(view)
    found = figure_of(
        cycles.table, asked, dark=theme == "dark", narrow=bool(narrow), drag=drag or "select"
    )
    return {
        "figure": found.figure,
        "caption": caption(found, cycles.table, asked),
        "drawn": no_update if now == known else now,
        "answered": asked_for,
        **_words(cycles, asked, is_same=now == known),
    }


def _words(cycles: ExperimentCycles, view: View, *, is_same: bool) -> dict[str, Any]:
    """Return what only other measures change, and the heads of the table."""
    labels = cycles.table.rate_class.labels
    sets = {"narrow": False, "columns": grid_columns(cycles.table, view)}
    if is_same:
        return {**dict.fromkeys(("figures", "notes", "rates"), no_update), "sets": sets}
    words = "; ".join(convention_words(cycles))
    return {
        "figures": figure_tiles(figures_of(cycles)),
        "notes": f"{words[:1].upper()}{words[1:]}.",
        "rates": [{"label": one, "value": one} for one in labels],
        "sets": sets,
    }


@callback(
    output={
        "figure": Output(Ids.CURVES, "figure"),
        "about": Output(Ids.CURVES_ABOUT, "children"),
    },
    inputs={
        "view": Input(Ids.VIEW, "data"),
        "theme": Input(Shell.THEME, "data"),
        "drawn": Input(Ids.DRAWN, "data"),
    },
    state={"narrow": State(Shell.NARROW, "data")},
)
def draw_curves(view: Sent, theme: Sent, drawn: Sent, narrow: Sent) -> dict[str, Any]:
    """Draw voltage over charge of the chosen cycles, again when there are new measures."""
    if theme is None or drawn is None:
        raise PreventUpdate  # both come in a moment, and call again
    with opened(view) as (experiment, cycles):
        asked = from_store(view)
        curves, unit = curves_of(experiment, cycles, asked)
    return {
        "figure": curves_figure(curves, unit, dark=theme == "dark", narrow=bool(narrow)),
        "about": curves_words(cycles, asked, curves),
    }


@callback(
    output=Output(Ids.RULES, "children"),
    inputs={"drawn": Input(Ids.DRAWN, "data")},
    state={"view": State(Ids.VIEW, "data")},
    prevent_initial_call=True,
)
def show_rules(drawn: Sent, view: Sent) -> Sent:
    """Say what breaks the rules, again when there are new measures."""
    if drawn is None:
        raise PreventUpdate
    with opened(view) as (experiment, cycles):
        return rules_content(cycle_judgements(experiment, cycles))


def rows(
    view: Sent, sort: str, offset: int, limit: int, columns: Sent
) -> tuple[list[dict[str, Any]], int]:
    """Return a block of the table."""
    known = {**view, "sort": sort, "columns": columns} if isinstance(view, dict) else view
    with opened(view) as (_experiment, cycles):
        return grid_rows(cycles, from_store(known), offset, limit)


register_table(TABLE, rows, Input(Ids.COLUMNS, "value"))
