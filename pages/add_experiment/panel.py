"""What a new experiment would do: its expected course, its limits, and where it would run."""

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.battery_labels import technology_word
from components.blocks import card, empty, icon, note
from components.figures.template import CONFIG
from components.sent import Sent
from cycling.battery.description import NewBattery, safety_range_v
from cycling.profile import Span
from cycling.profile.language.tree import LimitKind
from cycling.profile.program.instructions import ExactRange
from pages.add_experiment.form import short_number
from pages.add_experiment.ids import Ids
from pages.add_experiment.pairs import Seat, Situation, first_error, has_errors, queue_words
from pages.profile.check import CheckedView

GRAPH_PX = 320


def side() -> list[Component]:
    """Return the frames beside the form; callbacks fill them."""
    graph = html.Div(
        dcc.Graph(id=Ids.GRAPH, config=CONFIG, style={"height": GRAPH_PX}), className="bem-sketch"
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


def about_words(view: CheckedView | None) -> str:
    """Say what the sketch is of."""
    if view is None or view.drawn is None:
        return ""
    what = view.battery.chemistry or technology_word(view.battery.technology)
    if view.capacity_is_assumed:
        return f"from a battery model, {what}, the capacity assumed"
    return f"from a battery model, {what} of {formatting.quantity(view.capacity_ah or 0, 'Ah')}"


def stats(view: CheckedView | None) -> list[Component]:
    """Return expected duration and throughput."""
    if view is None:
        return []
    waits = f"waits for line {view.waits_for}" if view.waits_for else "not known"
    total = view.throughput
    rows: list[tuple[str, str | None]] = [
        ("Whole profile", None if total is None else formatting.duration(total.duration_s)),
        ("Charged", None if total is None else formatting.quantity(_three(total.charge_ah), "Ah")),
        (
            "Discharged",
            None if total is None else formatting.quantity(_three(total.discharge_ah), "Ah"),
        ),
    ]
    return [
        html.Div(
            [
                html.Div(label, className="k"),
                html.Span(waits, className="t3 small")
                if words is None
                else html.Span(words, className="v"),
            ],
            className="bem-reading",
        )
        for label, words in rows
    ]


def limits_card(seat: Seat) -> list[Component]:
    """Return the profile's ranges against those of battery and station."""
    view = seat.view
    if view is None or view.ranges is None or (seat.sheet is None and seat.station is None):
        return []
    reach, can = view.ranges, seat.station.can if seat.station else None
    sheet = seat.sheet
    volts = _limits_row(
        "Voltage / V",
        reach.voltage_v or Span(None, None),
        (sheet.voltage_min_v, sheet.voltage_max_v) if sheet else None,
        (can.voltage_min_v, can.voltage_max_v) if can else None,
        rests=reach.voltage_v is None,
    )
    amperes = _limits_row(
        "Current / A",
        reach.current_a,
        (sheet.current_min_a, sheet.current_max_a) if sheet else None,
        (can.current_min_a, can.current_max_a) if can else None,
    )
    rows = [volts, amperes, *_safety_rows(view, sheet)]
    heads = ["Limit", "Profile", "Battery", seat.station.name if seat.station else "Station", ""]
    classes = [None, "num", "num", "num", "sign"]
    table = html.Table(
        [
            html.Thead(
                html.Tr([html.Th(h, className=c) for h, c in zip(heads, classes, strict=True)])
            ),
            html.Tbody(rows),
        ],
        className="bem-table in-card bem-limits",
    )
    which = f"up to line {view.waits_for - 1}" if view.waits_for and view.waits_for > 1 else None
    return [card("Limits check", table, note=which)]


def summary_card(state: Situation) -> list[Component]:
    """Say what will run where, on what, for how long, behind what, and what it waits for."""
    chosen = [seat for seat in state.seats if seat.is_chosen]
    if not chosen:
        return []
    name = state.typed.name.strip() or "This experiment"
    items = [html.Li(_seat_words(name, seat)) for seat in chosen]
    title = "What will run" if len(chosen) == 1 else f"What will run, {len(chosen)} experiments"
    return [card(title, html.Ul(items, className="bem-plan"))]


def seat_note(seat: Seat) -> list[Component]:
    """Return what must be said of a pair below its choices.

    Errors of the profile stand under its text for the first pair, here for the others.
    """
    said: list[Component] = []
    if not seat.is_chosen:
        return said
    if seat.problem:
        said.append(note("error", seat.problem))
    if seat.place and seat.view is not None and (words := first_error(seat.view.problems)):
        said.append(note("error", f"The profile on this pair: {words}"))
    if not seat.problem and seat.held_words:
        last = seat.station.now.confirmed if seat.station else None
        before = (
            f"{last.name} was the last battery confirmed on {seat.station.name}. "
            if (last is not None and seat.station is not None)
            else ""
        )
        busy = (
            f" {seat.station.name} works with another battery at the moment."
            if seat.is_busy and seat.station is not None
            else ""
        )
        said.append(
            html.Div(
                [icon("plug"), html.Div([before, seat.held_words, busy])],
                className="bem-note queued",
            )
        )
    if (silent := _contact_words(seat)) is not None:
        said.append(note("paused", silent))
    return said


def connected_words(seat: Seat) -> str:
    """Return the sentence that the user confirms; blank where it cannot be said here."""
    if not seat.can_confirm or seat.station is None:
        return ""
    return f"{seat.battery_words} is connected to {seat.station.name}"


def button_words(state: Situation) -> str:
    """Say what the button will do."""
    chosen = [seat for seat in state.seats if seat.is_chosen]
    if len(state.seats) > 1:
        return f"Queue {formatting.counted(len(state.seats), 'experiment')}"
    if not chosen or chosen[0].station is None:
        return "Queue experiment"
    return f"Queue experiment on {chosen[0].station.name}"


def state_words(state: Situation) -> list[Component]:
    """Say beside the button what stands in its way; nothing before anything is written."""
    wrong = [seat for seat in state.seats if seat.view is not None and has_errors(seat)]
    if not wrong or wrong[0].view is None:
        return []
    errors = [one for one in wrong[0].view.problems if one.severity == "error"]
    count = formatting.counted(len(errors), "error")
    return [icon("x-circle-fill"), f" {count} in the profile, line {errors[0].line}"]


def _seat_words(name: str, seat: Seat) -> list[Any]:
    station = seat.station.name if seat.station else ""
    words: list[Any] = [
        html.Div([html.B(name), " on ", html.B(seat.battery_words)]),
        html.Div([f"at {station}", *_simulated(seat), f", {queue_words(seat)}"], className="t2"),
    ]
    view = seat.view
    if view is not None and view.program is not None:
        duration = view.duration_s
        lasts = (
            f"about {formatting.duration(duration)}" if duration else "for a time nobody can tell"
        )
        words.append(html.Div([lasts, _real_time(seat, duration)], className="t2"))
    held = seat.held_words
    words.append(html.Div(held or "Queued at once.", className="t2" if held else "bem-ok"))
    return words


def _simulated(seat: Seat) -> list[Any]:
    if seat.station is None or not seat.station.now.simulated:
        return []
    return [" ", html.Span("simulated", className="bem-tag")]


def _real_time(seat: Seat, duration_s: float | None) -> str:
    speed = seat.station.now.speed if seat.station else 1.0
    if not duration_s or speed == 1.0:
        return ""
    return f", at {speed:g} times the speed {formatting.duration(duration_s / speed)}"


def _contact_words(seat: Seat) -> str | None:
    station = seat.station
    if station is None or (station.now.online is not False and station.now.lost_at is None):
        return None
    return f"{station.name} has no contact now. The experiment waits until it is back."


def _limits_row(
    label: str,
    reach: Span,
    battery: tuple[Any, Any] | None,
    station: tuple[Any, Any] | None,
    *,
    rests: bool = False,
) -> html.Tr:
    ranges = [one for one in (battery, station) if one is not None]
    within = rests or all(_within(reach, one) for one in ranges)
    cells = [
        "rest" if rests else _range(reach.low, reach.high),
        *("" if one is None else _range(*one) for one in (battery, station)),
    ]
    return html.Tr(
        [html.Td(label), *(html.Td(one, className="num") for one in cells), _mark(within)]
    )


def _safety_rows(view: CheckedView, sheet: NewBattery | None) -> list[html.Tr]:
    """Return where the station switches off: by the profile's SAFETY, and by the battery's."""
    rows = []
    own = view.drawn.safety_range(LimitKind.VOLTAGE) if view.drawn else None
    battery = safety_range_v(sheet) if sheet else None
    if own is not None or battery is not None:
        rows.append(_off_row("Off outside / V", _ends(own), battery))
    heat = view.drawn.safety_range(LimitKind.TEMPERATURE) if view.drawn else None
    low, high = (sheet.temperature_min_degc, sheet.temperature_max_degc) if sheet else (None, None)
    limits = None if low is None and high is None else (low, high)
    if heat is not None or limits is not None:
        rows.append(_off_row("Off outside / °C", _ends(heat), limits))
    return rows


def _ends(limits: ExactRange | None) -> tuple[Any, Any] | None:
    return None if limits is None else (limits.low, limits.high)


def _off_row(label: str, own: tuple[Any, Any] | None, battery: tuple[Any, Any] | None) -> html.Tr:
    cells = ["" if one is None else _range(*one) for one in (own, battery)]
    return html.Tr(
        [html.Td(label), *(html.Td(one, className="num") for one in cells), html.Td(), html.Td()]
    )


def _within(reach: Span, bounds: Sequence[Any]) -> bool:
    """Whether a reach surely stays within bounds; what is not known is not within."""
    if None in (reach.low, reach.high, *bounds):
        return False
    low, high = float(reach.low or 0), float(reach.high or 0)
    return float(bounds[0]) <= low and high <= float(bounds[1])


def _mark(within: bool) -> html.Td:
    if within:
        sign = html.Span([icon("check2", "bem-ok"), _aloud("within")], title="Within")
    else:
        words = "Outside, or not known"
        sign = html.Span([icon("exclamation-triangle", "bem-bad"), _aloud(words)], title=words)
    return html.Td(sign, className="sign")


def _aloud(words: str) -> Component:
    return html.Span(words, className="visually-hidden")


def _range(low: Sent, high: Sent) -> str:
    ends = ["?" if one is None else short_number(one) for one in (low, high)]
    return "unknown" if low is None and high is None else " to ".join(ends)


def _three(value: float) -> float:
    return float(f"{value:.4g}")
