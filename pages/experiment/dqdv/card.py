"""The tab of dQ/dV, drawn; and what is drawn as a file."""

from collections.abc import Mapping
from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, no_update

from components.figures.derivative_graph import DQDV, DVDQ, derivative_figure, map_figure
from components.sent import Sent
from components.shell import Ids as Shell
from db.commands.audit import record_export
from db.queries.experiments.detail import experiment_facts
from pages.context import actor, database, run_script
from pages.experiment.dqdv.address import Curve, Show, View, view_of
from pages.experiment.dqdv.curves import Curves, curves_of, cycle_map, drawn_curves, peaks_of
from pages.experiment.dqdv.files import csv_text, file_name
from pages.experiment.dqdv.ids import Ids
from pages.experiment.dqdv.layout import slider_end, stored
from pages.experiment.dqdv.words import caption, notes, peak_table
from pages.experiment.view import kept_query, opened, opened_anew

CONTROLS = {
    "half": Input(Ids.HALF, "value"),
    "curve": Input(Ids.CURVE, "value"),
    "show": Input(Ids.SHOW, "value"),
    "cycles": Input(Ids.CYCLES, "value"),
    "reference": Input(Ids.REFERENCE, "value"),
    "difference": Input(Ids.DIFFERENCE, "value"),
    "bin": Input(Ids.BIN, "value"),
    "smooth": Input(Ids.SMOOTH, "value"),
    "rate": Input(Ids.RATE, "value"),
}

run_script("profiles.remember", Input(Ids.VIEW, "data"))


@callback(
    output={
        "figure": Output(Ids.GRAPH, "figure"),
        "caption": Output(Ids.CAPTION, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "peaks": Output(Ids.PEAKS, "children"),
        "no_peaks": Output(Ids.PEAKS_CARD, "hidden"),
        "view": Output(Ids.VIEW, "data"),
        "drawn": Output(Ids.DRAWN, "data"),
        "last": Output(Ids.CYCLES, "max"),
    },
    inputs={
        "controls": CONTROLS,
        "theme": Input(Shell.THEME, "data"),
        "_pulse": Input(Shell.PULSE, "data"),
    },
    state={
        "known": State(Ids.VIEW, "data"),
        "ends": (State(Ids.CYCLES, "min"), State(Ids.CYCLES, "max")),
        "drawn": State(Ids.DRAWN, "data"),
        "narrow": State(Shell.NARROW, "data"),
    },
)
def draw(
    controls: Mapping[str, Sent],
    theme: Sent,
    _pulse: Sent,
    known: Sent,
    ends: Sent,
    drawn: Sent,
    narrow: Sent,
) -> dict[str, Any]:
    """Draw what the controls say, or what is new."""
    view = asked_by(controls, list(ends))
    with opened_anew(known, theme, drawn, [view.query, theme]) as (experiment, cycles, now):
        curves = curves_of(experiment, cycles, view)
    is_dqdv = view.curve is Curve.DQDV or view.show is Show.MAP
    return {
        "figure": figure_of(curves, dark=theme == "dark", narrow=bool(narrow)),
        "caption": caption(curves),
        "notes": notes(curves),
        "peaks": peak_table(peaks_of(curves)) if is_dqdv else [],
        "no_peaks": not is_dqdv,
        "view": stored(cycles.experiment_id, view),
        "drawn": now,
        "last": slider_end(cycles) if ctx.triggered_id == Shell.PULSE else no_update,
    }


def asked_by(controls: Mapping[str, Sent], ends: list[Sent]) -> View:
    """Return what the controls say; the whole range of cycles is no choice."""
    cycles = controls["cycles"]
    is_whole = isinstance(cycles, list) and cycles == ends
    difference = "1" if controls["difference"] else ""
    chosen = {"cycles": None if is_whole else cycles, "difference": difference}
    return view_of({**controls, **chosen})


@callback(
    output=Output(Ids.FILE, "data"),
    inputs={"_clicks": Input(Ids.CSV, "n_clicks")},
    state={"view": State(Ids.VIEW, "data")},
    prevent_initial_call=True,
)
def download(_clicks: Sent, view: Sent) -> dict[str, Any]:
    """Send the curves that are drawn as a file."""
    with opened(view) as (experiment, cycles):
        curves = curves_of(experiment, cycles, view_of(kept_query(view)))
        facts = experiment_facts(experiment.database, experiment.id)
    target = f"experiment {facts.id}"
    record_export(database(), target, {"format": "csv", "what": "dqdv"}, by=actor())
    sent: dict[str, Any] = dcc.send_string(
        csv_text(curves), file_name(facts.id, facts.name, curves)
    )
    return sent


def figure_of(curves: Curves, *, dark: bool, narrow: bool) -> dict[str, Any]:
    """Return the graph of a view."""
    if curves.view.show is Show.MAP:
        return map_figure(cycle_map(curves), dark=dark, narrow=narrow)
    axes = DQDV if curves.view.curve is Curve.DQDV else DVDQ
    less = f", less that of cycle {curves.view.reference}" if curves.is_difference else ""
    drawn = list(drawn_curves(curves))
    return derivative_figure(drawn, axes, dark=dark, narrow=narrow, of_reference=less)
