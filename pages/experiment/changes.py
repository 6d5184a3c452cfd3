"""Renaming and deleting an experiment: the buttons, the dialogs, the deeds."""

import dash_bootstrap_components as dbc
from dash import Input, State, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import labelled
from components.controls import action_button
from components.sent import Sent
from components.shell import toast
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.commands.audit import By
from db.commands.experiments.deletion import Deleted, delete_experiment
from db.commands.experiments.notes import rename_experiment
from db.queries.experiments.deletion import Loss, experiment_loss
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from pages.ask import Done, Question, ask_dialog, ask_then_do, done_before
from pages.context import Viewer, database
from pages.experiment.ids import DELETE, RENAME, Ids
from pages.sent import sent_id


def change_buttons(who: Viewer) -> list[Component]:
    """Return the buttons of what this viewer may do."""
    delete = action_button("trash", "Delete", "btn-link", hidden="bem-wide-words", id=DELETE.open)
    rename = action_button("pencil", "Rename", hidden="bem-wide-words", id=RENAME.open)
    return [delete] * who.administers + [rename] * who.operates


def change_dialogs(who: Viewer) -> list[Component]:
    """Return the dialogs of what this viewer may do, closed."""
    dialogs = []
    if who.operates:
        name = dbc.Input(id=RENAME.name, maxlength=MAX_NAME, autocomplete="off")
        about = dbc.Textarea(id=RENAME.about, maxlength=MAX_DESCRIPTION, rows=3)
        fields = [
            html.Div(labelled("Name", name), id=RENAME.name_box),
            html.Div(labelled("Description", about, optional=True), id=RENAME.about_box),
        ]
        dialogs += ask_dialog(RENAME, *fields, refresh=True)
    if who.administers:
        name = dbc.Input(id=DELETE.name, maxlength=MAX_NAME, autocomplete="off")
        box = html.Div(labelled("Its name, to delete it", name), id=DELETE.box)
        dialogs += ask_dialog(DELETE, box)
    return dialogs


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
    return done_before(f"/experiments/{sent_id(experiment_id)}")()


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
ask_then_do(
    DELETE,
    ask_deletion,
    delete,
    opens=[Input(DELETE.open, "n_clicks")],
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    fields={"name": (DELETE.name, DELETE.box)},
    again=done_before("/experiments"),
)
