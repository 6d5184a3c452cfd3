"""What the page answers to a change of the form: problems, limits, what would run, the curve."""

from collections.abc import Sequence
from typing import Any

from dash import Input, Output, State, callback, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from plotly.io.json import to_json_plotly

from components.blocks import Head, card, icon, note, table
from components.controls import unseen
from components.profile_editor import problems_list
from components.sent import Sent
from components.shell import Ids as Shell
from cycling.battery.description import NewBattery, safety_range_v
from cycling.profile import Span
from cycling.profile.language.tree import LimitKind
from cycling.profile.problems import folded
from pages.add_experiment import labels
from pages.add_experiment.assignment import Assignment, capitalised
from pages.add_experiment.form_data import read_form
from pages.add_experiment.form_state import (
    checked_for,
    form_state,
    main_equipment,
    main_open_voltage,
    profile_text,
)
from pages.add_experiment.ids import CHOICE, EDITOR, Ids
from pages.add_experiment.pairs import short_number
from pages.add_experiment.panel import GRAPH_PX, about_text, stats, summary_card
from pages.add_experiment.queueing import problems_of
from pages.context import database
from pages.profile.check import CheckedView
from pages.profile.choice import CHOOSE


@callback(
    output={
        "problems": Output(EDITOR.problems, "children"),
        "checked": Output(CHOICE.checked, "children"),
        "capacity": Output(CHOICE.capacity, "children"),
        "no_electrolytes": Output(Ids.ELECTROLYTES, "hidden"),
        "no_hazards": Output(f"{Ids.ACKNOWLEDGE}-box", "hidden"),
        "hazards": Output(Ids.HAZARDS, "children"),
        "limits": Output(Ids.LIMITS, "children"),
        "summary": Output(Ids.SUMMARY, "children"),
        "button": Output(Ids.SAVE, "children"),
        "refused": Output(Ids.SAVE, "disabled"),
        "obstacle": Output(Ids.STATE, "children"),
        "result": Output(Ids.RESULT, "data"),
    },
    inputs={"plain": Input(Ids.TYPED, "data"), "_laboratory": Input(Ids.LABORATORY, "data")},
)
def check(plain: Sent, _laboratory: Sent) -> dict[str, Any]:
    """Check the form as it and the laboratory change: errors by line, limits, what runs where.

    What is said of each pair goes to the script: a late answer to an older check would stay if
    the pairs were outputs.
    """
    if not isinstance(plain, dict):
        raise PreventUpdate
    state = form_state(database(), read_form(plain))
    is_chosen = state.form.source == CHOOSE
    problems = problems_list(state.problems, in_editor=not is_chosen)
    hazards = [note("paused", capitalised(one.sentence)) for one in folded(state.hazards)]
    return {
        "problems": [] if is_chosen else problems,
        "checked": problems if is_chosen else [],
        "capacity": labels.capacity_text(state.main.details),
        "no_electrolytes": not state.has_stack,
        "no_hazards": not state.hazards,
        "hazards": hazards if is_chosen else [],
        "limits": limits_card(state.main),
        "summary": summary_card(state),
        "button": labels.button_label(state),
        "refused": bool(state.refusal),
        "obstacle": labels.obstacle_text(state),
        "result": {"problems": problems_of(state), "rows": _rows(state.assignments)},
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
    inputs={
        "plain": Input(Ids.TYPED, "data"),
        "theme": Input(Shell.THEME, "data"),
        "_laboratory": Input(Ids.LABORATORY, "data"),
    },
    state={"drawn": State(Ids.DRAWN, "data")},
)
def draw(plain: Sent, theme: str | None, _laboratory: Sent, drawn: Sent) -> dict[str, Any]:
    """Draw the expected curve of the first pair; not again for what does not change it."""
    if not isinstance(plain, dict) or theme is None:
        raise PreventUpdate
    form = read_form(plain)
    pair, is_chosen = form.pairs[0], form.source == CHOOSE
    profile = form.version_id if is_chosen else form.text
    open_v = main_open_voltage(database(), form)
    at_rest = open_v and round(open_v, 2)  # by less it goes up and down all the time
    basis = [theme, pair.battery_id, pair.station_id, profile, at_rest]
    if basis == drawn:
        raise PreventUpdate
    equipment = main_equipment(database(), form)
    view = checked_for(profile_text(database(), form), *equipment, open_v)
    figure = view.figure(dark=theme == "dark") if view else None
    return {
        "figure": figure or {},
        "style": {"height": GRAPH_PX} if figure else {"display": "none"},
        "no_graph_hidden": figure is not None,
        "about": about_text(view),
        "stats": stats(view),
        "drawn": basis,
    }


