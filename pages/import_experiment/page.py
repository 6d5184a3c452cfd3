"""Import experiment: a file is checked, its columns corrected, then imported, all or nothing."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, callback, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import card, page_header
from components.controls import segments
from components.figures.template import CONFIG
from components.sent import Sent
from db.commands.form_tokens import new_token
from db.queries.batteries.detail import battery_choices, manufacturers
from db.queries.profiles.library import list_profiles
from db.terms import Role
from pages.battery.live_checks import RefusedBatteryError, follow, register
from pages.context import database, register_page, viewer
from pages.import_experiment import again, form, remembered
from pages.import_experiment.batch import battery as batch_battery
from pages.import_experiment.batch import form as batch
from pages.import_experiment.columns import zone_options
from pages.import_experiment.file import drop_zone, file_line, upload_progress
from pages.import_experiment.form import battery_options, experiment_form
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import CHARGE, DISCHARGE
from pages.import_experiment.stores import read_upload
from pages.import_experiment.verification import PREVIEW_PX

# Each answer allows the next question (max_intervals): a question that came while one is under way
# would make Dash drop its answer, and a slow server would never be heard.
POLL_MS = 400
LOST_MS = 3000  # a question whose answer never came is asked again


register_page(__name__, "/import-experiment", "Import experiment", Role.OPERATOR)


def layout() -> Component:
    """Return the page."""
    return import_page(manufacturers(database()))


@callback(
    output=(
        Output(Ids.CHOOSE, "style"),
        Output(Ids.WORK, "hidden"),
        Output(Ids.SAVE_BAR, "hidden"),
        Output(Ids.FILE, "children"),
        Output(Ids.FORM, "children"),
        Output(Ids.VERIFIED, "data"),
    ),
    inputs={"upload": Input(Ids.UPLOAD, "data")},
    state={"verified": State(Ids.VERIFIED, "data")},
)
def show_upload(upload: Sent, verified: Sent) -> tuple[Any, ...]:
    """Show the place for a file, or the work on the file that is there."""
    upload = read_upload(upload)
    emptied = None if verified else no_update
    if not upload:  # the form stays, hidden: callbacks that are on their way still find its fields
        return {}, True, True, None, no_update, emptied
    profiles = list_profiles(database()).rows
    form = experiment_form(upload, battery_choices(database()), profiles, str(viewer().zone))
    return {"display": "none"}, False, False, file_line(upload), form, emptied


@callback(
    output=Output(Ids.UPLOAD, "data", allow_duplicate=True),  # the upload script and watch_import
    inputs={"clicks": Input(Ids.REMOVE, "n_clicks"), "skipped": Input(Ids.SKIP, "n_clicks")},
    state={"running": State(Ids.IMPORT_JOB, "data")},
    prevent_initial_call=True,
)
def remove_file(clicks: int | None, skipped: int | None, running: int | None) -> Sent:
    """Put the file aside, to choose another one; also one that came before."""
    pressed = skipped if ctx.triggered_id == Ids.SKIP else clicks
    if not pressed or running is not None:
        raise PreventUpdate
    return None


follow(form.FORM)


@callback(
    output=(
        Output(form.OPEN, "is_open"),
        Output(form.RESULT, "data"),
        Output(Ids.BATTERY, "options"),
        Output(Ids.BATTERY, "value"),
        Output(form.ONCE, "data"),
    ),
    inputs={
        "opened": Input(Ids.NEW_BATTERY, "n_clicks"),
        "_cancel": Input(form.CANCEL, "n_clicks"),
        "_save": Input(form.SAVE, "n_clicks"),
    },
    state={
        "values": [State(control, "value") for control in form.FORM.controls],
        "token": State(form.ONCE, "data"),
    },
    prevent_initial_call=True,
    running=[(Output(form.SAVE, "disabled"), True, False)],
)
def new_battery(
    opened: int | None, _cancel: int, _save: int, values: list[Any], token: Sent
) -> tuple[Any, ...]:
    """Open and close the dialog; on success the new battery is the chosen one."""
    if ctx.triggered_id != form.SAVE:
        is_open = bool(opened and ctx.triggered_id == Ids.NEW_BATTERY)
        return is_open, None, no_update, no_update, new_token()
    try:
        _battery, battery_id = register(values, token)
    except RefusedBatteryError as error:
        return True, error.answer, no_update, no_update, no_update
    options = battery_options(battery_choices(database()))
    return False, {"problems": {}, "saved": True}, options, battery_id, no_update


def import_page(manufacturers: Sequence[str] = ()) -> Component:
    """Return the page; what was uploaded and typed in this tab comes back from its stores."""
    kept = {"storage_type": "session"}
    return html.Div(
        [
            dcc.Store(id=Ids.UPLOAD, **kept),
            dcc.Store(id=Ids.MAPPING, **kept),
            dcc.Store(id=Ids.IMPORT_JOB, **kept),
            dcc.Store(id=Ids.VERIFY_JOB),
            dcc.Store(id=Ids.VERIFIED),
            dcc.Store(id=Ids.ONCE, data=new_token()),
            dcc.Interval(id=Ids.VERIFY_POLL, interval=POLL_MS, max_intervals=0),
            dcc.Interval(id=Ids.IMPORT_POLL, interval=POLL_MS, max_intervals=0),
            dcc.Interval(id=Ids.LOST_POLL, interval=LOST_MS),
            dcc.Location(id=Ids.GO, refresh="callback-nav"),
            page_header("Import experiment"),
            *batch.stores(),
            upload_progress(),
            html.Div(drop_zone(), id=Ids.DROP_BOX),
            batch.box(),
            html.Div(_work(), id=Ids.WORK, className="bem-import", hidden=True),
            _save_bar(),
            form.dialog(form.FORM, manufacturers),
            form.dialog(batch_battery.FORM, manufacturers),
        ],
        className="bem-page",
    )


def _sign_and_zone() -> Component:
    sign = segments(Ids.SIGN, {CHARGE: "Charge", DISCHARGE: "Discharge"}, None)
    part = dcc.Dropdown(id=Ids.PART, clearable=False, placeholder="Choose the test")
    zone = dcc.Dropdown(id=Ids.ZONE, options=zone_options(), clearable=False)
    return html.Div(
        [
            html.Div(
                [dbc.Label("Test in the file", html_for=Ids.PART), part],
                id=Ids.PART_BOX,
                hidden=True,
            ),
            html.Div(
                [
                    html.Div("Current above zero is", className="form-label"),
                    sign,
                    dbc.FormText(id=Ids.SIGN_NOTE),
                ]
            ),
            html.Div(
                [dbc.Label("Time zone of the file", html_for=Ids.ZONE), zone], id=Ids.ZONE_BOX
            ),
        ],
        className="body bem-two",
    )


def _work() -> list[Component]:
    left = [
        html.Section(
            [html.Div(id=Ids.FILE), html.Div(id=Ids.FILE_STATE), remembered.note()],
            className="bem-card",
            **{"aria-label": "File"},
        ),
        html.Div(
            [
                card(
                    "Columns",
                    html.Div(id=Ids.COLUMNS),
                    note=html.Span(id=Ids.COLUMNS_NOTE),
                ),
                card("Current and clock", _sign_and_zone()),
            ],
            id=Ids.DETAILS,
            className="bem-stack",
            hidden=True,
        ),
    ]
    preview = dcc.Graph(id=Ids.PREVIEW, config=CONFIG, style={"height": PREVIEW_PX})
    right = [
        again.question(),
        card("Preview", preview),
        card("Problems", html.Div(id=Ids.PROBLEMS), note=html.Span(id=Ids.PROBLEMS_NOTE)),
        card("Inferred", html.Div(id=Ids.INFERRED)),
        card("Experiment", html.Div(id=Ids.FORM, className="body")),
    ]
    return [
        html.Div(left, className="bem-stack"),
        html.Div(right, id=Ids.SIDE, className="bem-stack", hidden=True),
    ]


def _save_bar() -> Component:
    return html.Div(
        [
            dbc.Button("Import", id=Ids.SAVE, color="primary", disabled=True),
            dbc.Button("Cancel", id=Ids.CANCEL, color="secondary", style={"display": "none"}),
            html.Div(id=Ids.RUNNING),
            html.Span(
                "All or nothing: nothing shows in Experiments until every row is in.",
                className="t3 small wide-only",
            ),
            html.Span(id=Ids.SAVE_STATE, className="state"),
        ],
        id=Ids.SAVE_BAR,
        className="bem-savebar",
        hidden=True,
    )
