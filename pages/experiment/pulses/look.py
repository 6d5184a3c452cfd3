"""How the tab of pulses shows things: a card with its graph and pictures, words below it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.blocks import card
from components.figures.template import CONFIG
from components.figures.xy_graph import Points, XyAxes, xy_figure
from components.pictures import picture_menu


@dataclass(frozen=True)
class Look:
    """How graphs are drawn, whether pulses may be ticked, and of which experiment they are."""

    dark: bool
    narrow: bool
    may_tick: bool
    experiment_id: int

    def card(self, title: str, about: str, inside: list[Component]) -> Component:
        """Return a card with one graph, and the menu of its pictures."""
        number = self.experiment_id
        menu = picture_menu(f"{number}-{about}", f"Experiment {number}: {title}")
        return card(title, inside, end=menu)

    def graph(self, drawn: Sequence[Points], axes: XyAxes) -> Component:
        """Return a graph."""
        figure: dict[str, Any] = xy_figure(drawn, axes, dark=self.dark, narrow=self.narrow)
        style = {"height": figure["layout"]["height"]}
        return dcc.Graph(figure=figure, config=CONFIG, className="bem-graph", style=style)


def small_print(words: str) -> Component:
    """Return what is said below a graph, and below its pictures."""
    return html.Div(words, className="bem-small-print t3 small")
