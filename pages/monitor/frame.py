"""Parts of the Monitor page around the tiles, and the words of its dialogs."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, labelled
from components.controls import MAX_SEARCH, search_box, segments, unseen
from components.status import STATION_LOOK
from db.queries.stations.state import StationNow
from db.queries.wattrex.units import UnregisteredUnitNow
from db.terms import OverviewState
from pages.ask import ask_dialog
from pages.monitor.ids import ALARM, CONFIRM, Ids
from pages.station.labels import StatusNote, draw_note, held_question

SLOWLY_MS = 30_000
SORTS = {"urgent": "Alarms first", "name": "By name", "left": "Least time left"}


def headings() -> Component:
    """Name the columns where the tiles are rows of a table; every row says them to a reader."""
    words = ("Station", "State", "Experiment", "Voltage", "Current", "Temperature", "Now", "Next")
    return html.Div(
        [html.Span(one) for one in words], className="bem-overview-head", **{"aria-hidden": "true"}
    )


def nothing_yet(*, operates: bool) -> Component:
    """Say what to do on a system without stations."""
    how = [
        "Start a cycler that reports to this master node, then set up a station for its devices: ",
        dcc.Link("Stations", href="/stations"),
        ". bem demo starts some simulated ones.",
    ]
    sentence = [html.B("No stations yet."), html.Div(how if operates else "An operator adds them.")]
    return html.Div([icon("hdd-rack"), html.Div(sentence)], className="bem-empty bem-no-stations")


def updated() -> Component:
    """Say when the overview was last brought up to date; a script counts."""
    words = html.Span(["Updated ", html.Span("now", className="bem-updated")])
    return html.Span(words, className="bem-age t3 small wide-only end")


def unregistered_notes(units: Sequence[UnregisteredUnitNow]) -> list[Component]:
    """Say that units beat under numbers that nobody knows, and what to do."""
    return [
        draw_note(
            StatusNote(
                "paused",
                "question-circle",
                [
                    html.B(f"A WattRex unit says that it is number {one.claimed_id}. "),
                    f"{one.reason} Nothing of it is stored. Stop the CU manager on its computer, "
                    "remove the file config/cu_manager/.cu_id, start it again: it then registers.",
                ],
            )
        )
        for one in units
    ]


def header_actions(text: str) -> list[Component]:
    """Return search, order and the choice between tiles and table."""
    label = "Search stations, batteries and experiments"
    search = search_box(
        Ids.SEARCH, text[:MAX_SEARCH], "Station or battery", label=label, pause_s=0.05
    )
    sort = dbc.Select(
        id=Ids.SORT,
        options=[{"label": words, "value": value} for value, words in SORTS.items()],
        value="urgent",
        persistence=True,
        persistence_type="local",
        class_name="bem-sort",
    )
    shape = segments(Ids.SHAPE, {"tiles": "Tiles", "table": "Table"}, "tiles", kept=True)
    return [
        search,
        html.Label([unseen("Order"), sort], className="wide-only"),
        html.Div(shape, role="group", className="wide-only", **{"aria-label": "Tiles or table"}),
    ]


def chips(stations: Sequence[StationNow]) -> list[Component]:
    """Return a filter for each state; a script counts and narrows."""
    everything = html.Button(
        ["All ", html.B(formatting.number(len(stations)))],
        type="button",
        className="bem-chip active",
        **{"data-bem-state": "", "aria-pressed": "true"},
    )
    return [everything, *(_chip(state, stations) for state in OverviewState)]


def _chip(state: OverviewState, stations: Sequence[StationNow]) -> Component:
    kind, icon_name, word = STATION_LOOK[state]
    count = sum(1 for one in stations if state in one.states)
    return html.Button(
        [icon(icon_name, f"is-{kind}"), f"{word} ", html.B(formatting.number(count))],
        type="button",
        className="bem-chip" if count else "bem-chip none",
        **{"data-bem-state": state.value, "aria-pressed": "false"},
    )


def confirm_question(station: StationNow, battery_id: int) -> list[Any]:
    """Ask whether the battery is connected, and say what follows."""
    held = [one for one in station.held if one.battery and one.battery.id == battery_id]
    if not held:
        return [f"Nothing on {station.name} waits for this battery any more."]
    confirmed = station.confirmed
    before = confirmed.name if confirmed and confirmed.id != battery_id else ""
    names = ", ".join(one.name for one in held)
    conditions = {
        f"{station.experiment.name} has ended" if station.experiment else "": station.experiment,
        "the alarm here is acknowledged": station.alarms,
        "the station is back in service": station.out,
    }
    waits = " and ".join(words for words, holds in conditions.items() if holds)
    when = f"once {waits}" if waits else "at once"
    follows = f"Then {names} may start {when}: current flows into what is connected."
    return [
        html.P(held_question(station.name, before, held[0])),
        html.P(follows, className="t2"),
    ]


def alarm_question(text: str, when: str, station: StationNow) -> list[Component]:
    """Quote an alarm, and say what begins when it was the last that holds a queue up."""
    quote = html.Blockquote(f"{text}\n{when}", className="bem-quote")
    last = len(station.alarms) == 1 and station.experiment is None
    if not (last and station.queue and station.confirmed):
        return [quote]
    follows = f"Then {station.queue[0]} may start at once: current flows into what is connected."
    return [quote, html.P(follows, className="t2")]


def dialogs() -> list[Component]:
    """Return both dialogs, closed, with the stores that open them; for operators."""
    comment = labelled(
        "What did you find?",
        dbc.Textarea(id=ALARM.comment, maxlength=250, rows=3),
        help_text="It is kept with the alarm and your name.",
    )
    return [*ask_dialog(ALARM, html.Div(comment, id=ALARM.box)), *ask_dialog(CONFIRM)]
