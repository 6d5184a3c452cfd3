"""Ids of the tab of cycles."""

from components.sent import PrefixIds
from pages.ask import AskIds


class Ids:
    """Ids of this tab. `assets/js/cycles.js` knows those of its controls, GRAPH and CHOSEN."""

    VIEW = "cycles-view"
    DRAWN = "cycles-drawn"
    ANSWERED = "cycles-answered"
    X = "cycles-x"
    PER = "cycles-per"
    RATE = "cycles-rate"
    KIND = "cycles-kind"
    DRAG = "cycles-drag"
    FADE = "cycles-fade"
    COLUMNS = "cycles-columns"
    CHOSEN = "cycles-chosen"
    GRAPH = "cycles-graph"
    CAPTION = "cycles-caption"
    CURVES = "cycles-curves"
    CURVES_ABOUT = "cycles-curves-about"
    FIGURES = "cycles-figures"
    NOTES = "cycles-notes"
    COUNT = "cycles-count"
    RULES = "cycles-rules"


TABLE = PrefixIds("cycles")
CONVENTIONS = AskIds("cycles-choose")  # sets the conventions; for operators
