"""Ids of Add battery, and the next one of equal batteries."""

from dataclasses import replace

from cycling.battery.description import NewBattery, next_serial_number
from cycling.names import MAX_NAME
from db.queries.batteries.detail import registered_as
from pages.battery.form import Form
from pages.context import database

NEXT = "/add-battery?like={}"
TRIES = 200  # serial numbers that are taken already, before the user finds the next one

FORM = Form("battery-add")


class Ids:
    """Ids of this page beside those of its form."""

    SAVE = FORM.part("save")
    SAVE_NEXT = FORM.part("save-next")
    ONCE = FORM.part("once")
    RESULT = FORM.part("result")


def next_one(known: NewBattery) -> NewBattery:
    """Return the same battery with the next free serial number; "" without a number in it.

    A name that ends in the same number counts with it: NMC-031, SN 24-031.
    """
    copy = known
    for _ in range(TRIES):
        serial = next_serial_number(copy.serial_number)
        if not serial or len(serial) > 30:
            return replace(known, serial_number="")
        name = _counted_name(copy.name, copy.serial_number)
        copy = replace(copy, serial_number=serial, name=name)
        if registered_as(database(), name, known.manufacturer, known.model, serial) is None:
            break
    return copy


def _counted_name(name: str, serial_number: str) -> str:
    digits = name[len(name.rstrip("0123456789")) :]
    ends_alike = digits and serial_number.endswith(digits.lstrip("0") or digits)
    number = serial_number[len(serial_number.rstrip("0123456789")) :]
    if not ends_alike or int(number) != int(digits):
        return name
    counted = next_serial_number(name)
    return counted if len(counted) <= MAX_NAME else name
