"""The fields of a new experiment: what, on which battery and station, with which profile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import icon, labelled
from components.profile_editor import file_button, profile_editor
from components.sent import Sent
from cycling.names import MAX_DESCRIPTION, MAX_NAME
from cycling.terms import Polarity, Technology
from db.queries.experiments.form_choices import OfferedBattery, OfferedStation
from pages.add_experiment.form_data import CHOOSE, WRITE, Pair, Typed
from pages.add_experiment.ids import PROFILE, Ids

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


@dataclass(frozen=True)
class Offers:
    """What the form can choose from."""

    batteries: Sequence[OfferedBattery]
    stations: Sequence[OfferedStation]


def fields(typed: Typed, offers: Offers) -> list[Component]:
    """Return all fields, filled."""
    return [
        html.Div([_name(typed), _description(typed)], className="bem-two"),
        _technology(typed),
        html.Div(rows(typed.pairs, offers, typed.technology), id=Ids.ROWS, className="bem-pairs"),
        dbc.Button(
            [icon("plus-lg"), "Another battery"],
            id=Ids.ADD_ROW,
            color="link",
            size="sm",
            class_name="bem-add-pair",
        ),
        _electrolytes(typed),
        _profile(typed),
        _acknowledge(typed),
    ]


def rows(pairs: Sequence[Pair], offers: Offers, technology: Technology | None) -> list[Component]:
    """Return the rows of batteries and stations; with several each can be taken away."""
    several = len(pairs) > 1
    return [
        _row(number, pair, offers, technology, several=several) for number, pair in enumerate(pairs)
    ]


def battery_options(
    batteries: Sequence[OfferedBattery],
    technology: Technology | None,
    chosen: int | None = None,
) -> list[dict[str, Any]]:
    """Return the batteries of a technology, and the chosen one whatever it is."""
    return [
        _option(one.id, f"{one.name}, SN {one.serial_number}", _battery_words(one))
        for one in batteries
        if technology in (None, one.technology) or one.id == chosen
    ]


def station_options(stations: Sequence[OfferedStation]) -> list[dict[str, Any]]:
    """Return the stations with what they are, what is on them and what waits there."""
    return [
        {
            **_option(one.id, one.name, _station_words(one)),
            "disabled": one.now.out is not None,
        }
        for one in stations
    ]


def range_words(low: Sent, high: Sent, unit: str) -> str:
    """Write a range: 0 to 5 V; what is not known says so."""
    if low is None or high is None:
        return f"{unit} range unknown"
    return f"{short_number(low)} to {short_number(high)} {unit}"


def short_number(value: Sent) -> str:
    """Write a number with five digits at most."""
    return formatting.quantity(float(f"{float(value):.5g}"), "").strip()


def _option(value: int, name: str, about: str) -> dict[str, Any]:
    label = html.Span(
        [html.Span(name), html.Span(about, className="about")], className="bem-option"
    )
    # by the name alone: a word of the rest, "LA-005" say, would come before "Station 05"
    return {"value": value, "label": label, "search": name}


def _battery_words(battery: OfferedBattery) -> str:
    words = []
    if battery.capacity_ah is not None:
        words.append(formatting.quantity(battery.capacity_ah, "Ah"))
    if battery.confirmed_on is not None:
        words.append(f"on {battery.confirmed_on.name}")
    elif battery.bound_to is not None:
        words.append(f"waits for {battery.bound_to.name}")
    return ", ".join(words)


def _station_words(station: OfferedStation) -> str:
    now, can = station.now, station.can
    if now.out is not None:
        return f"out of service: {now.out.reason}"
    words = [
        range_words(can.voltage_min_v, can.voltage_max_v, "V"),
        range_words(can.current_min_a, can.current_max_a, "A"),
    ]
    if now.confirmed is not None:
        words.append(f"{now.confirmed.name} confirmed")
    if station.waiting:
        words.append(f"{station.waiting} waiting")
    if now.simulated:
        words.append("simulated")
    if now.online is False or now.lost_at is not None:
        words.append("no contact")
    return ", ".join(words)


def _name(typed: Typed) -> Component:
    control = dbc.Input(id=Ids.NAME, value=typed.name, maxlength=MAX_NAME, autocomplete="off")
    return labelled("Name", control, error_id=f"{Ids.NAME}-error")


def _description(typed: Typed) -> Component:
    control = dbc.Input(
        id=Ids.DESCRIPTION, value=typed.description, maxlength=MAX_DESCRIPTION, autocomplete="off"
    )
    return labelled("Description", control, optional=True, error_id=f"{Ids.DESCRIPTION}-error")


def _technology(typed: Typed) -> Component:
    choice = dbc.RadioItems(
        id=Ids.TECHNOLOGY,
        options=[{"label": words, "value": value} for value, words in TECHNOLOGIES.items()],
        value=typed.technology.value if typed.technology else "",
        class_name="bem-seg",
        input_class_name="btn-check",
        label_class_name=" ",
        label_checked_class_name="active",
    )
    return html.Fieldset([html.Legend("Technology", className="form-label"), choice])


def _row(
    number: int, pair: Pair, offers: Offers, technology: Technology | None, *, several: bool
) -> Component:
    battery = dcc.Dropdown(
        id=Ids.battery(number),
        options=battery_options(offers.batteries, technology, pair.battery_id),
        value=pair.battery_id,
        placeholder="Name or serial number",
        optionHeight="auto",
    )
    station = dcc.Dropdown(
        id=Ids.station(number),
        options=station_options(offers.stations),
        value=pair.station_id,
        placeholder="Choose",
        optionHeight="auto",
    )
    remove = html.Button(
        [icon("x-lg"), html.Span(f"Remove pair {number + 1}", className="visually-hidden")],
        id=Ids.remove(number),
        type="button",
        className="bem-bare",
        title="Remove this pair",
        hidden=not several,
    )
    connected = dbc.Checkbox(
        id=Ids.connected(number), value=pair.connected, label="", class_name="bem-connected"
    )
    return html.Div(
        [
            html.Div(
                [
                    _labelled("Battery", battery, number),
                    _labelled("Station", station, number),
                    remove,
                ],
                className="chosen",
            ),
            html.Div(id=Ids.note(number), className="said", role="status"),
            connected,
            html.Div(className="bem-field-error bem-pair-error", role="alert"),
        ],
        className="bem-pair",
    )


def _labelled(label: str, control: Component, number: int) -> Component:
    more = "" if number == 0 else f" {number + 1}"
    return html.Div([dbc.Label(f"{label}{more}", html_for=control.id), control])


def _electrolytes(typed: Typed) -> Component:
    sides = [
        html.Fieldset(
            [
                html.Legend(words, className="form-label"),
                html.Div(
                    [_amount(typed, polarity, quantity) for quantity in AMOUNTS],
                    className="bem-fields",
                ),
            ]
        )
        for polarity, words in SIDES.items()
    ]
    return html.Section(
        [html.H2("Electrolytes"), *sides],
        id=Ids.ELECTROLYTES,
        className="bem-form-part",
        hidden=True,
    )


def _amount(typed: Typed, polarity: Polarity, quantity: str) -> Component:
    label, unit = AMOUNTS[quantity]
    name = Ids.quantity(polarity, quantity)
    control = dbc.Input(
        id=name,
        value=typed.electrolytes.get(name, ""),
        inputmode="numeric",
        maxlength=7,
        autocomplete="off",
    )
    return labelled(label, control, unit=unit, error_id=f"{name}-error")


def _profile(typed: Typed) -> Component:
    source = dbc.RadioItems(
        id=Ids.SOURCE,
        options=[{"label": "Choose", "value": CHOOSE}, {"label": "Write", "value": WRITE}],
        value=typed.source,
        class_name="bem-seg",
        input_class_name="btn-check",
        label_class_name=" ",
        label_checked_class_name="active",
    )
    head = html.Div(
        [
            html.H2("Profile"),
            html.Div(
                [
                    html.Div(source, role="group", **{"aria-label": "Where the profile is from"}),
                    file_button(PROFILE),
                ],
                className="end",
            ),
        ],
        className="bem-profile-head",
    )
    error = html.Div(id=f"{PROFILE}-error", className="bem-field-error", role="alert")
    return html.Section(
        [head, _choose(typed), _write(typed), error, html.Div(id=Ids.CHECKED, role="status")],
        className="bem-form-part bem-profile",
    )


def _choose(typed: Typed) -> Component:
    version = dcc.Dropdown(
        id=Ids.VERSION,
        value=typed.version_id,
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
        hidden=typed.source != CHOOSE,
    )


def _write(typed: Typed) -> Component:
    return html.Div(
        [
            profile_editor(PROFILE, typed.text, label="Profile text"),
            html.Small(id=Ids.CAPACITY, className="form-text"),
            html.Details(
                [html.Summary("How to write a profile"), html.Pre(HOW_TO)], className="bem-choose"
            ),
        ],
        id=Ids.WRITE_BOX,
        hidden=typed.source != WRITE,
    )


def _acknowledge(typed: Typed) -> Component:
    box = dbc.Checkbox(
        id=Ids.ACKNOWLEDGE,
        value=typed.acknowledged,
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
