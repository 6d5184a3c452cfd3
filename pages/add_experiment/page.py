"""Add experiment: what is to run, on which battery and station, with which profile."""

import uuid
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, callback, ctx, dcc, html, set_props
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import form_page, icon, note, page_header, stores
from components.sent import Sent
from components.shell import Ids as Shell
from db.queries.experiments.form_choices import offered_batteries, offered_stations
from db.queries.profiles.library import list_profiles
from db.terms import Role
from pages.add_experiment.form import fields
from pages.add_experiment.form_data import read_form
from pages.add_experiment.form_state import main_equipment
from pages.add_experiment.ids import CHOICE, EDITOR, ELECTROLYTE_FIELDS, Ids
from pages.add_experiment.initial_values import BEGINNINGS, initial_form
from pages.add_experiment.library import others_list, profile_options
from pages.add_experiment.pairs import (
    Offers,
    empty_row,
    offered_options,
    version,
)
from pages.add_experiment.panel import panel
from pages.context import database, register_page, run_script
from pages.profile.choice import CHOOSE, watch_choice

register_page(__name__, "/add-experiment", "Add experiment", Role.OPERATOR, reads=BEGINNINGS)


def layout(**query: str) -> Component:
    """Return the form as the address asks for it; a script puts back what the tab remembers."""
    initial = initial_form(database(), query, uuid.uuid4().hex)
    kind = "paused" if initial.is_problem else "info"
    notes = [note(kind, initial.message)] if initial.message else []
    begin = {"kept": initial.storage_name, "typed": initial.form.to_json()}
    offers = _offers()
    form = html.Div(fields(initial.form, offers), id=Ids.FORM, className="bem-form")
    queues = [icon("list-ol"), "Queues and drafts"]
    head = [
        dcc.Store(id=Ids.BEGIN, data=begin),
        dcc.Store(id=Ids.LABORATORY, data=version(offers)),
        *stores(
            Ids.AGAIN,
            Ids.RESTORE,
            Ids.TYPED,
            Ids.SEND,
            Ids.RESULT,
            Ids.ANSWER,
            Ids.DRAWN,
            Ids.OFFERS,
            Ids.SINK,
        ),
        dcc.Location(id=Ids.GO, refresh="callback-nav"),
        page_header(
            "Add experiment",
            count=html.Span(id=Ids.SAVED),
            actions=dcc.Link(queues, href="/queue", className="btn btn-link"),
        ),
    ]
    bar = [
        dbc.Button("Queue experiment", id=Ids.SAVE, color="primary"),
        dbc.Button("Save draft", id=Ids.DRAFT, color="link"),
        html.Span(id=Ids.STATE, className="bem-bad small", role="status"),
    ]
    beside = html.Div(panel(), className="bem-stack bem-beside")
    look = "bem-form-page bem-add-experiment"
    return form_page(head, [*notes, form], bar, beside=beside, look=look)


def _offers() -> Offers:
    return Offers(offered_batteries(database()), offered_stations(database()))


watch_choice(CHOICE)

_CONTROLS: list[tuple[Any, str]] = [
    (Ids.NAME, "value"),
    (Ids.DESCRIPTION, "value"),
    (Ids.TECHNOLOGY, "value"),
    (Ids.battery(ALL), "value"),
    (Ids.station(ALL), "value"),
    (Ids.connected(ALL), "value"),
    (CHOICE.source, "value"),
    (CHOICE.version, "value"),
    (Ids.ACKNOWLEDGE, "value"),
    *((name, "value") for name in ELECTROLYTE_FIELDS),
]

run_script(
    "addExperiment.typed",
    *(Input(*control) for control in _CONTROLS),
    Input(EDITOR.typed, "data"),
    Input(Ids.FORM, "children"),
    Input(Ids.ROWS, "children"),  # a pair that comes or goes calls no script without an output
    State(Ids.BEGIN, "data"),
)
run_script(
    "addExperiment.pairs",
    Output(Ids.ROWS, "children"),
    Input(Ids.ADD_ROW, "n_clicks"),
    Input(Ids.remove(ALL), "n_clicks"),
    State(Ids.ROWS, "children"),
    State(Ids.EMPTY_ROW, "data"),
    at_start=False,
)
run_script(
    "addExperiment.send",
    Output(Ids.SEND, "data"),
    Input(Ids.SAVE, "n_clicks"),
    Input(Ids.DRAFT, "n_clicks"),
    at_start=False,
)
run_script(
    "addExperiment.again", Output(Ids.AGAIN, "data"), Input(Shell.PULSE, "data"), at_start=False
)
run_script("addExperiment.restore", Output(Ids.RESTORE, "data"), Input(Ids.BEGIN, "data"))
run_script("addExperiment.say", Input(Ids.RESULT, "data"))
run_script(
    "addExperiment.offer",
    Input(Ids.OFFERS, "data"),
    State(Ids.battery(ALL), "value"),
    State(Ids.station(ALL), "value"),
)
run_script("addExperiment.show", Input(Ids.RESULT, "data"), Input(Ids.ANSWER, "data"))


@callback(
    output=Output(Ids.FORM, "children"),
    inputs={"kept": Input(Ids.RESTORE, "data")},
    prevent_initial_call=True,
)
def restore(kept: Sent) -> list[Component]:
    """Fill the form with what this tab kept from before a reload or a login."""
    if not isinstance(kept, dict):
        raise PreventUpdate
    return fields(read_form(kept), _offers())


@callback(
    output={
        "empty": Output(Ids.EMPTY_ROW, "data"),
        "offers": Output(Ids.OFFERS, "data"),
    },
    inputs={"technology": Input(Ids.TECHNOLOGY, "value"), "_again": Input(Ids.AGAIN, "data")},
    state={
        "chosen": {
            "batteries": State(Ids.battery(ALL), "value"),
            "stations": State(Ids.station(ALL), "value"),
        },
        "laboratory": State(Ids.LABORATORY, "data"),
    },
    prevent_initial_call=True,
)
def offer(
    technology: Sent, _again: Sent, chosen: dict[str, list[Any]], laboratory: Sent
) -> dict[str, Any]:
    """Offer the batteries of a technology, and what has changed in the laboratory meanwhile.

    What calls the check is no output: Dash keeps a check of what was typed waiting as long as
    something is under way that may call it.
    """
    offers = _offers()
    present, which = version(offers), read_form({"technology": technology}).technology
    if present != laboratory:
        set_props(Ids.LABORATORY, {"data": present})
    elif ctx.triggered_id == Ids.AGAIN:
        raise PreventUpdate
    return {
        "empty": empty_row(offers, which),
        "offers": offered_options(offers, which, chosen["batteries"], chosen["stations"]),
    }


@callback(
    output={
        "options": Output(CHOICE.version, "options"),
        "others": Output(CHOICE.others, "children"),
    },
    inputs={"plain": Input(Ids.TYPED, "data"), "source": Input(CHOICE.source, "value")},
    state={"version_id": State(CHOICE.version, "value")},
)
def offer_profiles(plain: Sent, source: Sent, version_id: Sent) -> dict[str, Any]:
    """Offer the profiles that fit, once battery and station are chosen; list the others apart."""
    if source != CHOOSE:
        raise PreventUpdate
    battery, station = main_equipment(database(), read_form(plain))
    profiles = list_profiles(database()).rows
    chosen = version_id if isinstance(version_id, int) else None
    options, others = profile_options(profiles, battery, station, chosen)
    return {"options": options, "others": others_list(others)}
