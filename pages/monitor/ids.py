"""Ids of the Monitor, whose parts live in several files."""


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

    @staticmethod
    def tile(station: object) -> dict[str, object]:
        """Id of the tile of a station."""
        return {"type": "monitor-tile", "station": station}


class AlarmIds:
    """Ids of the dialog that acknowledges an alarm; for operators."""

    CHOSEN = "monitor-alarm-chosen"
    DIALOG = "monitor-alarm-dialog"
    QUOTE = "monitor-alarm-quote"
    COMMENT = "monitor-alarm-comment"
    ERROR = "monitor-alarm-error"
    SAVE = "monitor-alarm-save"
    CANCEL = "monitor-alarm-cancel"
    DONE = "monitor-alarm-done"


class ConfirmIds:
    """Ids of the dialog that confirms a battery; for operators."""

    CHOSEN = "monitor-confirm-chosen"
    DIALOG = "monitor-confirm-dialog"
    QUESTION = "monitor-confirm-question"
    ERROR = "monitor-confirm-error"
    SAVE = "monitor-confirm-save"
    CANCEL = "monitor-confirm-cancel"
    DONE = "monitor-confirm-done"
