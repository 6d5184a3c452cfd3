"""Parts of Add battery: where it leads, the next one of equal batteries, the buttons."""

from dataclasses import replace

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from cycling.battery.description import NewBattery, next_serial_number
from cycling.names import MAX_NAME
from db.queries.batteries.choices import registered_as
from pages.battery.form import Form
from pages.battery.parts import ADD_EXPERIMENT
from pages.context import database

AFTER_SAVING = ADD_EXPERIMENT
NEXT = "/add-battery?like={}"
TRIES = 200  # serial numbers that are taken already, before the user finds the next one

FORM = Form("battery-add")


class Ids:
    """Ids of this page beside those of its form."""

    SAVE = FORM.part("save")
    SAVE_NEXT = FORM.part("save-next")
    ONCE = FORM.part("once")
    FOUND = FORM.part("found")
    GO = FORM.part("go")


def next_one(known: NewBattery) -> NewBattery:
    """Return the same battery with the next free serial number; "" without a number in it.

    A name that ends in the same number counts with it: NMC-031, SN 24-031.
    """
    found = known
    for _ in range(TRIES):
        serial = next_serial_number(found.serial_number)
        if not serial or len(serial) > 30:
            return replace(known, serial_number="")
        name = _counted_name(found.name, found.serial_number)
        found = replace(found, serial_number=serial, name=name)
        if registered_as(database(), name, known.manufacturer, known.model, serial) is None:
            break
    return found


def _counted_name(name: str, serial_number: str) -> str:
    digits = name[len(name.rstrip("0123456789")) :]
    ends_alike = digits and serial_number.endswith(digits.lstrip("0") or digits)
    number = serial_number[len(serial_number.rstrip("0123456789")) :]
    if not ends_alike or int(number) != int(digits):
        return name
    counted = next_serial_number(name)
    return counted if len(counted) <= MAX_NAME else name


def save_bar() -> Component:
    """Return the buttons, and beside them what is missing."""
    return html.Div(
        [
            dbc.Button("Add battery", id=Ids.SAVE, color="primary"),
            dbc.Button("Add and copy as next", id=Ids.SAVE_NEXT, color="secondary"),
            html.Span(id=FORM.part("state"), className="bem-bad small", role="status"),
        ],
        className="bem-savebar",
    )
