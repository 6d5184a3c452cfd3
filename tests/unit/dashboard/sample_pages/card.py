"""A part of a page with a callback of its own; nobody imports it."""

from dash import Input, Output, callback


@callback(Output("experiments-card", "children"), Input("experiments-card", "id"))
def show_card(_id):
    return "Shown"
