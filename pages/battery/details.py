"""Parts of a battery's page: what it is, what it may take, where it is, what was done with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import card, columns, exact_time, fact_card, icon, note, page_header
from components.controls import action_link
from cycling.battery.description import NewBattery, safety_range_v
from cycling.terms import Technology
from db.queries.batteries.detail import BatteryFacts, busy_words
from pages.ask import AskIds, ask_dialog
from pages.batteries.filters import model_address
from pages.battery.experiments import Listed, experiments_card
from pages.battery.form import Filling, Form, battery_page
from pages.battery.life.address import TAB
from pages.context import Viewer

# Where an experiment is added with this battery, and a saved battery leads.
ADD_EXPERIMENT = "/add-experiment?battery={}"
FORM = Form("battery-edit")
DELETE = AskIds("battery-delete")  # deletes the battery; for admins


class Ids:
    """Ids of this page beside those of its form."""

    BATTERY = "battery-id"
    PAGE = "battery-page"  # of its experiments
    EXPERIMENTS = "battery-experiments"
    CONFIRMED = "battery-confirmed"
    SAVE = FORM.part("save")
    SEEN = FORM.part("seen")
    RESULT = FORM.part("result")


def details_page(
    details: BatteryFacts,
    experiments: Listed,
    notes: Sequence[Component],
    who: Viewer,
    time: datetime,
) -> Component:
    """Return the page of a battery."""
    battery = details.battery
    return html.Div(
        [
            dcc.Store(id=Ids.BATTERY, data=details.id),
            dcc.Store(id=Ids.PAGE, data=experiments.number),
            _header(details, who),
            _tab_bar(details.id, is_life=False),
            *notes,
            columns(
                [html.Div(experiments_card(experiments, who, time), id=Ids.EXPERIMENTS)],
                [
                    fact_card("Battery", what_it_is(battery)),
                    fact_card("Limits", what_it_takes(battery)),
                    html.Div(confirmed_card(details, who), id=Ids.CONFIRMED),
                ],
                "bem-cols",
            ),
            *(ask_dialog(DELETE) if who.administers else []),
        ],
        className="bem-page",
    )


def life_page(
    details: BatteryFacts, content: Component, notes: Sequence[Component], who: Viewer
) -> Component:
    """Return the page of a battery with the tab of its life."""
    return html.Div(
        [
            _header(details, who),
            _tab_bar(details.id, is_life=True),
            *notes,
            content,
            dcc.Store(id=Ids.BATTERY, data=details.id),
            *(ask_dialog(DELETE) if who.administers else []),
        ],
        className="bem-page",
    )


def _header(details: BatteryFacts, who: Viewer) -> Component:
    battery = details.battery
    return page_header(
        html.Span(battery.name, className="cut"),
        count=f"SN {battery.serial_number}",
        actions=_actions(details, who),
    )


def _tab_bar(battery_id: int, *, is_life: bool) -> Component:
    """Return the links to the tabs; the one that is open is none."""
    tabs = {"Overview": f"/batteries/{battery_id}", "Life": f"/batteries/{battery_id}?tab={TAB}"}
    current = "Life" if is_life else "Overview"
    links = [
        html.Span(words, **{"aria-current": "page"})
        if words == current
        else dcc.Link(words, href=href)
        for words, href in tabs.items()
    ]
    return html.Nav(links, className="bem-tabs", **{"aria-label": "Of this battery"})


def edit_page(details: BatteryFacts, filling: Filling, seen: str) -> Component:
    """Return the form with what is stored; what may not change now can only be seen."""
    battery, words = details.battery, None
    if details.under_way:
        busy = f"Limits and capacity stay as they are: {busy_words(details.under_way)}"
        words = note("queued", busy)
    save = dbc.Button("Save changes", id=Ids.SAVE, color="primary")
    cancel = dcc.Link("Cancel", href=f"/batteries/{details.id}", className="btn btn-link")
    head = [
        page_header(f"Change {battery.name}", count=f"SN {battery.serial_number}"),
        dcc.Store(id=Ids.BATTERY, data=details.id),
        dcc.Store(id=Ids.SEEN, data=seen),
    ]
    return battery_page(FORM, filling, head, buttons=[save, cancel], words=words)


def what_it_is(battery: NewBattery) -> list[list[tuple[str, Any]]]:
    """Return names and values of all that describes the battery."""
    made = battery.fabrication_date
    kind = battery.cell_kind[:1].upper() + battery.cell_kind[1:]
    return [
        [
            ("Technology", formatting.technology_word(battery.technology, battery.chemistry)),
            ("Chemistry", battery.chemistry),
            ("Kind", kind if battery.technology is Technology.LITHIUM else ""),
            ("Made by", _made_by(battery)),
            ("Made on", f"{made.day} {made:%b %Y}" if made else ""),
        ],
        [
            ("Capacity", _capacity(battery)),
            *_electrodes(battery),
            ("Formation", _formation(battery)),
            ("Cells", cells_words(battery)),
        ],
        [("Description", battery.description)],
    ]


def _made_by(battery: NewBattery) -> Component:
    """Return the link to all cells of the model."""
    words = f"{battery.manufacturer}, {battery.model}"
    href = model_address(battery.manufacturer, battery.model)
    return dcc.Link(words, href=href, title="All batteries of this model")


def what_it_takes(battery: NewBattery) -> list[list[tuple[str, Any]]]:
    """Return names and values of all limits."""
    low, high = safety_range_v(battery)
    given = battery.safety_voltage_min_v, battery.safety_voltage_max_v
    cell = battery.cell_voltage_min_v, battery.cell_voltage_max_v
    heat = battery.temperature_min_degc, battery.temperature_max_degc
    charge = battery.charge_temperature_min_degc
    if charge is None and battery.technology is Technology.LITHIUM:
        charge = 0.0
    return [
        [
            ("Range", formatting.span(battery.voltage_min_v, battery.voltage_max_v, "V")),
            ("A cell", formatting.span(*cell, "V")),
            ("Charge", f"up to {formatting.small_quantity(battery.current_max_a, 'A')}"),
            ("Discharge", f"up to {formatting.small_quantity(-battery.current_min_a, 'A')}"),
        ],
        [
            (
                "Off outside",
                [
                    formatting.span(round(low, 6), round(high, 6), "V"),
                    html.Span("" if None not in given else ", by default", className="t3"),
                ],
            ),
            ("Temperature", formatting.span(*heat, "°C")),
            ("Charge above", "" if charge is None else formatting.quantity(charge, "°C")),
        ],
    ]


def cells_words(battery: NewBattery) -> str:
    """Say how the cells are connected: 4 in series x 2 in parallel."""
    if battery.cells == 1 and battery.parallel == 1:
        return "1"
    if battery.parallel == 1:
        return f"{battery.cells} in series"
    return f"{battery.cells} in series × {battery.parallel} in parallel"


def _capacity(battery: NewBattery) -> str:
    if battery.capacity_ah is None:
        return ""
    rate = f" at {battery.capacity_rate}" if battery.capacity_rate else ""
    return formatting.small_quantity(battery.capacity_ah, "Ah") + rate


def _formation(battery: NewBattery) -> str:
    count = battery.formation_cycles
    return formatting.counted(count, "cycle") if count else ""


def _electrodes(battery: NewBattery) -> list[tuple[str, Any]]:
    size, mass = battery.electrode_size_cm2, battery.active_mass_g
    parts: list[tuple[str, Any]] = [
        ("Active mass", "" if mass is None else formatting.small_quantity(mass, "g")),
        ("Electrode", _given(size, "cm²")),
    ]
    if battery.technology is not Technology.REDOX_STACK:
        return parts
    return [
        *parts,
        ("Made of", battery.electrode_composition),
        ("Bipolar plate", str(battery.bipolar_type or "")),
        ("Membrane", str(battery.membrane_type or "")),
        ("Electrolyte", str(battery.electrolyte_type or "")),
        ("Concentration", _given(battery.electrolyte_mol_per_l, "mol/L")),
        ("Electrons", _given(battery.electrolyte_electrons, "a molecule")),
    ]


def _given(value: float | None, unit: str) -> str:
    return "" if value is None else formatting.quantity(value, unit)


def _actions(details: BatteryFacts, who: Viewer) -> list[Component]:
    if not who.operates:
        return []
    own = f"/batteries/{details.id}"
    actions: list[Component] = []
    if who.administers:
        words = [icon("trash"), html.Span("Delete", className="wide-only")]
        actions.append(dbc.Button(words, id=DELETE.open, color="link", title="Delete"))
    actions += [
        action_link("pencil", "Change", f"{own}?edit=1"),
        action_link("copy", "Copy as next serial number", f"/add-battery?like={details.id}"),
    ]
    add = [icon("plus-lg"), html.Span("Add experiment")]
    href = ADD_EXPERIMENT.format(details.id)
    return [*actions, dcc.Link(add, href=href, className="btn btn-primary")]


def confirmed_card(details: BatteryFacts, who: Viewer) -> Component:
    """Return the card of the stations on which somebody has confirmed it."""
    if not details.confirmed:
        return card("Confirmed on", html.Div("No station.", className="body t3"))
    groups = [
        [("Station", one.station), ("Since", exact_time(one.at, who.zone)), ("By", one.user_name)]
        for one in details.confirmed
    ]
    return fact_card("Confirmed on", groups)
