"""One station: its devices, channels, real ranges, battery, queue, and what can be done with it."""

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, facts, icon, note
from components.status import station_pill
from db.queries.stations.details import StationSheet
from db.queries.stations.units import UnitFacts
from db.terms import Role
from pages.context import Viewer
from pages.monitor.tile import simulated_tag
from pages.station.labels import held_question, said_note
from pages.stations.labels import (
    command_note,
    current_of,
    day_label,
    is_waiting,
    unit_notes,
    voltage_of,
)
from pages.stations.unit import back_link, device_item


def station_title(sheet: StationSheet) -> list[Any]:
    """Return the name with the state."""
    title: list[Any] = [html.Span(sheet.name, className="cut")]
    if sheet.now.simulated:
        title += [" ", simulated_tag(sheet.now.speed)]
    if not sheet.deprecated:
        title += [" ", station_pill(sheet.now.state, sheet.now.beneath)]
    return title


def station_actions(sheet: StationSheet, unit: UnitFacts, who: Viewer) -> list[Component]:
    """Return what can be done with a station in use."""
    actions = [back_link()]
    if who.role.includes(Role.ADMIN):
        actions.append(_button(sheet, "delete", "Delete", "trash", look="btn-link"))
    if sheet.deprecated:
        return actions
    actions.append(_link("Monitor", "activity", f"/monitor/{sheet.id}"))
    if not who.role.includes(Role.OPERATOR):
        return actions
    if not sheet.is_ours:
        why = "" if unit.online else f"{unit.name} cannot be reached."
        busy = is_waiting(sheet.launch, unit)
        actions.append(_button(sheet, "launch", "Launch", "rocket-takeoff", why=why, busy=busy))
    if sheet.now.out is None:
        actions.append(_button(sheet, "out", "Out of service", "cone-striped"))
    else:
        actions.append(_button(sheet, "back", "Back in service", "check2-circle"))
    retire = _button(sheet, "retire", "Retire", "archive")
    return [*actions, retire, _link("Modify", "pencil", f"/stations/{sheet.id}/edit")]


def station_body(sheet: StationSheet, unit: UnitFacts, who: Viewer) -> list[Component]:
    """Return all about a station."""
    devices = [device_item(one, with_owner=False) for one in sheet.devices]
    said = _notes(sheet, unit, who)
    return [
        *([html.Div(said, className="bem-said", role="status")] if said else []),
        html.Div(
            [
                html.Div(
                    [card("Devices", html.Ul(devices, className="bem-devices")), _channels(sheet)],
                    className="bem-stack",
                ),
                html.Div(
                    [_about(sheet, who), _range(sheet), *_present(sheet, who)],
                    className="bem-stack",
                ),
            ],
            className="bem-cols bem-station-cols",
        ),
    ]


def _notes(sheet: StationSheet, unit: UnitFacts, who: Viewer) -> list[Component]:
    if sheet.deprecated:
        return [_replaced(sheet)]
    said = [said_note(one) for one in unit_notes(unit, who.zone)]
    asked = command_note(sheet.launch, unit, unit.name)
    if asked is not None:
        said.insert(0, said_note(asked))
    out = sheet.now.out
    if out is not None:
        since = formatting.exactly(out.since, who.zone)
        words = [html.B("Out of service. "), f"{out.reason} By {out.user_name}, {since}."]
        said.append(note("paused", words))
    return said


def _replaced(sheet: StationSheet) -> Component:
    if sheet.successor is None:
        return note("info", "This station is retired. Its experiments are kept.")
    successor_id, name = sheet.successor
    link = dcc.Link(name, href=f"/stations?station={successor_id}")
    return note("info", ["This set-up was replaced by ", link, ". Its experiments are kept."])


def _channels(sheet: StationSheet) -> Component:
    if not sheet.channels:
        words = "Voltage, current and power only. Modify the station to record more."
        return card("Measures", html.Div(words, className="body t3"))
    titles = {one.id: f"{one.name} on {one.link}" for one in sheet.devices}
    rows = [
        html.Tr(
            [
                html.Td(html.Span(one.name, className="name"), title=one.name),
                html.Td(one.unit or "no unit told", className="" if one.unit else "t3"),
                html.Td(one.driver, className="t2"),
                html.Td(titles.get(one.device_id, ""), className="t2 in-wide"),
            ]
        )
        for one in sheet.channels
    ]
    heads = (
        ("Shown as", ""),
        ("Unit", "in-day"),
        ("Name of the device", ""),
        ("Device", "in-wide"),
    )
    head = html.Tr([html.Th(words, scope="col", className=look) for words, look in heads])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="bem-table in-card")
    return card("Measures", table, note="beside voltage, current and power")


