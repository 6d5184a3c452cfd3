from dash import Input, Output, callback, clientside_callback, html, register_page

from cycling.errors import InputError, UnavailableError
from db.terms import Role
from pages.context import viewer

register_page(__name__, path="/experiments", title="All of them", role=Role.VIEWER)


def layout(status: str = "all"):
    return html.Div([html.Button(id="experiments-go"), html.Div(status, id="experiments-out")])


@callback(Output("experiments-out", "children"), Input("experiments-go", "n_clicks"))
def _who(clicks):
    if clicks == 1:
        raise InputError("Once is not enough.")
    if clicks == 2:
        raise UnavailableError("The database is away.")
    if clicks == 3:
        raise ZeroDivisionError("secret detail")
    return f"{viewer().name} is {viewer().role}"


clientside_callback(
    "function(n) { return n; }", Output("experiments-go", "title"), Input("experiments-go", "id")
)
