"""One station: its devices, channels, real ranges, battery, queue, and what can be done with it."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, columns, exact_time, fact_card, facts, note, table
from components.controls import action_button, action_link, small_button
from components.sent import Sent
from components.status import station_pill
from db.queries.stations.details import StationFacts
from db.queries.stations.units import UnitFacts
from pages.context import Viewer
from pages.monitor.tile import simulated_tag
from pages.station.labels import draw_note, held_question
from pages.station.progress import left_attributes, left_words, progress
from pages.stations import labels
from pages.stations.unit import back_link, device_item


def station_title(station: StationFacts) -> list[Any]:
    """Return the name with the state."""
    title: list[Any] = [html.Span(station.name, className="cut")]
    if station.now.simulated:
        title += [" ", simulated_tag(station.now.speed)]
    if not station.deprecated:
        title += [" ", station_pill(station.now.state, station.now.beneath)]
    return title


def station_actions(station: StationFacts, unit: UnitFacts, who: Viewer) -> list[Component]:
    """Return what can be done with a station in use."""
    actions = [back_link()]
    if who.administers:
        actions.append(_button(station, "delete", "Delete", "trash", look="btn-link"))
    if station.deprecated:
        return actions
    actions.append(action_link("activity", "Monitor", f"/monitor/{station.id}"))
    if not who.operates:
        return actions
    if not station.is_ours:
        why = "" if unit.online else f"{unit.name} cannot be reached."
        off = bool(why) or labels.is_waiting(station.launch, unit)
        launch = _button(station, "launch", "Launch", "rocket-takeoff", title=why, disabled=off)
        actions.append(launch)
    if station.now.out is None:
        actions.append(_button(station, "out", "Out of service", "cone-striped"))
    else:
        actions.append(_button(station, "back", "Back in service", "check2-circle"))
    retire = _button(station, "retire", "Retire", "archive")
    return [*actions, retire, action_link("pencil", "Modify", f"/stations/{station.id}/edit")]


def station_body(station: StationFacts, unit: UnitFacts, who: Viewer) -> list[Component]:
    """Return all about a station."""
    devices = [device_item(one, with_owner=False) for one in station.devices]
    notes = _notes(station, unit, who)
    return [
        *([html.Div(notes, className="bem-said", role="status")] if notes else []),
        columns(
            [card("Devices", html.Ul(devices, className="bem-devices")), _channels(station)],
            [_about(station, who), _range(station), *_present(station, who)],
            "bem-cols bem-station-cols",
        ),
    ]


def _notes(station: StationFacts, unit: UnitFacts, who: Viewer) -> list[Component]:
    if station.deprecated:
        return [_replaced(station)]
    notes = [draw_note(one) for one in labels.unit_notes(unit, who.zone)]
    status = labels.command_note(station.launch, unit, unit.name)
    if status is not None:
        notes.insert(0, draw_note(status))
    out = station.now.out
    if out is not None:
        since = formatting.exactly(out.since, who.zone)
        text = [html.B("Out of service. "), f"{out.reason} By {out.user_name}, {since}."]
        notes.append(note("paused", text))
    return notes


def _replaced(station: StationFacts) -> Component:
    if station.successor is None:
        return note("info", "This station is retired. Its experiments are kept.")
    successor_id, name = station.successor
    link = dcc.Link(name, href=f"/stations?station={successor_id}")
    return note("info", ["This set-up was replaced by ", link, ". Its experiments are kept."])


def _channels(station: StationFacts) -> Component:
    if not station.channels:
        text = "Voltage, current and power only. Modify the station to record more."
        return card("Measures", html.Div(text, className="body t3"))
    titles = {one.id: f"{one.name} on {one.link}" for one in station.devices}
    rows = [
        html.Tr(
            [
                html.Td(html.Span(one.name, className="name"), title=one.name),
                html.Td(one.unit or "no unit told", className="" if one.unit else "t3"),
                html.Td(one.driver, className="t2"),
                html.Td(titles.get(one.device_id, ""), className="t2 in-wide"),
            ]
        )
        for one in station.channels
    ]
    heads = (
        Head("Shown as"),
        Head("Unit", "in-day"),
        Head("Name of the device"),
        Head("Device", "in-wide"),
    )
    return card("Measures", table(heads, rows), note="beside voltage, current and power")


def _about(station: StationFacts, who: Viewer) -> Component:
    unit = dcc.Link(station.unit, href=f"/stations?unit={station.now.unit_id}")
    parent: Any = ""
    if station.parent is not None:
        parent_id, name = station.parent
        parent = dcc.Link(f"{name} (number {parent_id})", href=f"/stations?station={parent_id}")
    since = exact_time(station.registered_at, who.zone)
    return fact_card(
        "Station",
        [
            [("Location", station.location), ("Unit", unit), ("Number", str(station.id))],
            [("Set up", since), ("Replaces", parent)],
        ],
    )


def _range(station: StationFacts) -> Component:
    measured = station.figures
    ends = (
        measured.voltage_min_v,
        measured.voltage_max_v,
        measured.current_min_a,
        measured.current_max_a,
    )
    source = "as measured here" if any(one is not None for one in ends) else "as its devices say"
    return fact_card(
        "Real range",
        [
            [
                ("Voltage", labels.voltage_of(station.can)),
                ("Current", labels.current_of(station.can)),
            ],
            [("Calibrated", labels.day_label(measured.calibrated_on))],
        ],
        note=source,
    )


def _present(station: StationFacts, who: Viewer) -> list[Component]:
    if station.deprecated:
        return []
    now, confirmed = station.now, station.now.confirmed
    battery: Any = html.Span("none", className="t3")
    if confirmed is not None:
        text = f"{confirmed.name}, SN {confirmed.serial_number}"
        battery = dcc.Link(text, href=f"/batteries/{confirmed.id}")
    runs: Any = ""
    if now.experiment is not None:
        runs = [_link(now.experiment.id, now.experiment.name)]
        if (at := progress(now)) is not None:
            runs += [", ", html.Span(left_words(at, now.at), **left_attributes(at))]
    queue: Any = ""
    if now.queue or now.held:
        counts = [f"{len(now.queue)} queued"] * bool(now.queue)
        counts += [f"{len(now.held)} held"] * bool(now.held)
        queue = dcc.Link(", ".join(counts), href=f"/monitor/{station.id}")
    held = [html.Div(_link(one.id, one.name)) for one in now.held]
    every = dcc.Link("Show in Experiments", href=f"/experiments?station={station.id}")
    groups: list[list[tuple[str, Any]]] = [
        [("Confirmed", battery), ("Runs", runs), ("Waits", queue), ("Held", held), ("All", every)]
    ]
    parts: list[Any] = [html.Div(facts(groups), className="body")]
    asks = bool(now.held) and now.experiment is None and who.operates
    if asks and now.out is None and now.held[0].battery is not None:
        parts.append(_confirm(station))
    return [card("Battery and experiments", parts)]


def _link(number: int, name: str) -> dcc.Link:
    return dcc.Link(f"{number}, {name}", href=f"/experiments/{number}")


def _confirm(station: StationFacts) -> Component:
    held = station.now.held[0]
    battery = held.battery
    confirmed = station.now.confirmed
    before = confirmed.name if confirmed and battery and confirmed.id != battery.id else ""
    button = small_button(
        "Confirm battery", **{"data-bem-confirm": f"{station.id},{battery.id if battery else 0}"}
    )
    return html.Div(
        [html.P(held_question(station.name, before, held)), button], className="body bem-ask"
    )


def _button(station: StationFacts, do: str, text: str, icon_name: str, **more: Sent) -> Component:
    """Return a button; a script opens the question before its deed."""
    about = {"data-bem-do": do, "data-bem-of": str(station.id)}
    return action_button(icon_name, text, **about, **more)
