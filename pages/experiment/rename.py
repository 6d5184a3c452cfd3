"""The dialog that gives an experiment another name and description."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import icon, labelled
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.queries.experiments.detail import ExperimentFacts
from db.terms import Role
from pages.context import Viewer
from pages.experiment.ids import Ids


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
