"""The form of a battery: fields with their errors, and what a station would make of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Head, card, empty, form_page, labelled, note, table
from components.controls import segments, unseen
from cycling.analysis.cycles.choices import Kind as CellKind
from cycling.battery.description import KINDS, safety_range_v
from cycling.terms import Technology
from pages.battery.fields import FIELDS, Field, Kind
from pages.battery.reading import VOLTAGES, Reading

MARGIN_WORDS = "Empty: 1 % or 50 mV beyond the range above, whichever is more."
# What stands beside each other, under which head.
ROWS: Sequence[tuple[str, str, Sequence[Sequence[str]]]] = (
    (
        "Battery",
        "",
        (
            ("name", "serial_number"),
            ("manufacturer", "model"),
            ("fabrication_date", "description"),
        ),
    ),
    (
        "Build",
        "A number may have a unit of its own: 2 mAh, 1.2 mg, 1.13 cm2.",
        (
            ("kind", "lithium"),
            ("lead_acid", "capacity_ah", "capacity_rate"),
            ("electrode_size_cm2", "electrode_composition", "stack_capacity_ah"),
            ("bipolar_type", "membrane_type", "electrolyte_type"),
            (
                "active_mass_g",
                "electrode_area_cm2",
                "electrolyte_mol_per_l",
                "electrolyte_electrons",
                "formation_cycles",
            ),
            ("cells", "parallel"),
        ),
    ),
    (
        "Range",
        "Where a profile may go: it is refused if a cut-off or a current lies outside.",
        (
            ("voltage_min_v", "voltage_max_v"),
            ("cell_voltage_min_v", "cell_voltage_max_v"),
            ("current_max_a", "current_min_a"),
        ),
    ),
    (
        "Safety limits",
        "Where the station switches off by itself, and the experiment ends with an error.",
        (
            ("safety_voltage_min_v", "safety_voltage_max_v"),
            ("temperature_min_degc", "temperature_max_degc", "charge_temperature_min_degc"),
        ),
    ),
)
HELP: Mapping[str, str] = {
    "capacity_rate": "C/20, 0.5C; C20 for lead-acid",
    "active_mass_g": "For capacity per g",
    "electrode_area_cm2": "For capacity per cm²",
    "formation_cycles": "The first ones, not counted for retention",
    "stack_capacity_ah": "Or what its electrolyte holds",
    "electrolyte_mol_per_l": "Of the active species, for utilisation",
    "electrolyte_electrons": "1 for vanadium",
    "current_max_a": "Above 0, into the battery",
    "current_min_a": "Above 0, out of the battery",
    "safety_voltage_min_v": MARGIN_WORDS,
    "charge_temperature_min_degc": "Empty for lithium: 0 °C",
    "cell_voltage_min_v": "Of one cell in series, where it is watched",
}


@dataclass(frozen=True)
class Form:
    """The ids of one form; all begin with its prefix, which the rights go by."""

    prefix: str

    def field(self, name: str) -> str:
        """Id of the control of a field."""
        return f"{self.prefix}-{name.replace('_', '-')}"

    def error(self, name: str) -> str:
        """Id of the place for a field's error."""
        return f"{self.field(name)}-error"

    def part(self, name: str) -> str:
        """Id of another part: a store, a button, the box around the fields."""
        return f"{self.prefix}--{name}"

    @property
    def controls(self) -> list[str]:
        """Ids of all controls, in the order of the fields."""
        return [self.field(name) for name in FIELDS]


@dataclass(frozen=True)
class Filling:
    """What a form begins with; what is in `locked` can be seen and not changed.

    With a `kept_as` what is typed outlives a reload, in this tab, until it is saved. `own_id` is
    the battery that is changed.
    """

    values: Mapping[str, str]
    manufacturers: Sequence[str] = ()
    kept_as: str = ""
    locked: frozenset[str] = frozenset()
    own_id: int | None = None


def fields(form: Form, filling: Filling) -> Component:
    """Return all fields; those that the chosen technology does not have are hidden."""
    technology, kind = (
        filling.values.get(name) or FIELDS[name].initial for name in ("technology", "kind")
    )
    manufacturers = html.Datalist(
        [html.Option(value=name) for name in filling.manufacturers], id=form.part("manufacturers")
    )
    return html.Div(
        [
            dcc.Store(id=form.part("typed")),
            dcc.Store(id=form.part("result")),
            dcc.Store(id=form.part("checked")),
            dcc.Store(id=form.part("own"), data=filling.own_id),
            dcc.Store(
                id=form.part("left"), storage_type="session" if filling.kept_as else "memory"
            ),
            manufacturers,
            html.Datalist(id=form.part("models")),
            _technology(form, filling, technology),
            *(_section(form, filling, *section) for section in ROWS),
        ],
        id=form.part("box"),
        className=f"bem-battery-form {technology} {kind.replace(' ', '-')}",
        **{"data-bem-form": form.prefix},
    )


