"""The frames beside the form of a new experiment: its expected curve and what would run."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, empty, note
from components.figures.template import CONFIG
from cycling.battery.chemistry import CELL_KINDS
from pages.add_experiment.assignment import Assignment, queue_text, release_text
from pages.add_experiment.form_state import FormState
from pages.add_experiment.ids import Ids
from pages.profile.check import CheckedView
from pages.profile.labels import (
    course_words,
    expected_duration,
    start_words,
    throughput_words,
    trip_words,
)

GRAPH_PX = 320


def panel() -> list[Component]:
    """Return the frames beside the form; callbacks fill them."""
    graph = html.Div(
        dcc.Graph(id=Ids.GRAPH, config=CONFIG, style={"display": "none"}), className="bem-sketch"
    )
    nothing = html.Div(
        empty("graph-up", "The expected voltage and current show here, as the profile is written."),
        id=Ids.NO_GRAPH,
    )
    return [
        card(
            "Expected",
            [nothing, graph, html.Div(id=Ids.STATS, className="bem-stats")],
            note=html.Span(id=Ids.ABOUT),
        ),
        html.Div(id=Ids.LIMITS, className="bem-late"),
        html.Div(id=Ids.SUMMARY, className="bem-late"),
    ]


def about_text(view: CheckedView | None) -> str:
    """Say what the curve was calculated for."""
    if view is None or view.drawn is None:
        return ""
    battery = view.battery
    what = battery.chemistry or formatting.technology_word(battery.technology)
    if battery.kind in CELL_KINDS:
        what = str(battery.kind)
    size = "the capacity assumed"
    if not view.capacity_is_assumed:
        size = f"{formatting.quantity(view.capacity_ah or 0, 'Ah')}"
    further = [] if view.curve is None else [start_words(view.curve), course_words(view.curve)]
    return "; ".join([f"from a battery model, {what}, {size}", *filter(None, further)])


def stats(view: CheckedView | None) -> list[Component]:
    """Return expected duration and throughput."""
    if view is None:
        return []
    waits = f"waits for line {view.waits_for}" if view.waits_for else "not known"
    trip, quantities = trip_words(view), throughput_words(view)
    labels = ("Until the safety limit" if trip else "Whole profile", "Charged", "Discharged")
    if not quantities:
        values = [html.Span(waits, className="t3 small") for _ in labels]
    else:
        texts = [expected_duration(view), *(f"{one} Ah" for one in quantities[:2])]
        values = [html.Span(text, className="v") for text in texts]
    warning = [html.Div(note("paused", trip), className="bem-trip")] if trip else []
    return warning + [
        html.Div([html.Div(label, className="k"), value], className="bem-reading")
        for label, value in zip(labels, values, strict=True)
    ]


def summary_card(state: FormState) -> list[Component]:
    """Say what will run where, on what, for how long, behind what, and what it waits for."""
    chosen = [one for one in state.assignments if one.is_chosen]
    if not chosen:
        return []
    name = state.form.name.strip() or "This experiment"
    items = [html.Li(_assignment_text(name, assignment)) for assignment in chosen]
    title = "What will run" if len(chosen) == 1 else f"What will run, {len(chosen)} experiments"
    return [card(title, html.Ul(items, className="bem-plan"))]


def _assignment_text(name: str, assignment: Assignment) -> list[Component]:
    station = assignment.station.name if assignment.station else ""
    lines = [html.Div([html.B(name), " on ", html.B(assignment.battery_label)])]
    if assignment.refusal:
        return [*lines, html.Div(f"Cannot be queued at {station}. {assignment.refusal}")]
    if assignment.problem:
        return [*lines, html.Div(assignment.problem)]
    lines.append(
        html.Div(
            [f"at {station}", *_simulated(assignment), f", {queue_text(assignment)}"],
            className="t2",
        )
    )
    view = assignment.view
    if view is not None and not view.ok:
        return [*lines, html.Div("It cannot be queued until the profile is mended.")]
    if view is not None and view.program is not None:
        duration = view.duration_s
        lasts = expected_duration(view) or "for a time nobody can tell"
        if trip_words(view):
            lasts = f"{lasts} until a safety limit is expected to end it"
        lines.append(html.Div([lasts, _real_time(assignment, duration, lasts)], className="t2"))
    if first := release_text(assignment):
        lines.append(html.Div(first, className="t2"))
    if held := assignment.held_text:
        lines.append(html.Div(held, className="t2"))
    elif view is not None:
        lines.append(html.Div("Queued at once.", className="bem-ok"))
    if alarm := assignment.alarm_text:
        lines.append(html.Div(alarm, className="t2"))
    return lines


def _simulated(assignment: Assignment) -> list[Any]:
    if assignment.station is None or not assignment.station.now.simulated:
        return []
    return [" ", html.Span("simulated", className="bem-tag")]


def _real_time(assignment: Assignment, duration_s: float | None, lasts: str) -> str:
    speed = assignment.station.now.speed if assignment.station else 1.0
    if not duration_s or speed == 1.0:
        return ""
    about = "about " if "about" in lasts else ""
    return f", at {speed:g} times the speed {about}{formatting.duration(duration_s / speed)}"
