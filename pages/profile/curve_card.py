"""The card with the expected course of a profile, and the battery that it is drawn for."""

from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, dcc, html
from dash.development.base_component import Component

from components.blocks import card, empty, labelled, note
from components.figures.expected_curve import HEIGHT
from components.figures.template import CONFIG
from components.readings import reading
from components.sent import PrefixIds
from cycling.battery.typical import KINDS, MAX_CELLS
from pages.profile.battery_kinds import BatteryChoice
from pages.profile.check import CheckedView
from pages.profile.labels import (
    course_words,
    expected_duration,
    start_words,
    throughput_words,
    trip_words,
)


class CurveIds(PrefixIds):
    """Ids of the card's parts: `ids.graph`."""

    def inputs(self) -> dict[str, Input]:
        """Return the controls of the battery that the curve is drawn for."""
        return {
            "kind": Input(self.kind, "value"),
            "capacity_ah": Input(self.capacity, "value"),
            "cells": Input(self.cells, "value"),
        }

    def outputs(self) -> list[Output]:
        """Return what `curve_parts` fills."""
        return [
            Output(self.graph, "figure"),
            Output(self.frame, "hidden"),
            Output(self.none, "children"),
            Output(self.none, "hidden"),
            Output(self.readings, "children"),
            Output(self.note, "children"),
        ]


def curve_card(ids: CurveIds, battery: BatteryChoice) -> Component:
    """Return the card, empty until its figure comes."""
    kind = dbc.Select(
        id=ids.kind,
        options=[{"label": kind.words, "value": name} for name, kind in KINDS.items()],
        value=battery.kind,
    )
    capacity = dbc.Input(
        id=ids.capacity, type="number", min=0, step="any", value=battery.capacity_ah, debounce=True
    )
    cells = dbc.Input(
        id=ids.cells,
        type="number",
        min=1,
        max=MAX_CELLS,
        step=1,
        value=battery.cells,
        debounce=True,
    )
    battery = html.Div(
        [
            labelled("Drawn for", kind),
            labelled("Capacity", capacity, unit="Ah"),
            labelled("Cells in series", cells),
        ],
        className="bem-three bem-slim bem-sketch-battery",
    )
    graph = dcc.Graph(
        id=ids.graph,
        config=CONFIG,
        figure={"layout": {"height": HEIGHT, "xaxis": {"visible": False}}},
        style={"height": HEIGHT},
    )
    return card(
        "Expected",
        [
            battery,
            html.Div([graph], id=ids.frame),
            html.Div(id=ids.none, hidden=True),
            html.Div(id=ids.readings, className="bem-readings"),
        ],
        note=html.Span(id=ids.note),
    )


def curve_parts(view: CheckedView, *, dark: bool) -> tuple[Any, bool, Any, bool, Any, str]:
    """Return what `CurveIds.outputs` names: the figure or what stands in its place, readings."""
    figure = view.figure(dark=dark)
    if figure is None:
        return (
            {"layout": {"height": HEIGHT, "xaxis": {"visible": False}}},
            True,
            empty("graph-up", _nothing(view)),
            False,
            [],
            "",
        )
    return figure, False, None, True, _readings(view), _note(view)


def _nothing(view: CheckedView) -> str:
    if not view.text.strip():
        return "The expected voltage and current appear here."
    return f"Waits for line {view.waits_for}." if view.waits_for else "There is nothing to draw."


def _note(view: CheckedView) -> str:
    if view.waits_for:
        return f"the lines before line {view.waits_for}"
    if view.curve is None:
        return ""
    of_what = course_words(view.curve) or "from a model of such a battery"
    return "; ".join(filter(None, [of_what, start_words(view.curve)]))


def _readings(view: CheckedView) -> list[Component]:
    quantities = throughput_words(view)
    if not quantities:
        words = f"waits for line {view.waits_for}" if view.waits_for else "cannot be told"
        return [reading(words, "", name="Whole profile", small=True)]
    trip = trip_words(view)
    warning = [html.Div(note("paused", trip), className="bem-trip")] if trip else []
    return warning + [
        reading(value, unit, name=name, small=True)
        for name, value, unit in (
            ("Until the safety limit" if trip else "Whole profile", expected_duration(view), ""),
            ("Charge in / out", " / ".join(quantities[:2]), "Ah"),
            ("Energy in / out", " / ".join(quantities[2:]), "Wh"),
        )
    ]
