"""The fields of the experiment that the file becomes."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import labelled
from components.electrolytes import electrolyte_fields
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from db.queries.batteries.detail import BatteryChoice
from db.queries.profiles.library import ProfileRow
from pages.battery.form import Filling, Form, fields
from pages.import_experiment.ids import PREFIX, Ids
from pages.import_experiment.proposals import name_of_file
from pages.import_experiment.run import profile_fields

FORM = Form("import-battery")
SAVE = FORM.part("save")
CANCEL = FORM.part("cancel")
RESULT = FORM.part("result")
ONCE = FORM.part("once")
OPEN = FORM.part("dialog")


def experiment_form(
    upload: dict[str, Any],
    batteries: Sequence[BatteryChoice],
    profiles: Sequence[ProfileRow] = (),
    zone: str = "UTC",
) -> Component:
    """Return the fields of the new experiment; they are kept for this file in the tab.

    `zone` is the viewer's, in which a start is typed.
    """
    keep: dict[str, Any] = {"persistence": upload["id"], "persistence_type": "session"}
    return html.Div(
        [
            labelled(
                "Name",
                dbc.Input(
                    id=Ids.NAME, value=name_of_file(upload["name"]), maxLength=MAX_NAME, **keep
                ),
                error_id=f"{Ids.NAME}-error",
            ),
            _battery_field(batteries, keep),
            labelled(
                "Description",
                dbc.Input(id=Ids.DESCRIPTION, maxLength=MAX_DESCRIPTION, **keep),
                optional=True,
            ),
            html.Div(id=Ids.STARTED, className="t2 small"),
            _start_fields(keep, zone),
            electrolyte_fields(PREFIX, {}, section_id=Ids.ELECTROLYTES, optional=True, **keep),
            profile_fields(profiles, upload["id"]),
        ],
        className="bem-form",
    )


def _battery_field(batteries: Sequence[BatteryChoice], keep: dict[str, Any]) -> Component:
    label = html.Div(
        [
            dbc.Label("Battery", html_for=Ids.BATTERY),
            dbc.Button("New battery", id=Ids.NEW_BATTERY, color="link", size="sm"),
        ],
        className="bem-row",
    )
    choice = dcc.Dropdown(
        id=Ids.BATTERY,
        options=battery_options(batteries),
        placeholder="Choose the battery",
        **keep,
    )
    error = html.Div(id=f"{Ids.BATTERY}-error", className="bem-field-error", role="alert")
    return html.Div([label, choice, error])


def battery_options(batteries: Sequence[BatteryChoice]) -> list[dict[str, Any]]:
    """Return the batteries as choices."""
    return [
        {
            "label": f"{battery.name}, SN {battery.serial_number}",
            "value": battery.id,
            "search": f"{battery.name} {battery.serial_number} {battery.technology.word}",
        }
        for battery in batteries
    ]


def _start_fields(keep: dict[str, Any], zone: str) -> Component:
    day = dbc.Input(id=Ids.DAY, type="date", **keep)
    clock = dbc.Input(id=Ids.CLOCK, type="time", step=1, **keep)
    return html.Div(
        [
            html.Div([labelled("Started on", day), labelled("at", clock)], className="bem-two"),
            dbc.FormText(
                "The file has no clock. This is taken from the file's own date, in "
                f"{zone}; correct it if you know better."
            ),
        ],
        id=Ids.START_BOX,
        hidden=True,
    )


def dialog(form: Form, manufacturers: Sequence[str] = ()) -> dbc.Modal:
    """Return the dialog of a new battery, closed."""
    title = form.part("title")
    return dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("New battery", id=title), close_button=True),
            dbc.ModalBody(
                [
                    fields(form, Filling(values={}, manufacturers=manufacturers)),
                    dcc.Store(id=form.part("once")),
                    html.Div(id=form.part("side"), className="bem-stack bem-below"),
                ]
            ),
            dbc.ModalFooter(
                [
                    html.Span(id=form.part("state"), className="bem-bad small", role="status"),
                    dbc.Button("Cancel", id=form.part("cancel"), color="secondary"),
                    dbc.Button("Add battery", id=form.part("save"), color="primary"),
                ]
            ),
        ],
        id=form.part("dialog"),
        labelledby=title,
        is_open=False,
        scrollable=True,
        size="lg",
    )
