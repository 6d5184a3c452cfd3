"""The dialog that gives an experiment another name and description."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component

from components.blocks import icon, labelled
from components.sent import Sent
from cycling.errors import InputError
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.commands.experiments.names import rename_experiment
from db.queries.experiments.detail import ExperimentFacts
from db.terms import Role
from pages.context import Viewer, actor, database
from pages.experiment.ids import Ids
from pages.experiment.request import sent_id


def rename_parts(known: ExperimentFacts, who: Viewer) -> tuple[list[Component], list[Component]]:
    """Return the button and the dialog, for those who may."""
    if not who.role.includes(Role.OPERATOR):
        return [], []
    button = html.Button(
        [icon("pencil"), html.Span("Rename", className="bem-wide-words")],
        id=Ids.RENAME,
        type="button",
        className="btn btn-secondary bem-action",
        title="Rename",
    )
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(f"Rename experiment {known.id}"), close_button=False),
            dbc.ModalBody(
                [
                    labelled(
                        "Name",
                        dbc.Input(
                            id=Ids.RENAME_NAME,
                            value=known.name,
                            maxlength=MAX_NAME,
                            autocomplete="off",
                        ),
                        error_id=Ids.RENAME_ERROR,
                    ),
                    labelled(
                        "Description",
                        dbc.Textarea(
                            id=Ids.RENAME_ABOUT,
                            value=known.description,
                            maxlength=MAX_DESCRIPTION,
                            rows=3,
                        ),
                        optional=True,
                    ),
                ],
                class_name="bem-stack",
            ),
            dbc.ModalFooter(
                [
                    dbc.Button("Cancel", id=Ids.RENAME_CANCEL, color="secondary"),
                    dbc.Button("Save", id=Ids.RENAME_SAVE, color="primary"),
                ]
            ),
        ],
        id=Ids.RENAME_DIALOG,
        is_open=False,
    )
    return [button], [dialog, dcc.Location(id=Ids.RENAMED, refresh=True)]


@callback(
    output=(
        Output(Ids.RENAME_DIALOG, "is_open"),
        Output(Ids.RENAME_ERROR, "children"),
        Output(Ids.RENAMED, "href"),
    ),
    inputs={
        "_open": Input(Ids.RENAME, "n_clicks"),
        "_cancel": Input(Ids.RENAME_CANCEL, "n_clicks"),
        "_save": Input(Ids.RENAME_SAVE, "n_clicks"),
    },
    state={
        "name": State(Ids.RENAME_NAME, "value"),
        "description": State(Ids.RENAME_ABOUT, "value"),
        "experiment_id": State(Ids.EXPERIMENT, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.RENAME_SAVE, "disabled"), True, False)],
)
def rename(
    _open: Sent, _cancel: Sent, _save: Sent, name: Sent, description: Sent, experiment_id: Sent
) -> tuple[Any, ...]:
    """Ask for another name and description; then the page shows them."""
    if ctx.triggered_id != Ids.RENAME_SAVE:
        return ctx.triggered_id == Ids.RENAME, "", no_update
    number, texts = sent_id(experiment_id), (str(name or ""), str(description or ""))
    try:
        rename_experiment(database(), number, *texts, by=actor())
    except InputError as error:
        return no_update, str(error), no_update
    return False, "", f"/experiments/{number}"
