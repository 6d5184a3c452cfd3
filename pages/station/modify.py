"""Modify station: the form of one in use, with what happens when it is saved.

Its callbacks are those of Add station, which has the same form.
"""

from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import form_page, note, page_header
from cycling.errors import NotFoundError
from db.queries.stations.details import StationFacts, find_station, station_set_up
from db.queries.stations.queue import names
from db.queries.stations.units import find_unit
from db.terms import Role
from pages.context import database, register_page
from pages.not_found_404 import not_found
from pages.station.form import Filling, fields, save_bar

register_page(
    __name__, "/stations/<station_id>/edit", "Modify {station_id}", Role.OPERATOR, called="station"
)

IN_PLACE = (
    "Real range and calibration change in place. Name, location, devices or measures make a new "
    "set-up that replaces this one: earlier experiments keep theirs."
)
OTHER_DEVICES = "With other devices the battery must be confirmed again."
WATTREX = (
    "A new set-up needs its own cycler program: launch it afterwards. The program of before "
    "notices that it was replaced when it next looks for work, and ends by itself."
)


def layout(station_id: str = "") -> Component:
    """Return the form of a station in use, or say that there is none."""
    try:
        begin, mark = station_set_up(database(), int(station_id))
        station = find_station(database(), int(station_id))
        unit = find_unit(database(), begin.unit_id)
    except NotFoundError as error:
        return not_found(str(error), "/stations", "All stations")
    locked = bool(station.use.keeps)
    kept_as = f"modify-{station.id}-{mark[:8]}{'-locked' if locked else ''}"
    filling = Filling(unit, begin, kept_as, station.id, mark, locked)
    head = [page_header(f"Modify {station.name}", count=f"on {unit.name}")]
    form = [*_blocked(station), fields(filling)]
    before = html.Div(_before(station), className="bem-stack bem-beside")
    bar = save_bar("Save changes", f"/stations?station={station.id}")
    return form_page(head, form, bar, beside=before)


def _blocked(station: StationFacts) -> list[Component]:
    """Say what cannot be changed now, and why."""
    if not station.use.keeps:
        return []
    text = f"Only the real range and the calibration can be changed now. {station.use.keeps} "
    link = dcc.Link("Open it on the Monitor", href=f"/monitor/{station.id}")
    return [note("paused", [text, link])]


def _before(station: StationFacts) -> list[Component]:
    """Say what saving does, before."""
    notes = [note("info", IN_PLACE)]
    if station.use.held:
        one = len(station.use.held) == 1
        follows = "moves to the new set-up and stays" if one else "move to the new set-up and stay"
        text = f"{names(station.use.held)}, held here, {follows} held."
        notes.append(note("queued", text))
    if station.now.confirmed is not None:
        battery = station.now.confirmed
        text = f"{battery.name} (SN {battery.serial_number}) stays confirmed. {OTHER_DEVICES}"
        notes.append(note("queued", text))
    if not station.is_ours:
        notes.append(note("queued", WATTREX))
    return notes
