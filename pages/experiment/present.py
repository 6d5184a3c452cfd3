"""What changes on an experiment's page while it waits and runs: state, facts, what happened."""

from collections.abc import Mapping
from typing import Any

from dash import Input, Output, State, callback, dcc, html, no_update, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import fact_card
from components.sent import Sent
from components.shell import Ids as Shell
from components.status import ended_reason, status_pill
from cycling.errors import NotFoundError
from cycling.terms import ENDED, UNDER_WAY, ExperimentStatus
from db import series
from db.engine import Database
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from db.queries.experiments.planned import find_planned
from db.queries.stations.overview import station_now
from pages.context import Viewer, database, now, viewer
from pages.experiment.facts import Group, as_of_words, fact_groups, lasted, this_second
from pages.experiment.happenings.events import alarms_card, timeline_card
from pages.experiment.ids import Ids
from pages.experiment.view import ExperimentView
from pages.sent import sent_id
from pages.station.labels import short_hash
from pages.station.progress import left_attributes, left_words, progress

# what a page knows that was drawn
OVER, WAITS, EMPTY, GOES_ON = "over", "waits", "empty", "goes on"


def drawn_state(view: ExperimentView) -> dict[str, str]:
    """Return what the page keeps of what it shows: whether anything still changes, and a digest."""
    facts = view.facts
    stage = OVER if facts.status in ENDED else GOES_ON if facts.measures else EMPTY
    if facts.status is ExperimentStatus.QUEUED:
        stage = WAITS
    return {"stage": stage, "happenings": short_hash(view.happened)}


def state_words(facts: ExperimentFacts) -> list[Any]:
    """Return number and status, for the title."""
    return [str(facts.id), status_pill(facts.status, ended_reason(facts.status, facts.end_reason))]


def facts_of(source: Database, facts: ExperimentFacts, who: Viewer) -> Component:
    """Return the card of the facts, with how long it still takes."""
    time = this_second(now())
    took = lasted(source, facts, time)
    groups = [_progress(source, facts), *fact_groups(facts, who, time, took)]
    changes = facts.status not in ENDED and facts.begun_at is not None
    return fact_card("Facts", groups, note=as_of_words(time, who) if changes else None)


def happenings(view: ExperimentView, who: Viewer) -> list[Component]:
    """Return the cards of alarms and course; none where nothing happened."""
    alarms, timeline = view.happened
    return [
        *alarms_card(alarms, view.whole, who),
        *timeline_card(timeline, view.whole, who),
    ]


def _progress(source: Database, facts: ExperimentFacts) -> Group:
    if facts.status not in UNDER_WAY:
        return []
    try:
        station = station_now(source, facts.station_id)
    except NotFoundError:
        return []
    at = progress(station)
    if at is None or station.experiment is None or station.experiment.id != facts.id:
        return []
    words = html.Span(left_words(at, station.at), **left_attributes(at))
    link = dcc.Link("Monitor", href=f"/monitor/{station.id}")
    return [("Progress", html.Span([words, ", ", link], className="words"))]


@callback(
    output={
        "state": Output(Ids.STATE, "children"),
        "facts": Output(Ids.FACTS, "children"),
        "happenings": Output(Ids.HAPPENINGS, "children"),
        "drawn": Output(Ids.DRAWN_STATE, "data"),
        "again": Output(Ids.RELOAD, "href"),
    },
    inputs={"_pulse": Input(Shell.PULSE, "data")},
    state={"experiment_id": State(Ids.EXPERIMENT, "data"), "drawn": State(Ids.DRAWN_STATE, "data")},
    prevent_initial_call=True,
)
def show_present(_pulse: Sent, experiment_id: Sent, drawn: Sent) -> dict[str, Any]:
    """Show what has changed; with its first measures the page gets its graph."""
    before = drawn if isinstance(drawn, dict) else {}
    if before.get("stage") == OVER:
        raise PreventUpdate
    try:
        with series.opened(database(), sent_id(experiment_id)) as experiment:
            facts = experiment_facts(experiment.database, experiment.id)
            view = ExperimentView(experiment, facts)
            return _changes(view, before, viewer())
    except NotFoundError as error:  # deleted while somebody looks at it
        if find_planned(database(), sent_id(experiment_id)) is None:
            raise PreventUpdate from error
        same = dict.fromkeys(("state", "facts", "happenings", "drawn"), no_update)
        return {**same, "again": f"/experiments/{experiment_id}"}


def _changes(view: ExperimentView, before: Mapping[str, Any], who: Viewer) -> dict[str, Any]:
    facts, drawn = view.facts, drawn_state(view)
    is_same = drawn["happenings"] == before.get("happenings")
    has_first = before.get("stage") == EMPTY and facts.measures
    has_begun = before.get("stage") == WAITS != drawn["stage"]
    if drawn["stage"] == OVER:  # no output: somebody's Update would wait for each look of the page
        set_props(Ids.ENDED, {"data": True})
    return {
        "state": state_words(facts),
        "facts": facts_of(view.experiment.database, facts, who),
        "happenings": no_update if is_same else happenings(view, who),
        "drawn": drawn,
        "again": f"/experiments/{facts.id}" if has_first or has_begun else no_update,
    }
