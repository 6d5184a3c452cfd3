"""All stations and units, where the page of stations has no choice; and what was refused."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, empty, exact_time, note, table
from components.controls import action_link
from components.shell import MASTER_SILENT_S
from components.status import station_pill
from db.queries.master_node import Refusals, Refused
from db.queries.stations.laboratory import Laboratory, ListedStation, ListedUnit
from db.terms import node_trouble
from pages.context import Viewer
from pages.monitor.tile import simulated_tag
from pages.station.labels import ago
from pages.stations import labels


def overview_count(lab: Laboratory) -> str:
    """Say how many there are."""
    if not lab.units and not lab.stations:
        return ""
    return f"{len(lab.stations)} in use on {formatting.counted(len(lab.units), 'unit')}"


def overview_actions(lab: Laboratory, who: Viewer) -> list[Component]:
    """Return the way to set up a station, for those who may."""
    if not who.operates or not lab.units:
        return []
    return [action_link("plus-lg", "Add station", "/stations/new", "btn-primary")]


def overview(lab: Laboratory, who: Viewer) -> list[Component]:
    """Return all stations and all units, or how the first unit comes here."""
    if not lab.units and not lab.stations:
        return [card("Computational units", _no_unit(who))]
    return [
        card("Stations", _stations(lab.stations, who)),
        card("Computational units", _units(lab.units, who) if lab.units else _no_unit(who)),
    ]


def master_note(lab: Laboratory, who: Viewer) -> list[Component]:
    """Say when what is shown may be old, because nobody listens to the units."""
    master = lab.master
    if master is None:
        nobody = "No master node has run yet: units cannot be heard. Start bem master-node."
        return [note("paused", nobody)]
    if not master.alive and master.silent_s > MASTER_SILENT_S:
        since = ago(master.beat_at, lab.at, who.zone)
        text = ["The master node was last heard ", since, ": units are shown as they were then."]
        return [note("error", text)]
    if trouble := node_trouble(master.detail):
        return [note("error", f"The master node {trouble}: units are shown as they were.")]
    return []


def refused_link(refused: int, who: Viewer) -> list[Component]:
    """Point admins at what the master node has refused."""
    if not refused or not who.administers:
        return []
    count = formatting.counted(refused, "message")
    link = dcc.Link(f"{count} refused", href="/stations?refused=1", className="t3")
    return [html.P([link, " by the master node."], className="t3 small bem-foot")]


def _no_unit(who: Viewer) -> Component:
    how = [
        html.B("No computational unit has introduced itself yet."),
        html.Div(
            "A unit that speaks bem/v1 says hello by itself as soon as it reaches the broker with "
            "an account of its own; the master node enters it here with its devices. A WattRex "
            "unit registers at its next start, where the master node runs with BEM_WATTREX=1."
        ),
        html.Div(
            "Then an operator sets up a station from its devices."
            if not who.operates
            else "Then set up a station from its devices, here."
        ),
    ]
    return empty("hdd-network", html.Div(how, className="bem-how"))


def _stations(stations: Sequence[ListedStation], who: Viewer) -> Component:
    if not stations:
        sentence = "No station is set up yet. A station is a test channel made of devices."
        action = (
            dcc.Link("Add station", href="/stations/new", className="btn btn-primary")
            if who.operates
            else None
        )
        return empty("hdd-rack", sentence, action)
    heads = [
        Head("Station", "in-name"),
        Head("State", "in-state"),
        Head("Location", "in-wide"),
        Head("Unit", "in-wide"),
        Head("Voltage", "num in-wide"),
        Head("Current", "num in-wide"),
        Head("Battery confirmed", "in-battery"),
        Head("Calibrated", "in-day in-wide"),
    ]
    return table(heads, [_station_row(one) for one in stations], "in-card bem-stations-table")


def _station_row(station: ListedStation) -> html.Tr:
    name: list[Any] = [
        dcc.Link(station.name, href=f"/stations?station={station.id}", className="name cut"),
    ]
    if station.simulated:
        name.append(simulated_tag(station.speed))
    confirmed, day = station.confirmed, station.calibrated_on
    battery = f"{confirmed.name}, SN {confirmed.serial_number}" if confirmed else "none"
    unit = dcc.Link(station.unit, href=f"/stations?unit={station.unit_id}", className="t2")
    return html.Tr(
        [
            html.Td(html.Span(name, className="bem-named"), title=station.name),
            html.Td(station_pill(station.state, station.beneath), title=station.out_reason or None),
            html.Td(station.location, className="in-wide t2", title=station.location),
            html.Td(unit, className="in-wide", title=station.unit),
            html.Td(labels.voltage_of(station.capabilities), className="num in-wide"),
            html.Td(labels.current_of(station.capabilities), className="num in-wide"),
            html.Td(battery, className="" if confirmed else "t3", title=battery),
            html.Td(labels.day_label(day), className="in-wide" if day else "in-wide t3"),
        ]
    )


def _units(units: Sequence[ListedUnit], who: Viewer) -> Component:
    heads = [
        Head("Unit", "in-name"),
        Head("Contact", "in-state"),
        Head("Last contact"),
        Head("Protocol", "in-wide"),
        Head("Clock", "in-wide"),
        Head("Devices"),
        Head("Stations", "num in-day in-wide"),
    ]
    return table(heads, [_unit_row(one, who) for one in units], "in-card bem-units-table")


def _unit_row(unit: ListedUnit, who: Viewer) -> html.Tr:
    name: list[Any] = [dcc.Link(unit.name, href=f"/stations?unit={unit.id}", className="name cut")]
    if unit.simulated:
        name.append(html.Span("simulated", className="bem-tag"))
    devices = devices_label(unit.devices, unit.free, unit.unplugged)
    return html.Tr(
        [
            html.Td(html.Span(name, className="bem-named"), title=unit.name),
            html.Td(labels.contact_pill(unit)),
            html.Td(labels.last_contact(unit, who.zone)),
            html.Td(labels.protocol(unit), className="in-wide"),
            html.Td(labels.clock_label(unit), className="in-wide"),
            html.Td(devices, title=devices),
            html.Td(str(unit.stations), className="num in-wide"),
        ]
    )


def devices_label(devices: int, free: int, unplugged: int) -> str:
    """Say how many devices a unit has, and how many of them are free or unplugged."""
    if not devices:
        return "none found"
    parts = [formatting.counted(devices, "device"), f"{free or 'none'} free"]
    return ", ".join([*parts, f"{unplugged} not connected"] if unplugged else parts)


def refused_body(
    counts: Sequence[Refusals], newest: Sequence[Refused], who: Viewer, at: datetime
) -> list[Component]:
    """Return both tables, or say that nothing was refused."""
    if not counts and not newest:
        return [card("Refused messages", empty("shield-check", "No message was refused yet."))]
    return [
        card("By sender", _counts(counts, who, at)),
        card("Newest", _newest(newest, who), note=f"the last {len(newest)}"),
    ]


def _counts(counts: Sequence[Refusals], who: Viewer, at: datetime) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(one.sender or "not told", title=one.sender),
                html.Td(one.kind),
                html.Td(formatting.number(one.count), className="num"),
                html.Td(ago(one.last_at, at, who.zone)),
            ]
        )
        for one in counts
    ]
    heads = (Head("Sender"), Head("Reason"), Head("Messages", "num"), Head("Last"))
    return table(heads, rows)


def _newest(newest: Sequence[Refused], who: Viewer) -> Component:
    rows = [
        html.Tr(
            [
                html.Td(exact_time(one.at, who.zone), className="time"),
                html.Td(one.topic, title=one.topic),
                html.Td(one.reason, title=one.reason),
                html.Td(formatting.size(one.size_bytes), className="num number"),
                html.Td(html.Code(one.beginning), title=one.beginning, className="in-wide"),
            ]
        )
        for one in newest
    ]
    heads = (
        Head("Time", "time"),
        Head("Topic"),
        Head("Reason"),
        Head("Size", "num number"),
        Head("Begins with", "in-wide"),
    )
    return table(heads, rows)
