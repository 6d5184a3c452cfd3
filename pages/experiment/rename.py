"""The dialog that gives an experiment another name and description."""

from dataclasses import replace

import dash_bootstrap_components as dbc
from dash import Input, State, html
from dash.development.base_component import Component

from components.blocks import icon, labelled
from components.sent import Sent
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.commands.audit import By
from db.commands.experiments.names import rename_experiment
from db.queries.experiments.detail import experiment_facts
from db.terms import Role
from pages.ask import DONE_BEFORE, Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database
from pages.experiment.ids import RENAME, Ids
from pages.experiment.request import sent_id


def rename_parts(who: Viewer) -> tuple[list[Component], list[Component]]:
    """Return the button and the dialog, for those who may."""
    if not who.role.includes(Role.OPERATOR):
        return [], []
    button = html.Button(
        [icon("pencil"), html.Span("Rename", className="bem-wide-words")],
        id=RENAME.open,
        type="button",
        className="btn btn-secondary bem-action",
        title="Rename",
    )
    name = dbc.Input(id=RENAME.name, maxlength=MAX_NAME, autocomplete="off")
    description = dbc.Textarea(id=RENAME.about, maxlength=MAX_DESCRIPTION, rows=3)
    fields = [
        html.Div(labelled("Name", name), id=RENAME.name_box),
        html.Div(labelled("Description", description, optional=True), id=RENAME.about_box),
    ]
    return [button], ask_dialog(RENAME, *fields, refresh=True)


def ask_name(_chosen: Sent, experiment_id: Sent) -> Question:
    """Ask for another name and description."""
    known = experiment_facts(database(), sent_id(experiment_id))
    values = {"name": known.name, "description": known.description}
    return Question(f"Rename experiment {known.id}", None, go="Save", values=values)


def rename(by: By, _chosen: Sent, experiment_id: Sent, name: Sent, description: Sent) -> Done:
    """Give the experiment the name and description; then the page shows them."""
    number, texts = sent_id(experiment_id), (str(name or ""), str(description or ""))
    rename_experiment(database(), number, *texts, by=by)
    return Done(href=f"/experiments/{number}")


def show_again(_token: Sent, _chosen: Sent, experiment_id: Sent, **_about: Sent) -> Done:
    """Show what the first of two clicks has done."""
    return replace(DONE_BEFORE, href=f"/experiments/{sent_id(experiment_id)}")


ask_then_do(
    RENAME,
    ask_name,
    rename,
    opens=[Input(RENAME.open, "n_clicks")],
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    fields={
        "name": (RENAME.name, RENAME.name_box),
        "description": (RENAME.about, RENAME.about_box),
    },
    again=show_again,
)
