"""Ids of the Monitor, whose parts live in several files."""

from pages.ask import AskIds


class Ids:
    """Ids of the overview and of the dialogs that the live view shares with it.

    `assets/js/monitor.js` knows TICK, ASK, UPDATE, OVERVIEW, SEARCH, SORT, SHAPE and
    the CHOSEN ones.
    """

    TICK = "monitor-tick"
    ASK = "monitor-ask"
    UPDATE = "monitor-update"
    SINK = "monitor-sink"
    OVERVIEW = "monitor-overview"
    CHIPS = "monitor-chips"
    UNREGISTERED = "monitor-unregistered"
    SLOW_TICK = "monitor-slow-tick"
    SEARCH = "monitor-search"
    SORT = "monitor-sort"
    SHAPE = "monitor-shape"


ALARM = AskIds("monitor-alarm")  # acknowledges an alarm; for operators
CONFIRM = AskIds("monitor-confirm")  # confirms a battery; for operators
