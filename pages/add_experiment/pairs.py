"""The rows of the form: a battery and a station each, and what they can be chosen from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component
from plotly.io.json import to_json_plotly

from components import formatting
from components.controls import bare_button
from components.sent import Sent
from cycling.terms import Technology
from db.queries.experiments.form_choices import OfferedBattery, OfferedStation
from pages.add_experiment.form_data import MAX_ROWS, Pair
from pages.add_experiment.ids import Ids
from pages.station.labels import short_hash


@dataclass(frozen=True)
class Offers:
    """What the form can choose from."""

    batteries: Sequence[OfferedBattery]
    stations: Sequence[OfferedStation]


def version(offers: Offers) -> str:
    """Return a short text that changes with what the form says of batteries and stations."""
    stations = [
        (
            one.id,
            one.name,
            one.can,
            _station_facts(one),
            one.now.confirmed,
            one.now.experiment and (one.now.experiment.name, one.now.experiment.battery.id),
            one.now.queue,
            [(held.name, held.battery) for held in one.now.held],
            [alarm.code for alarm in one.now.alarms],
        )
        for one in offers.stations
    ]
    return short_hash((offers.batteries, stations))


def rows(pairs: Sequence[Pair], offers: Offers, technology: Technology | None) -> list[Component]:
    """Return the rows of batteries and stations; with several each can be taken away."""
    several = len(pairs) > 1
    return [
        _row(number, pair, offers, technology, several=several) for number, pair in enumerate(pairs)
    ]


def empty_row(offers: Offers, technology: Technology | None) -> dict[str, Any]:
    """Return what the script makes a new row of, as JSON, and how many there may be."""
    row = _row(0, Pair(), offers, technology, several=False)
    return {"row": to_json_plotly(row), "most": MAX_ROWS}


def offered_options(
    offers: Offers,
    technology: Technology | None,
    batteries: Sequence[Sent],
    stations: Sequence[Sent],
) -> str:
    """Return what pairs can choose from, by what is chosen in them, as JSON."""
    of_battery = {
        one: battery_options(offers.batteries, technology, one) for one in _ids(batteries)
    }
    of_station = {one: station_options(offers.stations, one) for one in _ids(stations)}
    lists = {"battery": list(of_battery.items()), "station": list(of_station.items())}
    return str(to_json_plotly(lists))


def _ids(chosen: Sequence[Sent]) -> set[int | None]:
    return {one if isinstance(one, int) else None for one in chosen}


def battery_options(
    batteries: Sequence[OfferedBattery],
    technology: Technology | None,
    chosen: int | None = None,
) -> list[dict[str, Any]]:
    """Return the batteries of a technology, and the chosen one whatever it is."""
    offered = [
        option(one.id, f"{one.name}, SN {one.serial_number}", _battery_facts(one))
        for one in batteries
        if technology in (None, one.technology) or one.id == chosen
    ]
    return offered + _gone(chosen, offered, "Deleted")


def station_options(
    stations: Sequence[OfferedStation], chosen: int | None = None
) -> list[dict[str, Any]]:
    """Return the stations with their ranges, what is on them and what waits there."""
    offered = [
        {
            **option(one.id, one.name, _station_facts(one)),
            "disabled": one.now.out is not None,
        }
        for one in stations
    ]
    return offered + _gone(chosen, offered, "Not in use any more")


def _gone(
    chosen: int | None, offered: Sequence[Mapping[str, Any]], words: str
) -> list[dict[str, Any]]:
    """Return what is chosen and there no more: a list empties itself of what it does not offer."""
    if chosen is None or any(one["value"] == chosen for one in offered):
        return []
    return [{**option(chosen, words, []), "disabled": True}]


def range_text(low: Sent, high: Sent, unit: str) -> str:
    """Write a range: 0 to 5 V; what is not known says so."""
    if low is None or high is None:
        return f"{unit} range unknown"
    return f"{short_number(low)} to {short_number(high)} {unit}"


def short_number(value: Sent) -> str:
    """Write a number with five digits at most."""
    return formatting.quantity(float(f"{float(value):.5g}"), "").strip()


def option(value: int, name: str, facts: Sequence[str], *, search: str = "") -> dict[str, Any]:
    """Return a choice: its name, facts in small letters, and the text that is searched."""
    label = html.Span(
        [html.Span(name, title=name), html.Span(", ".join(facts), className="about")],
        className="bem-option",
    )
    # by the name alone: a word of the rest, "LA-005" say, would come before "Station 05"
    return {"value": value, "label": label, "search": search or name}


def _battery_facts(battery: OfferedBattery) -> list[str]:
    facts = []
    if battery.capacity_ah is not None:
        facts.append(formatting.quantity(battery.capacity_ah, "Ah"))
    if battery.confirmed_on is not None:
        facts.append(f"on {battery.confirmed_on.name}")
    elif battery.bound_to is not None:
        facts.append(f"waits for {battery.bound_to.name}")
    return facts


def _station_facts(station: OfferedStation) -> list[str]:
    now, can = station.now, station.can
    if now.out is not None:
        return [f"out of service: {now.out.reason}"]
    facts = [
        range_text(can.voltage_min_v, can.voltage_max_v, "V"),
        range_text(can.current_min_a, can.current_max_a, "A"),
    ]
    if now.confirmed is not None:
        facts.append(f"{now.confirmed.name} confirmed")
    if station.waiting:
        facts.append(f"{station.waiting} waiting")
    if now.simulated:
        facts.append("simulated")
    if not station.has_contact:
        facts.append("no contact")
    return facts


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
        options=station_options(offers.stations, pair.station_id),
        value=pair.station_id,
        placeholder="Choose",
        optionHeight="auto",
    )
    remove = bare_button(
        "x-lg",
        f"Remove pair {number + 1}",
        title="Remove this pair",
        id=Ids.remove(number),
        hidden=not several,
    )
    connected = dbc.Checkbox(
        id=Ids.connected(number),
        value=pair.connected,
        label="",
        class_name="bem-connected",
        style={"display": "none"},  # until the first check has named it
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
