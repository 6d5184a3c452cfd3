"""Ids of Add experiment, whose parts live in several files."""

from components.profile_editor import EditorIds
from components.sent import PatternId
from cycling.terms import Polarity

PROFILE = "addexp-profile"
EDITOR = EditorIds(PROFILE)
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

    battery = PatternId("addexp-battery", "row")  # the choice of a battery
    station = PatternId("addexp-station", "row")  # the choice of a station
    # The box that says that the battery is connected:
    connected = PatternId("addexp-connected", "row")
    remove = PatternId("addexp-remove", "row")  # the button that takes a pair away
    note = PatternId("addexp-note", "row")  # the place for what is said of a pair

    @staticmethod
    def quantity(polarity: Polarity, quantity: str) -> str:
        """Id of a quantity of an electrolyte."""
        return f"addexp-{polarity.value.lower()}-{quantity}"


# The electrolyte fields in the order in which they travel.
ELECTROLYTE_FIELDS = tuple(
    Ids.quantity(polarity, quantity) for polarity in Polarity for quantity in QUANTITIES
)
