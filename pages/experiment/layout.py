"""The layout of the experiment page: header, graph card and the cards around it."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Children, card, columns, empty, icon, page_header, stores
from components.controls import action_link, segments, unseen
from components.figures.time_axis import Window
from components.measure_view import Toggle, graph_card, trace_toggles
from components.pictures import picture_menu
from db.measures.export import csv_file_name
from db.queries.experiments.detail import ExperimentFacts, Neighbours, experiment_notes
from db.series import ChannelInfo
from pages.context import Viewer, viewer
from pages.experiment.changes import change_buttons, change_dialogs
from pages.experiment.export import export_card
from pages.experiment.graph.drawing import FIRST_CHANNELS, theme_colours
from pages.experiment.graph.expected_curve import expected_toggle
from pages.experiment.happenings.notes import note_form, notes_card
from pages.experiment.ids import Ids
from pages.experiment.neighbours import neighbour_links
from pages.experiment.present import drawn_state, facts_of, happenings, state_words
from pages.experiment.statistics.card import statistics_frame
from pages.experiment.statistics.edges import edge_button, edge_dialog
from pages.experiment.tabs import Tab, tab_bar, tab_state
from pages.experiment.view import ExperimentView
from pages.experiment.waiting import waiting_card

CLOCK, ELAPSED = "clock", "elapsed"


def overview_page(
    view: ExperimentView, around: Neighbours, window: Window | None, who: Viewer
) -> Component:
    """Return the page of the overview; `window` is the part of the graph that is shown first."""
    facts = view.facts
    state = html.Span(state_words(facts), id=Ids.STATE, className="count")
    return html.Div(
        [
            dcc.Store(id=Ids.EXPERIMENT, data=facts.id),
            dcc.Store(id=Ids.WINDOW, data=[end * 1000 for end in window] if window else None),
            dcc.Store(id=Ids.NOTED, data=0),
            dcc.Store(id=Ids.DRAWN_STATE, data=drawn_state(view)),
            dcc.Store(id=Ids.ENDED),
            dcc.Location(id=Ids.RELOAD, refresh=True),
            _header(facts, around, state, change_buttons(who)),
            tab_bar(facts.id, Tab.OVERVIEW),
            *change_dialogs(who),
            *edge_dialog(facts, who),
            columns(_main(view, who), _side(view, who), "bem-cols"),
        ],
        className="bem-page",
    )


def tab_page(
    tab: Tab, view: ExperimentView, around: Neighbours, content: Sequence[Component], who: Viewer
) -> Component:
    """Return the page of another tab with its content."""
    facts = view.facts
    return html.Div(
        [
            dcc.Store(id=Ids.EXPERIMENT, data=facts.id),
            _header(facts, around, tab_state(facts), change_buttons(who), tab),
            tab_bar(facts.id, tab),
            *change_dialogs(who),
            *content,
        ],
        className="bem-page",
    )


def preparing(facts: ExperimentFacts, around: Neighbours, fraction: float) -> Component:
    """Stand in the place of the page until the experiment's measures are copied."""
    waiting = html.Div(preparing_words(fraction), id=Ids.PREPARING, role="status")
    return html.Div(
        [
            dcc.Store(id=Ids.EXPERIMENT, data=facts.id),
            dcc.Interval(id=Ids.PREPARING_POLL, interval=1500),
            dcc.Location(id=Ids.PREPARED, refresh=True),
            _header(facts, around, state_words(facts)),
            html.Div(card("Graph", empty("hourglass-split", waiting)), className="bem-cols"),
        ],
        className="bem-page",
    )


def preparing_words(fraction: float) -> str:
    """Say that the measures are being copied, and how far."""
    return f"The measures are being prepared for the graph, {100 * fraction:.0f} % so far."


