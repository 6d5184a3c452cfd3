"""Experiment: everything about one, with the graph of the whole of it and of any part.

The callbacks of a card stand in the card's own file.
"""

from collections.abc import Mapping
from typing import Any

from dash import (
    Input,
    Output,
    State,
    callback,
    no_update,
    register_page,
)
from dash.development.base_component import Component

from components.sent import Sent
from cycling.errors import NotFoundError
from db import series
from db.commands import jobs
from db.queries.experiments.detail import experiment_facts, experiment_notes, neighbours
from db.queries.experiments.events import experiment_alarms, run_timeline
from db.queries.stations.run import run_alarms
from db.series import ExperimentSeries
from db.terms import Role
from pages.context import database, now, viewer
from pages.experiment.graph import (
    asked_window,
)
from pages.experiment.ids import Ids
from pages.experiment.parts import Shown, page, preparing, preparing_words
from pages.experiment.request import opened
from pages.not_found_404 import not_found

register_page(
    __name__,
    path_template="/experiments/<experiment_id>",
    title=lambda experiment_id="": f"Experiment {experiment_id} - Battery Experiments Manager",
    role=Role.VIEWER,
)


def layout(experiment_id: str = "", **query: str) -> Component:
    """Return the page of one experiment, or say that there is none."""
    if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) <= 9):
        return not_found("There is no such experiment.")
    try:
        with series.opened(database(), int(experiment_id)) as experiment:
            content = _content(experiment, query)
    except NotFoundError as error:
        return not_found(str(error))
    if experiment.fraction < 1:
        jobs.prepare_series(database(), experiment.id, user_name=viewer().name, now=now())
    return content


def _content(experiment: ExperimentSeries, query: Mapping[str, str]) -> Component:
    whole = experiment.database
    known = experiment_facts(whole, experiment.id)
    around = neighbours(whole, known)
    if experiment.fraction < 1:
        return preparing(known, around, experiment.fraction)
    shown = Shown(
        known=known,
        around=around,
        channels=experiment.channels if known.measures else (),
        whole=experiment.time_range if known.measures else None,
        notes=experiment_notes(whole, experiment.id),
        alarms=experiment_alarms(whole, experiment.id),
        station_alarms=run_alarms(whole, experiment.id),
        timeline=run_timeline(whole, experiment.id),
        window=asked_window(query) if known.measures else None,
    )
    return page(shown, viewer())


@callback(
    output=(Output(Ids.PREPARING, "children"), Output(Ids.PREPARED, "href")),
    inputs={"_ticks": Input(Ids.PREPARING_POLL, "n_intervals")},
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    prevent_initial_call=True,
)
def watch_preparing(_ticks: int, experiment_id: Sent) -> tuple[Any, ...]:
    """Say how far the copying is; then load the page again."""
    with opened(experiment_id) as experiment:
        fraction = experiment.fraction
    if fraction < 1.0:
        return preparing_words(fraction), no_update
    return "Ready.", f"/experiments/{experiment_id}"
