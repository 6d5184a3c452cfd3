"""Setting to which step of an import the time over an edge of steps belongs: button and dialog."""

import dash_bootstrap_components as dbc
from dash import Input, State, html
from dash.development.base_component import Component

from components.blocks import labelled
from components.controls import action_button
from components.sent import Sent
from cycling.analysis.integration import Edge
from cycling.errors import InputError
from db import series
from db.commands.audit import By
from db.commands.experiments.edges import set_edge
from db.measures.source import source_of
from db.queries.experiments.detail import ExperimentFacts
from pages.ask import Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database
from pages.experiment.changes import show_again
from pages.experiment.ids import EDGE, Ids
from pages.experiment.statistics.evidence import EDGES
from pages.sent import sent_id

NAMES = {
    Edge.SPLIT: "Split by the step time",
    Edge.LEAD: "To the new step",
    Edge.HOLD: "To the old step",
}


def edge_button(facts: ExperimentFacts, who: Viewer) -> Component | None:
    """Return the button; None where nothing was imported or the viewer may not."""
    if facts.source is None or not who.operates:
        return None
    return action_button("sliders", "Edges of steps", "btn-link", id=EDGE.open)


def edge_dialog(facts: ExperimentFacts, who: Viewer) -> list[Component]:
    """Return the dialog, closed, where there is the button."""
    if facts.source is None or not who.operates:
        return []
    options = [{"label": NAMES[one], "value": one.value} for one in Edge]
    choice = labelled("Time between two steps", dbc.Select(id=EDGE.edge, options=options))
    return ask_dialog(EDGE, html.Div(choice, id=EDGE.box), refresh=True)


def ask_edge(_chosen: Sent, experiment_id: Sent) -> Question:
    """Say what the choice means, with what is set."""
    with series.opened(database(), sent_id(experiment_id)) as experiment:
        edge = source_of(experiment).edge
    words = [html.Li([html.B(f"{NAMES[one]}. "), EDGES[one]]) for one in Edge]
    about = (
        "It counts in our integral; what the instrument counted stays. Statistics are made anew."
    )
    return Question(
        "Edges of steps", [html.Ul(words), html.P(about)], go="Save", values={"edge": edge.value}
    )


def save_edge(by: By, _chosen: Sent, experiment_id: Sent, edge: Sent) -> Done:
    """Set it; then the page shows the new numbers."""
    if edge not in list(Edge):
        raise InputError("Choose to which step the time between two steps belongs.")
    number = sent_id(experiment_id)
    set_edge(database(), number, Edge(edge), by=by)
    return Done(href=f"/experiments/{number}")


ask_then_do(
    EDGE,
    ask_edge,
    save_edge,
    opens=[Input(EDGE.open, "n_clicks")],
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    fields={"edge": (EDGE.edge, EDGE.box)},
    again=show_again,
)