def battery_page(
    form: Form,
    filling: Filling,
    head: Sequence[Component],
    *,
    buttons: Sequence[Component],
    words: Component | None,
) -> Component:
    """Return a page with the form: `words` stand above its fields, the buttons at its foot."""
    above = [] if words is None else [words]
    state = html.Span(id=form.part("state"), className="bem-bad small", role="status")
    location = dcc.Location(id=form.part("go"), refresh="callback-nav")
    side = html.Div(id=form.part("side"), className="bem-stack bem-beside")
    shown = [*above, fields(form, filling)]
    return form_page([location, *head], shown, [*buttons, state], beside=side)


def consequences(reading: Reading) -> list[Component]:
    """Say what the limits mean for profiles and stations, and what looks unusual."""
    parts: list[Component] = [card("What it means", _meaning(reading))]
    parts += [
        note("paused", [html.B(f"{FIELDS[name].label}: "), words])
        for name, words in reading.cautions.items()
    ]
    return parts


def _meaning(reading: Reading) -> Component:
    if reading.unread & (VOLTAGES | {"technology"}) or "voltage_max_v" in reading.problems:
        return empty("rulers", "The limits show here once the voltages are given.")
    battery = reading.partial
    low, high = safety_range_v(battery)
    rows: list[Any] = [
        ("Range / V", battery.voltage_min_v, battery.voltage_max_v),
        ("Off outside / V", low, high),
    ]
    if battery.cells > 1 and "cells" not in reading.unread:
        each = battery.voltage_min_v / battery.cells, battery.voltage_max_v / battery.cells
        rows.insert(1, ("Range of a cell / V", *each))
    if not {"current_min_a", "current_max_a"} & (reading.unread | reading.problems.keys()):
        rows.append(("Current / A", battery.current_min_a, battery.current_max_a))
        capacity = battery.capacity_ah
        if capacity and "capacity_ah" not in reading.unread:
            rates = battery.current_min_a / capacity, battery.current_max_a / capacity
            rows.append(("Current / C", *rates))
        size = battery.electrode_size_cm2
        if size and "electrode_size_cm2" not in reading.unread:
            density = 1000 * battery.current_min_a / size, 1000 * battery.current_max_a / size
            rows.append(("Current / mA/cm²", *density))
    heads = (Head(unseen("Limit")), Head("Lowest", "num"), Head("Highest", "num"))
    return table(heads, [_range_row(*row) for row in rows])


def _range_row(label: str, low: float, high: float) -> html.Tr:
    ends = (formatting.quantity(float(f"{one:.5g}"), "") for one in (low, high))
    return html.Tr([html.Td(label), *(html.Td(one, className="num") for one in ends)])


def _technology(form: Form, filling: Filling, technology: str) -> Component:
    choices = {str(one): one.word for one in Technology}
    choices[Technology.LITHIUM] = "Lithium, Na-ion"
    locked = choices.keys() - {technology} if "technology" in filling.locked else ()
    choice = segments(
        form.field("technology"), choices, technology, disabled=locked, **_kept(filling)
    )
    error = html.Div(id=form.error("technology"), className="bem-field-error", role="alert")
    return html.Fieldset([html.Legend("Technology", className="form-label"), choice, error])


def _section(
    form: Form, filling: Filling, title: str, words: str, rows: Sequence[Sequence[str]]
) -> Component:
    head: list[Component] = [html.H2(title)]
    if words:
        head.append(html.P(words, className="t3 small"))
    lines = [
        html.Div([_field(form, filling, FIELDS[name]) for name in row], className="bem-fields")
        for row in rows
    ]
    return html.Section([html.Div(head), *lines], className="bem-form-part")


def _field(form: Form, filling: Filling, field: Field) -> Component:
    value = filling.values.get(field.name, field.initial)
    control = _control(form, filling, field, value)
    box = labelled(
        field.label,
        control,
        help_text=HELP.get(field.name),
        optional=field.optional and not field.initial,
        unit=field.unit,
        error_id=form.error(field.name),
    )
    if field.of_packs:
        box.className = "of-packs"
    elif len(field.only) < len(Technology):
        box.className = " ".join(["only", *map(str, field.only)])
    return box


def _control(form: Form, filling: Filling, field: Field, value: str) -> Component:
    common = {
        "id": form.field(field.name),
        "value": value,
        "disabled": field.name in filling.locked,
        **_kept(filling),
    }
    if field.kind is Kind.CHOICE and field.choices:
        choices = KINDS[Technology.LITHIUM] if field.choices is CellKind else field.choices
        return dbc.Select(options=[_option(one) for one in choices], placeholder="Choose", **common)
    if field.kind is Kind.DAY:
        return dbc.Input(type="date", **common)
    lists = {"manufacturer": form.part("manufacturers"), "model": form.part("models")}
    if field.name in lists:
        common["list"] = lists[field.name]
    numeric = field.kind in (Kind.NUMBER, Kind.WHOLE)
    return dbc.Input(
        type="text",
        maxlength=field.width,
        autocomplete="off",
        class_name="num" if numeric and not field.unit else None,
        **common,
    )


def _option(choice: StrEnum) -> dict[str, str]:
    return {"label": choice[:1].upper() + choice[1:], "value": str(choice)}


def _kept(filling: Filling) -> dict[str, Any]:
    if not filling.kept_as:
        return {}
    return {"persistence": filling.kept_as, "persistence_type": "session"}
