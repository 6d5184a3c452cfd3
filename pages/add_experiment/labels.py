"""What the form of a new experiment says: at a pair, at the button, and when it is queued."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, note
from cycling.battery.description import NewBattery
from db.queries.experiments.form_choices import OfferedStation
from db.queries.stations.queue import PlanFacts
from db.terms import PlanState
from pages.add_experiment.assignment import Assignment, first_error
from pages.add_experiment.form_state import FormState
from pages.profile.labels import problem_words


def assignment_note(assignment: Assignment) -> list[Component]:
    """Return what must be said of a pair below its choices.

    Errors of the profile stand under its text for the first pair, here for the others.
    """
    if assignment.station is None or assignment.battery is None:
        return []
    notes: list[Component] = []
    if assignment.problem:
        notes.append(note("error", assignment.problem))
    error = first_error(assignment.view.problems) if assignment.view else ""
    if assignment.place and error:
        notes.append(note("error", f"The profile on this pair: {error}"))
    if not assignment.problem and assignment.held_text:
        notes.append(_held_note(assignment, assignment.station))
    if not assignment.station.has_contact:
        silent = (
            f"{assignment.station.name} has no contact now. The experiment waits until it is back."
        )
        notes.append(note("paused", silent))
    return notes


def connected_label(assignment: Assignment) -> str:
    """Return the sentence that the user confirms; blank where it cannot be said here."""
    if not assignment.can_confirm or assignment.station is None:
        return ""
    return f"{assignment.battery_label} is connected to {assignment.station.name}"


def button_label(state: FormState) -> str:
    """Say what the button will do."""
    chosen = [one for one in state.assignments if one.is_chosen]
    if len(state.assignments) > 1:
        return f"Queue {formatting.counted(len(state.assignments), 'experiment')}"
    if not chosen or chosen[0].station is None:
        return "Queue experiment"
    return f"Queue experiment on {chosen[0].station.name}"


def obstacle_text(state: FormState) -> list[Component]:
    """Say beside the button what stands in its way; nothing before anything is written."""
    if state.refusal:
        return [icon("x-circle-fill"), f" Cannot be queued. {state.refusal}"]
    views = (one.view for one in state.assignments)
    problems = next((view.problems for view in views if view and not view.ok), ())
    if all(one.severity != "error" for one in problems):
        return []
    return [icon("x-circle-fill"), f" {problem_words(problems)}"]


def queued_text(plans: Sequence[PlanFacts]) -> str:
    """Say that experiments are queued, or held and why."""
    held = sum(plan.state is PlanState.HELD for plan in plans)
    first = plans[0]
    if len(plans) == 1:
        named = f"Experiment {first.experiment_id}, {first.name},"
        return f"{named} is held. {first.held_because}" if held else f"{named} is queued."
    waits = f", {held} of them held until their batteries are confirmed" if held else ""
    numbers = ", ".join(str(plan.experiment_id) for plan in plans)
    return f"Experiments {numbers} are queued{waits}."


def capacity_text(battery: NewBattery | None) -> str:
    """Say which units a profile has where it names none, and what its C-rates use."""
    rates = "C-rates need a battery."
    if battery is not None:
        rates = "no capacity is known, so no C-rates."
        if battery.capacity_ah is not None:
            rates = f"C-rates use {formatting.quantity(battery.capacity_ah, 'Ah')}."
    return f"A, V, W and s where no unit is given; {rates}"


def _held_note(assignment: Assignment, station: OfferedStation) -> Component:
    last = station.now.confirmed
    before = f"{last.name} was the last battery confirmed on {station.name}. " if last else ""
    works = f" {station.name} works with another battery at the moment."
    text = [before, assignment.held_text, works if assignment.is_busy else ""]
    return html.Div([icon("plug"), html.Div(text)], className="bem-note queued")
