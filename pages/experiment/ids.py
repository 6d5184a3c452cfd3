"""Ids of the experiment page, whose parts live in several files."""

from pages.ask import AskIds


class Ids:
    """Ids of this page.

    Those of NOTE are for operators, see `dashboard.roles`.

    `assets/js/experiment.js` knows GRAPH, OVERVIEW, WINDOW, NOTE_FORM, NOTE_AT, NOTE_TIME and
    `REMOVE.chosen`.
    """

    EXPERIMENT = "experiment-id"
    PREPARING = "experiment-preparing"
    PREPARING_POLL = "experiment-preparing-poll"
    PREPARED = "experiment-prepared"
    GRAPH = "experiment-graph"
    OVERVIEW = "experiment-overview"
    CHANNELS = "experiment-channels"
    WINDOW = "experiment-window"
    TIME = "experiment-time"
    WHOLE = "experiment-whole"
    RANGE = "experiment-range"
    DRAWN = "experiment-drawn"
    STRIP_DRAWN = "experiment-strip-drawn"
    COLUMNS = "experiment-columns"
    PART = "experiment-part"
    CSV = "experiment-csv"
    PARQUET = "experiment-parquet"
    STATISTICS = "experiment-statistics"
    AS_OF = "experiment-as-of"
    ADD_UP = "experiment-add-up"
    ADD_UP_BOX = "experiment-add-up-box"
    ENDED = "experiment-ended"
    STATES = "experiment-states"
    PROFILE = "experiment-profile"
    SHOW_ROWS = "experiment-show-rows"
    ROWS = "experiment-rows"
    STATE = "experiment-state"
    TAB_STATE = "experiment-tab-state"
    WAITS = "experiment-waits"
    FACTS = "experiment-facts"
    HAPPENINGS = "experiment-happenings"
    DRAWN_STATE = "experiment-drawn-state"
    RELOAD = "experiment-reload"
    WAITING_RELOAD = "experiment-waiting-reload"
    NOTES = "experiment-notes"
    NOTED = "experiment-noted"
    NOTE_ADD = "experiment-note-add"
    NOTE_FORM = "experiment-note-form"
    NOTE_TEXT = "experiment-note-text"
    NOTE_TIME = "experiment-note-time"
    NOTE_AT = "experiment-note-at"
    NOTE_SAVE = "experiment-note-save"
    NOTE_ONCE = "experiment-note-once"
    NOTE_CANCEL = "experiment-note-cancel"
    NOTE_ERROR = "experiment-note-error"


DELETE = AskIds("experiment-delete")  # deletes the experiment; for admins
EDGE = AskIds("experiment-edge")  # sets the edges of an import; for operators
RENAME = AskIds("experiment-rename")  # gives it another name; for operators
REMOVE = AskIds("experiment-note-delete")  # deletes a note; for operators
