"""Add experiment: what is to run, on which battery and station, with which profile."""

import uuid
from typing import Any

import dash_bootstrap_components as dbc
from dash import (
    ALL,
    ClientsideFunction,
    Input,
    Output,
    State,
    callback,
    clientside_callback,
    ctx,
    dcc,
    html,
    no_update,
    register_page,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components import formatting
from components.blocks import icon, note, page_header
from components.profile_editor import file_id, problems_id, problems_list, text_id, typed_id
from components.sent import Sent
from components.shell import Ids as Shell
from components.shell import toast
from cycling.errors import InputError
from db.commands.audit import By
from db.commands.queue import PairError, save_draft
from db.queries.experiments.form_choices import offered_batteries, offered_stations
from db.queries.profiles.library import list_profiles, version_text
from db.queries.stations.queue import PlanFacts
from db.terms import PlanState, Role
from pages.add_experiment.form import Offers, battery_options, fields, rows
from pages.add_experiment.form_data import CHOOSE, MOST_ROWS, WRITE, Pair, Typed, typed_from
from pages.add_experiment.ids import ELECTROLYTE_FIELDS, PROFILE, Ids
from pages.add_experiment.initial_values import beginning
from pages.add_experiment.library import others_list, profile_options
from pages.add_experiment.pairs import Situation, situation
from pages.add_experiment.panel import (
    about_words,
    button_words,
    connected_words,
    limits_card,
    seat_note,
    side,
    state_words,
    stats,
    summary_card,
)
from pages.add_experiment.queueing import problems_of, queue, row_key
from pages.context import actor, database, viewer
from pages.profile.check import watch_editor
from pages.profile.files import text_of_file

register_page(
    __name__,
    path="/add-experiment",
    title="Add experiment - Battery Experiments Manager",
    role=Role.OPERATOR,
)


def layout(**query: str) -> Component:
    """Return the form as the address asks for it; a script puts back what the tab remembers."""
    begun = beginning(database(), query, uuid.uuid4().hex)
    said = [note("paused" if begun.is_problem else "info", begun.words)] if begun.words else []
    begin = {"kept": begun.kept_as, "typed": begun.typed.to_json()}
    return html.Div(
        [
            dcc.Store(id=Ids.BEGIN, data=begin),
            dcc.Store(id=Ids.RESTORE),
            dcc.Store(id=Ids.TYPED),
            dcc.Store(id=Ids.SEND),
            dcc.Store(id=Ids.FOUND),
            dcc.Store(id=Ids.ANSWER),
            dcc.Store(id=Ids.DRAWN),
            dcc.Store(id=Ids.SINK),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
            page_header(
                "Add experiment",
                count=html.Span(id=Ids.SAVED),
                actions=dcc.Link(
                    [icon("list-ol"), "Queues and drafts"], href="/queue", className="btn btn-link"
                ),
            ),
            html.Div(
                [
                    html.Div(
                        [*said, html.Div(_fields(begun.typed), id=Ids.FORM, className="bem-form")],
                        className="bem-stack",
                    ),
                    html.Div(side(), className="bem-stack bem-beside"),
                ],
                className="bem-form-page bem-add-experiment",
            ),
            _save_bar(),
        ],
        className="bem-page",
    )


def _fields(typed: Typed) -> list[Component]:
    return fields(typed, _offers())


def _offers() -> Offers:
    return Offers(offered_batteries(database()), offered_stations(database()))


def _save_bar() -> Component:
    return html.Div(
        [
            dbc.Button("Queue experiment", id=Ids.SAVE, color="primary"),
            dbc.Button("Save draft", id=Ids.DRAFT, color="link"),
            html.Span(id=Ids.STATE, className="bem-bad small", role="status"),
        ],
        className="bem-savebar",
    )


watch_editor(PROFILE)

_CONTROLS: list[tuple[Any, str]] = [
    (Ids.NAME, "value"),
    (Ids.DESCRIPTION, "value"),
    (Ids.TECHNOLOGY, "value"),
    (Ids.battery(ALL), "value"),
    (Ids.station(ALL), "value"),
    (Ids.connected(ALL), "value"),
    (Ids.SOURCE, "value"),
    (Ids.VERSION, "value"),
    (Ids.ACKNOWLEDGE, "value"),
    *((name, "value") for name in ELECTROLYTE_FIELDS),
]

clientside_callback(
    ClientsideFunction("addExperiment", "typed"),
    *(Input(*control) for control in _CONTROLS),
    Input(typed_id(PROFILE), "data"),
    State(Ids.BEGIN, "data"),
)
clientside_callback(
    ClientsideFunction("addExperiment", "send"),
    Output(Ids.SEND, "data"),
    Input(Ids.SAVE, "n_clicks"),
    Input(Ids.DRAFT, "n_clicks"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("addExperiment", "restore"),
    Output(Ids.RESTORE, "data"),
    Input(Ids.BEGIN, "data"),
)
clientside_callback(
    ClientsideFunction("addExperiment", "restored"),
    Input(Ids.FORM, "children"),
    prevent_initial_call=True,
)
clientside_callback(
    ClientsideFunction("addExperiment", "source"),
    Output(Ids.CHOOSE_BOX, "hidden"),
    Output(Ids.WRITE_BOX, "hidden"),
    Input(Ids.SOURCE, "value"),
)
clientside_callback(
    ClientsideFunction("addExperiment", "show"),
    Input(Ids.FOUND, "data"),
    Input(Ids.ANSWER, "data"),
)


@callback(Output(Ids.FORM, "children"), Input(Ids.RESTORE, "data"), prevent_initial_call=True)
def restore(kept: Sent) -> list[Component]:
    """Fill the form with what this tab has typed before a reload or a login."""
    if not isinstance(kept, dict):
        raise PreventUpdate
    return _fields(typed_from(kept))


@callback(
    Output(Ids.ROWS, "children"),
    Input(Ids.ADD_ROW, "n_clicks"),
    Input(Ids.remove(ALL), "n_clicks"),
    State(Ids.battery(ALL), "value"),
    State(Ids.station(ALL), "value"),
    State(Ids.connected(ALL), "value"),
    State(Ids.TECHNOLOGY, "value"),
    prevent_initial_call=True,
)
def change_rows(added: Sent, removed: Sent, *given: Sent) -> list[Component]:
    """Add an empty pair, or take one away; the others keep what is chosen."""
    *columns, technology = given
    typed = typed_from(
        {"pairs": [list(one) for one in zip(*columns, strict=True)], "technology": technology}
    )
    pairs = list(typed.pairs)
    if ctx.triggered_id == Ids.ADD_ROW and added and len(pairs) < MOST_ROWS:
        pairs.append(Pair())
    elif isinstance(ctx.triggered_id, dict) and any(removed or ()):
        del pairs[ctx.triggered_id["row"]]
    else:
        raise PreventUpdate
    return rows(pairs or [Pair()], _offers(), typed.technology)


@callback(
    Output(Ids.battery(ALL), "options"),
    Input(Ids.TECHNOLOGY, "value"),
    State(Ids.battery(ALL), "value"),
    prevent_initial_call=True,
)
def narrow(technology: Sent, chosen: list[Any]) -> list[Any]:
    """Offer the batteries of a technology."""
    wanted = typed_from({"technology": technology}).technology
    known = offered_batteries(database())
    return [battery_options(known, wanted, one) for one in chosen]


@callback(
    Output(Ids.VERSION, "options"),
    Output(Ids.OTHERS, "children"),
    Input(Ids.TYPED, "data"),
    Input(Ids.SOURCE, "value"),
    State(Ids.VERSION, "value"),
)
def offer_profiles(plain: Sent, source: Sent, chosen: Sent) -> tuple[Any, ...]:
    """Offer the profiles that fit, once battery and station are known; list the others apart."""
    if source != CHOOSE:
        raise PreventUpdate
    typed = typed_from({**plain, "source": WRITE, "text": ""} if isinstance(plain, dict) else {})
    seat = situation(database(), typed).main
    listed = list_profiles(database()).rows
    options, others = profile_options(listed, seat, chosen if isinstance(chosen, int) else None)
    return options, others_list(others)


@callback(
    Output(text_id(PROFILE), "value"),
    Output(Ids.SOURCE, "value"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Input(Ids.EDIT, "n_clicks"),
    Input(file_id(PROFILE), "data"),
    State(Ids.VERSION, "value"),
    prevent_initial_call=True,
)
def fill_editor(clicks: Sent, file: Sent, version_id: Sent) -> tuple[Any, ...]:
    """Put the chosen profile's text, or that of a file, into the editor."""
    try:
        if ctx.triggered_id == file_id(PROFILE) and file is not None:
            found = text_of_file(file)
            return found.text, WRITE, toast("info", found.words)
        if clicks and isinstance(version_id, int) and not isinstance(version_id, bool):
            return version_text(database(), version_id), WRITE, no_update
    except InputError as error:
        return no_update, no_update, toast("error", str(error))
    raise PreventUpdate


@callback(
    Output(problems_id(PROFILE), "children"),
    Output(Ids.CHECKED, "children"),
    Output(Ids.CAPACITY, "children"),
    Output(Ids.note(ALL), "children"),
    Output(Ids.connected(ALL), "label"),
    Output(Ids.connected(ALL), "style"),
    Output(Ids.ELECTROLYTES, "hidden"),
    Output(f"{Ids.ACKNOWLEDGE}-box", "hidden"),
    Output(Ids.HAZARDS, "children"),
    Output(Ids.LIMITS, "children"),
    Output(Ids.SUMMARY, "children"),
    Output(Ids.SAVE, "children"),
    Output(Ids.STATE, "children"),
    Output(Ids.FOUND, "data"),
    Input(Ids.TYPED, "data"),
    State(Ids.note(ALL), "id"),
)
def check(plain: Sent, rows_shown: list[Any]) -> tuple[Any, ...]:
    """Say what the form means, as it is typed: errors by line, limits, what runs where."""
    if not isinstance(plain, dict):
        raise PreventUpdate
    state = situation(database(), typed_from(plain))
    # a row may have been added or removed meanwhile
    seats = [*state.seats, *(state.main for _ in rows_shown)][: len(rows_shown)]
    listed = problems_list(state.problems)
    chosen = state.typed.source == CHOOSE
    labels = [connected_words(seat) for seat in seats]
    return (
        [] if chosen else listed,
        listed if chosen else [],
        _capacity_words(state),
        [seat_note(seat) for seat in seats],
        labels,
        [{} if label else {"display": "none"} for label in labels],
        not state.has_stack,
        not state.hazards,
        [note("paused", one.sentence.capitalize()) for one in state.hazards] if chosen else [],
        limits_card(state.main),
        summary_card(state),
        button_words(state),
        state_words(state),
        {"problems": problems_of(state)},
    )


@callback(
    Output(Ids.GRAPH, "figure"),
    Output(Ids.GRAPH, "style"),
    Output(Ids.NO_GRAPH, "hidden"),
    Output(Ids.ABOUT, "children"),
    Output(Ids.STATS, "children"),
    Output(Ids.DRAWN, "data"),
    Input(Ids.TYPED, "data"),
    Input(Shell.THEME, "data"),
    State(Ids.DRAWN, "data"),
)
def draw(plain: Sent, theme: str | None, drawn: Sent) -> tuple[Any, ...]:
    """Draw the expected course for the first pair; not again for what does not change it."""
    if not isinstance(plain, dict) or theme is None:
        raise PreventUpdate
    typed = typed_from(plain)
    first = typed.pairs[0]
    what = [
        theme,
        first.battery_id,
        first.station_id,
        typed.version_id if typed.source == CHOOSE else typed.text,
    ]
    if what == drawn:
        raise PreventUpdate
    view = situation(database(), typed).main.view
    figure = view.figure(dark=theme == "dark") if view else None
    shown = {"height": 320} if figure else {"display": "none"}
    return figure or {}, shown, figure is not None, about_words(view), stats(view), what


@callback(
    Output(Ids.ANSWER, "data"),
    Output(Ids.SAVED, "children"),
    Output(Ids.GO, "href"),
    Output(Shell.TOAST, "data", allow_duplicate=True),  # every page may show a toast
    Input(Ids.SEND, "data"),
    prevent_initial_call=True,
    running=[
        (Output(Ids.SAVE, "disabled"), True, False),
        (Output(Ids.DRAFT, "disabled"), True, False),
    ],
)
def send(sent: Sent) -> tuple[Any, ...]:
    """Queue the experiments, or keep the form as a draft; or say what is wrong."""
    if not isinstance(sent, dict):
        raise PreventUpdate  # the toast is older than this page, so Dash calls when the page opens
    typed = typed_from(sent.get("typed"))
    by = actor()
    try:
        if sent.get("what") == "draft":
            return _keep(typed, by)
        return _queue(typed, by)
    except PairError as error:
        return _refused({row_key(error.place): str(error)})
    except InputError as error:
        return _refused({PROFILE: str(error)})


def _keep(typed: Typed, by: By) -> tuple[Any, ...]:
    save_draft(database(), typed.token, typed.name, typed.to_json(), by=by)
    at = by.now.astimezone(viewer().zone)
    return no_update, f"Draft saved {at:%H:%M}", no_update, no_update


def _queue(typed: Typed, by: By) -> tuple[Any, ...]:
    state = situation(database(), typed)
    if found := problems_of(state):
        return _refused(found)
    plans = queue(database(), state, by)
    return {"problems": {}, "saved": True}, no_update, "/", toast("done", _queued_words(plans))


def _refused(found: dict[str, str]) -> tuple[Any, ...]:
    problems = {"problems": found, "focus": next(iter(found))}
    return problems, no_update, no_update, no_update


def _queued_words(plans: tuple[PlanFacts, ...]) -> str:
    held = sum(plan.state is PlanState.HELD for plan in plans)
    first = plans[0]
    if len(plans) == 1:
        words = f"{first.name} is queued."
        return f"{first.name} is held. {first.held_because}" if held else words
    words = f"{formatting.counted(len(plans), 'experiment')} are queued"
    return (
        f"{words}, {held} of them held until their batteries are confirmed."
        if held
        else f"{words}."
    )


def _capacity_words(state: Situation) -> str:
    sheet = state.main.sheet
    if sheet is None:
        return "A, V, W and s where no unit is given; C-rates need a battery."
    if sheet.capacity_ah is None:
        return "A, V, W and s where no unit is given; no capacity is known, so no C-rates."
    capacity = formatting.quantity(sheet.capacity_ah, "Ah")
    return f"A, V, W and s where no unit is given; C-rates use {capacity}."
