"""Ids of Add experiment, whose parts live in several files."""

from cycling.terms import Polarity

PROFILE = "addexp-profile"  # prefix of the editor
QUANTITIES = ("volume", "soc", "min-flow", "max-flow")


class Ids:
    """Ids of this page; `assets/js/add-experiment.js` knows most of them."""

    BEGIN = "addexp-begin"
    RESTORE = "addexp-restore"
    FORM = "addexp-form"
    TYPED = "addexp-typed"
    SEND = "addexp-send"
    FOUND = "addexp-found"
    ANSWER = "addexp-answer"
    SINK = "addexp-sink"
    GO = "addexp-go"
    NAME = "addexp-name"
    DESCRIPTION = "addexp-description"
    TECHNOLOGY = "addexp-technology"
    ROWS = "addexp-rows"
    ADD_ROW = "addexp-add-row"
    ELECTROLYTES = "addexp-electrolytes"
    SOURCE = "addexp-source"
    CHOOSE_BOX = "addexp-choose-box"
    WRITE_BOX = "addexp-write-box"
    VERSION = "addexp-version"
    OTHERS = "addexp-others"
    EDIT = "addexp-edit"
    CHECKED = "addexp-checked"
    CAPACITY = "addexp-capacity"
    ACKNOWLEDGE = "addexp-acknowledge"
    HAZARDS = "addexp-hazards"
    GRAPH = "addexp-graph"
    NO_GRAPH = "addexp-no-graph"
    DRAWN = "addexp-drawn"
    ABOUT = "addexp-about"
    STATS = "addexp-stats"
    LIMITS = "addexp-limits"
    SUMMARY = "addexp-summary"
    SAVE = "addexp-save"
    DRAFT = "addexp-draft"
    STATE = "addexp-state"
    SAVED = "addexp-saved"

    @staticmethod
    def battery(row: object) -> dict[str, object]:
        """Id of the choice of a battery."""
        return {"type": "addexp-battery", "row": row}

    @staticmethod
    def station(row: object) -> dict[str, object]:
        """Id of the choice of a station."""
        return {"type": "addexp-station", "row": row}

    @staticmethod
    def connected(row: object) -> dict[str, object]:
        """Id of the box that says that the battery is connected."""
        return {"type": "addexp-connected", "row": row}

    @staticmethod
    def remove(row: object) -> dict[str, object]:
        """Id of the button that takes a pair away."""
        return {"type": "addexp-remove", "row": row}

    @staticmethod
    def note(row: object) -> dict[str, object]:
        """Id of the place for what is said of a pair."""
        return {"type": "addexp-note", "row": row}

    @staticmethod
    def quantity(polarity: Polarity, quantity: str) -> str:
        """Id of a quantity of an electrolyte."""
        return f"addexp-{polarity.value.lower()}-{quantity}"


# The electrolyte fields in the order in which they travel.
ELECTROLYTE_FIELDS = tuple(
    Ids.quantity(polarity, quantity) for polarity in Polarity for quantity in QUANTITIES
)
