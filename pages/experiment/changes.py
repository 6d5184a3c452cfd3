"""Renaming and deleting an experiment: the buttons, the dialogs, the deeds."""

import dash_bootstrap_components as dbc
from dash import Input, State, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import labelled
from components.controls import action_button
from components.sent import Sent
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.commands.audit import By
from db.commands.experiments.deletion import Deleted, delete_experiment
from db.commands.experiments.notes import rename_experiment
from db.queries.experiments.deletion import Loss, experiment_loss
from db.queries.experiments.detail import experiment_facts
from db.queries.experiments.planned import find_planned
from pages.ask import Done, Question, ask_dialog, ask_then_do, done_before
from pages.context import Viewer, database
from pages.experiment.ids import DELETE, RENAME, Ids
from pages.sent import sent_id


def change_buttons(who: Viewer) -> list[Component]:
    """Return the buttons of what this viewer may do."""
    return delete_button(who) + rename_button(who)


def rename_button(who: Viewer) -> list[Component]:
    """Return the button that asks for another name; for operators."""
    rename = action_button("pencil", "Rename", hidden="bem-wide-words", id=RENAME.open)
    return [rename] * who.operates


def delete_button(who: Viewer) -> list[Component]:
    """Return the button that asks before the experiment is deleted; for admins."""
    delete = action_button("trash", "Delete", "btn-link", hidden="bem-wide-words", id=DELETE.open)
    return [delete] * who.administers


def change_dialogs(who: Viewer) -> list[Component]:
    """Return the dialogs of what this viewer may do, closed."""
    return [*rename_dialog(who), *delete_dialog(who)]


def rename_dialog(who: Viewer) -> list[Component]:
    """Return the dialog for another name and description; for operators."""
    if not who.operates:
        return []
    name = dbc.Input(id=RENAME.name, maxlength=MAX_NAME, autocomplete="off")
    about = dbc.Textarea(id=RENAME.about, maxlength=MAX_DESCRIPTION, rows=3)
    fields = [
        html.Div(labelled("Name", name, help_text=_at_most(MAX_NAME)), id=RENAME.name_box),
        html.Div(
            labelled("Description", about, optional=True, help_text=_at_most(MAX_DESCRIPTION)),
            id=RENAME.about_box,
        ),
    ]
    return ask_dialog(RENAME, *fields, refresh=True)


def _at_most(length: int) -> str:
    return f"At most {length} characters."


def delete_dialog(who: Viewer) -> list[Component]:
    """Return the question before the experiment is deleted; for admins."""
    if not who.administers:
        return []
    name = dbc.Input(id=DELETE.name, maxlength=MAX_NAME, autocomplete="off")
    return ask_dialog(DELETE, html.Div(labelled("Its name, to delete it", name), id=DELETE.box))


def ask_name(_chosen: Sent, experiment_id: Sent) -> Question:
    """Ask for another name and description."""
    number = sent_id(experiment_id)
    plan = find_planned(database(), number)
    experiment = plan if plan and not plan.has_row else experiment_facts(database(), number)
    values = {"name": experiment.name, "description": experiment.description}
    return Question(f"Rename experiment {number}", None, go="Save", values=values)


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
    loss = experiment_loss(database(), number)
    measures = experiment_facts(database(), number).measures if loss.has_row else 0
    return Question(
        f"Delete experiment {number}?",
        loss_words(number, measures, loss),
        go="" if loss.kept_because else f"Delete experiment {number}",
        danger=True,
        keep="Keep it",
        hides=frozenset({"name"} if loss.kept_because else ()),
    )


def delete(by: By, _chosen: Sent, experiment_id: Sent, name: Sent) -> Done:
    """Delete the experiment whose name was typed."""
    number, confirmed_name = sent_id(experiment_id), str(name or "")
    done = delete_experiment(database(), number, confirmed_name=confirmed_name, by=by)
    return Done(done_words(done), "/experiments")


def loss_words(number: int, measures: int, loss: Loss) -> list[Component]:
    """Name the experiment and say what is lost with it, or why it is kept."""
    named = html.B(f"{loss.name}, experiment {number}")
    if loss.kept_because:
        return [html.P([named, f", is kept. {loss.kept_because}"])]
    lost = [formatting.counted(measures, "measure")]
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