def _about(sheet: StationSheet, who: Viewer) -> Component:
    unit = dcc.Link(sheet.unit, href=f"/stations?unit={sheet.now.unit_id}")
    parent: Any = ""
    if sheet.parent is not None:
        parent_id, name = sheet.parent
        parent = dcc.Link(f"{name} (number {parent_id})", href=f"/stations?station={parent_id}")
    since = html.Span(
        formatting.exactly(sheet.registered_at, who.zone), title=formatting.utc(sheet.registered_at)
    )
    return card(
        "Station",
        html.Div(
            facts(
                [
                    [("Location", sheet.location), ("Unit", unit), ("Number", str(sheet.id))],
                    [("Set up", since), ("Replaces", parent)],
                ]
            ),
            className="body",
        ),
    )


def _range(sheet: StationSheet) -> Component:
    measured = sheet.figures
    ends = (
        measured.voltage_min_v,
        measured.voltage_max_v,
        measured.current_min_a,
        measured.current_max_a,
    )
    told = "as measured here" if any(one is not None for one in ends) else "as its devices say"
    return card(
        "Real range",
        html.Div(
            facts(
                [
                    [("Voltage", voltage_of(sheet.can)), ("Current", current_of(sheet.can))],
                    [("Calibrated", day_label(measured.calibrated_on))],
                ]
            ),
            className="body",
        ),
        note=told,
    )


def _present(sheet: StationSheet, who: Viewer) -> list[Component]:
    if sheet.deprecated:
        return []
    now, confirmed = sheet.now, sheet.now.confirmed
    battery: Any = html.Span("none", className="t3")
    if confirmed is not None:
        words = f"{confirmed.name}, SN {confirmed.serial_number}"
        battery = dcc.Link(words, href=f"/batteries/{confirmed.id}")
    runs: Any = ""
    if now.experiment is not None:
        runs = dcc.Link(now.experiment.name, href=f"/experiments/{now.experiment.id}")
    queue: Any = ""
    if now.queue or now.held:
        counts = [f"{len(now.queue)} queued"] * bool(now.queue)
        counts += [f"{len(now.held)} held"] * bool(now.held)
        queue = dcc.Link(", ".join(counts), href=f"/monitor/{sheet.id}")
    groups = [[("Confirmed", battery), ("Runs", runs), ("Waits", queue)]]
    parts: list[Any] = [html.Div(facts(groups), className="body")]
    asks = bool(now.held) and now.experiment is None and who.role.includes(Role.OPERATOR)
    if asks and now.out is None and now.held[0].battery is not None:
        parts.append(_confirm(sheet))
    return [card("Battery and experiments", parts)]


def _confirm(sheet: StationSheet) -> Component:
    held = sheet.now.held[0]
    battery = held.battery
    confirmed = sheet.now.confirmed
    known = confirmed.name if confirmed and battery and confirmed.id != battery.id else ""
    button = html.Button(
        "Confirm battery",
        type="button",
        className="btn btn-secondary btn-sm",
        **{"data-bem-confirm": f"{sheet.id},{battery.id if battery else 0}"},
    )
    return html.Div(
        [html.P(held_question(sheet.name, known, held)), button], className="body bem-ask"
    )


def _link(words: str, icon_name: str, href: str) -> Component:
    return dcc.Link(
        [icon(icon_name), html.Span(words, className="wide-only")],
        href=href,
        className="btn btn-secondary bem-action",
        title=words,
    )


def _button(
    sheet: StationSheet,
    do: str,
    words: str,
    icon_name: str,
    *,
    why: str = "",
    busy: bool = False,
    look: str = "btn-secondary",
) -> Component:
    return html.Button(
        [icon(icon_name), html.Span(words, className="wide-only")],
        type="button",
        className=f"btn {look} bem-action",
        disabled=bool(why) or busy,
        title=why or words,
        **{"data-bem-do": do, "data-bem-of": str(sheet.id)},
    )
