"""Ids of the live view, whose parts live in several files."""

from pages.ask import AskIds


class Ids:
    """Ids of the live view of a station.

    `assets/js/live.js` knows TICK, ASK, UPDATE, EXPERIMENT, GRAPH, OVERVIEW, WINDOW, AGAIN, DRAWN,
    RANGE, EVERY and CHANNELS.
    """

    STATION = "live-station"
    EXPERIMENT = "live-experiment"
    TICK = "live-tick"
    ASK = "live-ask"
    UPDATE = "live-update"
    SINK = "live-sink"
    HEAD = "live-head"
    NOTES = "live-notes"
    PANEL = "live-panel"
    QUEUE = "live-queue"
    RANGE = "live-range"
    EVERY = "live-every"
    CHANNELS = "live-channels"
    GRAPH = "live-graph"
    OVERVIEW = "live-overview"
    WINDOW = "live-window"
    AGAIN = "live-again"
    DRAWN = "live-drawn"
    FOLLOW = "live-follow"


COMMAND = AskIds("live-command")  # tells a station what to do; for operators
