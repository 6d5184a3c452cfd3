"""The tab of a battery's life: what is drawn, as the controls and the measures change."""

from collections.abc import Mapping
from time import monotonic
from typing import Any

from dash import Input, Output, State, callback, ctx
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from components.blocks import empty
from components.sent import Sent
from components.shell import Ids as Shell
from pages.battery.life.address import RATES, view_of
from pages.battery.life.drawing import figure_of
from pages.battery.life.ids import Ids
from pages.battery.life.reading import Joined, joined_life
from pages.battery.life.table import experiments_table
from pages.battery.life.words import caption, figures_of, notes_of
from pages.context import database, run_script, viewer
from pages.experiment.cycles.figures import figure_tiles
from pages.sent import sent_id

run_script(
    "life.view",
    Output(Ids.VIEW, "data"),
    *(Input(control, "value") for control in (Ids.METRICS, Ids.X, Ids.PER, Ids.RATE)),
    State(Ids.VIEW, "data"),
    at_start=False,
)
run_script("life.remember", Input(Ids.VIEW, "data"))


@callback(
    output={
        "figure": Output(Ids.GRAPH, "figure"),
        "figures": Output(Ids.FIGURES, "children"),
        "caption": Output(Ids.CAPTION, "children"),
        "notes": Output(Ids.NOTES, "children"),
        "table": Output(Ids.TABLE, "children"),
        "rates": Output(Ids.RATE, "options"),
        "drawn": Output(Ids.DRAWN, "data"),
    },
    inputs={
        "view": Input(Ids.VIEW, "data"),
        "theme": Input(Shell.THEME, "data"),
        "_pulse": Input(Shell.PULSE, "data"),
    },
    state={
        "battery_id": State(Ids.BATTERY, "data"),
        "drawn": State(Ids.DRAWN, "data"),
        "narrow": State(Shell.NARROW, "data"),
    },
)
def draw(
    view: Sent, theme: Sent, _pulse: Sent, battery_id: Sent, drawn: Sent, narrow: Sent
) -> dict[str, Any]:
    """Draw the life; with the frame's pulse only where there is something new.

    Dash drops the answer to a control where the pulse asks before it has come.
    """
    if theme is None:
        raise PreventUpdate  # the frame reads it in the browser and calls again at once
    asked, began = view_of(view), monotonic()
    found = joined_life(database(), sent_id(battery_id), asked, lambda: monotonic() - began)
    versions = [[id_, *version] for id_, version in sorted(found.found.version.items())]
    now = {"asked_for": [asked.query, theme], "versions": versions}
    now["pending"] = found.found.pending
    if ctx.triggered_id == Shell.PULSE and now == drawn:
        raise PreventUpdate
    drawing = figure_of(found, dark=theme == "dark", narrow=bool(narrow))
    return {
        "figure": drawing.figure,
        "figures": figure_tiles(figures_of(found)),
        "caption": caption(found, drawing),
        "notes": notes_of(found),
        "table": _table(found),
        "rates": _rates(found),
        "drawn": now,
    }


def _table(found: Joined) -> Component:
    if found.life is None:
        words = "No experiment of this battery has a cycle yet."
        waits = "Its experiments are still to be added up." if found.found.pending else words
        return empty("battery-half", waits)
    return experiments_table(found, viewer().zone)


def _rates(found: Joined) -> list[Mapping[str, str]]:
    rate = found.view.rate
    labels = dict.fromkeys([*RATES, *found.rates, *([rate] if rate else [])])
    return [{"label": RATES.get(one, one), "value": one} for one in labels]
