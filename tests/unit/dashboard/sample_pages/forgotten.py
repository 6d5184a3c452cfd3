from dash import html, register_page

register_page(__name__, path="/forgotten")


def layout():
    return html.P("A page without a role")