def _header(
    facts: ExperimentFacts,
    around: Neighbours,
    state: Children,
    changes: Sequence[Component] = (),
    tab: Tab = Tab.OVERVIEW,
) -> Component:
    title = [
        dcc.Link("Experiments /", href="/experiments", className="t3 bem-crumb"),
        html.Span(facts.name, className="cut", title=facts.name),
    ]
    csv = html.A(
        [icon("download"), "CSV"],
        href=f"/experiments/{facts.id}/measures.csv",
        download=True,
        className="btn btn-secondary",
    )
    return page_header(
        title,
        count=state,
        actions=[
            *neighbour_links(facts.battery.name, around, tab),
            *changes,
            *_again(facts),
            csv,
        ],
    )


def _again(facts: ExperimentFacts) -> list[Component]:
    """Return the way to a copy of it, for those who may queue one."""
    if not viewer().operates:
        return []
    address = f"/add-experiment?like={facts.id}"
    return [action_link("arrow-repeat", "Run again", address, hidden="bem-wide-words")]


def _main(view: ExperimentView, who: Viewer) -> list[Component]:
    states = html.Div(id=Ids.STATES, className="bem-late")
    profile = html.Div(id=Ids.PROFILE, className="bem-late")
    graph = [_graph(view, who), statistics_frame(edge_button(view.facts, who))]
    if not view.facts.measures:
        graph = [card("Graph", empty("graph-up", "This experiment has no measures yet."))]
    if view.waits is not None:
        graph = [*waiting_card(view.waits, who), *graph]
    return [
        *graph,
        html.Div(happenings(view, who), id=Ids.HAPPENINGS, className="bem-late bem-stack"),
        states,
        profile,
    ]


def _graph(view: ExperimentView, who: Viewer) -> Component:
    colours = theme_colours(view.channels)
    toggles = [
        Toggle(channel.key, channel_words(channel), colours[channel.key])
        for channel in view.channels
    ]
    if view.facts.source is None:  # what was imported has no profile
        toggles.append(expected_toggle())
    writes = who.operates
    add_note = dbc.Button(
        [icon("pencil-square"), unseen("Add a note")],
        id=Ids.NOTE_ADD,
        color="link",
        class_name="icon",
        title="Add a note",
    )
    time = segments(Ids.TIME, {CLOCK: "Clock", ELAPSED: "Test time"}, CLOCK, kept=True)
    return graph_card(
        graph_id=Ids.GRAPH,
        overview_id=Ids.OVERVIEW,
        range_id=Ids.RANGE,
        toggles=trace_toggles(Ids.CHANNELS, toggles, FIRST_CHANNELS),
        tools=[
            html.Div(time, role="group", **{"aria-label": "Time axis"}),
            dbc.Button(
                [
                    icon("arrows-angle-expand"),
                    "Whole",
                    html.Span(" experiment", className="bem-wide-words"),
                ],
                id=Ids.WHOLE,
                color="link",
            ),
            *([add_note] if writes else []),
            _picture_menu(view.facts),
        ],
        # with the graph: without outputs on the page the callbacks that draw it are not called
        below=[
            *stores(Ids.DRAWN, Ids.STRIP_DRAWN),
            *([note_form(marks_time=True)] if writes else []),
        ],
    )


def _picture_menu(facts: ExperimentFacts) -> Component:
    name = csv_file_name(facts.id, facts.name).removesuffix(".bdf.csv")
    return picture_menu(name, f"{facts.id} {facts.name}", graph=Ids.GRAPH)


def channel_words(channel: ChannelInfo) -> str:
    """Return a channel's name, with its unit where that is not clear."""
    unit = "" if channel.used_measure_id is None else formatting.unit_words(channel.unit)
    return f"{channel.name} / {unit}" if unit else channel.name


def _side(view: ExperimentView, who: Viewer) -> list[Component]:
    facts = view.facts
    cards: list[Component] = [
        html.Div(facts_of(view.experiment.database, facts, who), id=Ids.FACTS)
    ]
    if facts.measures:
        names = [(channel.key, channel_words(channel)) for channel in view.channels]
        cards.append(export_card(facts, names))
    notes = experiment_notes(view.experiment.database, facts.id)
    return [*cards, notes_card(notes, view.whole, who)]
