"""The electrolytes of a redox-flow stack in a form: both sides, four amounts each."""

from collections.abc import Mapping

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.blocks import labelled
from components.sent import Sent
from cycling.battery.electrolyte import QUANTITIES, Electrolyte, electrolyte, side_problems
from cycling.terms import Polarity

SIDES = {Polarity.POSITIVE: "Positive side", Polarity.NEGATIVE: "Negative side"}
AMOUNTS = {
    "volume": ("Volume", "mL"),
    "soc": ("Initial SOC", "%"),
    "min-flow": ("Lowest flow rate", "mL/min"),
    "max-flow": ("Highest flow rate", "mL/min"),
}


def amount_id(prefix: str, polarity: Polarity, quantity: str) -> str:
    """Return the id of the field of an amount; the prefix is that of the form."""
    return f"{prefix}-{polarity.value.lower()}-{quantity}"


def amount_ids(prefix: str) -> tuple[str, ...]:
    """Return the ids of all fields, in their order."""
    return tuple(amount_id(prefix, side, one) for side in Polarity for one in QUANTITIES)


def electrolyte_fields(
    prefix: str, values: Mapping[str, str], *, section_id: str, optional: bool = False, **keep: Sent
) -> Component:
    """Return the fields, hidden until a stack is chosen; `values` are texts by their ids."""
    sides = [
        html.Fieldset(
            [
                html.Legend(label, className="form-label"),
                html.Div(
                    [
                        _amount(amount_id(prefix, polarity, quantity), quantity, values, keep)
                        for quantity in QUANTITIES
                    ],
                    className="bem-fields",
                ),
            ]
        )
        for polarity, label in SIDES.items()
    ]
    words = ["Electrolytes", *([html.Span(" (optional)", className="opt")] if optional else [])]
    return html.Section(
        [html.H2(words), *sides],
        id=section_id,
        className="bem-form-part bem-electrolytes",
        hidden=True,
    )


def _amount(
    name: str, quantity: str, values: Mapping[str, str], keep: dict[str, Sent]
) -> Component:
    label, unit = AMOUNTS[quantity]
    control = dbc.Input(
        id=name,
        value=values.get(name, ""),
        inputmode="numeric",
        maxlength=7,
        autocomplete="off",
        **keep,
    )
    return labelled(label, control, unit=unit, error_id=f"{name}-error")


def electrolyte_problems(prefix: str, values: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with the electrolytes of both sides, by the id of the field."""
    return {
        amount_id(prefix, side, quantity): words
        for side in Polarity
        for quantity, words in side_problems(_texts(prefix, side, values)).items()
    }


def electrolytes(prefix: str, values: Mapping[str, str]) -> tuple[Electrolyte, ...]:
    """Return both sides of values that have no problems."""
    return tuple(electrolyte(side, _texts(prefix, side, values)) for side in Polarity)


def _texts(prefix: str, side: Polarity, values: Mapping[str, str]) -> dict[str, str]:
    return {one: values.get(amount_id(prefix, side, one), "") for one in QUANTITIES}
