"""Modify station: the form of one in use, with what happens when it is saved.

Its callbacks are those of Add station, which has the same form.
"""

from dash import dcc, html, register_page
from dash.development.base_component import Component

from components.blocks import note, page_header
from cycling.errors import NotFoundError
from db.queries.stations.details import StationSheet, station_set_up, station_sheet
from db.queries.stations.units import find_unit
from db.queries.stations.use import names
from db.terms import Role
from pages.context import database
from pages.not_found_404 import not_found
from pages.station.form import Filling, fields, save_bar

register_page(
    __name__,
    path_template="/stations/<station_id>/edit",
    title=lambda station_id="": f"Modify station {station_id} - Battery Experiments Manager",
    role=Role.OPERATOR,
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


def layout(station_id: str = "", **_query: str) -> Component:
    """Return the form of a station in use, or say that there is none."""
    try:
        begin, mark = station_set_up(database(), int(station_id))
        sheet = station_sheet(database(), int(station_id))
        unit = find_unit(database(), begin.unit_id)
    except NotFoundError as error:
        return not_found(str(error), "/stations", "All stations")
    locked = bool(sheet.use.keeps)
    kept_as = f"modify-{sheet.id}-{mark[:8]}{'-locked' if locked else ''}"
    filling = Filling(unit, begin, kept_as, sheet.id, mark, locked)
    return html.Div(
        [
            page_header(f"Modify {sheet.name}", count=f"on {unit.name}"),
            html.Div(
                [
                    html.Div([*_blocked(sheet), fields(filling)], className="bem-stack"),
                    html.Div(_before(sheet), className="bem-stack bem-beside"),
                ],
                className="bem-form-page",
            ),
            save_bar("Save changes", f"/stations?station={sheet.id}"),
        ],
        className="bem-page",
    )


def _blocked(sheet: StationSheet) -> list[Component]:
    """Say what cannot be changed now, and why."""
    if not sheet.use.keeps:
        return []
    words = f"Only the real range and the calibration can be changed now. {sheet.use.keeps} "
    link = dcc.Link("Open it on the Monitor", href=f"/monitor/{sheet.id}")
    return [note("paused", [words, link])]


def _before(sheet: StationSheet) -> list[Component]:
    """Say what saving does, before."""
    said = [note("info", IN_PLACE)]
    if sheet.use.held:
        one = len(sheet.use.held) == 1
        follows = "moves to the new set-up and stays" if one else "move to the new set-up and stay"
        words = f"{names(sheet.use.held)}, held here, {follows} held."
        said.append(note("queued", words))
    if sheet.now.confirmed is not None:
        battery = sheet.now.confirmed
        words = f"{battery.name} (SN {battery.serial_number}) stays confirmed. {OTHER_DEVICES}"
        said.append(note("queued", words))
    if not sheet.is_ours:
        said.append(note("queued", WATTREX))
    return said
