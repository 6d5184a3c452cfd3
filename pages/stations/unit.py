"""One computational unit: contact, clock, and every device that it has found."""

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, columns, empty, fact_card, facts, icon
from components.controls import action_button, action_link
from components.sent import Sent
from db.queries.stations.units import DeviceFacts, UnitFacts
from pages.context import Viewer
from pages.station.labels import draw_note
from pages.stations import labels


def unit_actions(unit: UnitFacts, who: Viewer) -> list[Component]:
    """Return what can be asked of a unit, greyed with the reason where it cannot be reached."""
    if not who.operates:
        return [back_link()]
    reason = "" if unit.online else f"{unit.name} cannot be reached."
    busy = labels.is_waiting(unit.command, unit)
    detect = action_button(
        "search",
        "Detecting" if busy else "Detect devices",
        disabled=bool(reason) or busy,
        title=reason or "Let the unit look for its devices",
        **{"data-bem-do": "detect", "data-bem-of": str(unit.id)},
    )
    add = action_link("plus-lg", "Add station", f"/stations/new?unit={unit.id}", "btn-primary")
    return [back_link(), detect, add]


def back_link() -> Component:
    """Return the way to all stations and units."""
    return action_link("chevron-left", "All stations", "/stations", "btn-link")


def unit_body(unit: UnitFacts, who: Viewer) -> list[Component]:
    """Return all about a unit."""
    notes = [*labels.unit_notes(unit, who.zone)]
    if (status := labels.command_note(unit.command, unit, unit.name)) is not None:
        notes.insert(0, status)
    devices = [device_item(one, with_owner=True) for one in unit.devices]
    listing = (
        html.Ul(devices, className="bem-devices")
        if devices
        else empty("usb-plug", "This unit has named no devices yet. Let it detect them.")
    )
    count = formatting.counted(len(unit.devices), "device") if unit.devices else ""
    return [
        *(
            [html.Div([draw_note(one) for one in notes], className="bem-said", role="status")]
            if notes
            else []
        ),
        columns(
            [card("Devices", listing, note=count)],
            [_about(unit, who), _stations(unit)],
            "bem-cols bem-station-cols",
        ),
    ]


def device_item(device: DeviceFacts, *, with_owner: bool) -> html.Li:
    """Describe a device: connection, owner, ranges, what it can do and measure."""
    state = (
        html.Span([icon("plug-fill"), "Connected"], className="bem-status running plain")
        if device.connected
        else html.Span([icon("plug"), "Not connected"], className="bem-status lost plain")
    )
    channels = ", ".join(
        f"{one.name} ({one.unit})" if one.unit else one.name for one in device.channels
    )
    return html.Li(
        [
            html.Div(
                [
                    html.Span(device.name, className="name"),
                    html.Span(f"on {device.link}", className="t3"),
                    html.Span(state, className="end"),
                ],
                className="first",
            ),
            facts(
                [
                    [
                        ("Kind", f"{labels.maker_label(device)}, SN {device.serial_number}"),
                        ("Used by", _owner(device) if with_owner else ""),
                        ("Range", labels.range_words(device)),
                        ("Can", labels.abilities_label(device.abilities)),
                        ("Also measures", channels or "nothing else"),
                    ]
                ]
            ),
        ]
    )


def _owner(device: DeviceFacts) -> Sent:
    if device.used_by is None:
        return html.Span("free", className="t2")
    station_id, name = device.used_by
    return dcc.Link(name, href=f"/stations?station={station_id}")


def _about(unit: UnitFacts, who: Viewer) -> Component:
    simulated = "" if not unit.simulated else "yes, its measures are computed by a program"
    if unit.simulated and unit.speed != 1:
        simulated += f", {unit.speed:g} times as fast as the clock"
    return fact_card(
        "Unit",
        [
            [
                ("Contact", labels.contact_pill(unit)),
                ("Last contact", labels.last_contact(unit, who.zone)),
                ("Clock", labels.clock_label(unit)),
            ],
            [
                ("Protocol", labels.protocol(unit)),
                ("Program", unit.software),
                ("Computer", unit.host_name),
                ("Address", unit.address),
                ("Hardware id" if unit.is_ours else "MAC", unit.hardware),
                ("Simulated", simulated),
            ],
        ],
    )


def _stations(unit: UnitFacts) -> Component:
    if not unit.stations:
        return card("Its stations", html.Div("None is set up.", className="body t3"))
    links = [
        html.Li(dcc.Link(name, href=f"/stations?station={station_id}"))
        for station_id, name in unit.stations
    ]
    return card("Its stations", html.Ul(links, className="bem-plain body"))
