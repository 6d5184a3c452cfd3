"""Ids of the tab of dQ/dV."""


class Ids:
    """Ids of this tab."""

    VIEW = "dqdv-view"
    HALF = "dqdv-half"
    CURVE = "dqdv-curve"
    SHOW = "dqdv-show"
    CYCLES = "dqdv-cycles"
    REFERENCE = "dqdv-reference"
    DIFFERENCE = "dqdv-difference"
    RATE = "dqdv-rate"
    BIN = "dqdv-bin"
    SMOOTH = "dqdv-smooth"
    GRAPH = "dqdv-graph"
    CAPTION = "dqdv-caption"
    DRAWN = "dqdv-drawn"
    NOTES = "dqdv-notes"
    PEAKS = "dqdv-peaks"
    PEAKS_CARD = "dqdv-peaks-card"
    CSV = "dqdv-csv"
    FILE = "dqdv-file"
