from dash import Input, Output, callback, html, register_page

from db.terms import Role

register_page(__name__, path="/users", role=Role.ADMIN)


def layout():
    return html.P("Everybody's name")


@callback(Output("unlisted-out", "children"), Input("unlisted-in", "n_clicks"))
def _unlisted(clicks):
    return clicks
