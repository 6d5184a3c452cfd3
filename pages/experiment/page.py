"""Experiment: everything about one, with the graph of the whole of it and of any part.

The callbacks of a card stand in the card's own file.
"""

from collections.abc import Mapping
from typing import Any

from dash import Input, Output, State, callback, html, no_update
from dash.development.base_component import Component

from components.blocks import card, empty
from components.figures.time_axis import Window
from components.sent import Sent
from cycling.errors import NotFoundError
from cycling.terms import ExperimentStatus
from db import series
from db.commands import jobs
from db.measures.cycles import experiment_cycles, moments_of
from db.queries.experiments.detail import experiment_facts, neighbours
from db.queries.experiments.planned import find_planned, present_number
from db.series import ExperimentSeries
from db.terms import Role
from pages.context import database, now, register_page, viewer
from pages.experiment.cycles import layout as cycles
from pages.experiment.dqdv import layout as dqdv
from pages.experiment.graph.card import opened
from pages.experiment.graph.drawing import asked_window
from pages.experiment.ids import Ids
from pages.experiment.layout import overview_page, preparing, preparing_words, tab_page
from pages.experiment.pulses import layout as pulses
from pages.experiment.tabs import LABELS, SHOWN, Tab, asked_tab
from pages.experiment.view import ExperimentView
from pages.experiment.waiting import former_note, waiting_page
from pages.not_found_404 import not_found
from pages.sent import MAX_SHOWN, read_id, unknown_choices, unknown_note

CONTENTS = {Tab.CYCLES: cycles.content, Tab.DQDV: dqdv.content, Tab.PULSES: pulses.content}

register_page(
    __name__,
    "/experiments/<experiment_id>",
    "Experiment {experiment_id}",
    Role.VIEWER,
    reads=("tab", "from", "to", "cycle", *cycles.NAMES, *dqdv.NAMES, *pulses.NAMES),
)


def layout(experiment_id: str = "", **query: str) -> Component:
    """Return the page of one experiment, or say that there is none."""
    if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) <= 9):
        return not_found("There is no such experiment.")
    number = int(experiment_id)
    try:
        with series.opened(database(), number) as experiment:
            content = _content(experiment, query)
    except NotFoundError as error:
        return _without_row(number, query, str(error))
    if experiment.fraction < 1:
        jobs.prepare_series(database(), experiment.id, user_name=viewer().name, now=now())
    return content


def _without_row(number: int, query: Mapping[str, str], otherwise: str) -> Component:
    """Return the page of an experiment that cyclers know nothing of, if there is one."""
    present = present_number(database(), number)
    if present != number:
        note = html.Div(former_note(number, present), className="bem-page")
        return html.Div([note, layout(str(present), **query)])
    planned = find_planned(database(), number)
    if planned is None:
        return not_found(otherwise)
    around = neighbours(database(), planned.battery_id, number)
    return waiting_page(planned, around, viewer(), asked_tab(query.get("tab")))


def _content(experiment: ExperimentSeries, query: Mapping[str, str]) -> Component:
    whole = experiment.database
    facts = experiment_facts(whole, experiment.id)
    around = neighbours(whole, facts.battery_id, facts.id)
    if experiment.fraction < 1:
        return preparing(facts, around, experiment.fraction)
    waits = facts.status is ExperimentStatus.QUEUED
    planned = find_planned(whole, experiment.id) if waits else None
    view, who = ExperimentView(experiment, facts, planned), viewer()
    tab = asked_tab(query.get("tab"))
    if tab in CONTENTS:
        return tab_page(tab, view, around, _tab_content(tab, view, query), who)
    window, unknown = _window(view, query)
    whole_page = overview_page(view, around, window, who)
    problems = [*unknown_choices("Tab", query.get("tab"), SHOWN), *unknown]
    note = unknown_note(problems)
    return html.Div([html.Div(note), whole_page]) if note else whole_page


def _tab_content(tab: Tab, view: ExperimentView, query: Mapping[str, str]) -> list[Component]:
    """Return the content of another tab, or why it has none."""
    try:
        return CONTENTS[tab](view, query, viewer())
    except series.DamagedError as error:
        words = empty("exclamation-triangle", str(error))
        return [html.Div(card(LABELS[tab], words), className="bem-tab")]


def _window(view: ExperimentView, query: Mapping[str, str]) -> tuple[Window | None, list[str]]:
    """Return the part of the graph that an address names, by times or by a cycle; what it misses.

    Times come first: a link to a cycle has them once somebody has zoomed.
    """
    if not view.facts.measures:
        return None, []
    given = query.get("cycle")
    window = asked_window(query)
    if window is not None or not given:
        return window, _unknown_times(query)
    try:
        cycles = experiment_cycles(view.experiment)
    except series.DamagedError as error:
        return None, [str(error)]
    number = read_id(given)
    found = moments_of(view.experiment, cycles, number) if cycles and str(number) == given else None
    missing = f"There is no cycle “{str(given)[:MAX_SHOWN]}”: the graph shows the whole."
    return found, [*([] if found else [missing]), *_unknown_times(query)]


def _unknown_times(query: Mapping[str, str]) -> list[str]:
    """Say in a sentence which window of an address nobody understands."""
    given = [str(query[name])[:MAX_SHOWN] for name in ("from", "to") if query.get(name)]
    if not given or asked_window(query) is not None:
        return []
    listed = " and ".join(f"“{one}”" for one in given)
    return [f"{listed} name no part of the graph, from and to in Unix seconds: it shows the whole."]


@callback(
    output=(Output(Ids.PREPARING, "children"), Output(Ids.PREPARED, "href")),
    inputs={"_ticks": Input(Ids.PREPARING_POLL, "n_intervals")},
    state={
        "experiment_id": State(Ids.EXPERIMENT, "data"),
        "query": State(Ids.PREPARED, "search"),
    },
    prevent_initial_call=True,
)
def watch_preparing(_ticks: int, experiment_id: Sent, query: Sent) -> tuple[Any, ...]:
    """Say how far the copying is; then load the page again."""
    with opened(experiment_id) as (experiment, _progress):
        fraction = experiment.fraction
    if fraction < 1.0:
        return preparing_words(fraction), no_update
    return "Ready.", f"/experiments/{experiment_id}{query or ''}"
