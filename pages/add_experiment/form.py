"""The fields of a new experiment: what, on which battery and station, with which profile."""

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import icon, labelled
from components.controls import segments
from components.profile_editor import file_button, profile_editor
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from cycling.terms import Polarity, Technology
from pages.add_experiment.form_data import CHOOSE, WRITE, FormData
from pages.add_experiment.ids import EDITOR, PROFILE, Ids
from pages.add_experiment.pairs import Offers, rows

TECHNOLOGIES = {
    "": "All",
    **{one.value: one.word for one in Technology},
}
SIDES = {Polarity.POSITIVE: "Positive side", Polarity.NEGATIVE: "Negative side"}
AMOUNTS = {
    "volume": ("Volume", "mL"),
    "soc": ("Initial SOC", "%"),
    "min-flow": ("Lowest flow rate", "mL/min"),
    "max-flow": ("Highest flow rate", "mL/min"),
}
HOW_TO = """\
# a comment                             one instruction a line
SAFETY VOLTAGE 2.45 4.25 CURRENT -6 6   where the station switches off
RECORD 5s 10mV                          a sample every 5 s, or every 10 mV
WAIT, 10min                             rest; s, min, h
REPEAT 100 CYCLES                       a loop that counts as cycles
  CC, 0.5C, VOLTAGE, 4.2                constant current until 4.2 V; + charges
  CV, 4.2, CURRENT, C/20, TIME, 2h      whichever comes first
  CC, -1C, VOLTAGE, 2.5
  CP, -10W, VOLTAGE, 2.5                constant power
END
CC, 0.5C, CAPACITY, 50%                 of the nominal capacity"""


def fields(form: FormData, offers: Offers) -> list[Component]:
    """Return all fields, filled."""
    return [
        html.Div([_name(form), _description(form)], className="bem-two"),
        _technology(form),
        html.Div(rows(form.pairs, offers, form.technology), id=Ids.ROWS, className="bem-pairs"),
        dbc.Button(
            [icon("plus-lg"), "Another battery"],
            id=Ids.ADD_ROW,
            color="link",
            size="sm",
            class_name="bem-add-pair",
        ),
        _electrolytes(form),
        _profile(form),
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


def _electrolytes(form: FormData) -> Component:
    sides = [
        html.Fieldset(
            [
                html.Legend(label, className="form-label"),
                html.Div(
                    [_amount(form, polarity, quantity) for quantity in AMOUNTS],
                    className="bem-fields",
                ),
            ]
        )
        for polarity, label in SIDES.items()
    ]
    return html.Section(
        [html.H2("Electrolytes"), *sides],
        id=Ids.ELECTROLYTES,
        className="bem-form-part",
        hidden=True,
    )


def _amount(form: FormData, polarity: Polarity, quantity: str) -> Component:
    label, unit = AMOUNTS[quantity]
    name = Ids.quantity(polarity, quantity)
    control = dbc.Input(
        id=name,
        value=form.electrolytes.get(name, ""),
        inputmode="numeric",
        maxlength=7,
        autocomplete="off",
    )
    return labelled(label, control, unit=unit, error_id=f"{name}-error")


def _profile(form: FormData) -> Component:
    source = segments(Ids.SOURCE, {CHOOSE: "Choose", WRITE: "Write"}, form.source)
    head = html.Div(
        [
            html.H2("Profile"),
            html.Div(
                [
                    html.Div(source, role="group", **{"aria-label": "Where the profile is from"}),
                    file_button(EDITOR),
                ],
                className="end",
            ),
        ],
        className="bem-profile-head",
    )
    error = html.Div(id=f"{PROFILE}-error", className="bem-field-error", role="alert")
    checked = html.Div(id=Ids.CHECKED, className="bem-editor-problems", role="status")
    return html.Section(
        [head, _choose(form), _write(form), error, checked],
        className="bem-form-part bem-profile",
    )


def _choose(form: FormData) -> Component:
    version = dcc.Dropdown(
        id=Ids.VERSION,
        value=form.version_id,
        placeholder="Choose a profile of the library",
        optionHeight="auto",
    )
    return html.Div(
        [
            dbc.Label("Profile of the library", html_for=Ids.VERSION),
            version,
            html.Div(id=Ids.OTHERS),
            dbc.Button(
                [icon("pencil"), "Write a variant of it"],
                id=Ids.EDIT,
                color="link",
                size="sm",
                class_name="bem-add-pair",
            ),
        ],
        id=Ids.CHOOSE_BOX,
        hidden=form.source != CHOOSE,
    )


def _write(form: FormData) -> Component:
    return html.Div(
        [
            profile_editor(EDITOR, form.text, label="Profile text"),
            html.Small(id=Ids.CAPACITY, className="form-text"),
            html.Details(
                [html.Summary("How to write a profile"), html.Pre(HOW_TO)], className="bem-choose"
            ),
        ],
        id=Ids.WRITE_BOX,
        hidden=form.source != WRITE,
    )


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
