"""The content of this tab."""

from collections.abc import Mapping

from dash.development.base_component import Component

from components.blocks import card, empty
from components.sent import Sent
from db.measures.cycles import experiment_cycles
from pages.context import Viewer
from pages.experiment.cycles.rules import rules_part
from pages.experiment.view import ExperimentView

NAMES: tuple[str, ...] = ()  # that it reads in the address


def content(view: ExperimentView, query: Mapping[str, Sent], who: Viewer) -> list[Component]:
    """Return what stands below the tabs, as the address asks for it."""
    cycles = experiment_cycles(view.experiment)
    return [
        card("Cycles", empty("graph-up", "This tab is not drawn yet.")),
        *(rules_part(view, cycles, who) if cycles else ()),
    ]
