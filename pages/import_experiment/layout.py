"""The import page as it stands before a file has come, and the frames that a file fills."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card, page_header
from components.controls import segments
from components.figures.template import CONFIG
from db.commands.form_tokens import new_token
from pages.import_experiment import battery
from pages.import_experiment.columns import zone_options
from pages.import_experiment.file import drop_zone, upload_progress
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import CHARGE, DISCHARGE
from pages.import_experiment.preview import PREVIEW_PX

# Each answer allows the next question (max_intervals): a question that came while one is under way
# would make Dash drop its answer, and a slow server would never be heard.
POLL_MS = 400
LOST_MS = 3000  # a question whose answer never came is asked again


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
            upload_progress(),
            drop_zone(),
            html.Div(_work(), id=Ids.WORK, className="bem-import", hidden=True),
            _save_bar(),
            battery.dialog(manufacturers),
        ],
        className="bem-page",
    )


def _sign_and_zone() -> Component:
    sign = segments(Ids.SIGN, {CHARGE: "Charge", DISCHARGE: "Discharge"}, None)
    zone = dcc.Dropdown(id=Ids.ZONE, options=zone_options(), clearable=False)
    return html.Div(
        [
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
            [html.Div(id=Ids.FILE), html.Div(id=Ids.FILE_STATE)],
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
        card("Preview", preview),
        card("Problems", html.Div(id=Ids.PROBLEMS), note=html.Span(id=Ids.PROBLEMS_NOTE)),
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
