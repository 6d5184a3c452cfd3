"""The tab of pulses: controls, and the content that a callback fills."""

from collections.abc import Mapping, Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, empty, icon, loading
from components.controls import inline, segments, small_button
from components.sent import Sent
from db.measures.cycles import ExperimentCycles, experiment_cycles
from pages.context import Viewer
from pages.experiment.pulses import address
from pages.experiment.pulses.address import AT, Show, View, XAxis, problems_of, view_of
from pages.experiment.pulses.ids import Ids
from pages.experiment.pulses.reading import shows, usable
from pages.experiment.view import ExperimentView
from pages.sent import unknown_note

NAMES = address.NAMES
SHOWS = {
    Show.PULSES: "Pulses",
    Show.RESTS: "Rests",
    Show.GITT: "GITT",
    Show.OCV: "Pseudo-OCV",
}
MISSING = {
    Show.RESTS: "No rest of at least a minute is in this experiment",
    Show.GITT: "No titration is in this experiment",
    Show.OCV: "No cycle went at C/20 or less both ways",
}
X_WORDS = {XAxis.SOC: "SOC", XAxis.CHARGE: "Charge", XAxis.CYCLE: "Cycle", XAxis.TIME: "Time"}


def content(view: ExperimentView, query: Mapping[str, Sent], who: Viewer) -> list[Component]:
    """Return what stands below the tabs, as the address asks for it."""
    cycles = experiment_cycles(view.experiment) if view.facts.measures else None
    if cycles is None:
        words = "This experiment has no measures yet."
        return [html.Div(card("Pulses", empty("activity", words)), className="bem-tab")]
    asked, there = view_of(query), shows(cycles)
    problems = problems_of(query)
    if asked.show not in there:
        problems.append(f"{MISSING[asked.show]}: its pulses are shown.")
    ticks = [dcc.Store(id=Ids.TICK)] if who.operates else []
    return [
        *unknown_note(problems),
        dcc.Store(id=Ids.VIEW, data=stored(cycles.experiment_id, asked)),
        dcc.Store(id=Ids.DRAWN),
        dcc.Store(id=Ids.TICKED),
        *ticks,
        dcc.Download(id=Ids.FILE),
        html.Div(
            [
                html.Div(_controls(asked, usable(asked, there), there), className="bem-bar"),
                loading(html.Div(id=Ids.CONTENT, className="bem-stack bem-pulses"), "Reading"),
            ],
            className="bem-stack bem-tab",
        ),
    ]


def stored(experiment_id: int, asked: View) -> dict[str, object]:
    """Return what the page keeps of a view, and the browser writes into the address."""
    path = f"/experiments/{experiment_id}"
    return {"experiment": experiment_id, "path": path, "query": asked.query}


def of_show(cycles: ExperimentCycles, view: View) -> Show:
    """Return what of the experiment is shown."""
    return usable(view, shows(cycles))


def _controls(asked: View, shown: Show, there: Sequence[Show]) -> list[Component]:
    offered = {one: SHOWS[one] for one in there}
    csv = small_button([icon("download"), "CSV"], id=Ids.CSV, title="Download what is shown")
    of_pulses = [
        inline("R after", segments(Ids.AT, AT, asked.at)),
        inline("over", segments(Ids.X, X_WORDS, asked.x)),
        _field(Ids.FULL, "Fullest at", "%", asked.full_pct, 100),
        _field(Ids.SOC, "R at an SOC of", "%", asked.soc_pct, 100),
    ]
    length = _field(Ids.LENGTH, "Diffusion length L", "µm", asked.length_um, address.MAX_LENGTH_UM)
    return [
        html.Div(
            segments(Ids.SHOW, offered, shown),
            role="group",
            hidden=len(offered) < 2,
            **{"aria-label": "Shown"},
        ),
        html.Div(
            of_pulses, id=Ids.PULSE_TOOLS, className="bem-pulse-tools", hidden=shown != Show.PULSES
        ),
        html.Div(length, id=Ids.LENGTH_BOX, hidden=shown != Show.GITT),
        html.Span(csv, className="end"),
    ]


def _field(
    control_id: str, label: str, unit: str, value: float | None, highest: float
) -> Component:
    field = dbc.Input(
        id=control_id,
        type="number",
        min=0,
        max=highest,
        step="any",
        value=value,
        debounce=True,
        size="sm",
    )
    return html.Div(
        [
            dbc.Label(label, html_for=control_id),
            html.Div([field, html.Span(unit)], className="bem-unit"),
        ],
        className="bem-inline bem-slim",
    )
