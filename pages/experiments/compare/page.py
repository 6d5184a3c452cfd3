"""Compare: several experiments over one axis, with the means of groups and their end values."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from dash import Input, Output, State, callback, ctx, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.sent import Sent
from components.shell import Ids as Shell
from db.terms import Role
from pages.context import database, register_page, run_script, viewer
from pages.experiments.compare import layout as page_layout
from pages.experiments.compare.address import NAMES, RATES, Curve, View, problems_of, view_of
from pages.experiments.compare.curve_graph import curve_caption, curve_figure, curve_notes
from pages.experiments.compare.curves import curves_of
from pages.experiments.compare.drawing import figure_of
from pages.experiments.compare.files import PATH
from pages.experiments.compare.ids import Ids
from pages.experiments.compare.reading import Comparison, comparison
from pages.experiments.compare.table import end_table, hide_button, table_words
from pages.experiments.compare.words import caption, notes_of
from pages.sent import unknown_note

register_page(__name__, PATH, "Compare", Role.VIEWER, reads=NAMES)

CONTROLS = [
    Input(control, "value")
    for control in (
        *(Ids.EXPERIMENTS, Ids.METRICS, Ids.X, Ids.PER, Ids.RATE, Ids.GROUP, Ids.SHOW, Ids.BAND),
        *(Ids.AT, Ids.CURVE, Ids.HALF, Ids.CYCLE),
    )
]

run_script(
    "compare.view",
    Output(Ids.VIEW, "data"),
    *CONTROLS,
    Input(Ids.HIDDEN, "data"),
    State(Ids.VIEW, "data"),
    at_start=False,
)
run_script("compare.remember", Input(Ids.VIEW, "data"))


def layout(**query: Sent) -> Component:
    """Return the page for what its address compares."""
    return page_layout.content(view_of(query), problems_of(query), narrow=viewer().narrow)


@callback(
    output={
        "figure": Output(Ids.GRAPH, "figure"),
        "caption": Output(Ids.CAPTION, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "count": Output(Ids.COUNT, "children"),
        "table": Output(Ids.TABLE, "children"),
        "outliers": Output(Ids.OUTLIERS, "children"),
        "rates": Output(Ids.RATE, "options"),
        "drawn": Output(Ids.DRAWN, "data"),
    },
    inputs={
        "view": Input(Ids.VIEW, "data"),
        "theme": Input(Shell.THEME, "data"),
        "_pulse": Input(Shell.PULSE, "data"),
    },
    state={"drawn": State(Ids.DRAWN, "data"), "narrow": State(Shell.NARROW, "data")},
)
def draw(view: Sent, theme: Sent, _pulse: Sent, drawn: Sent, narrow: Sent) -> dict[str, Any]:
    """Draw the comparison; with the frame's pulse only where there is something new.

    Dash drops the answer to a control where the pulse asks before it has come.
    """
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    asked, began = view_of(view), monotonic()
    found = comparison(database(), asked, lambda: monotonic() - began)
    now = {"asked_for": [asked.query, theme], "versions": sorted(found.found.version.items())}
    now["pending"] = found.found.pending
    if ctx.triggered_id == Shell.PULSE and _as_sent(now) == drawn:
        raise PreventUpdate
    is_dark = theme == "dark"
    drawing = figure_of(found, dark=is_dark, narrow=bool(narrow))
    return {
        "figure": drawing.figure,
        "caption": caption(found, drawing) if found.metrics else "",
        "notes": [*unknown_note(problems_of(_typed(view))), *notes_of(found)],
        "count": _count(found),
        "table": _table(found, dark=is_dark),
        "outliers": hide_button(found),
        "rates": _rates(found, asked),
        "drawn": _as_sent(now),
    }


@callback(
    output={
        "figure": Output(Ids.CURVES, "figure"),
        "look": Output(Ids.CURVES_PART, "className"),
        "notes": Output(Ids.CURVES_NOTES, "children"),
        "caption": Output(Ids.CURVES_CAPTION, "children"),
        "drawn": Output(Ids.CURVES_DRAWN, "data"),
    },
    inputs={"drawn": Input(Ids.DRAWN, "data")},
    state={
        "view": State(Ids.VIEW, "data"),
        "before": State(Ids.CURVES_DRAWN, "data"),
        "theme": State(Shell.THEME, "data"),
        "narrow": State(Shell.NARROW, "data"),
    },
    prevent_initial_call=True,
)
def draw_curves(drawn: Sent, view: Sent, before: Sent, theme: Sent, narrow: Sent) -> dict[str, Any]:
    """Draw one cycle of each once the comparison is drawn, where that would be other curves."""
    asked = view_of(view)
    versions = drawn.get("versions") if isinstance(drawn, Mapping) else None
    now = {"asked_for": [asked.of_curves, theme], "versions": versions}
    if now == before:
        raise PreventUpdate
    shown = {"look": page_layout.curves_look(asked), "drawn": now}
    if asked.curve is Curve.NONE:
        return {**shown, **dict.fromkeys(("figure", "notes", "caption"), no_update)}
    began = monotonic()

    def elapsed_s() -> float:
        return monotonic() - began

    found = curves_of(database(), comparison(database(), asked, elapsed_s), elapsed_s)
    figure = curve_figure(found, dark=theme == "dark", narrow=bool(narrow)).figure
    words = {"notes": curve_notes(found), "caption": curve_caption(found)}
    return {"figure": figure, **words, **shown}


def _typed(view: Sent) -> dict[str, Sent]:
    """Return what of a view is typed, and may be anything."""
    known = view if isinstance(view, Mapping) else {}
    return {name: known.get(name) for name in ("experiments", "at", "cycle")}


def _as_sent(now: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was drawn as it comes back from the browser: tuples are lists there."""
    return {**now, "versions": [[id_, *version] for id_, version in now["versions"]]}


def _count(found: Comparison) -> str:
    shown = sum(found.is_visible)
    return formatting.number_of(shown, len(found.view.members)) if found.view.members else ""


def _table(found: Comparison, *, dark: bool) -> list[Component]:
    if not found.with_cycles:
        return [page_layout.nothing_chosen()] if not found.view.members else []
    words = html.Div(table_words(found), className="bem-small-print t3 small")
    return [end_table(found, dark=dark), words]


def _rates(found: Comparison, view: View) -> list[dict[str, str]]:
    labels = dict.fromkeys([*RATES, *found.rates, *([view.rate] if view.rate else [])])
    return [{"label": RATES.get(one, one), "value": one} for one in labels]
