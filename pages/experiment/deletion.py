"""Deleting an experiment: the button, the dialog that names what is lost, the deed; for admins."""

from dataclasses import replace

import dash_bootstrap_components as dbc
from dash import Input, State, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, labelled
from components.sent import Sent
from components.shell import toast
from cycling.names import MAX_NAME
from db.commands.audit import By
from db.commands.experiments.deletion import Deleted, delete_experiment
from db.queries.experiments.deletion import Loss, experiment_loss
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from db.terms import Role
from pages.ask import DONE_BEFORE, Done, Question, ask_dialog, ask_then_do
from pages.context import Viewer, database
from pages.experiment.ids import DELETE, Ids
from pages.experiment.request import sent_id


def delete_parts(who: Viewer) -> tuple[list[Component], list[Component]]:
    """Return the button and the dialog, for those who may."""
    if not who.role.includes(Role.ADMIN):
        return [], []
    button = html.Button(
        [icon("trash"), html.Span("Delete", className="bem-wide-words")],
        id=DELETE.open,
        type="button",
        className="btn btn-link bem-action",
        title="Delete",
    )
    name = dbc.Input(id=DELETE.name, maxlength=MAX_NAME, autocomplete="off")
    box = html.Div(labelled("Its name, to delete it", name), id=DELETE.box)
    return [button], ask_dialog(DELETE, box)


def ask_deletion(_chosen: Sent, experiment_id: Sent) -> Question:
    """Ask before an experiment is deleted, naming it and what is lost."""
    number = sent_id(experiment_id)
    known, loss = experiment_facts(database(), number), experiment_loss(database(), number)
    return Question(
        f"Delete experiment {number}?",
        loss_words(known, loss),
        go="" if loss.kept_because else f"Delete experiment {number}",
        danger=True,
        keep="Keep it",
        hides=frozenset({"name"} if loss.kept_because else ()),
    )


def delete(by: By, _chosen: Sent, experiment_id: Sent, name: Sent) -> Done:
    """Delete the experiment whose name was typed."""
    number, confirmed_name = sent_id(experiment_id), str(name or "")
    done = delete_experiment(database(), number, confirmed_name=confirmed_name, by=by)
    return Done(toast("done", done_words(done)), "/experiments")


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


def done_words(done: Deleted) -> str:
    """Say what was deleted, and that a worker removes its measures."""
    words = f"Experiment {done.experiment_id} ({done.name}) is deleted."
    if not done.measures:
        return words
    counted = formatting.counted(done.measures, "measure")
    verb = "is" if done.measures == 1 else "are"
    return f"{words} Its {counted} {verb} being removed."


ask_then_do(
    DELETE,
    ask_deletion,
    delete,
    opens=[Input(DELETE.open, "n_clicks")],
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    fields={"name": (DELETE.name, DELETE.box)},
    again=lambda _token, _chosen, **_about: replace(DONE_BEFORE, href="/experiments"),
)
