"""Ids of the import page, whose callbacks and parts live in several files."""


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
    ZONE_BOX = "import-zone-box"
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
    SAVE = "import-save"
    ONCE = "import-once"
    SAVE_STATE = "import-save-state"
    IMPORT_JOB = "import-import-job"
    IMPORT_POLL = "import-import-poll"
    LOST_POLL = "import-lost-poll"
    CANCEL = "import-cancel"
    RUNNING = "import-running"
    GO = "import-go"

    @staticmethod
    def field(index: object) -> dict[str, object]:
        """Id of the choice of what a column is."""
        return {"type": "import-field", "column": index}

    @staticmethod
    def unit(index: object) -> dict[str, object]:
        """Id of the unit of a column."""
        return {"type": "import-unit", "column": index}
