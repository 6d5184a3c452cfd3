"""Ids of the import page, whose callbacks and parts live in several files."""

from components.sent import PatternId
from pages.profile.choice import ChoiceIds

PREFIX = "import"  # of the electrolytes' fields, too
RUN = ChoiceIds(PREFIX)  # the profile that was run


class Ids:
    """Ids of this page; `assets/js/upload.js` knows UPLOAD and the three about its progress."""

    UPLOAD = "import-upload"
    UPLOAD_TEXT = "import-upload-text"
    UPLOAD_PROGRESS = "import-upload-progress"
    UPLOAD_RUNNING = "import-upload-running"
    CHOOSE = "import-choose"
    WORK = "import-work"
    VERIFY_JOB = "import-verify-job"
    VERIFY_POLL = "import-verify-poll"
    VERIFIED = "import-verified"
    MAPPING = "import-mapping"
    FILE = "import-file"
    FILE_STATE = "import-file-state"
    REMOVE = "import-remove"
    COLUMNS = "import-columns"
    COLUMNS_NOTE = "import-columns-note"
    PROBLEMS_NOTE = "import-problems-note"
    PART = "import-part"
    PART_BOX = "import-part-box"
    ZONE_BOX = "import-zone-box"
    STARTED = "import-started"
    START_BOX = "import-start-box"
    SAVE_BAR = "import-save-bar"
    DETAILS = "import-details"
    SIDE = "import-side"
    SIGN = "import-sign"
    SIGN_NOTE = "import-sign-note"
    ZONE = "import-zone"
    PREVIEW = "import-preview"
    PROBLEMS = "import-problems"
    FORM = "import-form"
    NAME = "import-name"
    DESCRIPTION = "import-description"
    BATTERY = "import-battery"
    NEW_BATTERY = "import-new-battery"
    DAY = "import-start-day"
    CLOCK = "import-start-clock"
    RUN_BOX = "import-run-box"
    RUN_NOTE = "import-run-note"
    ELECTROLYTES = "import-electrolytes"
    SAVE = "import-save"
    ONCE = "import-once"
    SAVE_STATE = "import-save-state"
    IMPORT_JOB = "import-import-job"
    IMPORT_POLL = "import-import-poll"
    LOST_POLL = "import-lost-poll"
    CANCEL = "import-cancel"
    RUNNING = "import-running"
    GO = "import-go"
    AGAIN_BOX = "import-again-box"
    AGAIN_TEXT = "import-again-text"
    AGAIN = "import-again"
    SKIP = "import-skip"
    REMEMBERED = "import-remembered"
    REMEMBERED_TEXT = "import-remembered-text"
    FORGET = "import-forget"
    DROP_BOX = "import-drop-box"
    BATCH_ADDED = "import-batch-added"
    BATCH = "import-batch"
    BATCH_BOX = "import-batch-box"
    BATCH_TABLE = "import-batch-table"
    BATCH_POLL = "import-batch-poll"
    BATCH_WORKING = "import-batch-working"
    BATCH_SAVE = "import-batch-save"
    BATCH_STATE = "import-batch-state"
    BATCH_ONCE = "import-batch-once"
    BATCH_STOP = "import-batch-stop"
    BATCH_CLEAR = "import-batch-clear"
    BATCH_MISSING = "import-batch-missing"

    INFERRED = "import-inferred"

    accept = PatternId("import-accept", "code")  # a question whose file is right as it is
    field = PatternId("import-field", "column")  # the choice of what a column is
    unit = PatternId("import-unit", "column")  # the unit of a column

    # one of each for every file of several, by its place among them
    batch_take = PatternId("import-batch-take", "row")
    batch_name = PatternId("import-batch-name", "row")
    batch_battery = PatternId("import-batch-battery", "row")
    batch_day = PatternId("import-batch-day", "row")
    batch_clock = PatternId("import-batch-clock", "row")
    batch_sign = PatternId("import-batch-sign", "row")
    batch_zone = PatternId("import-batch-zone", "row")  # one for all
    batch_together = PatternId("import-batch-together", "row")  # one for all
    batch_again = PatternId("import-batch-again", "row")
    batch_alone = PatternId("import-batch-alone", "row")
    batch_fits = PatternId("import-batch-fits", "row")  # what the battery cannot have
    batch_accept = PatternId("import-batch-accept", "row", "code")  # it is right as it is
    batch_unit = PatternId("import-batch-unit", "row")  # of what a file asks for
    batch_new_battery = PatternId("import-batch-new-battery", "row")  # one for all
    batch_cancel = PatternId("import-batch-cancel", "row")
