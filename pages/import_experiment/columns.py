"""The columns of the file: what each is and in which unit, as a table of controls."""

from collections.abc import Sequence
from functools import cache
from zoneinfo import available_timezones

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.blocks import Head, id_in_the_page, table
from cycling.formats import Column, Field, Mapping
from pages.import_experiment.ids import Ids
from pages.import_experiment.mapping import MAX_COLUMNS

HEADS = (
    Head("In the file"),
    Head("First value", "num", "100px"),
    Head("Is", "", "172px"),
    Head("Unit", "", "106px"),
    Head("Becomes", "", "116px"),
)


def columns_table(mapping: Mapping, sample: Sequence[str]) -> Component:
    """Return the mapping: each column, its first value, what it is and in which unit."""
    order = list(Field)
    ranked = sorted(mapping.columns, key=lambda column: order.index(column.field))
    body = [_column_row(column, sample) for column in ranked[:MAX_COLUMNS]]
    further = len(ranked) - len(body)
    more = (
        html.Div(f"and {further} further columns as recognised", className="bem-file-note t3 small")
        if further
        else None
    )
    return html.Div([table(HEADS, body), more], className="bem-columns")


def columns_text(mapping: Mapping) -> str:
    """Say how many columns will be imported."""
    imported = sum(column.field is not Field.IGNORED for column in mapping.columns)
    return f"{imported} of {len(mapping.columns)} imported"


@cache
def zone_options() -> list[str]:
    """Return all time zones, UTC first."""
    return ["UTC", *sorted(available_timezones() - {"UTC", "localtime", "Factory"})]


def _column_row(column: Column, sample: Sequence[str]) -> Component:
    first = sample[column.index] if column.index < len(sample) else ""
    ignored = column.field is Field.IGNORED
    kind = dbc.Select(
        id=Ids.field(column.index),
        options=[{"label": field.label, "value": field.value} for field in Field],
        value=column.field.value,
    )
    unit = _unit_control(column)
    return html.Tr(
        [
            html.Td(column.shown, title=column.shown, className="t3" if ignored else None),
            html.Td(first, className="num t2", title=first),
            html.Td([hidden_label(f"What {column.shown} is", kind.id), kind]),
            html.Td([hidden_label(f"Unit of {column.shown}", unit.id), unit]),
            html.Td(column.becomes, className="t3 small", title=column.becomes),
        ]
    )


def hidden_label(text: str, control_id: dict[str, object]) -> dbc.Label:
    """Name a control of a table for those who do not see its head."""
    return dbc.Label(text, html_for=id_in_the_page(control_id), class_name="visually-hidden")


def _unit_control(column: Column) -> Component:
    if column.field is Field.EXTENDED:
        return dbc.Input(id=Ids.unit(column.index), value=column.unit, maxLength=20, debounce=True)
    return dbc.Select(
        id=Ids.unit(column.index),
        options=[{"label": unit, "value": unit} for unit in column.field.units],
        value=column.unit,
        disabled=len(column.field.units) < 2,
        class_name="d-none" if column.field is Field.IGNORED else None,
    )
