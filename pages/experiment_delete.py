"""Deleting an experiment: the button, the dialog that names what is lost, the deed; for admins."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import wording
from components.blocks import icon, labelled, note
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from cycling.terms import Role
from db.commands.experiment_deletion import Deleted, delete_experiment
from db.queries.experiment import ExperimentFacts, experiment_facts
from db.queries.experiment_deletion import Loss, experiment_loss
from pages.context import Viewer, database, now, viewer
from pages.experiment_ids import Ids

HIDDEN = {"display": "none"}


def delete_parts(known: ExperimentFacts, who: Viewer) -> tuple[list[Component], list[Component]]:
    """Return the button and the dialog, for those who may."""
    if not who.role.includes(Role.ADMIN):
        return [], []
    button = html.Button(
        [icon("trash"), html.Span("Delete", className="bem-wide-words")],
        id=Ids.DELETE,
        type="button",
        className="btn btn-link bem-action",
        title="Delete",
    )
    typed = dbc.Input(id=Ids.DELETE_NAME, maxlength=30, autocomplete="off", spellcheck="false")
    words = ["Type its name, ", html.B(known.name), ", to delete it"]
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(f"Delete experiment {known.id}?"), close_button=False),
            dbc.ModalBody(
                [
                    html.Div(id=Ids.DELETE_QUESTION, className="bem-ask"),
                    html.Div(
                        labelled("", typed, error_id=Ids.DELETE_ERROR),
                        id=Ids.DELETE_BOX,
                    ),
                ],
                class_name="bem-stack",
            ),
            dbc.ModalFooter(
                [
                    dbc.Button("Keep it", id=Ids.DELETE_KEEP, color="secondary"),
                    dbc.Button(
                        f"Delete experiment {known.id}",
                        id=Ids.DELETE_SURE,
                        color="danger",
                        outline=True,
                    ),
                ]
            ),
        ],
        id=Ids.DELETE_DIALOG,
        is_open=False,
    )
    _label(dialog, words)
    return [button], [dialog, dcc.Location(id=Ids.DELETED, refresh="callback-nav")]