def _rows(assignments: Sequence[Assignment]) -> str:
    """Return what is said of each pair, as JSON: notes, and the sentence that is confirmed."""
    rows = [(labels.assignment_note(one), labels.connected_label(one)) for one in assignments]
    return str(to_json_plotly([{"notes": notes, "connected": said} for notes, said in rows]))


def limits_card(assignment: Assignment) -> list[Component]:
    """Return the profile's ranges against those of battery and station."""
    view, battery, station = assignment.view, assignment.details, assignment.station
    if view is None or view.ranges is None or (battery is None and station is None):
        return []
    reach, can = view.ranges, station.can if station else None
    volts = _limits_row(
        "Voltage / V",
        reach.voltage_v or Span(None, None),
        (battery.voltage_min_v, battery.voltage_max_v) if battery else None,
        (can.voltage_min_v, can.voltage_max_v) if can else None,
        rests=reach.voltage_v is None,
        most=safety_range_v(battery) if battery else None,
    )
    amperes = _limits_row(
        "Current / A",
        reach.current_a,
        (battery.current_min_a, battery.current_max_a) if battery else None,
        (can.current_min_a, can.current_max_a) if can else None,
    )
    rows = [volts, amperes, *_safety_rows(view, battery)]
    heads = (
        Head("Limit"),
        Head("Profile", "num"),
        Head("Battery", "num"),
        Head(station.name if station else "Station", "num"),
        Head("", "sign"),
    )
    which = f"up to line {view.waits_for - 1}" if view.waits_for and view.waits_for > 1 else None
    return [card("Limits check", table(heads, rows, "in-card bem-limits"), note=which)]


def _limits_row(
    label: str,
    reach: Span,
    battery: tuple[Any, Any] | None,
    station: tuple[Any, Any] | None,
    *,
    rests: bool = False,
    most: tuple[float, float] | None = None,
) -> html.Tr:
    """Draw a row; the battery's reach may be left up to `most`, where its station switches off."""
    ranges = [one for one in (most or battery, station) if one is not None]
    within = rests or all(_within(reach, one) for one in ranges)
    profile = "rest" if rests else _range((reach.low, reach.high))
    return _row(label, [profile, _range(battery), _range(station)], [_mark(within)])


def _safety_rows(view: CheckedView, battery: NewBattery | None) -> list[html.Tr]:
    """Return where the station switches off: by the profile's SAFETY, and by the battery's."""
    volts = safety_range_v(battery) if battery else None
    degrees = (battery.temperature_min_degc, battery.temperature_max_degc) if battery else None
    if degrees == (None, None):
        degrees = None
    limits = (("V", LimitKind.VOLTAGE, volts), ("°C", LimitKind.TEMPERATURE, degrees))
    rows = []
    for unit, kind, own in limits:
        off = view.drawn.safety_range(kind) if view.drawn else None
        profile = (off.low, off.high) if off else None
        if profile is not None or own is not None:
            cells = [_range(profile), _range(own)]
            rows.append(_row(f"Off outside / {unit}", cells, [html.Td(), html.Td()]))
    return rows


def _row(label: str, cells: Sequence[str], end: Sequence[html.Td]) -> html.Tr:
    return html.Tr([html.Td(label), *(html.Td(one, className="num") for one in cells), *end])


def _within(reach: Span, bounds: Sequence[Any]) -> bool:
    """Whether a reach surely stays within bounds; what is not known is not within."""
    if None in (reach.low, reach.high, *bounds):
        return False
    low, high = float(reach.low or 0), float(reach.high or 0)
    return float(bounds[0]) <= low and high <= float(bounds[1])


def _mark(within: bool) -> html.Td:
    title = "Within" if within else "Outside, or not known"
    mark = icon("check2", "bem-ok") if within else icon("exclamation-triangle", "bem-bad")
    spoken = unseen("within" if within else title)
    return html.Td(html.Span([mark, spoken], title=title), className="sign")


def _range(ends: tuple[Sent, Sent] | None) -> str:
    if ends is None:
        return ""
    words = ["?" if one is None else short_number(one) for one in ends]
    return "unknown" if ends == (None, None) else " to ".join(words)
