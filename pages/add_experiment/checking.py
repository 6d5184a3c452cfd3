"""What the page answers to a change of the form: problems, limits, what would run, the curve."""

from typing import Any

from dash import ALL, Input, Output, State, callback
from dash.exceptions import PreventUpdate

from components.blocks import note
from components.profile_editor import problems_list
from components.sent import Sent
from components.shell import Ids as Shell
from pages.add_experiment import labels
from pages.add_experiment.form_data import CHOOSE, read_form
from pages.add_experiment.form_state import checked_for, form_state, main_equipment, profile_text
from pages.add_experiment.ids import EDITOR, Ids
from pages.add_experiment.limits import limits_card
from pages.add_experiment.panel import GRAPH_PX, about_text, stats, summary_card
from pages.add_experiment.queueing import problems_of
from pages.context import database


@callback(
    output={
        "problems": Output(EDITOR.problems, "children"),
        "checked": Output(Ids.CHECKED, "children"),
        "capacity": Output(Ids.CAPACITY, "children"),
        "notes": Output(Ids.note(ALL), "children"),
        "connected": Output(Ids.connected(ALL), "label"),
        "connected_style": Output(Ids.connected(ALL), "style"),
        "no_electrolytes": Output(Ids.ELECTROLYTES, "hidden"),
        "no_hazards": Output(f"{Ids.ACKNOWLEDGE}-box", "hidden"),
        "hazards": Output(Ids.HAZARDS, "children"),
        "limits": Output(Ids.LIMITS, "children"),
        "summary": Output(Ids.SUMMARY, "children"),
        "button": Output(Ids.SAVE, "children"),
        "obstacle": Output(Ids.STATE, "children"),
        "result": Output(Ids.FOUND, "data"),
    },
    inputs={"plain": Input(Ids.TYPED, "data")},
    state={"notes": State(Ids.note(ALL), "id")},
)
def check(plain: Sent, notes: list[Any]) -> dict[str, Any]:
    """Check the form as it changes: errors by line, limits, what runs where."""
    if not isinstance(plain, dict):
        raise PreventUpdate
    state = form_state(database(), read_form(plain))
    # a row may have been added or removed meanwhile
    visible = [*state.assignments, *(state.main for _ in notes)][: len(notes)]
    problems = problems_list(state.problems)
    is_chosen = state.form.source == CHOOSE
    sentences = [labels.connected_label(one) for one in visible]
    hazards = [note("paused", one.sentence.capitalize()) for one in state.hazards]
    return {
        "problems": [] if is_chosen else problems,
        "checked": problems if is_chosen else [],
        "capacity": labels.capacity_text(state.main.details),
        "notes": [labels.assignment_note(one) for one in visible],
        "connected": sentences,
        "connected_style": [{} if one else {"display": "none"} for one in sentences],
        "no_electrolytes": not state.has_stack,
        "no_hazards": not state.hazards,
        "hazards": hazards if is_chosen else [],
        "limits": limits_card(state.main),
        "summary": summary_card(state),
        "button": labels.button_label(state),
        "obstacle": labels.obstacle_text(state),
        "result": {"problems": problems_of(state)},
    }


@callback(
    output={
        "figure": Output(Ids.GRAPH, "figure"),
        "style": Output(Ids.GRAPH, "style"),
        "no_graph_hidden": Output(Ids.NO_GRAPH, "hidden"),
        "about": Output(Ids.ABOUT, "children"),
        "stats": Output(Ids.STATS, "children"),
        "drawn": Output(Ids.DRAWN, "data"),
    },
    inputs={"plain": Input(Ids.TYPED, "data"), "theme": Input(Shell.THEME, "data")},
    state={"drawn": State(Ids.DRAWN, "data")},
)
def draw(plain: Sent, theme: str | None, drawn: Sent) -> dict[str, Any]:
    """Draw the expected curve of the first pair; not again for what does not change it."""
    if not isinstance(plain, dict) or theme is None:
        raise PreventUpdate
    form = read_form(plain)
    pair, is_chosen = form.pairs[0], form.source == CHOOSE
    profile = form.version_id if is_chosen else form.text
    basis = [theme, pair.battery_id, pair.station_id, profile]
    if basis == drawn:
        raise PreventUpdate
    view = checked_for(profile_text(database(), form), *main_equipment(database(), form))
    figure = view.figure(dark=theme == "dark") if view else None
    return {
        "figure": figure or {},
        "style": {"height": GRAPH_PX} if figure else {"display": "none"},
        "no_graph_hidden": figure is not None,
        "about": about_text(view),
        "stats": stats(view),
        "drawn": basis,
    }
