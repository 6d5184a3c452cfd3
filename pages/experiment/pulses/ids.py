"""Ids of the tab of pulses."""


class Ids:
    """Ids of this tab. TICK is for operators; `assets/js/pulses.js` writes it."""

    VIEW = "pulses-view"
    SHOW = "pulses-show"
    AT = "pulses-at"
    X = "pulses-x"
    FULL = "pulses-full"
    SOC = "pulses-soc"
    LENGTH = "pulses-length"
    PULSE_TOOLS = "pulses-of-pulses"
    LENGTH_BOX = "pulses-length-box"
    TICK = "pulses-tick-wanted"
    TICKED = "pulses-ticked"
    DRAWN = "pulses-drawn"
    CONTENT = "pulses-content"
    CSV = "pulses-csv"
    FILE = "pulses-file"
