"""The layout of the live view: header, readings, graph card."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import columns, icon, page_header, stores
from components.controls import segments, small_button, unseen
from components.figures.measure_graph import height
from components.measure_view import (
    STRIP_PX,
    Toggle,
    measure_graph,
    overview_strip,
    trace_toggles,
)
from components.readings import UNKNOWN, current_unit, reading
from components.sent import Sent
from components.status import station_pill
from cycling.terms import StationState
from db.queries.stations.state import StationNow
from db.series import ChannelInfo
from pages.context import Viewer, database, limits
from pages.experiment.graph.drawing import theme_colours
from pages.experiment.graph.expected_curve import expected_toggle
from pages.live.commands import command_buttons, command_dialog
from pages.live.content import LiveView, view_digest, view_notes
from pages.live.graph_card import RANGES, USUAL_S, blank
from pages.live.ids import Ids
from pages.live.panel import panel_cards
from pages.live.update import Key
from pages.monitor.frame import dialogs
from pages.monitor.tile import most_current_a, simulated_tag
from pages.queue.card import queue_card, queue_dialog
from pages.station.labels import ago, clock, draw_note

EVERY_S = {1, 5, 10, 30, 60}
FIRST_CHANNELS = ("voltage", "current")
MOST_READINGS = 6


def text_of(view: LiveView, who: Viewer, *, able: bool) -> dict[str, list[Component]]:
    """Return the parts of the page that travel again only when something of their text changes."""
    return {
        "head": _head(view, who, able=able),
        "notes": [draw_note(one) for one in view_notes(view, who.zone)],
        "panel": panel_cards(view, who.zone, operates=who.operates),
        "queue": [queue_card(database(), view.station.id, "", who)],
    }


def page(view: LiveView, channels: Sequence[ChannelInfo], who: Viewer, *, able: bool) -> Component:
    """Return the whole page."""
    text = text_of(view, who, able=able)
    update = {Key.DIGEST: view_digest(view.station)}
    return html.Div(
        [
            dcc.Store(id=Ids.STATION, data=view.station.id),
            dcc.Store(id=Ids.EXPERIMENT, data=view.experiment.id if view.experiment else None),
            *stores(Ids.ASK, Ids.SINK, Ids.WINDOW, Ids.DRAWN),
            dcc.Store(id=Ids.UPDATE, data=update),
            dcc.Store(id=Ids.AGAIN, data=0),
            dcc.Interval(id=Ids.TICK, interval=1000 * limits().refresh_s),
            html.Div(text["head"], id=Ids.HEAD),
            columns(
                [
                    html.Div(text["notes"], id=Ids.NOTES, className="bem-said", role="status"),
                    _graph_card(view, channels, who.zone),
                ],
                [
                    html.Div(text["panel"], id=Ids.PANEL, className="bem-stack"),
                    html.Div(text["queue"], id=Ids.QUEUE),
                ],
                "bem-cols",
            ),
            *([*dialogs(), *command_dialog()] if who.operates else []),
            *queue_dialog(who),
        ],
        className="bem-page bem-live" if view.experiment else "bem-page bem-live bem-nothing",
    )


def _head(view: LiveView, who: Viewer, *, able: bool) -> list[Component]:
    station = view.station
    title: list[Component] = [
        dcc.Link("Monitor /", href="/", className="t3 bem-crumb wide-only"),
        html.Span(station.name, className="cut"),
    ]
    count: list[Component] = [station_pill(station.state, station.beneath)]
    if station.simulated:
        count.append(simulated_tag(station.speed))
    header = page_header(
        title, count=count, actions=command_buttons(view, able=able) if who.operates else None
    )
    return [header, html.Div(_about(view, who.zone), className="bem-bar bem-about")]


def _about(view: LiveView, zone: tzinfo) -> list[Component]:
    experiment = view.experiment
    if experiment is None:
        return [html.Span("Nothing has run here yet.", className="t3")]
    begun = formatting.when(experiment.begun_at, zone, view.station.at) or "not yet"
    name = "Experiment" if view.is_present else "Last experiment"
    return [
        _fact(name, dcc.Link(experiment.name, href=f"/experiments/{experiment.id}")),
        _fact("ID", str(experiment.id)),
        _fact(
            "Battery",
            [
                experiment.battery.name,
                html.Span(f" SN {experiment.battery.serial_number}", className="t3"),
            ],
        ),
        _fact("Profile", experiment.profile),
        *([_fact("Queued by", experiment.user_name)] if experiment.user_name else []),
        _fact("Started", html.Span(begun, title=formatting.utc(experiment.begun_at))),
        *_durations(view, zone),
    ]


def _durations(view: LiveView, zone: tzinfo) -> list[Component]:
    """Return how long the run took until now; a script goes on counting."""
    took, station, live = view.took, view.station, view.station.live
    state = live.state if live and view.is_present and station.lost_at is None else None
    runs = station.speed if state is StationState.RUNNING and not took.test_until else 0.0
    pauses = 1.0 if state is StationState.PAUSED else 0.0
    wall = 1.0 if view.is_present else 0.0
    until = f" until {clock(took.test_until, station.at, zone)}" if took.test_until else ""
    return [
        _fact(name, [_counting(seconds, rate, station.at), *words])
        for name, seconds, rate, words in (
            ("Test time", took.test_s, runs, [until] if until else []),
            ("Pauses", took.pauses_s if pauses or took.pauses_s else None, pauses, []),
            ("Wall time", took.wall_s, wall, []),
        )
        if seconds is not None
    ]


def _counting(seconds: float, rate: float, since: datetime) -> Component:
    counting = f"{since.timestamp() * 1000:.0f},{seconds:.3f},{rate:g}"
    words = formatting.whole_duration(seconds) if rate else formatting.lasted(seconds)
    return html.Span(words, className="num", **{"data-bem-lasts": counting} if rate else {})


def _fact(name: str, value: Sent) -> Component:
    values = value if isinstance(value, list) else [value]
    return html.Span([html.Span(f"{name} ", className="t3"), *values])


def _graph_card(view: LiveView, channels: Sequence[ChannelInfo], zone: tzinfo) -> Component:
    colours = theme_colours(channels)
    toggles = [Toggle(one.key, one.name, colours[one.key]) for one in channels]
    toggles.append(expected_toggle())
    temperature = [one.key for one in channels if one.unit == "degC"][:1]
    parts = [
        _readings(view.station, channels, colours, zone),
        _tools(),
        trace_toggles(Ids.CHANNELS, toggles, [*FIRST_CHANNELS, *temperature]),
        measure_graph(Ids.GRAPH, blank(height([]))),
        overview_strip(Ids.OVERVIEW, blank(STRIP_PX)),
    ]
    return html.Section(parts, className="bem-card", id="live-card", **{"aria-label": "Graph"})


def _readings(
    station: StationNow,
    channels: Sequence[ChannelInfo],
    colours: dict[str, tuple[str, str]],
    zone: tzinfo,
) -> Component:
    factor, unit = current_unit(most_current_a(station))
    readings: list[Component] = []
    for channel in channels[:MOST_READINGS]:
        small = channel.key == "current"
        words = unit if small else formatting.unit_words(channel.unit)
        places = 1 if channel.unit == "degC" else 3
        live = f"{channel.key},{factor if small else 1:g},{places}"
        readings.append(
            reading(UNKNOWN, words, name=channel.name, colours=colours[channel.key], live=live)
        )
    measured_at = station.live.measured_at if station.live else None
    age = (
        ago(measured_at, station.at, zone, live="age")
        if measured_at
        else html.Span("none yet", **{"data-bem-live": "age"})
    )
    last = html.Div(
        [html.Div("Last sample", className="k"), html.Div(age, className="v")],
        className="bem-reading push",
    )
    return html.Div([*readings, last], className="bem-strip")


def _tools() -> Component:
    every = dbc.Select(
        id=Ids.EVERY,
        options=[
            {"label": f"Every {seconds} s", "value": str(seconds)}
            for seconds in sorted(EVERY_S | {limits().refresh_s})
        ],
        value=str(limits().refresh_s),
        persistence=True,
        persistence_type="local",
        class_name="bem-every",
    )
    ranges = segments(Ids.RANGE, RANGES, USUAL_S, kept=True)
    return html.Div(
        [
            html.Div(ranges, role="group", className="bem-ranges", **{"aria-label": "Time range"}),
            html.Span(
                [
                    small_button(
                        [icon("skip-end-fill"), "Follow"],
                        id=Ids.FOLLOW,
                        hidden=True,
                        title="Back to the newest measures",
                    ),
                    html.Label([unseen("Refresh"), every]),
                    html.Button(
                        icon("pause-fill"),
                        type="button",
                        className="btn btn-link icon",
                        title="Pause refreshing",
                        **{
                            "aria-label": "Pause refreshing",
                            "data-bem-hold": "1",
                            "aria-pressed": "false",
                        },
                    ),
                    _csv_menu(),
                ],
                className="end",
            ),
        ],
        className="bem-tools",
    )


def _csv_menu() -> Component:
    choices = [
        html.A(
            [f"{words} ", html.Span(about, className="t3 small")],
            className="dropdown-item",
            href="#",
            download=True,
            **{"data-bem-csv": part},
        )
        for part, words, about in (
            ("shown", "What is shown", "channels and time of the graph"),
            ("all", "Everything", "all channels, from the first measure"),
        )
    ]
    return dbc.DropdownMenu(
        choices,
        label=html.Span([icon("download"), "Download CSV"]),
        color="secondary",
        size="sm",
        align_end=True,
    )
