"""The questions of the overview and the live view: what an alarm was, which battery it is."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import labelled
from pages.monitor.ids import AlarmIds, ConfirmIds


def dialogs() -> list[Component]:
    """Return both dialogs, closed, with the stores that open them; for operators."""
    return [
        dcc.Store(id=AlarmIds.CHOSEN),
        dcc.Store(id=AlarmIds.DONE),
        dcc.Store(id=ConfirmIds.CHOSEN),
        dcc.Store(id=ConfirmIds.DONE),
        _alarm_dialog(),
        _confirm_dialog(),
    ]


def _alarm_dialog() -> dbc.Modal:
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("Acknowledge the alarm"), close_button=False),
            dbc.ModalBody(
                [
                    html.Blockquote(id=AlarmIds.QUOTE, className="bem-quote"),
                    labelled(
                        "What did you find?",
                        dbc.Textarea(id=AlarmIds.COMMENT, maxlength=250, rows=3),
                        help_text="It is kept with the alarm and your name.",
                        error_id=AlarmIds.ERROR,
                    ),
                ]
            ),
            dbc.ModalFooter(
                [
                    dbc.Button("Cancel", id=AlarmIds.CANCEL, color="secondary"),
                    dbc.Button("Acknowledge", id=AlarmIds.SAVE, color="primary"),
                ]
            ),
        ],
        id=AlarmIds.DIALOG,
        is_open=False,
    )


def _confirm_dialog() -> dbc.Modal:
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("Confirm the battery"), close_button=False),
            dbc.ModalBody(
                [
                    html.Div(id=ConfirmIds.QUESTION, className="bem-ask"),
                    html.Div(id=ConfirmIds.ERROR, className="bem-field-error", role="alert"),
                ]
            ),
            dbc.ModalFooter(
                [
                    dbc.Button("Cancel", id=ConfirmIds.CANCEL, color="secondary"),
                    dbc.Button("It is connected", id=ConfirmIds.SAVE, color="primary"),
                ]
            ),
        ],
        id=ConfirmIds.DIALOG,
        is_open=False,
    )
