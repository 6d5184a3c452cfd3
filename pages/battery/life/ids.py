"""Ids of the tab."""


class Ids:
    """Ids of the tab. `assets/js/life.js` knows VIEW."""

    BATTERY = "battery-life-battery"
    VIEW = "battery-life-view"
    DRAWN = "battery-life-drawn"
    METRICS = "battery-life-y"
    X = "battery-life-x"
    PER = "battery-life-per"
    RATE = "battery-life-rate"
    FIGURES = "battery-life-figures"
    NOTES = "battery-life-notes"
    GRAPH = "battery-life-graph"
    CAPTION = "battery-life-caption"
    TABLE = "battery-life-table"
