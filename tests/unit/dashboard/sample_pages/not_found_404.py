from dash import html, register_page

from db.terms import Role

register_page(__name__, path="/not-found", role=Role.VIEWER)


def layout():
    return html.P("Nothing lives here")
