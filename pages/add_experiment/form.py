"""The fields of a new experiment: what, on which battery and station, with which profile."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import icon, labelled
from components.controls import segments
from components.electrolytes import electrolyte_fields
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from cycling.terms import Technology
from pages.add_experiment.form_data import MAX_ROWS, FormData
from pages.add_experiment.ids import CHOICE, PREFIX, Ids
from pages.add_experiment.pairs import Offers, empty_row, rows
from pages.profile.choice import profile_choice

TECHNOLOGIES = {
    "": "All",
    **{one.value: one.word for one in Technology},
}


def fields(form: FormData, offers: Offers) -> list[Component]:
    """Return all fields, filled."""
    return [
        html.Div([_name(form), _description(form)], className="bem-two"),
        _technology(form),
        dcc.Store(id=Ids.EMPTY_ROW, data=empty_row(offers, form.technology)),
        html.Div(rows(form.pairs, offers, form.technology), id=Ids.ROWS, className="bem-pairs"),
        dbc.Button(
            [icon("plus-lg"), "Another battery"],
            id=Ids.ADD_ROW,
            disabled=len(form.pairs) >= MAX_ROWS,
            color="link",
            size="sm",
            class_name="bem-add-pair",
        ),
        electrolyte_fields(PREFIX, form.electrolytes, section_id=Ids.ELECTROLYTES),
        profile_choice(CHOICE, form.source, version_id=form.version_id, text=form.text),
        _acknowledge(form),
    ]


def _name(form: FormData) -> Component:
    control = dbc.Input(id=Ids.NAME, value=form.name, maxlength=MAX_NAME, autocomplete="off")
    return labelled("Name", control, error_id=f"{Ids.NAME}-error")


def _description(form: FormData) -> Component:
    control = dbc.Input(
        id=Ids.DESCRIPTION, value=form.description, maxlength=MAX_DESCRIPTION, autocomplete="off"
    )
    return labelled("Description", control, optional=True, error_id=f"{Ids.DESCRIPTION}-error")


def _technology(form: FormData) -> Component:
    chosen = form.technology.value if form.technology else ""
    choice = segments(Ids.TECHNOLOGY, TECHNOLOGIES, chosen)
    return html.Fieldset([html.Legend("Technology", className="form-label"), choice])


def _acknowledge(form: FormData) -> Component:
    box = dbc.Checkbox(
        id=Ids.ACKNOWLEDGE,
        value=form.acknowledged,
        label="I have read these warnings, and the cell may be run like this",
    )
    return html.Div(
        [
            html.Div(id=Ids.HAZARDS, className="bem-hazards"),
            box,
            html.Div(id=f"{Ids.ACKNOWLEDGE}-error", className="bem-field-error", role="alert"),
        ],
        id=f"{Ids.ACKNOWLEDGE}-box",
        hidden=True,
    )
