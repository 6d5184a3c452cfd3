"""Titrations (GITT) as the tab of pulses shows them: rested voltage, diffusion, table."""

import numpy as np
from dash import html
from dash.development.base_component import Component

from components.blocks import card, empty
from components.figures.xy_graph import Points, XyAxes
from cycling.analysis.voltage.gitt import Titration, titration
from db.measures.cycles import ExperimentCycles
from db.measures.pulses import ExperimentPulses, experiment_titrations
from db.series import ExperimentSeries
from pages.experiment.pulses.address import View
from pages.experiment.pulses.columns import CM_A_UM, titration_columns
from pages.experiment.pulses.look import Look, small_print
from pages.experiment.pulses.tables import plain_table

X_TITLE = "Charged since the beginning / mAh"
PORTIONS = (
    "ΔE s: how far the rested voltage moved by a portion; ΔE t: how far voltage moved during it, "
    "without the jump to its first sample."
)


def gitt_part(
    experiment: ExperimentSeries, cycles: ExperimentCycles, view: View, look: Look
) -> list[Component]:
    """Return titrations: rested voltage, for a typed length diffusion, over charge; a table."""
    length_cm = view.length_um * CM_A_UM if view.length_um else None
    cards = [
        one
        for number, portions in enumerate(experiment_titrations(experiment, cycles.steps), 1)
        for one in _cards(number, portions, titration(portions.pulses, length_cm), view, look)
    ]
    return cards or [card("GITT", empty("activity", "No titration is in this experiment."))]


def _cards(
    number: int, portions: ExperimentPulses, found: Titration, view: View, look: Look
) -> list[Component]:
    """Return the cards of one titration; a card has one graph, which its pictures are of."""
    direction = "charge" if portions.pulses.current_a[0] > 0 else "discharge"
    title = f"Titration {number}, {direction}, {len(portions.pulses)} portions"
    charged, name = found.charged_ah * 1e3, f"titration-{number}"
    rested = Points("Rested", charged, found.rested_v)
    graph = look.graph([rested], XyAxes(X_TITLE, "Voltage / V"))
    listed = [*plain_table(titration_columns(portions, found)), small_print(PORTIONS)]
    if view.length_um is None:
        words = "Type the diffusion length L, a third of the radius of spheres, for D."
        return [look.card(title, name, [graph, *listed, small_print(words)])]
    diffusion = Points("D", charged, np.log10(found.diffusion_cm2_per_s), 0)
    other = look.graph([diffusion], XyAxes(X_TITLE, "log₁₀ of D / (cm²/s)"))
    words = _diffusion_words(view.length_um, found)
    both = [
        look.card(title, f"{name}-voltage", [graph]),
        look.card(f"Titration {number}: diffusion", f"{name}-d", [other, small_print(words)]),
    ]
    return [html.Div(both, className="bem-halves"), card(f"Titration {number}: table", listed)]


def _diffusion_words(length_um: float, found: Titration) -> str:
    known = np.isfinite(found.diffusion_cm2_per_s)
    long = int(np.sum(known & ~found.is_short))
    held = "It holds for portions much shorter than L²/D (Weppner and Huggins 1977)"
    if long:
        held += f"; {long} of {int(known.sum())} are not shorter than that: D is wrong there"
    return f"D = 4/(π τ) L² (ΔE s/ΔE t)², L = {length_um:g} µm. {held}."
