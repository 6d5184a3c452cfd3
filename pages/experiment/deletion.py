"""Deleting an experiment: the button, the dialog that names what is lost, the deed; for admins."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import icon, labelled
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError, NotFoundError
from cycling.names import MAX_NAME
from db.commands.experiments.deletion import Deleted, delete_experiment
from db.queries.experiments.deletion import Loss, experiment_loss
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from db.terms import Role
from pages.context import Viewer, actor, database
from pages.experiment.ids import Ids

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
    typed = dbc.Input(id=Ids.DELETE_NAME, maxlength=MAX_NAME, autocomplete="off")
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle(f"Delete experiment {known.id}?"), close_button=False),
            dbc.ModalBody(
                [
                    html.Div(id=Ids.DELETE_QUESTION, className="bem-ask"),
                    html.Div(labelled("Its name, to delete it", typed), id=Ids.DELETE_BOX),
                    html.Div(id=Ids.DELETE_ERROR, className="bem-field-error", role="alert"),
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
    return [button], [dialog, dcc.Location(id=Ids.DELETED, refresh="callback-nav")]


@callback(
    output=(
        Output(Ids.DELETE_DIALOG, "is_open"),
        Output(Ids.DELETE_QUESTION, "children"),
        Output(Ids.DELETE_BOX, "hidden"),
        Output(Ids.DELETE_SURE, "style"),
        Output(Ids.DELETE_ERROR, "children"),
        Output(Ids.DELETED, "href"),
        Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    ),
    inputs={
        "opened": Input(Ids.DELETE, "n_clicks"),
        "keep": Input(Ids.DELETE_KEEP, "n_clicks"),
        "sure": Input(Ids.DELETE_SURE, "n_clicks"),
    },
    state={
        "confirmed_name": State(Ids.DELETE_NAME, "value"),
        "experiment_id": State(Ids.EXPERIMENT, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(Ids.DELETE_SURE, "disabled"), True, False)],
)
def delete(
    opened: Sent, keep: Sent, sure: Sent, confirmed_name: Sent, experiment_id: Sent
) -> tuple[Any, ...]:
    """Ask before an experiment is deleted, naming it and what is lost; then delete it."""
    if not (opened or keep or sure) or not isinstance(experiment_id, int):
        raise PreventUpdate  # the toast is older than this page
    if ctx.triggered_id == Ids.DELETE_KEEP:
        return False, *(no_update for _ in range(6))
    if ctx.triggered_id == Ids.DELETE:
        return _question(experiment_id)
    return _delete(experiment_id, str(confirmed_name or ""))


def loss_words(known: ExperimentFacts, loss: Loss) -> list[Component]:
    """Name the experiment and say what is lost with it, or why it is kept."""
    named = html.B(f"{known.name}, experiment {known.id}")
    if loss.kept_because:
        return [html.P([named, f", is kept. {loss.kept_because}"])]
    lost = [formatting.counted(known.measures, "measure")]
    for count, noun in ((loss.extras.notes, "note"), (loss.extras.alarms, "alarm")):
        lost += [formatting.counted(count, noun)] if count else []
    listed = lost[0] if len(lost) == 1 else f"{', '.join(lost[:-1])} and {lost[-1]}"
    return [
        html.P([named, f", is deleted with {listed}. Nobody can bring them back."]),
        html.P("Its battery, station and profile stay. The audit trail keeps its name and number."),
    ]


def _question(experiment_id: int) -> tuple[Any, ...]:
    try:
        known = experiment_facts(database(), experiment_id)
        loss = experiment_loss(database(), experiment_id)
    except NotFoundError as error:
        return False, no_update, no_update, no_update, "", no_update, toast("error", str(error))
    kept = bool(loss.kept_because)
    look = HIDDEN if kept else {}
    return True, loss_words(known, loss), kept, look, "", no_update, no_update


def _delete(experiment_id: int, confirmed_name: str) -> tuple[Any, ...]:
    try:
        done = delete_experiment(
            database(), experiment_id, confirmed_name=confirmed_name, by=actor()
        )
    except InputError as error:
        return True, *(no_update for _ in range(3)), str(error), no_update, no_update
    note = toast("done", done_words(done))
    return False, *(no_update for _ in range(4)), "/experiments", note


def done_words(done: Deleted) -> str:
    """Say what was deleted, and that a worker removes its measures."""
    words = f"Experiment {done.experiment_id} ({done.name}) is deleted."
    if not done.measures:
        return words
    counted = formatting.counted(done.measures, "measure")
    verb = "is" if done.measures == 1 else "are"
    return f"{words} Its {counted} {verb} being removed."
