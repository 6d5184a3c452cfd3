"""Ids of the live view, whose parts live in several files."""


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
    RANGE = "live-range"
    EVERY = "live-every"
    CHANNELS = "live-channels"
    GRAPH = "live-graph"
    OVERVIEW = "live-overview"
    WINDOW = "live-window"
    AGAIN = "live-again"
    DRAWN = "live-drawn"
    FOLLOW = "live-follow"


class CommandIds:
    """Ids of what tells a station what to do; for operators."""

    CHOSEN = "live-command-chosen"
    DIALOG = "live-command-dialog"
    TITLE = "live-command-title"
    QUESTION = "live-command-question"
    REASON = "live-command-reason"
    ERROR = "live-command-error"
    CANCEL = "live-command-cancel"
    SEND = "live-command-send"
    SENT = "live-command-sent"
