"""The tabs of the experiment page: each has an address, and a room of its own with its content."""

from enum import StrEnum

from dash import Input, Output, State, callback, dcc, html
from dash.development.base_component import Component

from components.sent import Sent
from components.shell import Ids as Shell
from cycling.terms import ENDED
from db.queries.experiments.detail import ExperimentFacts, experiment_facts
from pages.context import database
from pages.experiment.ids import Ids
from pages.experiment.present import state_words
from pages.sent import sent_id


class Tab(StrEnum):
    """A tab, as the address names it."""

    OVERVIEW = "overview"
    CYCLES = "cycles"
    DQDV = "dqdv"
    PULSES = "pulses"


SHOWN = tuple(Tab)  # those with a content
LABELS = {Tab.OVERVIEW: "Overview", Tab.CYCLES: "Cycles", Tab.DQDV: "dQ/dV", Tab.PULSES: "Pulses"}


def asked_tab(given: object) -> Tab:
    """Return the tab that an address names; the overview where it names none that there is."""
    return Tab(str(given)) if str(given) in set(Tab) else Tab.OVERVIEW


def tab_address(experiment_id: int, tab: Tab) -> str:
    """Return the address of a tab; without a word about tabs it is the overview's."""
    address = f"/experiments/{experiment_id}"
    return address if tab == Tab.OVERVIEW else f"{address}?tab={tab}"


def tab_bar(experiment_id: int, current: Tab) -> Component:
    """Return the links to the tabs."""
    links = [
        html.Span(LABELS[tab], **{"aria-current": "page"})
        if tab is current
        else dcc.Link(LABELS[tab], href=tab_address(experiment_id, tab))
        for tab in SHOWN
    ]
    hidden = len(links) < 2
    about = {"aria-label": "Of this experiment"}
    return html.Nav(links, className="bem-tabs", hidden=hidden, **about)


def tab_state(facts: ExperimentFacts) -> Component:
    """Return number and status, for the title of a tab; they change while the experiment runs."""
    known = {} if facts.status in ENDED else {"id": Ids.TAB_STATE}
    return html.Span(state_words(facts), className="count", **known)


@callback(
    output=Output(Ids.TAB_STATE, "children"),
    inputs={"_pulse": Input(Shell.PULSE, "data")},
    state={"experiment_id": State(Ids.EXPERIMENT, "data")},
    prevent_initial_call=True,
)
def show_state(_pulse: Sent, experiment_id: Sent) -> Sent:
    """Say how far it is; the overview says it with everything else that changes."""
    return state_words(experiment_facts(database(), sent_id(experiment_id)))
