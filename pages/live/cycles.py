"""The card of the live view about the cycles of what runs."""

from dash import dcc, html
from dash.development.base_component import Component

from components import formatting
from components.blocks import Children, card, facts
from components.figures.sparkline import capacity_path, picture
from pages.live.content import LiveView
from pages.station.cycles import last_cycle_text


def cycles_card(view: LiveView) -> list[Component]:
    """Return the card of the cycles of what runs; none before one is complete."""
    found, experiment = view.station.cycles, view.experiment
    if experiment is None or found is None or not found.cycles or not view.is_present:
        return []
    rows: list[tuple[str, Children]] = [
        ("Complete", formatting.number(found.cycles)),
        ("Last", last_cycle_text(found)),
        ("Retention", f"{found.retention_pct:.2f} %" if found.retention_pct is not None else ""),
        ("Mean CE", f"{found.mean_ce_pct:.3f} %" if found.mean_ce_pct is not None else ""),
    ]
    path = capacity_path(found.capacities_ah)
    about = "Capacity of the complete cycles"
    line = html.Img(src=picture(path), alt=about, title=about, className="bem-spark")
    link = dcc.Link("All cycles", href=f"/experiments/{experiment.id}?tab=cycles")
    return [
        card(
            "Cycles",
            html.Div([facts([rows]), *([line] if path else [])], className="body"),
            end=link,
        )
    ]
