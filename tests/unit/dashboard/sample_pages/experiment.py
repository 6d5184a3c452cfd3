from dash import html, register_page

from db.terms import Role

register_page(__name__, path_template="/experiments/<experiment_id>", role=Role.VIEWER)


def layout(experiment_id: str):
    return html.P(f"Experiment number {experiment_id}")
