"""The questions of the overview and the live view: what an alarm was, which battery it is."""

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.blocks import labelled
from pages.ask import ask_dialog
from pages.monitor.ids import ALARM, CONFIRM


def dialogs() -> list[Component]:
    """Return both dialogs, closed, with the stores that open them; for operators."""
    comment = labelled(
        "What did you find?",
        dbc.Textarea(id=ALARM.comment, maxlength=250, rows=3),
        help_text="It is kept with the alarm and your name.",
    )
    return [*ask_dialog(ALARM, html.Div(comment, id=ALARM.box)), *ask_dialog(CONFIRM)]
