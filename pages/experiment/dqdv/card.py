"""The tab of dQ/dV, drawn; and what is drawn as a file."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dash import Input, Output, State, callback, ctx, dcc, no_update
from dash.exceptions import PreventUpdate

from components.figures.derivative_graph import DQDV, DVDQ, derivative_figure, map_figure
from components.sent import Sent
from components.shell import Ids as Shell
from db import series
from db.commands.audit import record_export
from db.measures.cycles import ExperimentCycles, experiment_cycles
from db.queries.experiments.detail import experiment_facts
from db.series import ExperimentSeries
from pages.context import actor, database, run_script
from pages.experiment.dqdv.address import Curve, Show, View, view_of
from pages.experiment.dqdv.curves import Curves, curves_of, cycle_map, drawn_curves, peaks_of
from pages.experiment.dqdv.files import csv_text, file_name
from pages.experiment.dqdv.ids import Ids
from pages.experiment.dqdv.layout import slider_end, stored
from pages.experiment.dqdv.words import caption, notes, peak_table
from pages.sent import sent_id

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
    """Draw what the controls say; with the frame's pulse only where there is something new.

    Dash drops the answer to a control where the pulse asks before it has come.
    """
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    before = drawn if isinstance(drawn, Mapping) else {}
    is_pulse = ctx.triggered_id == Shell.PULSE
    view = asked_by(controls, list(ends))
    asked_for = [view.query, theme]
    if is_pulse and before.get("is_over") and before.get("asked_for") == asked_for:
        raise PreventUpdate
    with opened(known) as (experiment, cycles):
        now = {
            "revision": experiment.head.revision,
            "is_over": not cycles.is_running,
            "asked_for": asked_for,
        }
        if is_pulse and now == before:
            raise PreventUpdate
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
        "last": slider_end(cycles) if is_pulse else no_update,
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
        curves = curves_of(experiment, cycles, asked(view))
        facts = experiment_facts(experiment.database, experiment.id)
    target = f"experiment {facts.id}"
    record_export(database(), target, {"format": "csv", "what": "dqdv"}, by=actor())
    sent: dict[str, Any] = dcc.send_string(
        csv_text(curves), file_name(facts.id, facts.name, curves)
    )
    return sent


@contextmanager
def opened(view: Sent) -> Iterator[tuple[ExperimentSeries, ExperimentCycles]]:
    """Open the series of the experiment of a view, and make its cycles."""
    with series.opened(database(), sent_id(view, "experiment")) as experiment:
        cycles = experiment_cycles(experiment)
        if cycles is None:
            raise PreventUpdate
        yield experiment, cycles


def asked(view: Sent) -> View:
    """Return the view that the page keeps."""
    query = view.get("query") if isinstance(view, Mapping) else None
    return view_of(query if isinstance(query, Mapping) else {})


def figure_of(curves: Curves, *, dark: bool, narrow: bool) -> dict[str, Any]:
    """Return the graph of a view."""
    if curves.view.show is Show.MAP:
        return map_figure(cycle_map(curves), dark=dark, narrow=narrow)
    axes = DQDV if curves.view.curve is Curve.DQDV else DVDQ
    less = f", less that of cycle {curves.view.reference}" if curves.is_difference else ""
    drawn = list(drawn_curves(curves))
    return derivative_figure(drawn, axes, dark=dark, narrow=narrow, of_reference=less)
